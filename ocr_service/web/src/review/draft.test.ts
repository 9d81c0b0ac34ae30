import { describe, expect, it } from "vitest";

import { carryOver, changes, emptyDraft, reduce, valueOf, type Action, type Draft } from "./draft";
import { field } from "./testing";

const name = field("name", { value: "足立 花子" });
const date = field("date", { kind: "date", value: "2024-02-20" });
const fields = [name, date];

const play = (...actions: Action[]): Draft => actions.reduce(reduce, emptyDraft("s1"));

describe("typing", () => {
  it("is one step of undo as long as the field is not left", () => {
    const draft = play(
      { type: "set", field: name, value: "足立 花" },
      { type: "set", field: name, value: "足立 華" },
      { type: "set", field: name, value: "足立 華子" },
    );
    expect(valueOf(draft, name)).toBe("足立 華子");
    const undone = reduce(draft, { type: "undo" });
    expect(valueOf(undone, name)).toBe("足立 花子");
    expect(valueOf(reduce(undone, { type: "redo" }), name)).toBe("足立 華子");
  });

  it("back to the suggested value is no change", () => {
    const draft = play(
      { type: "set", field: name, value: "x" },
      { type: "set", field: name, value: "足立 花子" },
    );
    expect(draft.values).toEqual({});
    expect(changes(draft, fields)).toEqual({});
  });

  it("is tidied when it is accepted", () => {
    const draft = play(
      { type: "set", field: date, value: "令和6年2月29日" },
      { type: "accept", field: date },
    );
    expect(changes(draft, fields)).toEqual({ date: "2024-02-29" });
    expect(draft.accepted.has("date")).toBe(true);
  });

  it("empties a field with null", () => {
    expect(changes(play({ type: "set", field: name, value: "" }), fields)).toEqual({ name: null });
  });
});

it("undoes an acceptance of its own", () => {
  const draft = play(
    { type: "set", field: name, value: "B" },
    { type: "leave", field: name },
    { type: "accept", field: name },
  );
  const once = reduce(draft, { type: "undo" });
  expect(once.accepted.has("name")).toBe(false);
  expect(valueOf(once, name)).toBe("B");
  expect(valueOf(reduce(once, { type: "undo" }), name)).toBe("足立 花子");
});

it("keeps edits when a newer suggestion comes, but looks at accepted fields again", () => {
  const draft = play(
    { type: "set", field: name, value: "B" },
    { type: "set", field: date, value: "2024-01-01" },
    { type: "accept", field: date },
  );
  const moved = carryOver(draft, "s2", [name]);
  expect(moved.kept).toEqual(["name"]);
  expect(moved.lost).toEqual(["date"]);
  expect(moved.draft.values).toEqual({ name: "B" });
  expect(moved.draft.accepted.size).toBe(0);
  expect(moved.draft.suggestionId).toBe("s2");
});
