/** Dates as the office writes them: 和暦 beside the ISO date that is stored. */

interface EraStart {
  name: string;
  letter: string;
  start: string;
}

// Newest first. 明治 is taken from the first day of the solar calendar that its dates can be told by.
const ERAS: readonly EraStart[] = [
  { name: "令和", letter: "R", start: "2019-05-01" },
  { name: "平成", letter: "H", start: "1989-01-08" },
  { name: "昭和", letter: "S", start: "1926-12-25" },
  { name: "大正", letter: "T", start: "1912-07-30" },
  { name: "明治", letter: "M", start: "1868-01-25" },
];

/** 令和7年4月1日 for 2025-04-01; null for what is no date of the calendar or before 明治. */
export function toWareki(iso: string): string | null {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(iso);
  if (match === null) return null;
  const [year, month] = [Number(match[1]), Number(match[2])];
  const day = match[3] === undefined ? null : Number(match[3]);
  if (!isCalendarDate(year, month, day ?? 1)) return null;
  // A month without a day belongs to the era that it ends in.
  const compare = day === null ? `${iso}-31` : iso;
  const era = ERAS.find(({ start }) => start <= compare);
  if (era === undefined) return null;
  const eraYear = year - Number(era.start.slice(0, 4)) + 1;
  const dayPart = day === null ? "" : `${day}日`;
  return `${era.name}${eraYear === 1 ? "元" : eraYear}年${month}月${dayPart}`;
}

/** ISO date of what a person types: 2025/4/1, 20250401, R7.4.1, 令和7年4月1日, 令和元年5月. */
export function parseDate(typed: string): string | null {
  const text = typed.normalize("NFKC").replace(/\s/g, "");
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact !== null) return iso(compact[1], compact[2], compact[3]);
  const western = /^(?:西暦)?(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/.exec(text);
  if (western !== null) return iso(western[1], western[2], western[3]);
  const era =
    /^(令和|平成|昭和|大正|明治|[RHSTM])(\d{1,2}|元)[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/i.exec(
      text,
    );
  if (era === null) return null;
  const named = ERAS.find(
    ({ name, letter }) => name === era[1] || letter === era[1]?.toUpperCase(),
  );
  if (named === undefined) return null;
  const eraYear = era[2] === "元" ? 1 : Number(era[2]);
  if (eraYear < 1) return null;
  return iso(String(Number(named.start.slice(0, 4)) + eraYear - 1), era[3], era[4]);
}

function iso(year?: string, month?: string, day?: string): string | null {
  const [y, m, d] = [Number(year), Number(month), day === undefined ? 1 : Number(day)];
  if (!isCalendarDate(y, m, d)) return null;
  const head = `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}`;
  return day === undefined ? head : `${head}-${String(d).padStart(2, "0")}`;
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return (
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  );
}
