import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { PlaceBody } from "../api/client";
import { turnBox, type Size, type Turn } from "./viewport";
import styles from "./Viewer.module.css";

interface Props {
  /** Places of the page that is shown. */
  places: readonly PlaceBody[];
  page: Size;
  turn: Turn;
}

const SIDE = 34;

/** Where the page lacks print of its form, numbered as in the report of `ocr-service inspect`. */
export const DriftOverlay = memo(function DriftOverlay({ places, page, turn }: Props) {
  const { t } = useTranslation();
  return places.map(({ box }, index) => {
    const { x0, y0, x1, y1 } = turnBox(box, page, turn);
    const number = index + 1;
    const sign = `！${number}`;
    const wide = SIDE * (0.9 + 0.6 * String(number).length);
    return (
      <g key={number} className={styles.drift} data-drift={number}>
        <title>{t("viewer.driftZone", { number })}</title>
        <rect x={x0} y={y0} width={x1 - x0} height={y1 - y0} vectorEffect="non-scaling-stroke" />
        <g transform={`translate(${x0} ${Math.max(0, y0 - SIDE)})`} className={styles.driftSign}>
          <rect width={wide} height={SIDE} rx={SIDE / 5} />
          <text x={wide / 2} y={SIDE * 0.54} fontSize={SIDE * 0.68}>
            {sign}
          </text>
        </g>
      </g>
    );
  });
});
