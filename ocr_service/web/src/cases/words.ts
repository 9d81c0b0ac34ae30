import type { TFunction } from "i18next";

import type { DocumentBody, NeedBody } from "../api/client";
import type { Tone } from "../ui/Badge";
import type { IconName } from "../ui/icons";

/** What people call a document: its form, its category, or that nothing is known. */
export function titleOf(document: DocumentBody, t: TFunction): string {
  if (document.form != null) return document.form.title;
  const label = document.category_label;
  return label == null || document.category === "unknown" ? t("cases.unknown") : label;
}

const NEEDS = {
  present: { tone: "success", icon: "check" },
  likely: { tone: "info", icon: "question" },
  missing: { tone: "caution", icon: "alert" },
  unclear: { tone: "info", icon: "question" },
  not_needed: { tone: "plain", icon: "minus" },
} as const satisfies Record<NeedBody["state"], { tone: Tone; icon: IconName }>;

export const needLook = (state: NeedBody["state"]): { tone: Tone; icon: IconName } => NEEDS[state];
