import { useTranslation } from "react-i18next";

import type { AuditEventBody } from "../api/client";
import { useFormats } from "../i18n/format";
import page from "../ui/Page.module.css";
import styles from "./Audit.module.css";
import { idOf, useAuditNames } from "./names";

/** Events, newest first; who did it and what it was done to narrow the list down. */
export function AuditTable({
  events,
  onNarrow,
}: {
  events: AuditEventBody[];
  onNarrow: (name: "actor" | "subject", value: string, called: string) => void;
}) {
  const { t } = useTranslation();
  const { precise } = useFormats();
  const names = useAuditNames();
  return (
    <table className={page.table}>
      <thead>
        <tr>
          <th scope="col" className={page.number}>
            {t("audit.sequence")}
          </th>
          <th scope="col">{t("audit.at")}</th>
          <th scope="col">{t("audit.actor")}</th>
          <th scope="col">{t("audit.action")}</th>
          <th scope="col">{t("audit.subject")}</th>
          <th scope="col">{t("audit.details")}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => {
          const who = event.actor_name ?? names.actor(event.actor);
          const what = names.subject(event.subject);
          return (
            <tr key={event.sequence}>
              <td className={page.number}>{event.sequence}</td>
              <td>
                <time dateTime={event.at}>{precise(event.at)}</time>
              </td>
              <td>
                <Narrow what={who} onPress={() => onNarrow("actor", event.actor, who)} />
                <div className={page.mono}>{event.actor}</div>
              </td>
              <td>
                {names.action(event.action)}
                <div className={page.mono}>{event.action}</div>
              </td>
              <td>
                <Narrow
                  what={what}
                  onPress={() => onNarrow("subject", event.subject, `${what} ${idOf(event.subject)}`)}
                />
                <div className={page.mono}>{event.subject}</div>
              </td>
              <td className={page.mono}>{describe(event.details)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Narrow({ what, onPress }: { what: string; onPress: () => void }) {
  const { t } = useTranslation();
  const title = t("audit.only", { what });
  return (
    <button type="button" className={styles.narrow} title={title} onClick={onPress}>
      {what}
    </button>
  );
}

function describe(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
