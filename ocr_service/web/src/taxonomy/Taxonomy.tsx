import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type CategoryEdit, useChangeTaxonomy, useTaxonomy } from "../api/categories";
import type { TaxonomyEntryBody } from "../api/client";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import { type Asked, EditDialog } from "./EditDialog";
import { History } from "./History";
import { SampleDialog } from "./SampleDialog";
import styles from "./Taxonomy.module.css";

/** The categories of documents: all see them, form owners change them. */
export function Taxonomy({ mayEdit }: { mayEdit: boolean }) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const taxonomy = useTaxonomy();
  const change = useChangeTaxonomy();
  const [filter, setFilter] = useState("");
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [taught, setTaught] = useState<string | null>(null);
  const items = taxonomy.data?.items ?? [];
  const shown = items.filter(
    (item) =>
      (all || item.state === "active") &&
      (item.title.includes(filter.trim()) || item.id.includes(filter.trim())),
  );
  const apply = (edit: CategoryEdit) => {
    setAsked(null);
    change.mutate(edit, {
      onSuccess: () => notify(t(`taxonomy.done.${edit.kind}`)),
      onError: (error) => notify(problem(error), "error"),
    });
  };
  const standing = taxonomy.data?.changes.find((item) => !item.undone);
  return (
    <div className={page.page}>
      <div className={page.head}>
        <h1 className={page.title}>{t("taxonomy.title")}</h1>
        {mayEdit ? (
          <div className={styles.tools}>
            <Button look="primary" onPress={() => setAsked({ kind: "add" })}>
              {t("taxonomy.add")}
            </Button>
            <Button
              isDisabled={standing === undefined || change.isPending}
              onPress={() => apply({ kind: "undo" })}
            >
              {t("taxonomy.undo")}
            </Button>
          </div>
        ) : null}
      </div>
      <p className={page.lead}>{t("taxonomy.lead")}</p>
      {taxonomy.isError ? <Notice tone="error">{problem(taxonomy.error)}</Notice> : null}
      <div className={styles.tools}>
        <label className={page.field}>
          {t("taxonomy.filter")}
          <input
            className={page.input}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
        </label>
        <label className={styles.check}>
          <input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} />
          {t("taxonomy.all")}
        </label>
      </div>
      <div className={page.panel} tabIndex={0} role="region" aria-label={t("taxonomy.title")}>
        {shown.length === 0 ? (
          <p className={page.empty}>{t(taxonomy.isPending ? "app.loading" : "taxonomy.empty")}</p>
        ) : (
          <Table
            items={shown}
            titles={titlesOf(items)}
            onAsk={mayEdit ? setAsked : null}
            onTeach={setTaught}
          />
        )}
      </div>
      <History changes={taxonomy.data?.changes ?? []} titles={titlesOf(items)} />
      {asked === null ? null : (
        <EditDialog asked={asked} items={items} onEdit={apply} onClose={() => setAsked(null)} />
      )}
      {taught === null ? null : (
        <SampleDialog category={taught} onClose={() => setTaught(null)} />
      )}
    </div>
  );
}

function titlesOf(items: readonly TaxonomyEntryBody[]): ReadonlyMap<string, string> {
  return new Map(items.map(({ id, title }) => [id, title]));
}

function Table(props: {
  items: readonly TaxonomyEntryBody[];
  titles: ReadonlyMap<string, string>;
  onAsk: ((asked: Asked) => void) | null;
  onTeach: (category: string) => void;
}) {
  const { t } = useTranslation();
  const { onAsk } = props;
  return (
    <table className={page.table}>
      <thead>
        <tr>
          <th scope="col">{t("taxonomy.name")}</th>
          <th scope="col">{t("taxonomy.id")}</th>
          <th scope="col">{t("taxonomy.state")}</th>
          {onAsk === null ? null : <th scope="col">{t("taxonomy.change")}</th>}
        </tr>
      </thead>
      <tbody>
        {props.items.map((item) => (
          <tr key={item.id}>
            <td>
              <b>{item.title}</b>
            </td>
            <td className={page.mono}>{item.id}</td>
            <td>
              <State item={item} titles={props.titles} />
            </td>
            {onAsk === null ? null : (
              <td>
                <Tools item={item} onAsk={onAsk} onTeach={props.onTeach} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function State({ item, titles }: { item: TaxonomyEntryBody; titles: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  if (item.state === "merged")
    return <Badge>{t("taxonomy.mergedInto", { title: titles.get(item.resolved) })}</Badge>;
  if (item.state === "retired") return <Badge>{t("taxonomy.retired")}</Badge>;
  return item.samples > 0 ? (
    <Badge tone="primary">{t("taxonomy.samples", { count: item.samples })}</Badge>
  ) : null;
}

function Tools(props: {
  item: TaxonomyEntryBody;
  onAsk: (asked: Asked) => void;
  onTeach: (category: string) => void;
}) {
  const { item, onAsk } = props;
  const { t } = useTranslation();
  if (item.state !== "active" || item.id === "unknown") return null;
  return (
    <div className={styles.tools}>
      {(["rename", "merge", "retire"] as const).map((kind) => (
        <Button
          key={kind}
          small
          look="quiet"
          aria-label={`${item.title} ${t(`taxonomy.${kind}`)}`}
          onPress={() => onAsk({ kind, item })}
        >
          {t(`taxonomy.${kind}`)}
        </Button>
      ))}
      <Button
        small
        look="quiet"
        aria-label={`${item.title} ${t("taxonomy.teach")}`}
        onPress={() => props.onTeach(item.id)}
      >
        {t("taxonomy.teach")}
      </Button>
    </div>
  );
}
