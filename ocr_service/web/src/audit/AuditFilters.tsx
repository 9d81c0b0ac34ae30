import { useTranslation } from "react-i18next";

import type { AuditFilter } from "../api/queries";
import { Button } from "../ui/Button";
import styles from "./Audit.module.css";
import { useAuditNames } from "./names";

/** What the record is narrowed down to: an action and days by choice, the rest from its rows. */
export function AuditFilters({
  filter,
  called,
  onChange,
}: {
  filter: AuditFilter;
  /** What people call the values of the filter. */
  called: AuditFilter;
  onChange: (filter: AuditFilter) => void;
}) {
  const { t, i18n } = useTranslation();
  const names = useAuditNames();
  const set = (name: keyof AuditFilter, value: string | undefined) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  const actions = actionsOf(i18n.getResource(i18n.language, "translation", "audit.actions"));
  return (
    <div role="group" aria-label={t("audit.filter")} className={styles.filters}>
      <label>
        {t("audit.action")}
        <select
          value={filter.action ?? ""}
          onChange={(event) => set("action", event.target.value || undefined)}
        >
          <option value="">{t("audit.all")}</option>
          {actions.map((action) => (
            <option key={action} value={action}>
              {names.action(action)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("audit.from")}
        <input
          type="date"
          value={dayOf(filter.since, 0)}
          onChange={(event) => set("since", midnight(event.target.value, 0))}
        />
      </label>
      <label>
        {t("audit.to")}
        <input
          type="date"
          value={dayOf(filter.until, -1)}
          onChange={(event) => set("until", midnight(event.target.value, 1))}
        />
      </label>
      {(["actor", "subject"] as const).map((name) => {
        const value = filter[name];
        return value === undefined ? null : (
          <Button key={name} small look="quiet" onPress={() => set(name, undefined)}>
            {t(`audit.${name}`)}: <span className={styles.chosen}>{called[name] ?? value}</span> ×
          </Button>
        );
      })}
      {Object.keys(filter).length > 0 ? (
        <Button small onPress={() => onChange({})}>
          {t("audit.clear")}
        </Button>
      ) : null}
    </div>
  );
}

function actionsOf(resource: unknown): string[] {
  return Object.entries((resource ?? {}) as Record<string, Record<string, string>>).flatMap(
    ([kind, of]) => Object.keys(of).map((name) => `${kind}.${name}`),
  );
}

/** The moment at which a day of this place begins, so many days later. */
function midnight(day: string, later: number): string | undefined {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const moment = new Date(year, month - 1, date + later);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

function dayOf(moment: string | undefined, later: number): string {
  if (moment === undefined) return "";
  const day = new Date(moment);
  day.setDate(day.getDate() + later);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
