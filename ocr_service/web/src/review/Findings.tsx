import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { FindingBody, PlaceBody } from "../api/client";
import { Link } from "../app/Link";
import { reviewPath } from "../app/router";
import { Icon } from "../ui/icons";
import styles from "./Findings.module.css";
import { findingText } from "./findingText";
import { SEVERITY_LOOK } from "./status";

interface Props {
  findings: readonly FindingBody[];
  labels: ReadonlyMap<string, string>;
  onSelect: (name: string) => void;
  /** Brings a place of the page into view. */
  onShow: (place: PlaceBody) => void;
}

/** What the checks found, in plain words, with its ground and the fields it speaks of. */
export const Findings = memo(function Findings({ findings, labels, onSelect, onShow }: Props) {
  const { t, i18n } = useTranslation();
  if (findings.length === 0) return <p className={styles.none}>{t("review.findingsNone")}</p>;
  return (
    <ul className={styles.findings}>
      {findings.map((finding) => {
        const look = SEVERITY_LOOK[finding.severity];
        return (
          <li key={finding.rule + finding.message} className={styles[finding.severity]}>
            <span className={styles.severity}>
              <Icon name={look.icon} size={16} />
              {t(`review.severity.${finding.severity}`)}
            </span>
            <div className={styles.text}>
              <p>{findingText(finding, i18n.language)}</p>
              <p className={styles.ground}>
                {finding.fields
                  .filter((name) => labels.has(name))
                  .map((name) => (
                    <button
                      key={name}
                      type="button"
                      className={styles.link}
                      onClick={() => onSelect(name)}
                    >
                      {labels.get(name)}
                    </button>
                  ))}
                {finding.places.map((place, index) => (
                  <button
                    key={`${place.page} ${index}`}
                    type="button"
                    className={styles.link}
                    onClick={() => onShow(place)}
                  >
                    {t("review.showPlace", { number: index + 1 })}
                  </button>
                ))}
                {finding.documents.map((id) => (
                  <Link key={id} href={reviewPath(id)} className={styles.link}>
                    {t("review.otherDocument", { id: `…${id.slice(-6)}` })}
                  </Link>
                ))}
                <span>
                  {t("review.ground")}：{finding.ground}
                </span>
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
});
