/** How values are shown, typed and tidied, by kind of field. */

import type { FieldBody } from "../api/client";
import { parseDate, toWareki } from "./wareki";

export type Control = "text" | "multiline" | "date" | "one" | "many" | "seal";

const DIGIT_KINDS = new Set([
  "digits",
  "amount",
  "postal_code",
  "phone",
  "my_number",
  "corporate_number",
  "time",
]);
const KANA_KINDS = new Set(["kana_name", "katakana"]);
const SEAL_KINDS = new Set(["seal", "signature"]);

/** The value of a seal or signature that is there; an empty one is absent. */
export const SEAL_PRESENT = "present";

/** Which kind of control a field is typed or chosen with. */
export function controlOf(field: FieldBody): Control {
  if (SEAL_KINDS.has(field.kind)) return "seal";
  const options = field.options ?? [];
  if (options.length > 0) return field.select === "many" ? "many" : "one";
  if (field.kind === "date") return "date";
  return field.kind === "multi_line" ? "multiline" : "text";
}

export const isDigits = (field: FieldBody) => DIGIT_KINDS.has(field.kind);

/** A 個人番号 that the service has hidden; it can't be corrected before it is shown. */
export const isMasked = (field: FieldBody) => field.masked;

/** What is kept of the words that were typed; null for an empty field. */
export function tidy(field: FieldBody, typed: string | null): string | null {
  if (typed === null) return null;
  const text = controlOf(field) === "multiline" ? typed.trimEnd() : typed.trim();
  if (text === "") return null;
  if (field.kind === "date") return parseDate(text) ?? text;
  if (isDigits(field)) {
    const narrow = text.normalize("NFKC").replace(/[‐‑‒–—―−ー]/g, "-");
    return field.kind === "phone" || field.kind === "time" ? narrow : narrow.replace(/[,\s-]/g, "");
  }
  if (KANA_KINDS.has(field.kind)) return toKatakana(text.normalize("NFKC"));
  return text;
}

/** True when a tidied value can't be what the kind of field asks for. */
export function isMalformed(field: FieldBody, value: string | null): boolean {
  if (value === null || isMasked(field)) return false;
  switch (field.kind) {
    case "date":
      return toWareki(value) === null;
    case "postal_code":
      return !/^\d{7}$/.test(value);
    case "my_number":
      return !/^\d{12}$/.test(value);
    case "corporate_number":
      return !/^\d{13}$/.test(value);
    case "amount":
      return !/^-?\d+$/.test(value);
    default:
      return false;
  }
}

/** A value in the words of a person who reads the list; the empty string for nothing. */
export function display(
  field: FieldBody,
  value: string | null,
  words: { present: string },
): string {
  if (value === null || value === "") return "";
  switch (controlOf(field)) {
    case "seal":
      return value === SEAL_PRESENT ? words.present : value;
    case "one":
    case "many":
      return value
        .split(",")
        .map((part) => (field.options ?? []).find((o) => o.value === part)?.label ?? part)
        .join("、");
    case "date":
      return toWareki(value) ?? value;
    default:
      if (field.kind === "amount" && /^\d+$/.test(value))
        return `${value.replace(/\B(?=(\d{3})+$)/g, ",")}円`;
      if (field.kind === "postal_code" && /^\d{7}$/.test(value))
        return `〒${value.slice(0, 3)}-${value.slice(3)}`;
      return value;
  }
}

/** The value of a group of marks after one option is switched, in the order of the form. */
export function toggleOption(
  field: FieldBody,
  value: string | null,
  option: string,
): string | null {
  const chosen = new Set((value ?? "").split(",").filter((part) => part !== ""));
  if (chosen.has(option)) chosen.delete(option);
  else chosen.add(option);
  const ordered = (field.options ?? []).map((o) => o.value).filter((v) => chosen.has(v));
  return ordered.length === 0 ? null : ordered.join(",");
}

export type Level = "high" | "middle" | "low";

/** Confidence in three words. */
export function levelOf(confidence: number): Level {
  if (confidence >= 0.95) return "high";
  return confidence >= 0.8 ? "middle" : "low";
}

function toKatakana(text: string): string {
  return text.replace(/[ぁ-ゖ]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0x60));
}
