import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import type { EstimateBody, ResidualBody } from "../api/client";
import { useForms, useResidual } from "../api/queries";
import { useFormats } from "../i18n/format";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import styles from "./Certainty.module.css";
import { Curve } from "./Curve";
import { count } from "./numbers";

/** How many wrong values are expected among those that nobody is asked to look at. */
export function Certainty() {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const residual = useResidual();
  return (
    <div className={page.page}>
      <h1 className={page.title}>{t("certainty.title")}</h1>
      <p className={page.lead}>{t("certainty.lead")}</p>
      <Ask busy={residual.isPending} onAsk={residual.mutate} />
      <div role="status">
        {residual.isPending ? t("certainty.busy") : null}
        {residual.isSuccess ? t("certainty.done") : null}
      </div>
      {residual.isError ? <Notice tone="error">{problem(residual.error)}</Notice> : null}
      {residual.isSuccess ? <Answer residual={residual.data} /> : null}
    </div>
  );
}

function Ask(props: { busy: boolean; onAsk: (query: { form?: string; since?: string }) => void }) {
  const { t } = useTranslation();
  const forms = useForms();
  const [form, setForm] = useState("");
  const [since, setSince] = useState("");
  const titles = new Map(forms.data?.items.map(({ id, title }) => [id, title]));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onAsk({ ...(form === "" ? {} : { form }), ...(since === "" ? {} : { since }) });
  };
  return (
    <form className={styles.ask} onSubmit={submit}>
      <label className={page.field}>
        {t("certainty.form")}
        <select className={page.input} value={form} onChange={(e) => setForm(e.target.value)}>
          <option value="">{t("certainty.allForms")}</option>
          {[...titles].map(([id, title]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label className={page.field}>
        {t("certainty.since")}
        <input
          className={page.input}
          type="date"
          value={since}
          onChange={(e) => setSince(e.target.value)}
        />
      </label>
      <Button look="primary" type="submit" isDisabled={props.busy}>
        {t("certainty.run")}
      </Button>
    </form>
  );
}

function Answer({ residual }: { residual: ResidualBody }) {
  const { t } = useTranslation();
  const { overall } = residual;
  const few = {
    documents: residual.least_documents,
    fields: residual.least_fields,
    haveDocuments: overall.documents,
    haveFields: overall.sure.of,
  };
  return (
    <>
      {overall.larger === null ? (
        <Notice tone="warning">{t("certainty.tooFew", few)}</Notice>
      ) : (
        <Headline overall={overall} />
      )}
      <p>{t("certainty.caveat")}</p>
      {residual.damaged > 0 ? (
        <Notice tone="error">{t("certainty.damaged", { count: residual.damaged })}</Notice>
      ) : null}
      {residual.left_out > 0 ? (
        <p className={page.lead}>{t("certainty.leftOut", { count: residual.left_out })}</p>
      ) : null}
      {overall.curve.length > 0 ? <Curve overall={overall} /> : null}
    </>
  );
}

function Headline({ overall }: { overall: EstimateBody }) {
  const { t } = useTranslation();
  const { larger, sure, blank, agrees } = overall;
  if (larger === null) return null;
  const words = {
    fields: count(sure.of),
    wrong: count(larger.wrong, 1),
    low: count(larger.low),
    high: count(larger.high),
  };
  return (
    <>
      <p className={styles.headline}>{t("certainty.headline", words)}</p>
      {agrees ? null : <Notice tone="warning">{t("certainty.disagree")}</Notice>}
      {blank > 0 ? (
        <p className={page.lead}>{t("certainty.blank", { fields: count(blank) })}</p>
      ) : null}
    </>
  );
}
