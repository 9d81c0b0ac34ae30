import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useTaxonomy } from "../api/categories";
import type { DocumentBody, SuggestionBody } from "../api/client";
import { useSession } from "../api/queries";
import { permissionsOf } from "../app/permissions";
import { useFormats } from "../i18n/format";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import page from "../ui/Page.module.css";
import styles from "./Category.module.css";
import { type Choice, choicesOf, keyStep } from "./categoryChoices";

interface Props {
  document: DocumentBody;
  suggestion: SuggestionBody;
  editable: boolean;
  busy: boolean;
  onChoose: (category: string, title: string) => void;
  onAdd: (title: string) => void;
  onTeach: () => void;
  onClose: () => void;
}

/** What kind of document it may be, how likely each is, and saying what it is. */
export function CategoryDialog(props: Props) {
  const { document, suggestion, editable, busy } = props;
  const { t } = useTranslation();
  const { problem } = useFormats();
  const taxonomy = useTaxonomy();
  const session = useSession();
  const may = session.data == null ? null : permissionsOf(session.data);
  const chosen = document.category_by != null && document.category !== "unknown";
  const teachable = may?.editCategories === true && suggestion.form === null;
  return (
    <Dialog
      title={t("category.title")}
      onClose={props.onClose}
      footer={
        <>
          {teachable ? (
            <Button look="quiet" isDisabled={!chosen || busy} onPress={props.onTeach}>
              {t("category.teach")}…
            </Button>
          ) : null}
          <Button onPress={props.onClose}>{t("app.close")}</Button>
        </>
      }
    >
      <p>
        {t("category.now")} <b>{document.category_label ?? t("category.none")}</b>{" "}
        <Badge tone={document.category_by == null ? "plain" : "primary"}>
          {document.category_by == null
            ? t("category.suggested")
            : t("category.by", { name: document.category_by })}
        </Badge>
      </p>
      <Suggested suggestion={suggestion} />
      {taxonomy.isError ? <Notice tone="error">{problem(taxonomy.error)}</Notice> : null}
      {editable ? (
        <Chooser
          {...props}
          items={may === null ? undefined : taxonomy.data?.items}
          mayAdd={may?.editCategories === true}
        />
      ) : (
        <p className={styles.hint}>{t("category.readOnly")}</p>
      )}
      {teachable && !chosen ? <p className={styles.hint}>{t("category.teachFirst")}</p> : null}
    </Dialog>
  );
}

/** The candidates with their scores, in words that promise no more than is known. */
function Suggested({ suggestion }: { suggestion: SuggestionBody }) {
  const { t } = useTranslation();
  const { percent } = useFormats();
  const { category, form } = suggestion;
  const known = category.options.filter((option) => option.id !== "unknown");
  if (form !== null)
    return <p className={styles.words}>{t("category.ofForm", { title: form.title })}</p>;
  const unknown = category.label === "unknown";
  const words = unknown
    ? t(known.length === 0 ? "category.unknown" : "category.unknownNear")
    : t(category.options.length > 1 ? "category.several" : "category.one");
  return (
    <section className={styles.suggested} aria-label={t("category.candidates")}>
      <p className={styles.words}>{words}</p>
      <ul>
        {(unknown ? known : category.options).map(({ id, title, score }) => (
          <li key={id}>
            <span>{title}</span>
            {score === null ? null : (
              <>
                <svg width={80} height={8} aria-hidden="true">
                  <rect className={styles.meter} width={80} height={8} rx={4} />
                  <rect className={styles.meter_done} width={80 * score} height={8} rx={4} />
                </svg>
                <span className={styles.score}>
                  {score < 0.01 ? t("category.least") : percent(score)}
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      <p className={styles.hint}>{t("category.scoreHint")}</p>
    </section>
  );
}

interface ChooserProps extends Props {
  /** Undefined until the taxonomy is there. */
  items: Parameters<typeof choicesOf>[0] | undefined;
  mayAdd: boolean;
}

/** A box to type in and the list that it narrows; arrows move in the list, Enter takes one. */
function Chooser({ document, suggestion, items, mayAdd, busy, onChoose, onAdd }: ChooserProps) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  // Whoever knows the name has typed it and pressed Enter before the list is there: that Enter
  // counts as soon as it is, and what is not in the list yet is never taken for a new category.
  const [early, setEarly] = useState(false);
  const choices = useMemo(
    () =>
      items === undefined
        ? []
        : choicesOf(items, suggestion.category.options, text, mayAdd),
    [items, suggestion.category.options, text, mayAdd],
  );
  const current = Math.min(at, choices.length - 1);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current, choices]);
  const take = (choice: Choice | undefined) => {
    if (choice === undefined || busy) return;
    if (choice.kind === "new") onAdd(choice.title);
    else onChoose(choice.id, choice.title);
  };
  useEffect(() => {
    if (!early || items === undefined) return;
    setEarly(false);
    take(choices[current]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") {
      if (items === undefined) setEarly(true);
      else take(choices[current]);
    } else {
      const step = keyStep(event.key, current, choices.length);
      if (step === null) return;
      setAt(step);
    }
    event.preventDefault();
  };
  return (
    <>
      <label className={page.field}>
        {t("category.search")}
        <input
          className={page.input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={choices.length === 0 ? undefined : `${id}-${current}`}
          autoComplete="off"
          value={text}
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
            setEarly(false);
          }}
          onKeyDown={onKeyDown}
        />
      </label>
      <p className="visually-hidden" role="status">
        {items === undefined ? t("app.loading") : t("category.count", { count: choices.length })}
      </p>
      {choices.length === 0 ? (
        <p className={styles.hint}>
          {t(items === undefined ? "app.loading" : "category.noMatch")}
        </p>
      ) : null}
      <ul
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t("category.choose")}
        className={styles.list}
        hidden={choices.length === 0}
      >
        {choices.map((choice, index) => (
          <li
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(choice)}
          >
            {choice.kind === "new" ? t("category.add", { title: choice.title }) : choice.title}
            {choice.kind === "near" ? <small>{t("category.near")}</small> : null}
            {choice.id === document.category ? <small>{t("category.current")}</small> : null}
          </li>
        ))}
      </ul>
    </>
  );
}
