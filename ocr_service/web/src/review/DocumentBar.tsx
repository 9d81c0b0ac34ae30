import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DocumentBody, SuggestionBody } from "../api/client";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import type { DialogName } from "./DecisionBar";
import { StackDialog } from "./StackDialog";
import styles from "./Workbench.module.css";

interface Props {
  document: DocumentBody;
  suggestion: SuggestionBody;
  editable: boolean;
  onBack: () => void;
  onOpen: (dialog: DialogName) => void;
}

/** Which document it is. */
export function DocumentBar({ document, suggestion, editable, onBack, onOpen }: Props) {
  const { t } = useTranslation();
  const { moment, percent } = useFormats();
  const [stack, setStack] = useState(false);
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
        <span>
          {t("review.category")} {suggestion.category.title}
        </span>
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
      {stack ? (
        <StackDialog document={document} editable={editable} onClose={() => setStack(false)} />
      ) : null}
    </div>
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
