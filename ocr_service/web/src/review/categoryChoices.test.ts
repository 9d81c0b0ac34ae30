import { describe, expect, it } from "vitest";

import type { TaxonomyEntryBody } from "../api/client";
import { choicesOf, keyStep } from "./categoryChoices";

const item = (id: string, title: string, state: TaxonomyEntryBody["state"] = "active") => ({
  id,
  title,
  state,
  parent: null,
  merged_into: null,
  resolved: id,
  builtin: true,
  samples: 0,
});
const ITEMS = [
  item("unknown", "不明"),
  item("a.claim", "児童手当 請求書"),
  item("b.job", "就労証明書"),
  item("c.old", "古い証明書", "retired"),
  item("d.tax", "課税証明書"),
];
const option = (id: string, score: number) => ({ id, title: id, score, selectable: true });

describe("choices of a category", () => {
  it("has the candidates first and unknown last, and nothing that is retired", () => {
    const found = choicesOf(ITEMS, [option("d.tax", 0.6), option("unknown", 0.3)], "", false);
    expect(found.map(({ id }) => id)).toEqual(["d.tax", "a.claim", "b.job", "unknown"]);
    expect(found.map(({ kind }) => kind)).toEqual(["near", "other", "other", "other"]);
  });

  it("is narrowed by all words, whatever their width", () => {
    expect(choicesOf(ITEMS, [], "証明", false).map(({ id }) => id)).toEqual(["b.job", "d.tax"]);
    expect(choicesOf(ITEMS, [], "証明　課税", false).map(({ id }) => id)).toEqual(["d.tax"]);
    expect(choicesOf(ITEMS, [], "Ｄ．ｔａｘ", false).map(({ id }) => id)).toEqual(["d.tax"]);
    expect(choicesOf(ITEMS, [], "古い", false)).toEqual([]);
  });

  it("offers a new one only to those who may add it, and only when its name is free", () => {
    expect(choicesOf(ITEMS, [], "農園", false)).toEqual([]);
    expect(choicesOf(ITEMS, [], " 農園 ", true)).toEqual([{ kind: "new", id: "+", title: "農園" }]);
    expect(choicesOf(ITEMS, [], "就労証明書", true).map(({ kind }) => kind)).toEqual(["other"]);
  });

  it("moves around the ends with the arrows", () => {
    expect(keyStep("ArrowDown", 2, 3)).toBe(0);
    expect(keyStep("ArrowUp", 0, 3)).toBe(2);
    expect(keyStep("PageDown", 0, 3)).toBe(2);
    expect(keyStep("x", 0, 3)).toBeNull();
    expect(keyStep("ArrowDown", 0, 0)).toBeNull();
  });
});
