import { expect, it } from "vitest";

import { field } from "./testing";
import { controlOf, display, isMalformed, isMasked, levelOf, tidy, toggleOption } from "./values";

const words = { present: "あり" };
const options = [
  { value: "work", label: "就労" },
  { value: "study", label: "就学" },
];

it.each([
  ["postal_code", "１２０－８５１０", "1208510"],
  ["amount", "4,280,000", "4280000"],
  ["phone", "０３ー３８８０ー５１１１", "03-3880-5111"],
  ["kana_name", "あだち はなこ", "アダチ ハナコ"],
  ["date", "R7.4.1", "2025-04-01"],
  ["date", "4月ごろ", "4月ごろ"],
  ["text", "  母 ", "母"],
  ["text", "   ", null],
])("%s %j is kept as %j", (kind, typed, kept) =>
  expect(tidy(field("f", { kind }), typed)).toBe(kept),
);

it("shows values in words", () => {
  expect(display(field("f", { kind: "date" }), "2025-04-01", words)).toBe("令和7年4月1日");
  expect(display(field("f", { kind: "amount" }), "4280000", words)).toBe("4,280,000円");
  expect(display(field("f", { kind: "mark", options, select: "many" }), "work,study", words)).toBe(
    "就労、就学",
  );
  expect(display(field("f", { kind: "seal" }), "present", words)).toBe("あり");
});

it("chooses the control by what the form says", () => {
  expect(controlOf(field("f", { kind: "mark", options, select: "one" }))).toBe("one");
  expect(controlOf(field("f", { kind: "signature" }))).toBe("seal");
  expect(controlOf(field("f", { kind: "multi_line" }))).toBe("multiline");
});

it("switches options in the order of the form", () => {
  const group = field("f", { kind: "mark", options, select: "many" });
  expect(toggleOption(group, "study", "work")).toBe("work,study");
  expect(toggleOption(group, "study", "study")).toBeNull();
});

it("knows what can't be right", () => {
  expect(isMalformed(field("f", { kind: "date" }), "2024-02-30")).toBe(true);
  expect(isMalformed(field("f", { kind: "postal_code" }), "120851")).toBe(true);
  expect(isMalformed(field("f", { kind: "text" }), "何でも")).toBe(false);
});

it("knows a hidden number", () => {
  const number = field("f", { kind: "my_number", masked: true, value: "********9018" });
  expect(isMasked(number)).toBe(true);
  expect(isMalformed(number, number.value)).toBe(false);
});

it("has three words for confidence", () => {
  expect([0.99, 0.9, 0.5].map(levelOf)).toEqual(["high", "middle", "low"]);
});
