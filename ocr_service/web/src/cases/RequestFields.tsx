import { useTranslation } from "react-i18next";

import type { Letter, RequestText } from "../api/client";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import page from "../ui/Page.module.css";
import styles from "./Requests.module.css";

const HEAD = [
  "recipient_postal_code",
  "recipient_address",
  "recipient_name",
  "section",
  "reference",
] as const;
const LONGEST = {
  recipient_postal_code: 12,
  recipient_address: 200,
  recipient_name: 80,
  section: 120,
  reference: 60,
} as const;

interface HeadProps {
  text: RequestText;
  onChange: (text: RequestText) => void;
}

/** To whom, from whom, when: the same in both wordings. */
export function HeadFields({ text, onChange }: HeadProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.head}>
      {HEAD.map((name) => (
        <label key={name} className={page.field}>
          {t(`requests.fields.${name}`)}
          <input
            className={page.input}
            value={text[name] ?? ""}
            maxLength={LONGEST[name]}
            onChange={(event) => onChange({ ...text, [name]: event.target.value })}
          />
        </label>
      ))}
      <label className={page.field}>
        {t("requests.fields.issued_on")}
        <input
          type="date"
          className={page.input}
          value={text.issued_on}
          onChange={(event) => {
            // An empty date is a half-typed one.
            if (event.target.value !== "") onChange({ ...text, issued_on: event.target.value });
          }}
        />
      </label>
      <label className={page.field}>
        {t("requests.fields.reply_by")}
        <input
          type="date"
          className={page.input}
          value={text.reply_by ?? ""}
          onChange={(event) => onChange({ ...text, reply_by: event.target.value || null })}
        />
      </label>
    </div>
  );
}

interface LetterProps {
  letter: Letter;
  easy: boolean;
  onChange: (letter: Letter) => void;
}

/** The text of one wording: title, opening, what to bring or mend, closing. */
export function LetterFields({ letter, easy, onChange }: LetterProps) {
  const { t } = useTranslation();
  const items = letter.items;
  const put = (at: number, text: string) =>
    onChange({
      ...letter,
      items: items.map((item, i) => (i === at ? { ...item, text } : item)),
    });
  return (
    <div className={styles.letter}>
      {easy ? <p className={styles.hint}>{t("requests.ruby")}</p> : null}
      <label className={page.field}>
        {t("requests.fields.title")}
        <input
          className={page.input}
          value={letter.title}
          maxLength={80}
          onChange={(event) => onChange({ ...letter, title: event.target.value })}
        />
      </label>
      <label className={page.field}>
        {t("requests.fields.opening")}
        <textarea
          className={page.input}
          rows={3}
          maxLength={1000}
          value={letter.opening}
          onChange={(event) => onChange({ ...letter, opening: event.target.value })}
        />
      </label>
      <ol className={styles.items} aria-label={t("requests.fields.items")}>
        {items.map((item, at) => (
          <li key={at}>
            <span aria-hidden="true">{at + 1}</span>
            <textarea
              className={page.input}
              rows={2}
              maxLength={400}
              aria-label={t("requests.item", { number: at + 1 })}
              value={item.text}
              onChange={(event) => put(at, event.target.value)}
            />
            <Button
              small
              look="bare"
              isDisabled={items.length === 1}
              aria-label={t("requests.removeItem", { number: at + 1 })}
              onPress={() => onChange({ ...letter, items: items.filter((_, i) => i !== at) })}
            >
              <Icon name="close" size={16} />
            </Button>
            {item.ground ? (
              <span className={styles.hint}>
                {t("review.ground")}：{item.ground}
              </span>
            ) : null}
          </li>
        ))}
      </ol>
      <div>
        <Button
          small
          look="quiet"
          isDisabled={items.length >= 30}
          onPress={() =>
            onChange({ ...letter, items: [...items, { text: t("requests.newItem"), ground: "" }] })
          }
        >
          <Icon name="plus" size={16} />
          {t("requests.addItem")}
        </Button>
      </div>
      <label className={page.field}>
        {t("requests.fields.closing")}
        <textarea
          className={page.input}
          rows={3}
          maxLength={1000}
          value={letter.closing}
          onChange={(event) => onChange({ ...letter, closing: event.target.value })}
        />
      </label>
    </div>
  );
}
