import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useCaseRequest, useEditRequest } from "../api/cases";
import { ApiProblem, type CaseRequestBody, type RequestText, urls } from "../api/client";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Button, buttonClass } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { LetterFields, HeadFields } from "./RequestFields";
import styles from "./Requests.module.css";

interface Props {
  caseId: string;
  id: string;
  onClose: () => void;
}

/** A request to complete: its text to edit on the left, the printed page on the right. */
export function RequestDialog({ caseId, id, onClose }: Props) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const found = useCaseRequest(caseId, id);
  if (found.data !== undefined) return <Editor request={found.data} onClose={onClose} />;
  return (
    <Dialog title={t("requests.title")} onClose={onClose}>
      {found.isError ? (
        <Notice tone="error">{problem(found.error)}</Notice>
      ) : (
        <p role="status">{t("app.loading")}</p>
      )}
    </Dialog>
  );
}

const WORDINGS = ["plain", "easy"] as const;

function Editor({ request, onClose }: { request: CaseRequestBody; onClose: () => void }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const { case_id, id, version } = request;
  const edit = useEditRequest(case_id, id);
  const [text, setText] = useState<RequestText>(request.text);
  const [wording, setWording] = useState<"plain" | "easy">("plain");
  const [error, setError] = useState<string | null>(null);
  const changed = JSON.stringify(text) !== JSON.stringify(request.text);
  const save = () =>
    edit.mutate(
      { version, text },
      {
        onSuccess: (kept) => {
          setText(kept.text);
          setError(null);
          notify(t("requests.saved"));
        },
        onError: (refused) =>
          setError(
            refused instanceof ApiProblem && refused.code === "case.request_invalid"
              ? t(refused.field === null ? "requests.noNumber" : "requests.tooLong")
              : problem(refused),
          ),
      },
    );
  return (
    <Dialog
      wide
      title={t("requests.title")}
      onClose={onClose}
      footer={
        <>
          {changed ? <span className={styles.hint}>{t("requests.unsaved")}</span> : null}
          <Button look="quiet" onPress={onClose}>
            {t("app.close")}
          </Button>
          {changed ? null : (
            <a
              className={buttonClass("secondary")}
              href={urls.request(case_id, id, "pdf", wording, version)}
              download
            >
              <Icon name="download" />
              {t(`requests.download.${wording}`)}
            </a>
          )}
          <Button look="primary" isDisabled={!changed || edit.isPending} onPress={save}>
            {t("requests.save")}
          </Button>
        </>
      }
    >
      <p className={page.lead}>{t("requests.never")}</p>
      {error === null ? null : <Notice tone="error">{error}</Notice>}
      <fieldset className={styles.wordings}>
        <legend className="visually-hidden">{t("requests.wording")}</legend>
        {WORDINGS.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="wording"
              checked={wording === value}
              onChange={() => setWording(value)}
            />
            {t(`requests.wordings.${value}`)}
          </label>
        ))}
      </fieldset>
      <div className={styles.columns}>
        <div className={styles.fields}>
          <HeadFields text={text} onChange={setText} />
          <LetterFields
            key={wording}
            letter={text[wording]}
            easy={wording === "easy"}
            onChange={(letter) => setText({ ...text, [wording]: letter })}
          />
        </div>
        <figure className={styles.preview}>
          <figcaption>{t(changed ? "requests.previewOld" : "requests.preview")}</figcaption>
          <img
            key={wording}
            src={urls.request(case_id, id, "image", wording, version)}
            alt={t("requests.previewAlt", { wording: t(`requests.wordings.${wording}`) })}
          />
        </figure>
      </div>
    </Dialog>
  );
}
