import { Cell, Column, Row, Table, TableBody, TableHeader } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { DocumentBody } from "../api/client";
import { useDocumentActions, type Tab } from "../api/queries";
import type { Permissions } from "../app/permissions";
import { navigate, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { draftStore } from "../review/draft";
import { notify } from "../ui/announce";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import page from "../ui/Page.module.css";
import styles from "./Queue.module.css";

interface Props {
  documents: DocumentBody[];
  tab: Tab;
  may: Permissions;
}

type ColumnId = "received" | "form" | "category" | "station" | "doubtful" | "findings" | "owner";

const READ: readonly ColumnId[] = [
  "received",
  "form",
  "category",
  "station",
  "doubtful",
  "findings",
  "owner",
];

/** Rows of one tab; arrow keys move, Enter opens. */
export function DocumentTable({ documents, tab, may }: Props) {
  const { t } = useTranslation();
  const waiting = tab === "reading";
  const failed = tab === "failed";
  const openable = may.review && !waiting && !failed;
  return (
    <div className={page.panel}>
      <Table
        aria-label={t(`state.${waiting ? "processing" : tab}`)}
        className={styles.table ?? ""}
        {...(openable ? { onRowAction: (id) => navigate(reviewPath(String(id))) } : {})}
      >
        <TableHeader>
          <Column isRowHeader={waiting || failed}>{t("queue.received")}</Column>
          {waiting || failed ? (
            <>
              <Column>{t("queue.station")}</Column>
              <Column>{t("queue.pages")}</Column>
              <Column>{t(failed ? "queue.reason" : "queue.stateColumn")}</Column>
            </>
          ) : (
            <>
              <Column isRowHeader>{t("queue.formColumn")}</Column>
              <Column>{t("queue.category")}</Column>
              <Column>{t("queue.station")}</Column>
              <Column>{t("queue.doubtful")}</Column>
              <Column>{t("queue.findings")}</Column>
              <Column>{t("queue.owner")}</Column>
            </>
          )}
        </TableHeader>
        <TableBody items={documents} dependencies={[t, may, tab]}>
          {(document) =>
            waiting || failed ? (
              <Row id={document.id} className={openable ? (styles.row ?? "") : ""}>
                <Cell className={styles.time ?? ""}>
                  <Received at={document.received_at} />
                </Cell>
                <Cell>{document.station}</Cell>
                <Cell>{document.page_count}</Cell>
                <Cell>
                  {failed ? (
                    <Failure document={document} may={may} />
                  ) : (
                    <Waiting document={document} />
                  )}
                </Cell>
              </Row>
            ) : (
              <Row id={document.id} className={openable ? (styles.row ?? "") : ""}>
                {READ.map((column) => (
                  <Cell key={column} className={column === "received" ? (styles.time ?? "") : ""}>
                    <ReadCell column={column} document={document} />
                  </Cell>
                ))}
              </Row>
            )
          }
        </TableBody>
      </Table>
    </div>
  );
}

function ReadCell({ column, document }: { column: ColumnId; document: DocumentBody }) {
  const { t } = useTranslation();
  switch (column) {
    case "received":
      return <Received at={document.received_at} />;
    case "form":
      return document.form == null ? (
        <span className={styles.unknown}>{t("queue.noForm")}</span>
      ) : (
        <span className={styles.form}>{document.form.title}</span>
      );
    case "category":
      return document.category_label ?? "";
    case "station":
      return document.station;
    case "doubtful":
      return (
        <span className={styles.doubtful}>
          <b className={document.fields_doubtful === 0 ? styles.unknown : ""}>
            {document.fields_doubtful}
          </b>{" "}
          <span className={styles.total}>/ {document.fields_total ?? 0}</span>
        </span>
      );
    case "findings":
      return <Findings document={document} />;
    case "owner":
      return (
        <span className={styles.badges}>
          {document.claimed_by_me === true ? (
            <Badge tone="primary">{t("queue.mine")}</Badge>
          ) : (
            (document.claimed_by ?? "")
          )}
          {document.awaits_second ? <Badge tone="info">{t("queue.second")}</Badge> : null}
          {draftStore.has(document.id) ? (
            <Badge tone="caution" icon="pen">
              {t("queue.draft")}
            </Badge>
          ) : null}
        </span>
      );
  }
}

function Findings({ document }: { document: DocumentBody }) {
  const { t } = useTranslation();
  const errors = document.findings_error ?? 0;
  const warnings = document.findings_warning ?? 0;
  const incomplete = document.case_status === "incomplete";
  if (errors + warnings === 0 && !incomplete)
    return <span className={styles.unknown}>{t("queue.noFindings")}</span>;
  return (
    <span className={styles.badges}>
      {errors > 0 ? (
        <Badge tone="error" icon="error">
          {t("queue.errors", { count: errors })}
        </Badge>
      ) : null}
      {warnings > 0 ? (
        <Badge tone="warning" icon="alert">
          {t("queue.warnings", { count: warnings })}
        </Badge>
      ) : null}
      {incomplete ? (
        <Badge tone="caution" icon="page">
          {t("queue.caseIncomplete")}
        </Badge>
      ) : null}
    </span>
  );
}

function Received({ at }: { at: string }) {
  const { moment, full } = useFormats();
  return (
    <time dateTime={at} title={full(at)}>
      {moment(at)}
    </time>
  );
}

function Waiting({ document }: { document: DocumentBody }) {
  const { t } = useTranslation();
  const minutes = Math.floor((Date.now() - Date.parse(document.updated_at)) / 60_000);
  return (
    <span className={styles.badges}>
      {document.state === "processing" ? <span className={styles.bar} aria-hidden="true" /> : null}
      {t(`state.${document.state}`)}
      <span className={styles.total}>
        {minutes < 1 ? t("queue.readingNow") : t("queue.readingSince", { minutes })}
      </span>
    </span>
  );
}

function Failure({ document, may }: { document: DocumentBody; may: Permissions }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const { retry } = useDocumentActions();
  const again = () =>
    retry.mutate(document.id, {
      onSuccess: () => notify(t("queue.retried")),
      onError: (error) => notify(problem(error), "error"),
    });
  return (
    <span className={styles.badges}>
      <span className={styles.reason}>{document.failure_message ?? document.failure_code}</span>
      {document.failure_retryable === true && may.retry ? (
        <Button small isDisabled={retry.isPending} onPress={again}>
          {t("queue.retry")}
        </Button>
      ) : (
        <Badge tone="warning" icon="alert">
          {t("queue.scanAgain")}
        </Badge>
      )}
    </span>
  );
}
