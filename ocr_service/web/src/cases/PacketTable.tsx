import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CaseChange } from "../api/cases";
import type { CaseDetailBody, CaseDocumentBody, NeedBody } from "../api/client";
import { Link } from "../app/Link";
import { reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import page from "../ui/Page.module.css";
import styles from "./Cases.module.css";
import { needLook, titleOf } from "./words";

/** What the main forms ask for, and what became of it. */
export function Needs({ detail }: { detail: CaseDetailBody }) {
  const { t } = useTranslation();
  const titles = new Map(detail.documents.map(({ document }) => [document.id, titleOf(document, t)]));
  return (
    <section className={styles.section} aria-labelledby="needs">
      <h2 id="needs">{t("cases.needs")}</h2>
      <div className={page.panel}>
        {detail.needs.length === 0 ? (
          <p className={page.empty}>{t("cases.needsNone")}</p>
        ) : (
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">{t("cases.paper")}</th>
                <th scope="col">{t("cases.statusColumn")}</th>
                <th scope="col">{t("cases.found")}</th>
                <th scope="col">{t("cases.for")}</th>
              </tr>
            </thead>
            <tbody>
              {[...detail.needs].sort(byUrgency).map((need) => (
                <tr key={need.main + need.key}>
                  <td>
                    {need.label}
                    <br />
                    <span className={styles.ground}>
                      {need.conditional ? t("cases.conditional") : t("cases.always")}・
                      {t("review.ground")}：{need.ground}
                    </span>
                  </td>
                  <td>
                    <Badge {...needLook(need.state)}>{t(`cases.need.${need.state}`)}</Badge>
                  </td>
                  <td>
                    {need.documents.map((document) => (
                      <Link key={document} href={reviewPath(document)}>
                        {titles.get(document)}
                      </Link>
                    ))}{" "}
                    {need.match == null ? null : (
                      <span className={styles.ground}>{t(`cases.match.${need.match}`)}</span>
                    )}
                  </td>
                  <td>{need.main_form.title}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

const URGENCY = ["missing", "likely", "unclear", "present", "not_needed"];
const byUrgency = (a: NeedBody, b: NeedBody) =>
  URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state);

interface Props {
  detail: CaseDetailBody;
  busy: boolean;
  onChange: (change: CaseChange, done: string) => void;
}

/** The documents of the case; chosen ones can be split off. */
export function PacketTable({ detail, busy, onChange }: Props) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const caseId = detail.case.id;
  const there = detail.documents.map(({ document }) => document.id);
  const picked = chosen.filter((id) => there.includes(id));
  const toggle = (id: string) =>
    setChosen(picked.includes(id) ? picked.filter((other) => other !== id) : [...picked, id]);
  const split = () => {
    onChange({ do: "open", documents: [...picked], number: null }, t("cases.splitDone"));
    setChosen([]);
  };
  return (
    <section className={styles.section} aria-labelledby="packet">
      <div className={styles.heading}>
        <h2 id="packet">{t("cases.packet")}</h2>
        <Button small isDisabled={busy || picked.length === 0} onPress={split}>
          {t("cases.split", { count: picked.length })}
        </Button>
      </div>
      <div className={page.panel}>
        <table className={page.table}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t("cases.choose")}</span>
              </th>
              <th scope="col">{t("cases.document")}</th>
              <th scope="col">{t("cases.partColumn")}</th>
              <th scope="col">{t("queue.stateColumn")}</th>
              <th scope="col">{t("queue.received")}</th>
              <th scope="col">{t("cases.actions")}</th>
            </tr>
          </thead>
          <tbody>
            {detail.documents.map((member) => {
              const { document } = member;
              const title = titleOf(document, t);
              return (
                <tr key={document.id}>
                  <td>
                    <label className={styles.tick}>
                      <span className="visually-hidden">
                        {t("cases.chooseOne", { name: title })}
                      </span>
                      <input
                        type="checkbox"
                        className={styles.check}
                        checked={picked.includes(document.id)}
                        onChange={() => toggle(document.id)}
                      />
                    </label>
                  </td>
                  <td>
                    <Link href={reviewPath(document.id)}>{title}</Link>
                  </td>
                  <td>
                    <Purpose member={member} detail={detail} busy={busy} onChange={onChange} />
                  </td>
                  <td>
                    <span className={styles.badges}>
                      <Badge tone="info">{t(`state.${document.state}`)}</Badge>
                      {member.replaced === true ? <Badge>{t("cases.replaced")}</Badge> : null}
                    </span>
                  </td>
                  <td>{moment(document.received_at)}</td>
                  <td>
                    <Button
                      small
                      look="quiet"
                      isDisabled={busy}
                      aria-label={`${title} ${t("cases.remove")}`}
                      onPress={() =>
                        onChange(
                          { do: "remove", caseId, document: document.id },
                          t("cases.removed"),
                        )
                      }
                    >
                      {t("cases.remove")}
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Purpose({ member, detail, busy, onChange }: Props & { member: CaseDocumentBody }) {
  const { t } = useTranslation();
  const { document, part, purpose } = member;
  const needs = new Map(detail.needs.map((need) => [need.key, need.label]));
  // What a person once said stays to be seen, even when no form asks for it any more.
  if (purpose != null && !["main", "other"].includes(purpose) && !needs.has(purpose))
    needs.set(purpose, purpose);
  return (
    <span className={styles.badges}>
      <Badge>{t(`cases.part.${part}`)}</Badge>
      <select
        className={styles.select}
        aria-label={t("cases.purpose", { name: titleOf(document, t) })}
        disabled={busy}
        value={purpose ?? ""}
        onChange={(event) =>
          onChange(
            {
              do: "purpose",
              caseId: detail.case.id,
              document: document.id,
              purpose: event.target.value || null,
            },
            t("cases.sorted"),
          )
        }
      >
        <option value="">{t("cases.purposeAuto")}</option>
        <option value="main">{t("cases.part.main")}</option>
        {[...needs].map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
        <option value="other">{t("cases.part.other")}</option>
      </select>
    </span>
  );
}
