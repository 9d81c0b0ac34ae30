import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CategoryEdit } from "../api/categories";
import type { TaxonomyEntryBody } from "../api/client";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import page from "../ui/Page.module.css";

export type Asked =
  | { kind: "add" }
  | { kind: "rename" | "merge" | "retire"; item: TaxonomyEntryBody };

interface Props {
  asked: Asked;
  items: readonly TaxonomyEntryBody[];
  onEdit: (edit: CategoryEdit) => void;
  onClose: () => void;
}

/** Asks for what a change needs; Enter sends it, Esc leaves everything as it is. */
export function EditDialog({ asked, items, onEdit, onClose }: Props) {
  const { t } = useTranslation();
  const form = useId();
  const [title, setTitle] = useState(asked.kind === "rename" ? asked.item.title : "");
  const [other, setOther] = useState("");
  const edit = editOf(asked, title.trim(), other);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (edit !== null) onEdit(edit);
  };
  const choices = items.filter(
    (item) =>
      item.state === "active" &&
      item.id !== "unknown" &&
      (asked.kind === "add" || item.id !== asked.item.id),
  );
  return (
    <Dialog
      title={
        asked.kind === "add"
          ? t("taxonomy.add")
          : t(`taxonomy.ask.${asked.kind}`, { title: asked.item.title })
      }
      onClose={onClose}
      footer={
        <>
          <Button look="quiet" onPress={onClose}>
            {t("app.cancel")}
          </Button>
          <Button look="primary" type="submit" form={form} isDisabled={edit === null}>
            {t(`taxonomy.${asked.kind}`)}
          </Button>
        </>
      }
    >
      <p>{t(`taxonomy.what.${asked.kind}`)}</p>
      <form id={form} onSubmit={submit}>
        {asked.kind === "add" || asked.kind === "rename" ? (
          <label className={page.field}>
            {t("taxonomy.name")}
            <input
              className={page.input}
              value={title}
              maxLength={60}
              autoFocus
              onChange={(event) => setTitle(event.target.value)}
            />
          </label>
        ) : null}
        {asked.kind === "add" || asked.kind === "merge" ? (
          <label className={page.field}>
            {t(asked.kind === "add" ? "taxonomy.parent" : "taxonomy.into")}
            <select
              className={page.input}
              value={other}
              onChange={(event) => setOther(event.target.value)}
            >
              <option value="">{t("taxonomy.none")}</option>
              {choices.map(({ id, title: name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </form>
    </Dialog>
  );
}

function editOf(asked: Asked, title: string, other: string): CategoryEdit | null {
  switch (asked.kind) {
    case "add":
      return title === "" ? null : { kind: "add", title, parent: other === "" ? null : other };
    case "rename":
      return title === "" || title === asked.item.title
        ? null
        : { kind: "rename", id: asked.item.id, title };
    case "merge":
      return other === "" ? null : { kind: "merge", id: asked.item.id, into: other };
    case "retire":
      return { kind: "retire", id: asked.item.id };
  }
}
