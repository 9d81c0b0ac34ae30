/** What a reviewer has done to one suggestion and not yet sent: values, accepted fields, undo. */

import type { FieldBody } from "../api/client";
import { tidy } from "./values";

interface Step {
  name: string;
  before: { edited: boolean; value: string | null; accepted: boolean };
  after: { edited: boolean; value: string | null; accepted: boolean };
}

export interface Draft {
  suggestionId: string;
  /** Values as typed, by field name; only those that differ from the suggestion. */
  values: Readonly<Record<string, string | null>>;
  accepted: ReadonlySet<string>;
  undo: readonly Step[];
  redo: readonly Step[];
  /** Field whose typing is still going on: its key strokes are one step of undo. */
  typing: string | null;
}

export type Action =
  | { type: "set"; field: FieldBody; value: string | null }
  | { type: "accept"; field: FieldBody }
  | { type: "reset"; field: FieldBody }
  | { type: "leave"; field: FieldBody }
  | { type: "undo" }
  | { type: "redo" };

export const emptyDraft = (suggestionId: string): Draft => ({
  suggestionId,
  values: {},
  accepted: new Set(),
  undo: [],
  redo: [],
  typing: null,
});

export function reduce(draft: Draft, action: Action): Draft {
  switch (action.type) {
    case "set":
      return change(draft, action.field, action.value, draft.accepted.has(action.field.name), true);
    case "accept":
      return change(draft, action.field, tidied(draft, action.field), true, false);
    case "reset":
      return { ...change(draft, action.field, action.field.value, false, false), typing: null };
    case "leave": {
      if (draft.typing !== action.field.name) return draft;
      const accepted = draft.accepted.has(action.field.name);
      return {
        ...change(draft, action.field, tidied(draft, action.field), accepted, true),
        typing: null,
      };
    }
    case "undo":
      return travel(draft, "undo");
    case "redo":
      return travel(draft, "redo");
  }
}

/** The value as it stands now: what was typed, or else what was suggested. */
export const valueOf = (draft: Draft, field: FieldBody): string | null =>
  field.name in draft.values ? (draft.values[field.name] ?? null) : field.value;

/** The changes to send: tidied, and without those that came out as suggested. */
export function changes(draft: Draft, fields: readonly FieldBody[]): Record<string, string | null> {
  const entries = fields
    .filter((f) => f.name in draft.values)
    .map((f) => [f.name, tidied(draft, f), f.value] as const)
    .filter(([, value, suggested]) => value !== emptied(suggested));
  return Object.fromEntries(entries.map(([name, value]) => [name, value]));
}

export const isTouched = (draft: Draft) =>
  Object.keys(draft.values).length > 0 || draft.accepted.size > 0;

/** A draft carried over to a newer suggestion: edits stay where the field is still there. */
export function carryOver(
  draft: Draft,
  suggestionId: string,
  fields: readonly FieldBody[],
): { draft: Draft; kept: string[]; lost: string[] } {
  const byName = new Map(fields.map((f) => [f.name, f]));
  const names = Object.keys(draft.values);
  const kept = names.filter((name) => byName.has(name));
  const lost = names.filter((name) => !byName.has(name));
  const values = Object.fromEntries(kept.map((name) => [name, draft.values[name] ?? null]));
  // Accepted fields are looked at again: what was accepted may read differently now.
  return { draft: { ...emptyDraft(suggestionId), values }, kept, lost };
}

function change(
  draft: Draft,
  field: FieldBody,
  value: string | null,
  accept: boolean,
  typing: boolean,
): Draft {
  const { name } = field;
  const edited = emptied(value) !== emptied(field.value);
  const before = snapshot(draft, name);
  const after = { edited, value: edited ? value : null, accepted: accept };
  const next = restore({ ...draft, typing: typing ? name : null }, name, after);
  if (same(before, after)) return next;
  const last = draft.undo.at(-1);
  const step: Step =
    draft.typing === name && last?.name === name
      ? { name, before: last.before, after }
      : { name, before, after };
  const kept = draft.typing === name && last?.name === name ? draft.undo.slice(0, -1) : draft.undo;
  return { ...next, undo: [...kept, step], redo: [] };
}

function travel(draft: Draft, direction: "undo" | "redo"): Draft {
  const step = draft[direction].at(-1);
  if (step === undefined) return draft;
  const restored = restore(draft, step.name, direction === "undo" ? step.before : step.after);
  return direction === "undo"
    ? { ...restored, typing: null, undo: draft.undo.slice(0, -1), redo: [...draft.redo, step] }
    : { ...restored, typing: null, redo: draft.redo.slice(0, -1), undo: [...draft.undo, step] };
}

function snapshot(draft: Draft, name: string): Step["before"] {
  const edited = name in draft.values;
  return {
    edited,
    value: edited ? (draft.values[name] ?? null) : null,
    accepted: draft.accepted.has(name),
  };
}

function restore(draft: Draft, name: string, state: Step["before"]): Draft {
  const { [name]: _gone, ...others } = draft.values;
  const accepted = new Set(draft.accepted);
  if (state.accepted) accepted.add(name);
  else accepted.delete(name);
  return { ...draft, accepted, values: state.edited ? { ...others, [name]: state.value } : others };
}

function tidied(draft: Draft, field: FieldBody): string | null {
  return field.name in draft.values ? tidy(field, draft.values[field.name] ?? null) : field.value;
}

const emptied = (value: string | null) => (value === "" ? null : value);

const same = (a: Step["before"], b: Step["before"]) =>
  a.edited === b.edited && a.value === b.value && a.accepted === b.accepted;

// Drafts outlive the screen while the page is open, so that nobody loses typing by looking at the
// queue. They are never written to the disk of the desk.
const drafts = new Map<string, Draft>();

export const draftStore = {
  get: (documentId: string) => drafts.get(documentId),
  has: (documentId: string) => {
    const draft = drafts.get(documentId);
    return draft !== undefined && Object.keys(draft.values).length > 0;
  },
  set: (documentId: string, draft: Draft) => drafts.set(documentId, draft),
  forget: (documentId: string) => drafts.delete(documentId),
  anyEdited: () => [...drafts.values()].some((d) => Object.keys(d.values).length > 0),
};
