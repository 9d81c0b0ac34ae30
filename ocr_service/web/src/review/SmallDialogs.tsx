import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { FormRef } from "../api/client";
import { useForms } from "../api/queries";
import { AskDialog } from "../ui/AskDialog";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import page from "../ui/Page.module.css";
import styles from "./dialogs.module.css";

interface Common {
  busy: boolean;
  error: string | null;
  onClose: () => void;
}

const keyOf = (form: FormRef) => `${form.id}@${form.revision}`;

/** Chooses another form; the document is read again with it. */
export function FormDialog({
  current,
  busy,
  error,
  onSubmit,
  onClose,
}: Common & { current: FormRef | null; onSubmit: (form: FormRef) => void }) {
  const { t } = useTranslation();
  const forms = useForms();
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const items = (forms.data?.items ?? []).filter((f) => f.title.includes(filter.trim()));
  const form = forms.data?.items.find((f) => keyOf(f) === chosen);
  return (
    <AskDialog
      title={t("pin.title")}
      action={t(busy ? "review.sending" : "pin.submit")}
      ready={!busy && form !== undefined}
      lead={t("pin.lead")}
      error={error}
      onSubmit={() => form !== undefined && onSubmit(form)}
      onClose={onClose}
    >
      <label className={page.field}>
        {t("pin.filter")}
        <input
          className={page.input}
          type="search"
          value={filter}
          autoFocus
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <fieldset className={styles.forms}>
        <legend className="visually-hidden">{t("pin.choose")}</legend>
        {items.map((item) => (
          <label key={keyOf(item)}>
            <input
              type="radio"
              name="form"
              checked={chosen === keyOf(item)}
              onChange={() => setChosen(keyOf(item))}
            />
            <span>
              {item.title}
              {current !== null && keyOf(current) === keyOf(item) ? t("pin.current") : ""}
            </span>
            <small>
              {item.id} {item.revision}
            </small>
          </label>
        ))}
      </fieldset>
    </AskDialog>
  );
}

/** Asks why a 個人番号 has to be seen. */
export function UnmaskDialog({
  busy,
  error,
  onSubmit,
  onClose,
}: Common & { onSubmit: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const presets = t("review.unmaskReasons", { returnObjects: true }) as string[];
  return (
    <AskDialog
      title={t("review.unmaskTitle")}
      action={t("review.unmaskSubmit")}
      ready={!busy && reason.trim() !== ""}
      lead={t("review.unmaskLead")}
      error={error}
      onSubmit={() => onSubmit(reason.trim())}
      onClose={onClose}
    >
      <ul className={styles.suggestions}>
        {presets.map((preset) => (
          <li key={preset}>
            <button
              type="button"
              aria-pressed={reason === preset}
              onClick={() => setReason(preset)}
            >
              {preset}
            </button>
          </li>
        ))}
      </ul>
      <label className={page.field}>
        {t("review.unmaskOther")}
        <input
          className={page.input}
          value={reason}
          maxLength={200}
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </AskDialog>
  );
}

/** Putting a document back while corrections have not been sent. */
export function ReleaseDialog({
  count,
  busy,
  onRelease,
  onClose,
}: {
  count: number;
  busy: boolean;
  onRelease: (keepDraft: boolean) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t("release.title")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button look="secondary" isDisabled={busy} onPress={() => onRelease(false)}>
            {t("release.drop")}
          </Button>
          <Button look="primary" isDisabled={busy} onPress={() => onRelease(true)} autoFocus>
            {t("release.keep")}
          </Button>
        </>
      }
    >
      <p>{t("release.lead", { count })}</p>
    </Dialog>
  );
}
