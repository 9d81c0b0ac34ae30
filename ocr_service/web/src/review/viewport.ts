/** Geometry of the page viewer: turned pages, zoom and pan. */

import type { BoxBody, PageBody } from "../api/client";

export type Turn = 0 | 90 | 180 | 270;

export interface Size {
  width: number;
  height: number;
}

/** Page to screen: `screen = page * scale + (x, y)`, in upright page pixels and CSS pixels. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const addTurn = (a: Turn, b: Turn): Turn => ((a + b) % 360) as Turn;

export const uprightSize = (page: PageBody, turn: Turn): Size =>
  turn % 180 === 0
    ? { width: page.width, height: page.height }
    : { width: page.height, height: page.width };

/** SVG transform that turns the original scan clockwise by `turn` into its upright place. */
export function turnTransform(page: Size, turn: Turn): string {
  switch (turn) {
    case 0:
      return "";
    case 90:
      return `translate(${page.height} 0) rotate(90)`;
    case 180:
      return `translate(${page.width} ${page.height}) rotate(180)`;
    case 270:
      return `translate(0 ${page.width}) rotate(270)`;
  }
}

/** Where a box of the original scan lies once the page is turned. */
export function turnBox(box: BoxBody, page: Size, turn: Turn): BoxBody {
  const { x0, y0, x1, y1 } = box;
  switch (turn) {
    case 0:
      return box;
    case 90:
      return { x0: page.height - y1, y0: x0, x1: page.height - y0, y1: x1 };
    case 180:
      return {
        x0: page.width - x1,
        y0: page.height - y1,
        x1: page.width - x0,
        y1: page.height - y0,
      };
    case 270:
      return { x0: y0, y0: page.width - x1, x1: y1, y1: page.width - x0 };
  }
}

const MARGIN = 16;
const MIN_SCALE = 0.05;
const MAX_SCALE = 4;
const NATURAL_WIDTH = 1300;

export function fitPage(page: Size, screen: Size): View {
  const scale = Math.min(
    (screen.width - 2 * MARGIN) / page.width,
    (screen.height - 2 * MARGIN) / page.height,
  );
  return centred(page, screen, clampScale(scale));
}

export function fitWidth(page: Size, screen: Size): View {
  const scale = clampScale((screen.width - 2 * MARGIN) / page.width);
  return clampView({ scale, x: MARGIN, y: MARGIN }, page, screen);
}

/** A view that shows `box` in the middle with its surroundings, near to `current` in scale. */
export function focusBox(box: BoxBody, page: Size, screen: Size, current: View | null): View {
  const whole = fitPage(page, screen).scale;
  const wanted = Math.min(
    (screen.width * 0.85) / (box.x1 - box.x0),
    (screen.height * 0.11) / (box.y1 - box.y0),
    // A4 at 200 dpi is about 1,650 pixels wide: its own size is as large as anything need be.
    NATURAL_WIDTH / page.width,
  );
  const least = Math.max(whole, (screen.width - 2 * MARGIN) / page.width);
  const ideal = clampScale(Math.max(wanted, least));
  // A scale that is good enough is kept: less moves before the eyes.
  const fits = (scale: number) => (box.x1 - box.x0) * scale <= screen.width * 0.95;
  const near = (scale: number) => scale > ideal * 0.7 && scale < ideal * 1.5;
  const keep = current !== null && near(current.scale) && fits(current.scale);
  const scale = keep ? current.scale : ideal;
  const x = screen.width / 2 - ((box.x0 + box.x1) / 2) * scale;
  const y = screen.height / 2 - ((box.y0 + box.y1) / 2) * scale;
  return clampView({ scale, x, y }, page, screen);
}

/** The same view zoomed by `factor` with the point (x, y) of the screen held still. */
export function zoomAt(view: View, factor: number, x: number, y: number): View {
  const scale = clampScale(view.scale * factor);
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

/** Keeps the page on the screen: centred where it is smaller, without gaps where it is larger. */
export function clampView(view: View, page: Size, screen: Size): View {
  return {
    scale: view.scale,
    x: clampAxis(view.x, page.width * view.scale, screen.width),
    y: clampAxis(view.y, page.height * view.scale, screen.height),
  };
}

function clampAxis(offset: number, length: number, room: number): number {
  if (length + 2 * MARGIN <= room) return (room - length) / 2;
  return Math.min(MARGIN, Math.max(room - length - MARGIN, offset));
}

function centred(page: Size, screen: Size, scale: number): View {
  return {
    scale,
    x: (screen.width - page.width * scale) / 2,
    y: (screen.height - page.height * scale) / 2,
  };
}

export const LABEL_HEIGHT = 26;
const GAP = 8;

/**
 * Where the label of `box` goes on the screen: above, left, below or right of it, the first place
 * that hides no other box (other boxes hold ink, what is between them is print).
 */
export function placeLabel(
  box: BoxBody,
  others: readonly BoxBody[],
  width: number,
  view: View,
  screen: Size,
): { x: number; y: number } {
  const left = box.x0 * view.scale + view.x;
  const top = box.y0 * view.scale + view.y;
  const right = box.x1 * view.scale + view.x;
  const bottom = box.y1 * view.scale + view.y;
  const middle = (top + bottom - LABEL_HEIGHT) / 2;
  const places = [
    { x: left, y: top - LABEL_HEIGHT - GAP },
    { x: left - width - GAP, y: middle },
    { x: left, y: bottom + GAP },
    { x: right + GAP, y: middle },
  ];
  const free = ({ x, y }: { x: number; y: number }) =>
    x >= 0 &&
    y >= 0 &&
    x + width <= screen.width &&
    y + LABEL_HEIGHT <= screen.height &&
    !others.some(
      (other) =>
        other.x0 * view.scale + view.x < x + width &&
        other.x1 * view.scale + view.x > x &&
        other.y0 * view.scale + view.y < y + LABEL_HEIGHT &&
        other.y1 * view.scale + view.y > y,
    );
  const fallback = { x: Math.max(4, left), y: top < 34 ? bottom + GAP : top - LABEL_HEIGHT - GAP };
  return places.find(free) ?? fallback;
}

const clampScale = (scale: number) => Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale));
