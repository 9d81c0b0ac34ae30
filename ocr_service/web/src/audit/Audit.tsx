import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useAudit, type AuditFilter } from "../api/queries";
import { useFormats } from "../i18n/format";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { AuditFilters } from "./AuditFilters";
import { AuditTable } from "./AuditTable";

export function Audit() {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const [filter, setFilter] = useState<AuditFilter>({});
  const [called, setCalled] = useState<AuditFilter>({});
  const audit = useAudit(filter);
  const events = audit.data?.pages.flatMap((p) => p.items) ?? [];
  const verified = audit.data?.pages.every((p) => p.verified);
  const narrowed = Object.keys(filter).length > 0;
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
      <AuditFilters filter={filter} called={called} onChange={setFilter} />
      <div className={page.panel}>
        {events.length === 0 ? (
          <p className={page.empty} role="status">
            {t(audit.isPending ? "app.loading" : narrowed ? "audit.none" : "audit.empty")}
          </p>
        ) : (
          <AuditTable
            events={events}
            onNarrow={(name, value, what) => {
              setFilter({ ...filter, [name]: value });
              setCalled({ ...called, [name]: what });
            }}
          />
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
