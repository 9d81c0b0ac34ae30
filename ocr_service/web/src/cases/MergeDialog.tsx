import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCases } from "../api/cases";
import { useFormats } from "../i18n/format";
import { AskDialog } from "../ui/AskDialog";
import page from "../ui/Page.module.css";
import { CaseBadge, caseName } from "./CaseBadge";
import styles from "./Cases.module.css";

interface Props {
  caseId: string;
  onMerge: (other: string) => void;
  onClose: () => void;
}

/** Chooses another case whose documents all come into this one. */
export function MergeDialog({ caseId, onMerge, onClose }: Props) {
  const { t } = useTranslation();
  const { full } = useFormats();
  const cases = useCases(null);
  const [filter, setFilter] = useState("");
  const [other, setOther] = useState<string | null>(null);
  const items = (cases.data?.pages.flatMap((found) => found.items) ?? []).filter(
    (item) => item.id !== caseId && caseName(item).includes(filter.trim()),
  );
  return (
    <AskDialog
      title={t("cases.mergeTitle")}
      action={t("cases.merge")}
      ready={other !== null}
      lead={t("cases.mergeLead")}
      onSubmit={() => other !== null && onMerge(other)}
      onClose={onClose}
    >
      <label className={page.field}>
        {t("cases.mergeFilter")}
        <input
          className={page.input}
          value={filter}
          autoFocus
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <fieldset>
        <legend className="visually-hidden">{t("cases.mergeTitle")}</legend>
        <div className={styles.plain}>
          {items.map((item) => (
            <label key={item.id} className={styles.badges}>
              <input
                type="radio"
                name="other-case"
                className={styles.check}
                checked={other === item.id}
                onChange={() => setOther(item.id)}
              />
              <span>{caseName(item)}</span>
              <CaseBadge value={item} />
              <span className={styles.ground}>{full(item.updated_at)}</span>
            </label>
          ))}
          {items.length === 0 ? <p>{t("cases.empty")}</p> : null}
        </div>
      </fieldset>
    </AskDialog>
  );
}
