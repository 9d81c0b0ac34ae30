import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { FindingBody, PlaceBody } from "../api/client";
import { turnBox, type Size, type Turn } from "./viewport";
import styles from "./Viewer.module.css";

/** What stands at a place that a finding shows. */
export type PlaceKind = "drift" | "outside";

export interface ShownPlace extends PlaceBody {
  kind: PlaceKind;
  /** Counted on its page, for each kind by itself. */
  number: number;
}

export const PLACE_GLYPH: Record<PlaceKind, string> = { drift: "！", outside: "※" };

const kindOf = (finding: FindingBody): PlaceKind =>
  finding.rule === "form.drift" ? "drift" : "outside";

/** Everything that findings show on the pages, numbered. */
export function placesOf(findings: readonly FindingBody[]): ShownPlace[] {
  const counts = new Map<string, number>();
  return findings.flatMap((finding) =>
    finding.places.map((place) => {
      const kind = kindOf(finding);
      const key = `${kind} ${place.page}`;
      const number = (counts.get(key) ?? 0) + 1;
      counts.set(key, number);
      return { ...place, kind, number };
    }),
  );
}

interface Props {
  /** Places of the page that is shown. */
  places: readonly ShownPlace[];
  page: Size;
  turn: Turn;
}

const SIDE = 34;

/** Places that findings speak of, numbered as in the report of `ocr-service inspect`. */
export const PlaceOverlay = memo(function PlaceOverlay({ places, page, turn }: Props) {
  const { t } = useTranslation();
  return places.map(({ box, kind, number }) => {
    const { x0, y0, x1, y1 } = turnBox(box, page, turn);
    const sign = `${PLACE_GLYPH[kind]}${number}`;
    const wide = SIDE * (0.9 + 0.6 * String(number).length);
    return (
      <g
        key={`${kind} ${number}`}
        className={`${styles.place} ${styles[kind]}`}
        {...{ [`data-${kind}`]: number }}
      >
        <title>{t(`viewer.place.${kind}`, { number })}</title>
        <rect x={x0} y={y0} width={x1 - x0} height={y1 - y0} vectorEffect="non-scaling-stroke" />
        <g transform={`translate(${x0} ${Math.max(0, y0 - SIDE)})`} className={styles.placeSign}>
          <rect width={wide} height={SIDE} rx={SIDE / 5} />
          <text x={wide / 2} y={SIDE * 0.54} fontSize={SIDE * 0.68}>
            {sign}
          </text>
        </g>
      </g>
    );
  });
});
