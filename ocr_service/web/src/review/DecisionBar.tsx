import { useTranslation } from "react-i18next";

import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import styles from "./Workbench.module.css";

export type DialogName =
  "confirm" | "return" | "reject" | "release" | "pin" | "help" | "unmask" | "category" | "teach";

interface Props {
  left: number;
  total: number;
  edited: number;
  editable: boolean;
  onOpen: (dialog: DialogName) => void;
  onRelease: () => void;
}

/** How far the reviewer has come, and the decisions. */
export function DecisionBar(props: Props) {
  const { left, total, edited, editable, onOpen } = props;
  const { t } = useTranslation();
  const done = total - left;
  return (
    <div className={styles.bar}>
      <div className={styles.progress}>
        <progress
          className="visually-hidden"
          value={done}
          max={Math.max(total, 1)}
          aria-label={t("review.attention")}
        />
        <svg width={96} height={8} aria-hidden="true">
          <rect className={styles.meter} width={96} height={8} rx={4} />
          <rect
            className={styles.meter_done}
            width={total === 0 ? 96 : (96 * done) / total}
            height={8}
            rx={4}
          />
        </svg>
        <span className={left === 0 ? styles.ready : ""}>
          {left === 0 ? t("review.allSeen") : t("review.left", { left, total })}
        </span>
        {edited > 0 ? (
          <span className={styles.edited}>
            <Icon name="pen" size={16} />
            {t("review.edited", { count: edited })}
          </span>
        ) : null}
      </div>
      {editable ? (
        <>
          <Button look="quiet" onPress={props.onRelease}>
            {t("review.release")} <kbd>F2</kbd>
          </Button>
          <Button look="quiet" onPress={() => onOpen("reject")}>
            {t("review.reject")}… <kbd>F8</kbd>
          </Button>
          <Button look="secondary" onPress={() => onOpen("return")}>
            {t("review.return")}… <kbd>F4</kbd>
          </Button>
          <Button id="confirm" look="primary" onPress={() => onOpen("confirm")}>
            <Icon name="check" />
            {t("review.confirm")} <kbd>Ctrl+Enter</kbd>
          </Button>
        </>
      ) : null}
    </div>
  );
}
