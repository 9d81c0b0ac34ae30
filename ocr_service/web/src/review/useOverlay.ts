import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { SuggestionBody } from "../api/client";
import type { OverlayField } from "./BoxOverlay";
import type { useWork } from "./useWork";

/** The fields with what the frame of each shows on the page. */
export function useOverlay(
  suggestion: SuggestionBody,
  rows: ReturnType<typeof useWork>["rows"],
): OverlayField[] {
  const { t } = useTranslation();
  return useMemo(
    () =>
      suggestion.fields.map((field) => {
        const status = rows.get(field.name)?.status ?? "fine";
        const title = t("viewer.field", {
          label: field.label,
          status: t(`review.status.${status}`),
        });
        return { field, status, title };
      }),
    [suggestion.fields, rows, t],
  );
}
