import { useTranslation } from "react-i18next";

import type { AlarmBody, EvaluationBody, ModelsBody, ModelVersionBody } from "../api/client";
import { useForms, useModels, usePromote, useRollback } from "../api/queries";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import styles from "./Models.module.css";

/** Alarms about the stream of documents, versions of models, and what the gate said of them. */
export function Models({ mayChange }: { mayChange: boolean }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const models = useModels();
  return (
    <div className={page.page}>
      <h1 className={page.title}>{t("models.title")}</h1>
      <p className={page.lead}>{t("models.lead")}</p>
      {models.isError ? <Notice tone="error">{problem(models.error)}</Notice> : null}
      {models.isPending ? <p role="status">{t("app.loading")}</p> : null}
      {models.isSuccess ? <Sections models={models.data} mayChange={mayChange} /> : null}
    </div>
  );
}

function Sections({ models, mayChange }: { models: ModelsBody; mayChange: boolean }) {
  return (
    <>
      <Alarms standing={models.alarms} past={models.past_alarms} />
      <Versions models={models} mayChange={mayChange} />
      {models.evaluations.map((each) => (
        <Evaluation key={each.id} evaluation={each} />
      ))}
      <Shadow models={models} />
    </>
  );
}

function Alarms({ standing, past }: { standing: AlarmBody[]; past: AlarmBody[] }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section} aria-labelledby="alarms">
      <h2 id="alarms">{t("models.alarms")}</h2>
      {standing.length === 0 ? (
        <p className={page.lead}>{t("models.noAlarms")}</p>
      ) : (
        standing.map((alarm) => <Alarm key={alarm.id} alarm={alarm} />)
      )}
      {past.length === 0 ? null : (
        <details>
          <summary>{t("models.pastAlarms", { count: past.length })}</summary>
          <ul>
            {past.map((alarm) => (
              <li key={alarm.id}>
                <AlarmWords alarm={alarm} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Alarm({ alarm }: { alarm: AlarmBody }) {
  return (
    <Notice tone="warning">
      <AlarmWords alarm={alarm} />
    </Notice>
  );
}

const SIGNALS = ["categories", "confidence", "corrections", "revision"] as const;

function AlarmWords({ alarm }: { alarm: AlarmBody }) {
  const { t } = useTranslation();
  const { full } = useFormats();
  const forms = useForms();
  const signal = SIGNALS.find((name) => name === alarm.signal);
  const what = signal === undefined ? alarm.signal : t(`models.signals.${signal}`);
  // The name of the form; its id where the form is no longer known.
  const scope =
    alarm.scope === "all"
      ? t("models.everything")
      : (forms.data?.items.find(({ id }) => id === alarm.scope)?.title ?? alarm.scope);
  return (
    <span>
      {t("models.alarm", { what, scope, effect: signed(alarm.effect, 3) })}
      {" — "}
      {full(alarm.opened_at)}
    </span>
  );
}

function Versions({ models, mayChange }: { models: ModelsBody; mayChange: boolean }) {
  const { t } = useTranslation();
  return (
    <section className={styles.section} aria-labelledby="versions">
      <h2 id="versions">{t("models.versions")}</h2>
      <div className={page.panel} tabIndex={0} role="region" aria-labelledby="versions">
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">{t("models.name")}</th>
              <th scope="col">{t("models.version")}</th>
              <th scope="col">{t("models.origin")}</th>
              <th scope="col">{t("models.state")}</th>
              {mayChange ? <th scope="col">{t("models.change")}</th> : null}
            </tr>
          </thead>
          <tbody>
            {models.versions.map((each) => (
              <tr key={`${each.name}@${each.version}`}>
                <td className={page.mono}>{each.name}</td>
                <td>{each.version}</td>
                <td>{t(each.origin === "shipped" ? "models.shipped" : "models.office")}</td>
                <td>
                  <State each={each} />
                </td>
                {mayChange ? (
                  <td>
                    <Change each={each} models={models} />
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function State({ each }: { each: ModelVersionBody }) {
  const { t } = useTranslation();
  if (each.active) return <Badge tone="success">{t("models.active")}</Badge>;
  if (each.passed === true) return <Badge tone="info">{t("models.passed")}</Badge>;
  if (each.passed === false) return <Badge tone="caution">{t("models.failed")}</Badge>;
  return <span className={page.lead}>{t("models.idle")}</span>;
}

function Change({ each, models }: { each: ModelVersionBody; models: ModelsBody }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const promote = usePromote();
  const rollback = useRollback();
  const name = `${each.name} ${each.version}`;
  const done = {
    onSuccess: () => notify(t("models.changed", { name: each.name })),
    onError: (error: unknown) => notify(problem(error), "error"),
  };
  const last = models.changes.find((change) => change.name === each.name);
  if (each.active && last?.kind === "promoted")
    return (
      <Button
        small
        aria-label={`${name} ${t("models.rollback")}`}
        isDisabled={rollback.isPending}
        onPress={() => rollback.mutate(each.name, done)}
      >
        {t("models.rollback")}
      </Button>
    );
  if (each.passed !== true || each.active) return null;
  return (
    <Button
      small
      look="primary"
      aria-label={`${name} ${t("models.promote")}`}
      isDisabled={promote.isPending}
      onPress={() => promote.mutate({ name: each.name, version: each.version }, done)}
    >
      {t("models.promote")}
    </Button>
  );
}

function Evaluation({ evaluation }: { evaluation: EvaluationBody }) {
  const { t } = useTranslation();
  const { full } = useFormats();
  const title = t("models.evaluation", {
    name: `${evaluation.name} ${evaluation.version}`,
    documents: evaluation.documents,
  });
  return (
    <details className={styles.section}>
      <summary>
        {title} <Badge tone={evaluation.passed ? "success" : "caution"}>
          {t(evaluation.passed ? "models.passed" : "models.failed")}
        </Badge>{" "}
        {full(evaluation.created_at)}
      </summary>
      {evaluation.reasons.length === 0 ? null : (
        <p>
          {t("models.reasons")} {evaluation.reasons.join(" / ")}
        </p>
      )}
      <div className={page.panel} tabIndex={0} role="region" aria-label={title}>
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">{t("models.measure")}</th>
              <th scope="col">{t("models.group")}</th>
              <th scope="col" className={page.number}>
                {t("models.items")}
              </th>
              <th scope="col" className={page.number}>
                {t("models.before")}
              </th>
              <th scope="col" className={page.number}>
                {t("models.after")}
              </th>
              <th scope="col" className={page.number}>
                {t("models.difference")}
              </th>
            </tr>
          </thead>
          <tbody>
            {evaluation.rows.map((row) => (
              <tr key={`${row.measure} ${row.group}`}>
                <td>{row.measure}</td>
                <td>
                  {row.group} {row.worse ? <Badge tone="error">{t("models.worse")}</Badge> : null}
                </td>
                <td className={page.number}>{row.items}</td>
                <td className={page.number}>{row.active.toFixed(4)}</td>
                <td className={page.number}>{row.candidate.toFixed(4)}</td>
                <td className={page.number}>
                  {signed(row.difference, 4)} ({signed(row.low, 4)} – {signed(row.high, 4)})
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Shadow({ models }: { models: ModelsBody }) {
  const { t } = useTranslation();
  const { shadow } = models;
  if (shadow === null) return null;
  const words = {
    candidate: shadow.candidate,
    documents: shadow.documents,
    fields: shadow.total["fields"] ?? 0,
    values: shadow.total["values"] ?? 0,
  };
  return (
    <section className={styles.section} aria-labelledby="shadow">
      <h2 id="shadow">{t("models.shadow")}</h2>
      <p>
        {t("models.shadowWords", words)}{" "}
        {shadow.running ? <Badge tone="info">{t("models.running")}</Badge> : null}
      </p>
    </section>
  );
}

const signed = (value: number, digits: number) =>
  `${value > 0 ? "+" : ""}${value.toFixed(digits)}`;
