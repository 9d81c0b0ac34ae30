import { useCallback, useMemo, useRef, useState } from "react";

import type { SuggestionBody } from "../api/client";
import { carryOver, draftStore, emptyDraft, reduce, type Action, type Draft } from "./draft";

export interface Carried {
  kept: string[];
  lost: string[];
}

/** The draft of one document, kept while the page is open; carried over to a newer suggestion. */
export function useDraft(
  documentId: string,
  suggestion: SuggestionBody,
): { draft: Draft; dispatch: (action: Action) => void; carried: Carried | null } {
  const initial = useMemo(() => {
    const stored = draftStore.get(documentId);
    if (stored === undefined) return { draft: emptyDraft(suggestion.id), carried: null };
    if (stored.suggestionId === suggestion.id) return { draft: stored, carried: null };
    const { draft, kept, lost } = carryOver(stored, suggestion.id, suggestion.fields);
    draftStore.set(documentId, draft);
    return { draft, carried: { kept, lost } };
    // Only the first suggestion counts: the screen is made anew for another one.
  }, []);
  const [draft, setDraft] = useState(initial.draft);
  const latest = useRef(draft);
  const dispatch = useCallback(
    (action: Action) => {
      const next = reduce(latest.current, action);
      latest.current = next;
      draftStore.set(documentId, next);
      setDraft(next);
    },
    [documentId],
  );
  return { draft, dispatch, carried: initial.carried };
}
