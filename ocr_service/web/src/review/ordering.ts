/** In which order the fields are looked at, and what is left to look at. */

import type { FieldBody, FindingBody } from "../api/client";

export type Order = "doubtful" | "form";

/** `error` and `doubtful` need a person; the others are as good as read. */
export type Status = "error" | "doubtful" | "edited" | "accepted" | "blank" | "fine";

export interface Group {
  /** Heading: `attention` for the fields to look at first, otherwise the section of the form. */
  key: string;
  section: string;
  attention: boolean;
  fields: FieldBody[];
}

/** Names of fields that an error finding speaks of. */
export function fieldsInError(findings: readonly FindingBody[]): Set<string> {
  return new Set(findings.filter((f) => f.severity === "error").flatMap((f) => f.fields));
}

/** Findings that point at a field, worst first. */
export function findingsByField(findings: readonly FindingBody[]): Map<string, FindingBody[]> {
  const map = new Map<string, FindingBody[]>();
  for (const finding of sortFindings(findings))
    for (const name of finding.fields) map.set(name, [...(map.get(name) ?? []), finding]);
  return map;
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

export function sortFindings(findings: readonly FindingBody[]): FindingBody[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

export const needsAttention = (field: FieldBody, inError: ReadonlySet<string>) =>
  field.doubtful || inError.has(field.name);

/** Fields in groups; the order depends on the suggestion only, so nothing moves under the hands. */
export function groupFields(
  fields: readonly FieldBody[],
  inError: ReadonlySet<string>,
  order: Order,
): Group[] {
  if (order === "form") return bySection(fields);
  const first = fields.filter((f) => needsAttention(f, inError));
  const rest = fields.filter((f) => !needsAttention(f, inError));
  const urgency = (f: FieldBody) => (inError.has(f.name) ? 0 : 2) + (f.critical ? 0 : 1);
  const attention = [...first].sort((a, b) => urgency(a) - urgency(b));
  return [
    ...(attention.length === 0
      ? []
      : [{ key: "attention", section: "", attention: true, fields: attention }]),
    ...bySection(rest),
  ];
}

function bySection(fields: readonly FieldBody[]): Group[] {
  const groups = new Map<string, Group>();
  for (const field of fields) {
    const section = field.section ?? "";
    const group = groups.get(section);
    if (group === undefined)
      groups.set(section, { key: `s:${section}`, section, attention: false, fields: [field] });
    else group.fields.push(field);
  }
  return [...groups.values()];
}

export interface Progress {
  values: Readonly<Record<string, string | null>>;
  accepted: ReadonlySet<string>;
}

export const isSettled = (name: string, progress: Progress) =>
  progress.accepted.has(name) || name in progress.values;

export function statusOf(
  field: FieldBody,
  progress: Progress,
  inError: ReadonlySet<string>,
): Status {
  if (field.name in progress.values) return "edited";
  if (progress.accepted.has(field.name)) return "accepted";
  if (inError.has(field.name)) return "error";
  if (field.doubtful) return "doubtful";
  return field.state === "blank" ? "blank" : "fine";
}

/** Fields that a person should look at and has not. */
export function remaining(
  fields: readonly FieldBody[],
  inError: ReadonlySet<string>,
  progress: Progress,
): FieldBody[] {
  return fields.filter((f) => needsAttention(f, inError) && !isSettled(f.name, progress));
}

/** The next field to look at after `current`, around the end; null when none is left. */
export function nextUnsettled(
  ordered: readonly FieldBody[],
  current: string | null,
  inError: ReadonlySet<string>,
  progress: Progress,
): string | null {
  const at = ordered.findIndex((f) => f.name === current);
  const around = [...ordered.slice(at + 1), ...ordered.slice(0, Math.max(at, 0))];
  const next = around.find((f) => needsAttention(f, inError) && !isSettled(f.name, progress));
  return next?.name ?? null;
}

/** The neighbour of `current`; stops at both ends. */
export function neighbour(
  ordered: readonly FieldBody[],
  current: string | null,
  step: 1 | -1,
): string | null {
  const at = ordered.findIndex((f) => f.name === current);
  if (at === -1) return ordered[0]?.name ?? null;
  return ordered[Math.min(Math.max(at + step, 0), ordered.length - 1)]?.name ?? null;
}
