import { useTranslation } from "react-i18next";

import type { TaxonomyChangeBody } from "../api/client";
import { useFormats } from "../i18n/format";
import page from "../ui/Page.module.css";
import styles from "./Taxonomy.module.css";

interface Props {
  changes: readonly TaxonomyChangeBody[];
  titles: ReadonlyMap<string, string>;
}

/** What was changed, the newest first; what was taken back is crossed out. */
export function History({ changes, titles }: Props) {
  const { t } = useTranslation();
  const { full } = useFormats();
  const words = (change: TaxonomyChangeBody) =>
    t(`taxonomy.past.${change.kind}`, {
      before: change.title_before ?? "",
      after: change.title_after,
      into: change.into === null ? "" : (titles.get(change.into) ?? change.into),
    });
  return (
    <section aria-labelledby="taxonomy-history">
      <h2 id="taxonomy-history" className={styles.heading}>
        {t("taxonomy.history")}
      </h2>
      {changes.length === 0 ? (
        <p className={page.lead}>{t("taxonomy.noHistory")}</p>
      ) : (
        <ul className={styles.history}>
          {changes.map((change) => (
            <li key={change.id}>
              <span className={page.lead}>{full(change.at)}</span>{" "}
              {change.undone ? <s>{words(change)}</s> : words(change)}{" "}
              <span className={page.lead}>
                {t("taxonomy.by", { name: change.by })}
                {change.undone ? ` ${t("taxonomy.undone")}` : ""}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
