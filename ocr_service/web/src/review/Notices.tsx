import { useTranslation } from "react-i18next";

import { useFormats } from "../i18n/format";
import { Notice } from "../ui/Notice";
import type { Carried } from "./useDraft";
import type { WorkbenchProps } from "./Workbench";
import styles from "./Workbench.module.css";

interface Props extends WorkbenchProps {
  carried: Carried | null;
  labels: ReadonlyMap<string, string>;
}

/** What a reviewer has to know before the work: a newer reading, a decision, why it is read-only. */
export function ReviewNotices(props: Props) {
  const { decision, readOnlyReason, second, stale, carried, labels } = props;
  const { t } = useTranslation();
  const { full } = useFormats();
  return (
    <div className={styles.notices}>
      {stale || carried !== null ? (
        <Notice tone="warning">
          <b>{t("review.stale.title")}</b>{" "}
          {carried !== null && carried.kept.length > 0
            ? t("review.stale.kept", { kept: carried.kept.length })
            : t("review.stale.none")}
          {carried !== null && carried.lost.length > 0 ? (
            <> {t("review.stale.lost", { names: carried.lost.join("、") })}</>
          ) : null}
        </Notice>
      ) : null}
      {second === null ? null : <Notice tone="info">{second}</Notice>}
      {readOnlyReason === null ? null : <Notice tone="info">{readOnlyReason}</Notice>}
      {decision === null ? null : (
        <Notice tone={decision.action === "confirm" ? "success" : "warning"}>
          <p className={styles.decision}>
            <b>{t(`review.${decision.action}`)}</b>
            <span>
              {t("review.decision.by", {
                name: decision.decided_by,
                at: full(decision.created_at),
              })}
            </span>
            {decision.reason === "" ? null : (
              <span>
                {t("review.decision.reason")}：{decision.reason}
              </span>
            )}
            <span>
              {t("review.decision.changed")}：
              {decision.changed.length === 0
                ? t("review.decision.none")
                : decision.changed.map((name) => labels.get(name) ?? name).join("、")}
            </span>
          </p>
        </Notice>
      )}
    </div>
  );
}
