import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, UNREACHABLE } from "../api/client";
import { localeOf } from ".";

/** Times in the words of the chosen language; today only the clock is shown. */
export function useFormats() {
  const { i18n, t } = useTranslation();
  return useMemo(() => {
    const locale = localeOf(i18n.language) === "en" ? "en-GB" : "ja-JP";
    const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    const full = new Intl.DateTimeFormat(locale, {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    });
    const precise = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
    return {
      moment: (value: string) => {
        const at = new Date(value);
        return at.toDateString() === new Date().toDateString()
          ? `${t("queue.today")} ${clock.format(at)}`
          : full.format(at);
      },
      full: (value: string) => full.format(new Date(value)),
      precise: (value: string) => precise.format(new Date(value)),
      problem: (error: unknown) => {
        if (!(error instanceof ApiProblem)) return t("problem.unknown", { code: "client" });
        if (error.code === UNREACHABLE) return t("problem.unreachable");
        return error.message === "" ? t("problem.unknown", { code: error.code }) : error.message;
      },
      percent: (confidence: number) =>
        // Rounded down: nothing reads as 100 that is not certain.
        confidence < 0.01
          ? t("review.percentLow")
          : t("review.percent", { value: Math.floor(confidence * 100) }),
    };
  }, [i18n.language, t]);
}
