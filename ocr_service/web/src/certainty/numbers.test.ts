import { describe, expect, it } from "vitest";

import type { ThresholdBody } from "../api/client";
import { FRAME, startAt, tick, up, wrongOf } from "./numbers";

const point = (threshold: number, reviewed: number, expected = 0, corrected = 0): ThresholdBody => ({
  threshold,
  reviewed,
  unreviewed: 1000,
  expected,
  corrected: { count: corrected, of: 1000, rate: corrected / 1000, low: 0, high: 1 },
});
const curve = [point(0.9, 0), point(0.98, 0.1), point(0.999, 0.4)];

describe("the curve of wrong fields", () => {
  it("begins at the threshold for the wanted accuracy", () => {
    expect(startAt(curve, 0.98, 0.3)).toBe(1);
    expect(startAt(curve, 0.981, 0.3)).toBe(2);
  });

  it("begins near today's rule when no threshold is good enough", () => {
    expect(startAt(curve, null, 0.05)).toBe(1);
    expect(startAt(curve, null, 0.9)).toBe(2);
  });

  it("plans with the estimate that says more", () => {
    expect(wrongOf(point(0.9, 0, 2.5, 1))).toBe(2.5);
    expect(wrongOf(point(0.9, 0, 2.5, 4))).toBe(4);
  });

  it("keeps every share within the frame", () => {
    expect(up(1)).toBe(FRAME.top);
    expect(up(0)).toBe(FRAME.bottom);
    expect(up(0.01)).toBe((FRAME.top + FRAME.bottom) / 2);
    expect([tick(1e-4), tick(1e-3), tick(1)]).toEqual(["≤0.01%", "0.1%", "100%"]);
  });
});
