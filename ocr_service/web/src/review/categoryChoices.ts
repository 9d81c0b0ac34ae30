import type { SuggestionBody, TaxonomyEntryBody } from "../api/client";

type Option = SuggestionBody["category"]["options"][number];

/** One line of the list: a candidate (`near`), another category, or one to be added. */
export interface Choice {
  kind: "near" | "other" | "new";
  id: string;
  title: string;
}

const folded = (text: string) => text.normalize("NFKC").toLowerCase();

/**
 * What can be chosen, narrowed by what was typed: the candidates first, then all others in the
 * order of the taxonomy, `unknown` last. Retired and merged categories are not there.
 */
export function choicesOf(
  items: readonly TaxonomyEntryBody[],
  options: readonly Option[],
  text: string,
  mayAdd: boolean,
): Choice[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const active = items.filter((item) => item.state === "active");
  const rank = new Map(options.map((option, index) => [option.id, index]));
  const order = ({ id }: TaxonomyEntryBody) =>
    id === "unknown" ? Infinity : (rank.get(id) ?? options.length);
  const found = active
    .filter(({ id, title }) => words.every((w) => folded(title).includes(w) || id.includes(w)))
    // Stable: those of the same rank keep the order of the taxonomy.
    .sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
  const choices = found.map(({ id, title }): Choice => ({
    kind: rank.has(id) && id !== "unknown" ? "near" : "other",
    id,
    title,
  }));
  const title = text.trim();
  const taken = active.some((item) => folded(item.title) === folded(title));
  return mayAdd && title !== "" && !taken
    ? [...choices, { kind: "new", id: "+", title }]
    : choices;
}

/** Where a key leads in a list of `count`, or null for a key that leads nowhere. */
export function keyStep(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at + count - 1) % count;
    case "PageDown":
      return Math.min(at + 8, count - 1);
    case "PageUp":
      return Math.max(at - 8, 0);
    default:
      return null;
  }
}
