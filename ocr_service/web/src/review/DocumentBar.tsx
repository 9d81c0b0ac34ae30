import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DocumentBody, SuggestionBody } from "../api/client";
import { useSession } from "../api/queries";
import { permissionsOf } from "../app/permissions";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import type { DialogName } from "./DecisionBar";
import { FormDraftDialog } from "./FormDraftDialog";
import { StackDialog } from "./StackDialog";
import styles from "./Workbench.module.css";

interface Props {
  document: DocumentBody;
  suggestion: SuggestionBody;
  editable: boolean;
  onBack: () => void;
  onOpen: (dialog: DialogName) => void;
  /** Takes back what a person said the document is; null while that can't be. */
  onUndoCategory: (() => void) | null;
}

/** Which document it is. */
export function DocumentBar(props: Props) {
  const { document, suggestion, editable, onBack, onOpen } = props;
  const { t } = useTranslation();
  const { moment, percent } = useFormats();
  const [stack, setStack] = useState(false);
  const [draft, setDraft] = useState(false);
  const session = useSession();
  // A page that no form claims may be the first of a form that the office does not know yet.
  const drafts =
    suggestion.form === null && session.data != null && permissionsOf(session.data).draftForms;
  const several = document.stack_id != null || document.page_count > 1;
  return (
    <div className={styles.top}>
      <Button look="bare" small onPress={onBack}>
        <Icon name="back" />
        {t("review.back")}
      </Button>
      <h1 className={styles.title}>{suggestion.form?.title ?? t("review.noForm")}</h1>
      <Badge tone="info">{t(`state.${document.state}`)}</Badge>
      <p className={styles.meta}>
        <Category {...props} />
        <span>
          {t("review.received")} {moment(document.received_at)}
        </span>
        <span>{document.station}</span>
        {suggestion.form === null ? null : (
          <span>{t("review.formScore", { score: percent(suggestion.form_score) })}</span>
        )}
      </p>
      <div className={styles.tools}>
        {several ? (
          <Button look="quiet" small onPress={() => setStack(true)}>
            {t("stack.open", { pages: pageList(document) })}…
          </Button>
        ) : null}
        {drafts ? (
          <Button look="quiet" small onPress={() => setDraft(true)}>
            {t("formDraft.open")}…
          </Button>
        ) : null}
        {editable ? (
          <Button look="quiet" small onPress={() => onOpen("pin")}>
            {t("review.pinForm")}…
          </Button>
        ) : null}
        <Button look="quiet" small onPress={() => onOpen("help")}>
          <Icon name="keyboard" />
          {t("review.help")} <kbd>?</kbd>
        </Button>
      </div>
      {draft ? (
        <FormDraftDialog documentId={document.id} onClose={() => setDraft(false)} />
      ) : null}
      {stack ? (
        <StackDialog document={document} editable={editable} onClose={() => setStack(false)} />
      ) : null}
    </div>
  );
}

/** What the document is, who says so, and the way to say something else. */
function Category({ document, suggestion, onOpen, onUndoCategory }: Props) {
  const { t } = useTranslation();
  return (
    <span className={styles.category}>
      {t("review.category")}
      <Button look="quiet" small onPress={() => onOpen("category")}>
        {document.category_label ?? suggestion.category.title}… <kbd>F9</kbd>
      </Button>
      {document.category_by == null ? null : (
        <Badge tone="primary">{t("category.by", { name: document.category_by })}</Badge>
      )}
      {document.category_by == null || onUndoCategory === null ? null : (
        <Button look="quiet" small onPress={onUndoCategory}>
          <Icon name="undo" size={16} />
          {t("category.undo")}
        </Button>
      )}
    </span>
  );
}

/** Pages of the posted file in short: `1–3, 5`. */
function pageList({ pages, page_count: count }: DocumentBody): string {
  const numbers = pages ?? Array.from({ length: count }, (_, i) => i + 1);
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}
