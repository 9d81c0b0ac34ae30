import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { FormRef } from "../api/client";
import { useForms } from "../api/queries";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
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
    <Dialog
      title={t("pin.title")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            look="primary"
            isDisabled={busy || form === undefined}
            onPress={() => form !== undefined && onSubmit(form)}
          >
            {t(busy ? "review.sending" : "pin.submit")}
          </Button>
        </>
      }
    >
      <p>{t("pin.lead")}</p>
      {error === null ? null : <Notice tone="error">{error}</Notice>}
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
    </Dialog>
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
    <Dialog
      title={t("review.unmaskTitle")}
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button
            look="primary"
            isDisabled={busy || reason.trim() === ""}
            onPress={() => onSubmit(reason.trim())}
          >
            {t("review.unmaskSubmit")}
          </Button>
        </>
      }
    >
      <p>{t("review.unmaskLead")}</p>
      {error === null ? null : <Notice tone="error">{error}</Notice>}
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
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing && reason.trim() !== "")
              onSubmit(reason.trim());
          }}
        />
      </label>
    </Dialog>
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
