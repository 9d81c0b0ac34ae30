import { describe, expect, it } from "vitest";

import { field, finding } from "./testing";
import {
  fieldsInError,
  groupFields,
  neighbour,
  nextUnsettled,
  remaining,
  statusOf,
} from "./ordering";

const fields = [
  field("name", { section: "申請者" }),
  field("address", { section: "申請者", doubtful: true }),
  field("child", { section: "児童" }),
  field("birth", { section: "児童", doubtful: true, critical: true }),
  field("phone", { section: "申請者" }),
];
const inError = fieldsInError([
  finding("e", "error", ["phone"]),
  finding("w", "warning", ["name"]),
]);
const untouched = { values: {}, accepted: new Set<string>() };

describe("groupFields", () => {
  it("puts errors, then critical doubtful fields, then the other doubtful ones first", () => {
    const groups = groupFields(fields, inError, "doubtful");
    expect(groups.map((g) => g.fields.map((f) => f.name))).toEqual([
      ["phone", "birth", "address"],
      ["name"],
      ["child"],
    ]);
    expect(groups[0]?.attention).toBe(true);
  });

  it("keeps the order of the form by section", () => {
    expect(groupFields(fields, inError, "form").map((g) => g.fields.map((f) => f.name))).toEqual([
      ["name", "address", "phone"],
      ["child", "birth"],
    ]);
  });
});

describe("what is left", () => {
  it("counts neither accepted nor edited fields", () => {
    const progress = { values: { birth: "2024-02-20" }, accepted: new Set(["phone"]) };
    expect(remaining(fields, inError, progress).map((f) => f.name)).toEqual(["address"]);
  });

  it("goes on after the current field and around the end", () => {
    const ordered = groupFields(fields, inError, "doubtful").flatMap((g) => g.fields);
    expect(nextUnsettled(ordered, "phone", inError, untouched)).toBe("birth");
    expect(nextUnsettled(ordered, "child", inError, untouched)).toBe("phone");
    const done = { values: {}, accepted: new Set(["phone", "birth", "address"]) };
    expect(nextUnsettled(ordered, "phone", inError, done)).toBeNull();
  });
});

it("tells the status in order of weight", () => {
  const [name, address, , , phone] = fields as [never, never, never, never, never];
  expect(statusOf(phone, untouched, inError)).toBe("error");
  expect(statusOf(address, untouched, inError)).toBe("doubtful");
  expect(statusOf(name, untouched, inError)).toBe("fine");
  expect(statusOf(phone, { values: { phone: null }, accepted: new Set() }, inError)).toBe("edited");
});

it("stops at both ends", () => {
  expect(neighbour(fields, "phone", 1)).toBe("phone");
  expect(neighbour(fields, "name", -1)).toBe("name");
  expect(neighbour(fields, null, 1)).toBe("name");
});
