import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { FieldBody, FindingBody } from "../api/client";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import styles from "./dialogs.module.css";
import { findingText } from "./findingText";
import { display } from "./values";

export interface Change {
  field: FieldBody;
  value: string | null;
}

interface Props {
  changes: readonly Change[];
  left: readonly FieldBody[];
  malformed: readonly FieldBody[];
  errors: readonly FindingBody[];
  busy: boolean;
  error: string | null;
  openNext: boolean;
  onOpenNext: (on: boolean) => void;
  onConfirm: () => void;
  onGoTo: (name: string) => void;
  onClose: () => void;
}

/** What is about to be confirmed: corrections, and all that a person should still know. */
export function ConfirmDialog(props: Props) {
  const { changes, left, malformed, errors, busy, onConfirm } = props;
  const { t, i18n } = useTranslation();
  const open = left.length + malformed.length + errors.length > 0;
  // The server takes no such value: better to say so before than after.
  const blocked = malformed.length > 0;
  useConfirmKey(busy || blocked ? null : onConfirm);
  return (
    <Dialog
      title={t("confirm.title")}
      onClose={props.onClose}
      wide
      footer={
        <>
          <label className={styles.next}>
            <input
              type="checkbox"
              checked={props.openNext}
              onChange={(event) => props.onOpenNext(event.target.checked)}
            />
            {t("confirm.next")}
          </label>
          <Button look="quiet" onPress={props.onClose} autoFocus={open}>
            {t("confirm.review")}
          </Button>
          <Button
            look={open ? "secondary" : "primary"}
            isDisabled={busy || blocked}
            onPress={onConfirm}
            autoFocus={!open}
          >
            {t(busy ? "review.sending" : open ? "confirm.submitAnyway" : "confirm.submit")}{" "}
            <kbd>Ctrl+Enter</kbd>
          </Button>
        </>
      }
    >
      {props.error === null ? null : <Notice tone="error">{props.error}</Notice>}
      {open ? null : <Notice tone="success">{t("confirm.ready")}</Notice>}
      <FieldLinks
        title={t("confirm.malformed", { count: malformed.length })}
        tone="error"
        fields={malformed}
        onGoTo={props.onGoTo}
      />
      {blocked ? <p>{t("confirm.blocked")}</p> : null}
      {errors.length === 0 ? null : (
        <section>
          <h3 className={`${styles.heading} ${styles.error}`}>
            <Icon name="error" />
            {t("confirm.errors", { count: errors.length })}
          </h3>
          <ul className={styles.messages}>
            {errors.map((finding) => (
              <li key={finding.rule + finding.message}>
                {finding.fields[0] === undefined ? (
                  findingText(finding, i18n.language)
                ) : (
                  <GoTo
                    name={finding.fields[0]}
                    label={findingText(finding, i18n.language)}
                    onGoTo={props.onGoTo}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <FieldLinks
        title={t("confirm.left", { count: left.length })}
        tone="warning"
        fields={left}
        onGoTo={props.onGoTo}
      />
      <ChangeTable changes={changes} />
    </Dialog>
  );
}

function FieldLinks({
  title,
  tone,
  fields,
  onGoTo,
}: {
  title: string;
  tone: "error" | "warning";
  fields: readonly FieldBody[];
  onGoTo: (name: string) => void;
}) {
  if (fields.length === 0) return null;
  return (
    <section>
      <h3 className={`${styles.heading} ${styles[tone]}`}>
        <Icon name={tone === "error" ? "error" : "question"} />
        {title}
      </h3>
      <ul className={styles.links}>
        {fields.map((field) => (
          <li key={field.name}>
            <GoTo name={field.name} label={field.label} onGoTo={onGoTo} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function GoTo(props: { name: string; label: string; onGoTo: (name: string) => void }) {
  return (
    <button type="button" className={styles.link} onClick={() => props.onGoTo(props.name)}>
      {props.label}
    </button>
  );
}

function ChangeTable({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation();
  const words = { present: t("review.sealPresent") };
  if (changes.length === 0) return <p>{t("confirm.noChanges")}</p>;
  return (
    <section>
      <h3 className={styles.heading}>
        <Icon name="pen" />
        {t("confirm.changes", { count: changes.length })}
      </h3>
      <table className={styles.changes}>
        <thead>
          <tr>
            <th scope="col">{t("review.fields")}</th>
            <th scope="col">{t("confirm.from")}</th>
            <th scope="col">{t("confirm.to")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, value }) => (
            <tr key={field.name}>
              <th scope="row">{field.label}</th>
              <td className={styles.from}>
                {display(field, field.value, words) || t("review.empty")}
              </td>
              <td className={styles.to}>{display(field, value, words) || t("review.empty")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Ctrl+Enter decides as well; a key held down since the dialog opened does not. */
export function useConfirmKey(onConfirm: (() => void) | null): void {
  const [mounted] = useState(() => performance.now());
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const settled = performance.now() - mounted > 150;
      if (event.key !== "Enter" || !event.ctrlKey || event.repeat || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      if (settled) onConfirm?.();
    };
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, [onConfirm, mounted]);
}
