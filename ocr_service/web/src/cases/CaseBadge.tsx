import { useTranslation } from "react-i18next";

import type { CaseBody } from "../api/client";
import { Badge } from "../ui/Badge";

const LOOK = {
  incomplete: { tone: "caution", icon: "alert" },
  waiting_review: { tone: "info", icon: "question" },
  complete: { tone: "success", icon: "check" },
} as const;

/** Where a case stands, with the number of papers that must still come. */
export function CaseBadge({ value }: { value: CaseBody }) {
  const { t } = useTranslation();
  return (
    <Badge {...LOOK[value.status]}>
      {t(`cases.status.${value.status}`)}
      {value.missing > 0 ? ` ${t("cases.missing", { count: value.missing })}` : ""}
    </Badge>
  );
}

/** What people call a case: the number of the office, or the end of its id. */
export const caseName = (value: { id: string; number?: string | null }) =>
  value.number ?? `…${value.id.slice(-8)}`;
