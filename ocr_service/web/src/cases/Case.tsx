import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type CaseChange, useCase, useCaseChange, useDraftRequest } from "../api/cases";
import type { CaseDetailBody } from "../api/client";
import { Link } from "../app/Link";
import { casePath, navigate } from "../app/router";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { CaseBadge, caseName } from "./CaseBadge";
import { Changes, Proposals } from "./CaseExtras";
import { MergeDialog } from "./MergeDialog";
import { Needs, PacketTable } from "./PacketTable";
import { RequestDialog } from "./RequestDialog";
import styles from "./Cases.module.css";

/** One case: its documents, what is missing, what may belong to it, the request to complete. */
export function Case({ id }: { id: string }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const found = useCase(id);
  if (found.data === undefined)
    return (
      <div className={page.page}>
        {found.isError ? (
          <Notice
            tone="error"
            action={<Button onPress={() => void found.refetch()}>{t("app.reload")}</Button>}
          >
            {problem(found.error)}
          </Notice>
        ) : (
          <p className={page.waiting} role="status">
            {t("app.loading")}
          </p>
        )}
      </div>
    );
  return <Packet detail={found.data} />;
}

function Packet({ detail }: { detail: CaseDetailBody }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const change = useCaseChange();
  const [merging, setMerging] = useState(false);
  const caseId = detail.case.id;
  const run = (wanted: CaseChange, done: string) =>
    change.mutate(wanted, {
      onSuccess: (made) => {
        notify(done);
        if (wanted.do === "open") navigate(casePath(made.case.id));
      },
      onError: (error) => notify(problem(error), "error"),
    });
  return (
    <div className={page.page}>
      <Link href="/cases">{t("cases.toList")}</Link>
      <div className={page.head}>
        <div className={styles.heading}>
          <h1 className={page.title}>{t("cases.heading", { name: caseName(detail.case) })}</h1>
          <CaseBadge value={detail.case} />
        </div>
        <Button onPress={() => setMerging(true)}>{t("cases.merge")}…</Button>
      </div>
      <Needs detail={detail} />
      <PacketTable detail={detail} busy={change.isPending} onChange={run} />
      <Proposals
        proposals={detail.proposals}
        dismissed={detail.dismissed}
        member={detail.documents[0]?.document.id ?? ""}
        busy={change.isPending}
        onJoin={(document) =>
          run({ do: "move", caseId, documents: [document] }, t("cases.joined"))
        }
      />
      <Requests detail={detail} />
      <Changes
        changes={detail.changes}
        busy={change.isPending}
        onUndo={(wanted) => run({ do: "undo", caseId, change: wanted }, t("cases.undone"))}
      />
      {merging ? (
        <MergeDialog
          caseId={caseId}
          onClose={() => setMerging(false)}
          onMerge={(other) => {
            setMerging(false);
            run({ do: "merge", caseId, other }, t("cases.merged"));
          }}
        />
      ) : null}
    </div>
  );
}

function Requests({ detail }: { detail: CaseDetailBody }) {
  const { t } = useTranslation();
  const { problem, full } = useFormats();
  const caseId = detail.case.id;
  const draft = useDraftRequest(caseId);
  const [open, setOpen] = useState<string | null>(null);
  const make = () =>
    draft.mutate(undefined, {
      onSuccess: (made) => setOpen(made.id),
      onError: (error) =>
        notify(
          "field" in error && error.field === "items" ? t("requests.nothing") : problem(error),
          "error",
        ),
    });
  return (
    <section className={styles.section} aria-labelledby="requests">
      <div className={styles.heading}>
        <h2 id="requests">{t("requests.title")}</h2>
        <Button look="primary" small isDisabled={draft.isPending} onPress={make}>
          {t("requests.draft")}
        </Button>
      </div>
      <p className={page.lead}>{t("requests.lead")}</p>
      {detail.requests.length === 0 ? null : (
        <ul className={styles.plain}>
          {detail.requests.map((request) => (
            <li key={request.id}>
              {t("requests.one", {
                at: full(request.created_at),
                count: request.item_count,
                version: request.version,
              })}
              <Button small onPress={() => setOpen(request.id)}>
                {t("requests.open")}
                <span className="visually-hidden"> {full(request.created_at)}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {open === null ? null : (
        <RequestDialog caseId={caseId} id={open} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}
