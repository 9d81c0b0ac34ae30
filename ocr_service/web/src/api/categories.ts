import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { client, type TaxonomyBody, unwrap } from "./client";

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
