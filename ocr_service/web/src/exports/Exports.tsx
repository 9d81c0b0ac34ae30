import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { type ExportRequest, urls } from "../api/client";
import { useCreateExport, useExports, useForms } from "../api/queries";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Badge } from "../ui/Badge";
import { Button, buttonClass } from "../ui/Button";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import styles from "./Exports.module.css";

const FORMATS = ["csv", "xlsx", "json"] as const;

export function Exports({ mayCreate }: { mayCreate: boolean }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const exports = useExports();
  const pending = Object.entries(exports.data?.pending ?? {}).filter(([, count]) => count > 0);
  return (
    <div className={page.page}>
      <h1 className={page.title}>{t("exports.title")}</h1>
      <p className={page.lead}>{t("exports.lead")}</p>
      {exports.isError ? <Notice tone="error">{problem(exports.error)}</Notice> : null}
      <section className={styles.pending} aria-labelledby="pending">
        <h2 id="pending">{t("exports.pending")}</h2>
        {pending.length === 0 ? (
          <p className={page.lead}>{t("exports.pendingNone")}</p>
        ) : (
          <ul>
            {pending.map(([form, count]) => (
              <Pending key={form} form={form} count={count} mayCreate={mayCreate} />
            ))}
          </ul>
        )}
      </section>
      <ExportTable />
    </div>
  );
}

function Pending({ form, count, mayCreate }: { form: string; count: number; mayCreate: boolean }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const forms = useForms();
  const create = useCreateExport();
  const [format, setFormat] = useState<ExportRequest["format"]>("csv");
  const [reason, setReason] = useState("");
  const title = forms.data?.items.find((f) => f.id === form)?.title ?? form;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(
      { form_id: form, format, unmask_reason: reason.trim() },
      {
        onSuccess: (made) => notify(t("exports.created", { count: made.document_count })),
        onError: (error) => notify(problem(error), "error"),
      },
    );
  };
  return (
    <li>
      <form className={styles.form} onSubmit={submit}>
        <span className={styles.name}>{title}</span>
        <Badge tone="primary">{t("exports.pendingCount", { count })}</Badge>
        {mayCreate ? (
          <>
            <fieldset className={styles.formats}>
              <legend className="visually-hidden">{`${title} ${t("exports.format")}`}</legend>
              {FORMATS.map((value) => (
                <label key={value}>
                  <input
                    type="radio"
                    name={`format-${form}`}
                    checked={format === value}
                    onChange={() => setFormat(value)}
                  />
                  {t(`exports.formats.${value}`)}
                </label>
              ))}
            </fieldset>
            <Button
              type="submit"
              look="primary"
              small
              isDisabled={create.isPending}
              aria-label={`${title} ${t("exports.create")}`}
            >
              {t("exports.create")}
            </Button>
            <details className={styles.unmask}>
              <summary>{t("exports.unmask")}</summary>
              <label>
                {t("exports.unmaskReason")}
                <input
                  className={page.input}
                  value={reason}
                  maxLength={200}
                  onChange={(event) => setReason(event.target.value)}
                />
              </label>
            </details>
          </>
        ) : null}
      </form>
    </li>
  );
}

function ExportTable() {
  const { t } = useTranslation();
  const { full } = useFormats();
  const exports = useExports();
  const items = exports.data?.items ?? [];
  return (
    <section className={styles.list} aria-labelledby="files">
      <h2 id="files">{t("exports.list")}</h2>
      <div className={page.panel}>
        {items.length === 0 ? (
          <p className={page.empty}>{t(exports.isPending ? "app.loading" : "exports.empty")}</p>
        ) : (
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">{t("exports.at")}</th>
                <th scope="col">{t("exports.form")}</th>
                <th scope="col">{t("exports.format")}</th>
                <th scope="col" className={page.number}>
                  {t("exports.count")}
                </th>
                <th scope="col">{t("exports.state")}</th>
                <th scope="col">{t("exports.sha256")}</th>
                <th scope="col">{t("exports.download")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id}>
                  <td>{full(item.created_at)}</td>
                  <td>{item.form.title}</td>
                  <td>{t(`exports.formats.${item.format}`)}</td>
                  <td className={page.number}>{item.document_count}</td>
                  <td>{t(`exports.states.${item.state}`)}</td>
                  <td className={page.mono} title={item.sha256}>
                    {item.sha256.slice(0, 16)}…
                  </td>
                  <td>
                    <a
                      className={buttonClass("secondary", true)}
                      href={urls.exportFile(item.id)}
                      download
                    >
                      <Icon name="download" />
                      <span className="visually-hidden">
                        {item.form.title} {full(item.created_at)}{" "}
                      </span>
                      {t("exports.download")}
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
