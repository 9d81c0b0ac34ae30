import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { FieldBody } from "../api/client";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/icons";
import styles from "./FieldList.module.css";
import type { Group, Status } from "./ordering";
import { STATUS_LOOK } from "./status";

export interface RowState {
  status: Status;
  text: string;
}

interface Props {
  groups: readonly Group[];
  rows: ReadonlyMap<string, RowState>;
  current: string | null;
  onSelect: (name: string) => void;
}

/** All fields in groups; one row is in the tab order, arrow keys move between rows. */
export const FieldList = memo(function FieldList({ groups, rows, current, onSelect }: Props) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const shown = useRef(current);
  useEffect(() => {
    // At first the list starts at its top, with the findings.
    if (shown.current === current) return;
    shown.current = current;
    list.current
      ?.querySelector('[aria-current="true"]')
      ?.scrollIntoView({ block: "nearest", behavior: "auto" });
  }, [current]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
  };
  return (
    <div ref={list} className={styles.list} onKeyDown={onKeyDown}>
      {groups.map((group) => (
        <section key={group.key} className={group.attention ? styles.attention : ""}>
          <h3 className={styles.heading}>
            {group.attention ? <Icon name="question" size={16} /> : null}
            {group.attention ? t("review.attention") : group.section || t("review.otherSection")}
            <span className={styles.count}>{group.fields.length}</span>
          </h3>
          <ul>
            {group.fields.map((field) => (
              <Row
                key={field.name}
                field={field}
                status={rows.get(field.name)?.status ?? "fine"}
                text={rows.get(field.name)?.text ?? ""}
                current={field.name === current}
                withSection={group.attention}
                onSelect={onSelect}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
});

interface RowProps extends RowState {
  field: FieldBody;
  current: boolean;
  withSection: boolean;
  onSelect: (name: string) => void;
}

const Row = memo(function Row({ field, status, text, current, withSection, onSelect }: RowProps) {
  const { t } = useTranslation();
  const look = STATUS_LOOK[status];
  return (
    <li>
      <button
        type="button"
        className={`${styles.row} ${styles[status]}`}
        aria-current={current ? "true" : undefined}
        tabIndex={current ? 0 : -1}
        data-row={field.name}
        onClick={() => onSelect(field.name)}
      >
        <span className={styles.icon}>
          <Icon name={look.icon} size={16} />
          <span className="visually-hidden">{t(`review.status.${status}`)}</span>
        </span>
        <span className={styles.label}>
          {withSection && field.section ? (
            <span className={styles.section}>{field.section}</span>
          ) : null}
          {field.label}
        </span>
        <span className={text === "" ? styles.empty : styles.value}>
          {text === "" ? t("review.empty") : text}
        </span>
        <span className={styles.badges}>
          {field.state === "unreadable" || field.state === "struck" ? (
            <Badge>{t(`review.fieldState.${field.state}`)}</Badge>
          ) : null}
          {field.required === true && field.state === "blank" && text === "" ? (
            <Badge tone="error">{t("review.required")}</Badge>
          ) : null}
        </span>
      </button>
    </li>
  );
});
