import { useTranslation } from "react-i18next";

import { useDismissal } from "../api/cases";
import type { DismissalBody } from "../api/client";
import { Link } from "../app/Link";
import { reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import styles from "./CasePanel.module.css";
import { titleOf } from "./words";

/** Says of a proposed document that it does not belong here. */
export function useDismiss(documentId: string) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const change = useDismissal(documentId);
  const run = (wanted: Parameters<typeof change.mutate>[0], done: string) =>
    change.mutate(wanted, {
      onSuccess: () => notify(done),
      onError: (error) => notify(problem(error), "error"),
    });
  return {
    busy: change.isPending,
    dismiss: (other: string) => run({ dismiss: other }, t("cases.dismissed")),
    restore: (id: string) => run({ restore: id }, t("cases.restored")),
  };
}

interface Props {
  dismissed: readonly DismissalBody[];
  busy: boolean;
  onRestore: (id: string) => void;
}

/** Documents that people said do not belong here, folded away; each can be proposed again. */
export function Dismissed({ dismissed, busy, onRestore }: Props) {
  const { t } = useTranslation();
  const { full } = useFormats();
  if (dismissed.length === 0) return null;
  return (
    <details className={styles.dismissed}>
      <summary>{t("cases.dismissedList", { count: dismissed.length })}</summary>
      <ul className={styles.list}>
        {dismissed.map(({ id, document, by, at }) => (
          <li key={id + document.id}>
            <Link href={reviewPath(document.id)}>{titleOf(document, t)}</Link>
            <span className={styles.weak}>
              {by}・{full(at)}
            </span>
            <Button
              small
              look="quiet"
              isDisabled={busy}
              aria-label={`${titleOf(document, t)} ${t("cases.undo")}`}
              onPress={() => onRestore(id)}
            >
              <Icon name="undo" size={16} />
              {t("cases.undo")}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
