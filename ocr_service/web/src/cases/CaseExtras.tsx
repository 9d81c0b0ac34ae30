import { useTranslation } from "react-i18next";

import type { CaseDetailBody, DismissalBody, ProposalBody } from "../api/client";
import { Link } from "../app/Link";
import { casePath, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import page from "../ui/Page.module.css";
import { Dismissed, useDismiss } from "./Dismissed";
import styles from "./Cases.module.css";
import { titleOf } from "./words";

interface ProposalsProps {
  proposals: ProposalBody[];
  busy: boolean;
  dismissed: DismissalBody[];
  /** A document of the case: what is dismissed for it is dismissed for all. */
  member: string;
  onJoin: (document: string) => void;
}

/** Documents of the same person: proposed, and put here only by a person. */
export function Proposals({ proposals, dismissed, member, busy, onJoin }: ProposalsProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { busy: sending, dismiss, restore } = useDismiss(member);
  if (proposals.length === 0 && dismissed.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="proposals">
      <h2 id="proposals">{t("cases.proposals")}</h2>
      <p className={page.lead}>{t("cases.proposalsLead")}</p>
      <ul className={styles.plain}>
        {proposals.map(({ document, case_id, case_number, bases }) => (
          <li key={document.id}>
            <Link href={reviewPath(document.id)}>{titleOf(document, t)}</Link>
            {bases.map((basis) => (
              <Badge key={basis} tone="primary">
                {t(`cases.basis.${basis}`)}
              </Badge>
            ))}
            <Badge tone="info">{t(`state.${document.state}`)}</Badge>
            <span>{moment(document.received_at)}</span>
            {case_id == null ? null : (
              <Link href={casePath(case_id)}>
                {t("cases.inOther", { name: case_number ?? `…${case_id.slice(-8)}` })}
              </Link>
            )}
            <Button
              small
              isDisabled={busy}
              aria-label={`${titleOf(document, t)} ${t("cases.join")}`}
              onPress={() => onJoin(document.id)}
            >
              {t("cases.join")}
            </Button>
            <Button
              small
              look="quiet"
              isDisabled={sending}
              aria-label={`${titleOf(document, t)} ${t("cases.dismiss")}`}
              onPress={() => dismiss(document.id)}
            >
              {t("cases.dismiss")}
            </Button>
          </li>
        ))}
      </ul>
      <Dismissed dismissed={dismissed} busy={sending} onRestore={restore} />
    </section>
  );
}

interface ChangesProps {
  changes: CaseDetailBody["changes"];
  busy: boolean;
  onUndo: (change: string) => void;
}

/** What people changed, newest first; each can be moved back while nothing came after it. */
export function Changes({ changes, busy, onUndo }: ChangesProps) {
  const { t } = useTranslation();
  const { full } = useFormats();
  if (changes.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="changes">
      <h2 id="changes">{t("cases.changes")}</h2>
      <ul className={styles.plain}>
        {changes.map((change) => {
          const words = t(`cases.change.${change.kind}`, { count: change.documents.length });
          return (
            <li key={change.id}>
              <span className={change.undone ? styles.undone : ""}>{words}</span>
              <span className={styles.ground}>
                {change.by}・{full(change.at)}
              </span>
              {change.undone ? (
                <Badge>{t("cases.undoneMark")}</Badge>
              ) : (
                <Button
                  small
                  look="quiet"
                  isDisabled={busy}
                  aria-label={`${words} ${full(change.at)} ${t("cases.undo")}`}
                  onPress={() => onUndo(change.id)}
                >
                  <Icon name="undo" size={16} />
                  {t("cases.undo")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
