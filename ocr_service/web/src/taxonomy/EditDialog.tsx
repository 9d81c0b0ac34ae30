import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { CategoryEdit } from "../api/categories";
import type { TaxonomyEntryBody } from "../api/client";
import { AskDialog } from "../ui/AskDialog";
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

/** Asks for what a change of the taxonomy needs. */
export function EditDialog({ asked, items, onEdit, onClose }: Props) {
  const { t } = useTranslation();
  const [title, setTitle] = useState(asked.kind === "rename" ? asked.item.title : "");
  const [other, setOther] = useState("");
  const edit = editOf(asked, title.trim(), other);
  const choices = items.filter(
    (item) =>
      item.state === "active" &&
      item.id !== "unknown" &&
      (asked.kind === "add" || item.id !== asked.item.id),
  );
  return (
    <AskDialog
      title={
        asked.kind === "add"
          ? t("taxonomy.add")
          : t(`taxonomy.ask.${asked.kind}`, { title: asked.item.title })
      }
      action={t(`taxonomy.${asked.kind}`)}
      ready={edit !== null}
      lead={t(`taxonomy.what.${asked.kind}`)}
      onSubmit={() => edit !== null && onEdit(edit)}
      onClose={onClose}
    >
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
    </AskDialog>
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
