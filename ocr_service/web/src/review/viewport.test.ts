import { describe, expect, it } from "vitest";

import { clampView, fitPage, focusBox, placeLabel, turnBox, zoomAt, type Turn } from "./viewport";

const page = { width: 1000, height: 2000 };
const screen = { width: 800, height: 600 };
const box = { x0: 100, y0: 200, x1: 300, y1: 250 };

describe("turnBox", () => {
  it.each<[Turn, object]>([
    [0, box],
    [90, { x0: 1750, y0: 100, x1: 1800, y1: 300 }],
    [180, { x0: 700, y0: 1750, x1: 900, y1: 1800 }],
    [270, { x0: 200, y0: 700, x1: 250, y1: 900 }],
  ])("by %i degrees", (turn, turned) => expect(turnBox(box, page, turn)).toEqual(turned));
});

it("shows the whole page in the middle", () => {
  const view = fitPage(page, screen);
  expect(view.scale).toBeCloseTo(0.284);
  expect(view.x + (page.width * view.scale) / 2).toBeCloseTo(400);
});

it("puts a box into the middle and never past the edge of the page", () => {
  const view = focusBox({ x0: 400, y0: 900, x1: 600, y1: 950 }, page, screen, null);
  expect(500 * view.scale + view.x).toBeCloseTo(400);
  expect(925 * view.scale + view.y).toBeCloseTo(300);
  expect(focusBox({ x0: 0, y0: 0, x1: 50, y1: 20 }, page, screen, null).y).toBe(16);
});

it("keeps a scale that is good enough", () => {
  const current = { scale: 1.1, x: 0, y: 0 };
  expect(focusBox(box, page, screen, current).scale).toBe(1.1);
});

it("holds the point under the pointer", () => {
  const view = { scale: 0.5, x: 20, y: 30 };
  const zoomed = zoomAt(view, 2, 220, 130);
  expect((220 - zoomed.x) / zoomed.scale).toBeCloseTo((220 - view.x) / view.scale);
  expect((130 - zoomed.y) / zoomed.scale).toBeCloseTo((130 - view.y) / view.scale);
});

it("centres what is smaller than the screen", () => {
  expect(clampView({ scale: 0.1, x: -900, y: 900 }, page, screen)).toEqual({
    scale: 0.1,
    x: 350,
    y: 200,
  });
});

describe("placeLabel", () => {
  const view = { scale: 1, x: 0, y: 0 };
  const at = { x0: 300, y0: 300, x1: 400, y1: 330 };

  it("stands above where nothing is hidden", () =>
    expect(placeLabel(at, [], 80, view, screen)).toEqual({ x: 300, y: 266 }));

  it("goes aside when a field stands above", () =>
    expect(placeLabel(at, [{ x0: 300, y0: 260, x1: 400, y1: 295 }], 80, view, screen)).toEqual({
      x: 212,
      y: 302,
    }));
});
