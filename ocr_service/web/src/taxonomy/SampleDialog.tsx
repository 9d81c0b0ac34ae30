import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useSamples, useTeachCategory } from "../api/categories";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { AskDialog } from "../ui/AskDialog";
import { Notice } from "../ui/Notice";
import styles from "../review/Category.module.css";

interface Props {
  category: string;
  /** The document from which somebody came here. */
  current?: string;
  onClose: () => void;
}

/** Teaches a category from documents that people said are of it; each can be left out. */
export function SampleDialog({ category, current, onClose }: Props) {
  const { t } = useTranslation();
  const { full, problem } = useFormats();
  const samples = useSamples(category);
  const teach = useTeachCategory(category);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const items = samples.data?.items ?? [];
  const documents = items.map((item) => item.document).filter((id) => !left.has(id));
  const lacking = Math.max(0, (samples.data?.least ?? 0) - documents.length);
  const error = samples.error ?? teach.error;
  const toggle = (id: string) =>
    setLeft((now) => new Set(now.has(id) ? [...now].filter((other) => other !== id) : [...now, id]));
  const submit = () =>
    teach.mutate(documents, {
      onSuccess: () => {
        notify(t("category.taught", { title: samples.data?.title ?? "" }));
        onClose();
      },
    });
  return (
    <AskDialog
      title={t("category.teachTitle", { title: samples.data?.title ?? "" })}
      action={t(teach.isPending ? "review.sending" : "category.teachSubmit")}
      ready={samples.data !== undefined && lacking === 0 && !teach.isPending}
      lead={t("category.teachLead")}
      error={error === null ? null : problem(error)}
      onSubmit={submit}
      onClose={onClose}
    >
      {samples.isPending ? <p role="status">{t("app.loading")}</p> : null}
      {lacking > 0 && samples.data !== undefined ? (
        <Notice tone="info">{t("category.lacking", { count: lacking })}</Notice>
      ) : null}
      <fieldset className={styles.samples}>
        <legend className="visually-hidden">{t("category.samples")}</legend>
        {items.map((item) => (
          <label key={item.document}>
            <input
              type="checkbox"
              checked={!left.has(item.document)}
              onChange={() => toggle(item.document)}
            />
            <span>
              {item.document === current
                ? t("category.thisDocument")
                : t("category.sample", { at: full(item.received_at), count: item.page_count })}
            </span>
            <small>{t("category.by", { name: item.by })}</small>
          </label>
        ))}
      </fieldset>
    </AskDialog>
  );
}
