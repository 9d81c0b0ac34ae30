import { useTranslation } from "react-i18next";

import { type DocumentBody, type StackBody, type StackPageBody, urls } from "../api/client";
import { useChangeStack, useStack } from "../api/queries";
import { Link } from "../app/Link";
import { navigate, reviewPath } from "../app/router";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import styles from "./dialogs.module.css";

interface Props {
  document: DocumentBody;
  editable: boolean;
  onClose: () => void;
}

/** The file a document was posted in, page by page; a wrong split is mended here. */
export function StackDialog({ document, editable, onClose }: Props) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const stack = useStack(document.id);
  const change = useChangeStack(document.id);
  const act = (action: "merge_previous" | "cut_before" | "take_page", page?: number) =>
    change.mutate(
      { action, page: page ?? null },
      {
        onSuccess: (changed) => {
          notify(t("stack.done"));
          onClose();
          if (action === "merge_previous") navigate(reviewPath(changed.id));
        },
      },
    );
  const error = change.error ?? stack.error;
  const body = stack.data;
  return (
    <Dialog title={t("stack.title")} onClose={onClose} wide>
      <p>{t("stack.lead")}</p>
      {error === null ? null : <Notice tone="error">{problem(error)}</Notice>}
      {body === undefined ? (
        <p role="status">{t("app.loading")}</p>
      ) : (
        <Pages
          body={body}
          own={document.id}
          busy={change.isPending}
          editable={editable}
          onAct={act}
        />
      )}
    </Dialog>
  );
}

interface PagesProps {
  body: StackBody;
  own: string;
  busy: boolean;
  editable: boolean;
  onAct: (action: "merge_previous" | "cut_before" | "take_page", page?: number) => void;
}

function Pages({ body, own, busy, editable, onAct }: PagesProps) {
  const { t } = useTranslation();
  const first = (page: StackPageBody) =>
    body.documents.find((each) => each.id === page.document_id)?.pages[0] === page.number;
  const place = (id: string | null | undefined) =>
    body.documents.findIndex((each) => each.id === id) + 1;
  return (
    <table className={`${styles.changes} ${styles.pages}`}>
      <thead>
        <tr>
          <th scope="col">{t("stack.page")}</th>
          <th scope="col">{t("stack.what")}</th>
          <th scope="col">{t("stack.document")}</th>
          <th scope="col">{t("stack.mend")}</th>
        </tr>
      </thead>
      <tbody>
        {body.pages.map((page) => {
          const mine = page.document_id === own;
          const begins = first(page);
          const reason = body.documents.find((each) => each.id === page.document_id)?.reason;
          return (
            <tr key={page.number} aria-current={mine ? "true" : undefined}>
              <th scope="row">
                <a
                  className={styles.thumbnail}
                  href={urls.page(own, page.number, 1600, null)}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={t("stack.enlarge", { number: page.number })}
                >
                  <img src={urls.page(own, page.number, 240, null)} alt="" loading="lazy" />
                </a>
                {t("stack.number", { number: page.number })}
              </th>
              <td>
                {page.form == null
                  ? t(`stack.role.${page.role}`)
                  : t("stack.formPage", { title: page.form.title, page: page.form_page })}
              </td>
              <td>
                {page.document_id == null ? (
                  t("stack.loose")
                ) : mine ? (
                  <strong>{t("stack.own", { number: place(own) })}</strong>
                ) : (
                  <Link href={reviewPath(page.document_id)}>
                    {t("stack.other", { number: place(page.document_id) })}
                  </Link>
                )}
                {begins && reason != null ? <small> {t(`stack.reason.${reason}`)}</small> : null}
              </td>
              <td>
                {!editable ? null : mine && begins && place(own) > 1 ? (
                  <Button
                    look="quiet"
                    small
                    isDisabled={busy}
                    onPress={() => onAct("merge_previous")}
                  >
                    {t("stack.merge")}
                  </Button>
                ) : mine && !begins ? (
                  <Button
                    look="quiet"
                    small
                    isDisabled={busy}
                    aria-label={t("stack.cutAt", { number: page.number })}
                    onPress={() => onAct("cut_before", page.number)}
                  >
                    {t("stack.cut")}
                  </Button>
                ) : page.document_id == null ? (
                  <Button
                    look="quiet"
                    small
                    isDisabled={busy}
                    aria-label={t("stack.takeAt", { number: page.number })}
                    onPress={() => onAct("take_page", page.number)}
                  >
                    {t("stack.take")}
                  </Button>
                ) : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
