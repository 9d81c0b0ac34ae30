import { useTranslation } from "react-i18next";

import type { DocumentBody, SuggestionBody } from "../api/client";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import type { DialogName } from "./DecisionBar";
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
    </div>
  );
}
