import { expect, test } from "vitest";

import type { FindingBody } from "../api/client";
import { placesOf } from "./PlaceOverlay";

const box = { x0: 0, y0: 0, x1: 10, y1: 10 };
const finding = (rule: string, ...pages: number[]) =>
  ({ rule, places: pages.map((page) => ({ page, box })) }) as unknown as FindingBody;

test("places are counted by page and kind, as each finding lists them", () => {
  const places = placesOf([
    finding("form.drift", 1, 1),
    finding("required.name"),
    finding("page.writing_outside", 1),
    finding("page.writing_outside", 2, 2),
  ]);
  expect(places.map(({ kind, page, number }) => `${kind} ${page}-${number}`)).toEqual([
    "drift 1-1",
    "drift 1-2",
    "outside 1-1",
    "outside 2-1",
    "outside 2-2",
  ]);
});
