import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCases } from "../api/cases";
import type { CaseStatus } from "../api/client";
import { Link } from "../app/Link";
import { casePath } from "../app/router";
import { useFormats } from "../i18n/format";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { CaseBadge, caseName } from "./CaseBadge";
import styles from "./Cases.module.css";

const STATUSES = ["incomplete", "waiting_review", "complete"] as const;

/** All cases, newest first. */
export function Cases({ mayOpen }: { mayOpen: boolean }) {
  const { t } = useTranslation();
  const { problem, full } = useFormats();
  const [status, setStatus] = useState<CaseStatus | null>(null);
  const cases = useCases(status);
  const items = cases.data?.pages.flatMap((found) => found.items) ?? [];
  return (
    <div className={page.page}>
      <div className={page.head}>
        <h1 className={page.title}>{t("cases.title")}</h1>
        <label className={styles.filter}>
          {t("cases.statusColumn")}
          <select
            className={page.input}
            value={status ?? ""}
            onChange={(event) => setStatus((event.target.value || null) as CaseStatus | null)}
          >
            <option value="">{t("cases.all")}</option>
            {STATUSES.map((value) => (
              <option key={value} value={value}>
                {t(`cases.status.${value}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className={page.lead}>{t("cases.lead")}</p>
      {cases.isError ? <Notice tone="error">{problem(cases.error)}</Notice> : null}
      <div className={page.panel}>
        {items.length === 0 ? (
          <p className={page.empty}>{t(cases.isPending ? "app.loading" : "cases.empty")}</p>
        ) : (
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">{t("cases.number")}</th>
                <th scope="col">{t("cases.statusColumn")}</th>
                <th scope="col" className={page.number}>
                  {t("cases.documents")}
                </th>
                <th scope="col">{t("cases.updated")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id}>
                  <td>
                    {mayOpen ? (
                      <Link href={casePath(item.id)}>{caseName(item)}</Link>
                    ) : (
                      caseName(item)
                    )}
                  </td>
                  <td>
                    <CaseBadge value={item} />
                  </td>
                  <td className={page.number}>{item.document_count}</td>
                  <td>{full(item.updated_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {cases.hasNextPage ? (
        <div className={page.more}>
          <Button onPress={() => void cases.fetchNextPage()}>{t("queue.more")}</Button>
        </div>
      ) : null}
    </div>
  );
}
