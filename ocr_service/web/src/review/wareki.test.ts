import { describe, expect, it } from "vitest";

import { parseDate, toWareki } from "./wareki";

describe("toWareki", () => {
  it.each([
    ["2025-04-01", "令和7年4月1日"],
    ["2019-05-01", "令和元年5月1日"],
    ["2019-04-30", "平成31年4月30日"],
    ["1989-01-07", "昭和64年1月7日"],
    ["1926-12-25", "昭和元年12月25日"],
    ["2019-05", "令和元年5月"],
  ])("%s is %s", (iso, wareki) => expect(toWareki(iso)).toBe(wareki));

  it.each(["2024-02-30", "", "1800-01-01", "abc", "2024-13-01"])("%j has none", (iso) =>
    expect(toWareki(iso)).toBeNull(),
  );
});

describe("parseDate", () => {
  it.each([
    ["2025/4/1", "2025-04-01"],
    ["20250401", "2025-04-01"],
    ["R7.4.1", "2025-04-01"],
    ["ｒ７．４．１", "2025-04-01"],
    ["令和7年4月1日", "2025-04-01"],
    ["令和元年5月1日", "2019-05-01"],
    ["昭和 64年1月7日", "1989-01-07"],
    ["2025年4月", "2025-04"],
    ["2024-02-29", "2024-02-29"],
  ])("%s is %s", (typed, iso) => expect(parseDate(typed)).toBe(iso));

  it.each(["2023-02-29", "令和0年1月1日", "4月1日", "", "令和7年40日"])("%j is no date", (typed) =>
    expect(parseDate(typed)).toBeNull(),
  );
});
