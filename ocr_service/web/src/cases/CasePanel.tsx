import { memo } from "react";
import { useTranslation } from "react-i18next";

import { useCaseChange, useDocumentCase } from "../api/cases";
import type { CaseDetailBody, DismissalBody, ProposalBody } from "../api/client";
import { Link } from "../app/Link";
import { casePath, navigate, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { CaseBadge, caseName } from "./CaseBadge";
import { Dismissed, useDismiss } from "./Dismissed";
import styles from "./CasePanel.module.css";
import { needLook, titleOf } from "./words";

/** On the review screen: the documents of this document's case, and what is missing. */
export const CasePanel = memo(function CasePanel({ documentId }: { documentId: string }) {
  const { t } = useTranslation();
  const found = useDocumentCase(documentId);
  if (found.data === undefined) return null;
  const { case: detail, proposals, dismissed } = found.data;
  return (
    <section className={styles.panel} aria-labelledby="case-panel">
      <div className={styles.head}>
        <h3 id="case-panel">{t("cases.panel")}</h3>
        {detail == null ? null : (
          <>
            <CaseBadge value={detail.case} />
            <Link href={casePath(detail.case.id)}>
              {t("cases.open", { name: caseName(detail.case) })}
            </Link>
          </>
        )}
      </div>
      {detail == null ? (
        <NoCase documentId={documentId} proposals={proposals} dismissed={dismissed} />
      ) : (
        <Packet detail={detail} documentId={documentId} />
      )}
    </section>
  );
});

function Packet({ detail, documentId }: { detail: CaseDetailBody; documentId: string }) {
  const { t } = useTranslation();
  const open = detail.needs.filter((need) => ["missing", "likely", "unclear"].includes(need.state));
  return (
    <>
      <ul className={styles.list}>
        {detail.documents.map(({ document, part }) => (
          <li key={document.id}>
            {document.id === documentId ? (
              <strong aria-current="true">{titleOf(document, t)}</strong>
            ) : (
              <Link href={reviewPath(document.id)}>{titleOf(document, t)}</Link>
            )}
            <Badge>{t(`cases.part.${part}`)}</Badge>
            <Badge tone="info">{t(`state.${document.state}`)}</Badge>
          </li>
        ))}
      </ul>
      {open.length === 0 ? null : (
        <ul className={styles.list} aria-label={t("cases.notThere")}>
          {open.map((need) => (
            <li key={need.main + need.key}>
              <Badge {...needLook(need.state)}>{t(`cases.need.${need.state}`)}</Badge>
              {need.label}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface NoCaseProps {
  documentId: string;
  proposals: ProposalBody[];
  dismissed: DismissalBody[];
}

function NoCase({ documentId, proposals, dismissed }: NoCaseProps) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const change = useCaseChange();
  const { busy, dismiss, restore } = useDismiss(documentId);
  const failed = { onError: (error: Error) => notify(problem(error), "error") };
  const open = () =>
    change.mutate(
      { do: "open", documents: [documentId], number: null },
      { ...failed, onSuccess: (made) => navigate(casePath(made.case.id)) },
    );
  const join = (proposal: ProposalBody) => {
    const other = proposal.case_id;
    change.mutate(
      other == null
        ? { do: "open", documents: [documentId, proposal.document.id], number: null }
        : { do: "move", caseId: other, documents: [documentId] },
      { ...failed, onSuccess: () => notify(t("cases.joined")) },
    );
  };
  return (
    <>
      <p className={styles.none}>
        {t("cases.none")}
        <Button small look="quiet" isDisabled={change.isPending} onPress={open}>
          {t("cases.new")}
        </Button>
      </p>
      {proposals.length === 0 ? null : (
        <ul className={styles.list} aria-label={t("cases.proposals")}>
          {proposals.map((proposal) => (
            <li key={proposal.document.id}>
              <Link href={reviewPath(proposal.document.id)}>{titleOf(proposal.document, t)}</Link>
              {proposal.bases.map((basis) => (
                <Badge key={basis} tone="primary">
                  {t(`cases.basis.${basis}`)}
                </Badge>
              ))}
              <Button
                small
                look="quiet"
                isDisabled={change.isPending}
                onPress={() => join(proposal)}
              >
                {t("cases.same")}
              </Button>
              <Button
                small
                look="quiet"
                isDisabled={busy}
                aria-label={`${titleOf(proposal.document, t)} ${t("cases.dismiss")}`}
                onPress={() => dismiss(proposal.document.id)}
              >
                {t("cases.dismiss")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Dismissed dismissed={dismissed} busy={busy} onRestore={restore} />
    </>
  );
}
