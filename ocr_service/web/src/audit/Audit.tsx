import { useTranslation } from "react-i18next";

import { useAudit } from "../api/queries";
import { useFormats } from "../i18n/format";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";

export function Audit() {
  const { t, i18n } = useTranslation();
  const { precise, problem } = useFormats();
  const audit = useAudit();
  const events = audit.data?.pages.flatMap((p) => p.items) ?? [];
  const verified = audit.data?.pages.every((p) => p.verified);
  return (
    <div className={page.page}>
      <h1 className={page.title}>{t("audit.title")}</h1>
      <p className={page.lead}>{t("audit.lead")}</p>
      {audit.isError ? <Notice tone="error">{problem(audit.error)}</Notice> : null}
      {verified === undefined ? null : (
        <Notice tone={verified ? "success" : "error"}>
          {t(verified ? "audit.verified" : "audit.broken")}
        </Notice>
      )}
      <div className={page.panel}>
        {events.length === 0 ? (
          <p className={page.empty}>{t(audit.isPending ? "app.loading" : "audit.empty")}</p>
        ) : (
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
              {events.map((event) => (
                <tr key={event.sequence}>
                  <td className={page.number}>{event.sequence}</td>
                  <td>
                    <time dateTime={event.at}>{precise(event.at)}</time>
                  </td>
                  <td className={page.mono}>{event.actor}</td>
                  <td>
                    {i18n.exists(`audit.actions.${event.action}`)
                      ? t(`audit.actions.${event.action}`)
                      : event.action}
                    <div className={page.mono}>{event.action}</div>
                  </td>
                  <td className={page.mono}>{event.subject}</td>
                  <td className={page.mono}>{describe(event.details)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {audit.hasNextPage ? (
        <div className={page.more}>
          <Button
            look="quiet"
            isDisabled={audit.isFetchingNextPage}
            onPress={() => void audit.fetchNextPage()}
          >
            {t("audit.more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function describe(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
