import { useMemo, useState } from "react";

import type { SuggestionBody } from "../api/client";
import { fetchSuggestion } from "../api/queries";
import { useFormats } from "../i18n/format";

/** The suggestion with its 個人番号 shown once a reason was given; kept for this screen only. */
export function useUnmask(masked: SuggestionBody) {
  const { problem } = useFormats();
  const [shown, setShown] = useState<{ reason: string; suggestion: SuggestionBody } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const suggestion = useMemo(() => {
    if (shown === null || shown.suggestion.id !== masked.id) return masked;
    const open = new Map(shown.suggestion.fields.map((f) => [f.name, f]));
    const fields = masked.fields.map((f) =>
      f.sensitivity === "number" ? (open.get(f.name) ?? f) : f,
    );
    return { ...masked, fields };
  }, [masked, shown]);
  const unmask = (reason: string, onDone: () => void) => {
    setBusy(true);
    setError(null);
    fetchSuggestion(masked.document_id, reason)
      .then((answer) => {
        setShown({ reason, suggestion: answer });
        onDone();
      })
      .catch((cause: unknown) => setError(problem(cause)))
      .finally(() => setBusy(false));
  };
  return { suggestion, unmask, unmasking: { busy, error, reason: shown?.reason ?? null } };
}
