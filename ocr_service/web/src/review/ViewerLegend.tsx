import { useTranslation } from "react-i18next";

import { PLACE_GLYPH, type ShownPlace } from "./PlaceOverlay";
import { STATUS_LOOK } from "./status";
import styles from "./Viewer.module.css";

/** What the frames on the page mean; places of findings only where there are some. */
export function ViewerLegend({ places }: { places: readonly ShownPlace[] }) {
  const { t } = useTranslation();
  const kinds = (["drift", "outside"] as const).filter((kind) =>
    places.some((place) => place.kind === kind),
  );
  return (
    <ul className={styles.legend} aria-label={t("viewer.legend")}>
      {(["error", "doubtful", "edited", "accepted", "blank", "fine"] as const).map((status) => (
        <li key={status}>
          <svg width={22} height={16} aria-hidden="true" className={styles[status]}>
            <g className={`${styles.box} ${styles[status]}`}>
              <rect x={2} y={2} width={18} height={12} />
            </g>
          </svg>
          {STATUS_LOOK[status].glyph} {t(`review.status.${status}`)}
        </li>
      ))}
      {kinds.map((kind) => (
        <li key={kind}>
          <svg width={22} height={16} aria-hidden="true">
            <g className={`${styles.place} ${styles[kind]}`}>
              <rect x={2} y={2} width={18} height={12} />
            </g>
          </svg>
          {PLACE_GLYPH[kind]} {t(`viewer.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
