import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { caseKeys } from "./cases";
import { client, type TaxonomyBody, unwrap } from "./client";
import { keys } from "./queries";

const key = ["categories"] as const;

/** All categories, retired and merged ones too, and the last changes. */
export function useTaxonomy() {
  return useQuery({ queryKey: key, queryFn: () => unwrap(client.GET("/v1/categories")) });
}

export type CategoryEdit =
  | { kind: "add"; title: string; parent: string | null }
  | { kind: "rename"; id: string; title: string }
  | { kind: "merge"; id: string; into: string }
  | { kind: "retire"; id: string }
  | { kind: "undo" };

/** One change of the taxonomy; the answer is the whole taxonomy as it stands then. */
export function useChangeTaxonomy() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (edit: CategoryEdit) => unwrap(send(edit)),
    onSuccess: (taxonomy: TaxonomyBody) => cache.setQueryData(key, taxonomy),
    // Somebody else changed it: show what stands now.
    onError: () => cache.invalidateQueries({ queryKey: key }),
  });
}

/** Says what a document is; null takes back what people said. */
export function useDocumentCategory(id: string) {
  const cache = useQueryClient();
  const params = { path: { document_id: id } };
  return useMutation({
    mutationFn: async (category: string | null): Promise<void> => {
      if (category === null)
        await unwrap(client.DELETE("/v1/documents/{document_id}/category", { params }));
      else
        await unwrap(
          client.PUT("/v1/documents/{document_id}/category", { params, body: { category } }),
        );
    },
    // The button shows what stands only after the document was asked for again.
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.document(id) }),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: key });
      void cache.invalidateQueries({ queryKey: keys.documents });
      void cache.invalidateQueries({ queryKey: caseKeys.all });
    },
  });
}

/** Documents that a category can be taught from. */
export function useSamples(category: string) {
  return useQuery({
    queryKey: [...key, "samples", category],
    queryFn: () =>
      unwrap(
        client.GET("/v1/categories/{category_id}/samples", {
          params: { path: { category_id: category } },
        }),
      ),
  });
}

export function useTeachCategory(category: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (documents: string[]) =>
      unwrap(
        client.POST("/v1/categories/{category_id}/samples", {
          params: { path: { category_id: category } },
          body: { documents },
        }),
      ),
    onSuccess: (taxonomy: TaxonomyBody) => cache.setQueryData(key, taxonomy),
  });
}

function send(edit: CategoryEdit) {
  switch (edit.kind) {
    case "add":
      return client.POST("/v1/categories", { body: { title: edit.title, parent: edit.parent } });
    case "rename":
      return client.PUT("/v1/categories/{category_id}/title", {
        params: { path: { category_id: edit.id } },
        body: { title: edit.title },
      });
    case "merge":
      return client.POST("/v1/categories/{category_id}/merge", {
        params: { path: { category_id: edit.id } },
        body: { into: edit.into },
      });
    case "retire":
      return client.POST("/v1/categories/{category_id}/retire", {
        params: { path: { category_id: edit.id } },
      });
    case "undo":
      return client.POST("/v1/categories/undo");
  }
}
