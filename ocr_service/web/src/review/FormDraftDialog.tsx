import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormDraft } from "../api/queries";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { AskDialog } from "../ui/AskDialog";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";

const ID = /^[a-z][a-z0-9-]{1,63}$/;

/** Makes the draft of a new form from a document that no form claims, and saves it as a file. */
export function FormDraftDialog({
  documentId,
  onClose,
}: {
  documentId: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const [id, setId] = useState("");
  const [title, setTitle] = useState("");
  const draft = useFormDraft(documentId);
  const ready = ID.test(id) && title.trim() !== "";
  const submit = () =>
    draft.mutate(
      { form_id: id, title: title.trim() },
      {
        onSuccess: (file) => {
          save(file, `${id}@draft.zip`);
          notify(t("formDraft.done"));
          onClose();
        },
      },
    );
  return (
    <AskDialog
      title={t("formDraft.title")}
      action={t(draft.isPending ? "formDraft.making" : "formDraft.submit")}
      ready={ready && !draft.isPending}
      lead={t("formDraft.lead")}
      error={draft.error === null ? null : problem(draft.error)}
      onSubmit={submit}
      onClose={onClose}
    >
      <Notice tone="info">{t("formDraft.clean")}</Notice>
      <label className={page.field}>
        {t("formDraft.name")}
        <input
          className={page.input}
          value={title}
          maxLength={80}
          autoFocus
          onChange={(event) => setTitle(event.target.value)}
        />
      </label>
      <label className={page.field}>
        {t("formDraft.id")}
        <input
          className={page.input}
          value={id}
          maxLength={64}
          aria-describedby="form-draft-id"
          onChange={(event) => setId(event.target.value)}
        />
      </label>
      <p id="form-draft-id">
        <small>{t("formDraft.idHint")}</small>
      </p>
    </AskDialog>
  );
}

function save(file: Blob, name: string) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
