import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { useConfirmKey } from "./ConfirmDialog";
import styles from "./dialogs.module.css";

interface Props {
  kind: "return" | "reject";
  /** Sentences that one press adds to the reason. */
  suggestions: readonly string[];
  busy: boolean;
  error: string | null;
  onSubmit: (reason: string) => void;
  onClose: () => void;
}

const LONGEST = 2000;

/** Returning and rejecting both need a reason that the applicant can be told. */
export function ReasonDialog({ kind, suggestions, busy, error, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const id = useId();
  const lines = reason.split("\n");
  const submit = () => {
    setMissing(reason.trim() === "");
    if (reason.trim() !== "") onSubmit(reason.trim());
  };
  useConfirmKey(busy ? null : submit);
  const toggle = (sentence: string) =>
    setReason(
      lines.includes(sentence)
        ? lines.filter((line) => line !== sentence).join("\n")
        : [...lines.filter((line) => line !== ""), sentence].join("\n"),
    );
  return (
    <Dialog
      title={t(`${kind}.title`)}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            look={kind === "reject" ? "danger" : "primary"}
            isDisabled={busy}
            onPress={submit}
          >
            {t(busy ? "review.sending" : `${kind}.submit`)} <kbd>Ctrl+Enter</kbd>
          </Button>
        </>
      }
    >
      <p>{t(`${kind}.lead`)}</p>
      {error === null ? null : <Notice tone="error">{error}</Notice>}
      <div className={page.field}>
        <label htmlFor={id} className={styles.label}>
          {t(`${kind}.reason`)}
        </label>
        <textarea
          id={id}
          className={`${page.input} ${styles.reason}`}
          rows={5}
          maxLength={LONGEST}
          value={reason}
          autoFocus
          aria-invalid={missing}
          aria-describedby={`${id}-error`}
          onChange={(event) => {
            setReason(event.target.value);
            setMissing(false);
          }}
        />
        <p id={`${id}-error`} className={styles.problem} role="alert">
          {missing ? t(`${kind}.missing`) : ""}
        </p>
      </div>
      {suggestions.length === 0 ? null : (
        <section>
          <h3 className={styles.heading}>{t(`${kind}.suggestions`)}</h3>
          <ul className={styles.suggestions}>
            {suggestions.map((sentence) => (
              <li key={sentence}>
                <button
                  type="button"
                  aria-pressed={lines.includes(sentence)}
                  onClick={() => toggle(sentence)}
                >
                  <Icon name={lines.includes(sentence) ? "check" : "plus"} size={16} />
                  {sentence}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
