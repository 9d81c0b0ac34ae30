import type { ThresholdBody } from "../api/client";

const LEAST = 1e-4;
const AREA = { left: 70, top: 20, width: 560, height: 260 };

export const SHARES = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
export const FRAME = { ...AREA, right: AREA.left + AREA.width, bottom: AREA.top + AREA.height };

export const count = (value: number, digits = 0) =>
  value.toLocaleString("ja-JP", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)}%`;

/** Wrong fields among the unreviewed ones, by the estimate that says more. */
export const wrongOf = (point: ThresholdBody) => Math.max(point.expected, point.corrected.count);

export const across = (share: number) => AREA.left + AREA.width * share;

/** Height of a share of errors; what is at or below one in ten thousand stands on the floor. */
export const up = (share: number) =>
  FRAME.bottom - AREA.height * (1 - Math.log10(Math.max(share, LEAST)) / Math.log10(LEAST));

export const tick = (share: number) =>
  `${share <= LEAST ? "≤" : ""}${Number((share * 100).toPrecision(1))}%`;

export const path = (points: readonly (readonly [number, number])[]) =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** Place of the wanted point in a curve of rising thresholds; of today's rule when there is none. */
export function startAt(curve: readonly ThresholdBody[], wanted: number | null, reviewed: number) {
  const found = curve.findIndex((p) =>
    wanted === null ? p.reviewed >= reviewed : p.threshold >= wanted,
  );
  return found === -1 ? curve.length - 1 : found;
}
