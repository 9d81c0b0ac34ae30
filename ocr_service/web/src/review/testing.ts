/** Records for tests, made by hand. */

import type { FieldBody, FindingBody } from "../api/client";

export function field(name: string, changes: Partial<FieldBody> = {}): FieldBody {
  return {
    name,
    label: name,
    kind: "text",
    value: "値",
    raw_text: "値",
    confidence: 0.99,
    state: "read",
    source: "read",
    box: { x0: 10, y0: 20, x1: 110, y1: 60 },
    page: 1,
    doubtful: false,
    alternatives: [],
    section: "",
    row: null,
    required: false,
    critical: false,
    sensitivity: "personal",
    masked: false,
    options: [],
    select: null,
    hint: "",
    correction_seal: null,
    correction_fluid: null,
    ...changes,
  };
}

export function finding(
  rule: string,
  severity: FindingBody["severity"],
  fields: string[],
): FindingBody {
  return {
    rule,
    kind: "plausibility",
    severity,
    fields,
    message: rule,
    message_en: null,
    message_easy: null,
    ground: "条例",
    places: [],
    documents: [],
  };
}
