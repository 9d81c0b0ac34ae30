import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { FieldBody, SuggestionBody } from "../api/client";
import { announce } from "../ui/announce";
import { changes, valueOf } from "./draft";
import type { RowState } from "./FieldList";
import {
  fieldsInError,
  findingsByField,
  groupFields,
  needsAttention,
  neighbour,
  nextUnsettled,
  remaining,
  sortFindings,
  statusOf,
  type Order,
} from "./ordering";
import { useDraft } from "./useDraft";
import { display, isMalformed, tidy } from "./values";

// How a reviewer likes to work stays the same from document to document.
let preferredOrder: Order = "doubtful";

/** The state of one review: draft, order, the field that is worked on, and what can be done. */
export function useWork(
  documentId: string,
  suggestion: SuggestionBody,
  decided: Readonly<Record<string, string | null>> | null,
  editable: boolean,
  focusInput: () => void,
) {
  const { t } = useTranslation();
  const { draft, dispatch, carried } = useDraft(documentId, suggestion);
  const [order, setOrderState] = useState<Order>(preferredOrder);
  const { fields } = suggestion;
  const findings = useMemo(() => sortFindings(suggestion.findings), [suggestion.findings]);
  const inError = useMemo(() => fieldsInError(findings), [findings]);
  const byField = useMemo(() => findingsByField(findings), [findings]);
  const byName = useMemo(() => new Map(fields.map((f) => [f.name, f])), [fields]);
  const labels = useMemo(() => new Map(fields.map((f) => [f.name, f.label])), [fields]);
  const groups = useMemo(() => groupFields(fields, inError, order), [fields, inError, order]);
  const ordered = useMemo(() => groups.flatMap((g) => g.fields), [groups]);
  const progress = useMemo(
    () => (decided === null ? draft : { values: decided, accepted: new Set<string>() }),
    [draft, decided],
  );
  const [current, setCurrent] = useState<string | null>(
    () => nextUnsettled(ordered, null, inError, progress) ?? ordered[0]?.name ?? null,
  );
  const words = useMemo(() => ({ present: t("review.sealPresent") }), [t]);
  const rows = useMemo(() => {
    const value = (f: FieldBody) =>
      f.name in progress.values ? (progress.values[f.name] ?? null) : f.value;
    return new Map<string, RowState>(
      fields.map((f) => [
        f.name,
        { status: statusOf(f, progress, inError), text: display(f, value(f), words) },
      ]),
    );
  }, [fields, progress, inError, words]);

  const latest = useRef({ draft, current, ordered, byName });
  latest.current = { draft, current, ordered, byName };

  const go = useCallback(
    (name: string) => {
      const { current: from, byName: known } = latest.current;
      const left = from === null ? undefined : known.get(from);
      if (left !== undefined && from !== name) dispatch({ type: "leave", field: left });
      setCurrent(name);
      focusInput();
    },
    [dispatch, focusInput],
  );
  const step = useCallback(
    (by: 1 | -1) => {
      const name = neighbour(latest.current.ordered, latest.current.current, by);
      if (name !== null) go(name);
    },
    [go],
  );
  const accept = useCallback((): "next" | "done" => {
    const { current: name, byName: known, ordered: all, draft: now } = latest.current;
    const field = name === null ? undefined : known.get(name);
    if (field === undefined) return "done";
    dispatch({ type: "accept", field });
    const after = { values: now.values, accepted: new Set(now.accepted).add(field.name) };
    const next = nextUnsettled(all, field.name, inError, after);
    if (next === null) {
      announce(t("review.allSeen"));
      return "done";
    }
    go(next);
    return "next";
  }, [dispatch, go, inError, t]);
  const travel = useCallback(
    (type: "undo" | "redo") => {
      const at = latest.current.draft[type].at(-1);
      if (at === undefined) return;
      dispatch({ type });
      go(at.name);
      const label = labels.get(at.name) ?? at.name;
      announce(t(type === "undo" ? "review.undone" : "review.redone", { label }));
    },
    [dispatch, go, labels, t],
  );
  const setOrder = (chosen: Order) => {
    preferredOrder = chosen;
    setOrderState(chosen);
  };
  const field = current === null ? undefined : byName.get(current);
  const attention = useMemo(
    () => fields.filter((f) => needsAttention(f, inError)),
    [fields, inError],
  );
  const left = editable ? remaining(fields, inError, progress) : [];
  return {
    draft,
    dispatch,
    carried,
    order,
    setOrder,
    findings,
    byField,
    labels,
    groups,
    ordered,
    rows,
    current,
    field,
    value: field === undefined ? null : decided === null ? valueOf(draft, field) : shown(field),
    edited: field !== undefined && field.name in progress.values,
    go,
    step,
    accept,
    travel,
    left,
    draftEdits: decided === null ? Object.keys(draft.values).length : 0,
    attention: attention.length,
    changed: () => changes(draft, fields),
    malformed: () =>
      fields.filter(
        (f) => f.name in draft.values && isMalformed(f, tidy(f, draft.values[f.name] ?? null)),
      ),
    unsettledErrors: () =>
      findings.filter(
        (f) => f.severity === "error" && !f.fields.some((name) => name in draft.values),
      ),
  };

  function shown(of: FieldBody): string | null {
    return decided !== null && of.name in decided ? (decided[of.name] ?? null) : of.value;
  }
}
