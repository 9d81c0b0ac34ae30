import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { useChangeTaxonomy, useDocumentCategory } from "../api/categories";
import type { DocumentBody } from "../api/client";
import { useFormats } from "../i18n/format";
import { notify } from "../ui/announce";

/** Says what a document is, and takes that back step by step: in the end the suggestion stands. */
export function useCategory(document: DocumentBody, onDone: () => void) {
  const { t } = useTranslation();
  const { problem } = useFormats();
  const change = useDocumentCategory(document.id);
  const add = useChangeTaxonomy();
  const before = useRef<string[]>([]);
  const failed = (error: unknown) => notify(problem(error), "error");
  const choose = (category: string, title: string) => {
    const own = document.category_by == null ? null : (document.category ?? null);
    change.mutate(category, {
      onSuccess: () => {
        if (own !== null) before.current.push(own);
        notify(t("category.chosen", { title }));
        onDone();
      },
      onError: failed,
    });
  };
  return {
    busy: change.isPending || add.isPending,
    choose,
    /** Adds a category and says that the document is of it. */
    add: (title: string) =>
      add.mutate(
        { kind: "add", title, parent: null },
        {
          onSuccess: ({ items }) => {
            const made = items.find((item) => item.title === title && item.state === "active");
            if (made !== undefined) choose(made.id, title);
          },
          onError: failed,
        },
      ),
    undo: () =>
      change.mutate(before.current.at(-1) ?? null, {
        onSuccess: () => {
          before.current.pop();
          notify(t("category.undone"));
        },
        onError: failed,
      }),
  };
}
