import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import {
  type CaseDetailBody,
  type CaseRequestBody,
  type CaseStatus,
  client,
  type RequestText,
  unwrap,
} from "./client";
import { keys } from "./queries";

export const caseKeys = {
  all: ["cases"] as const,
  list: (status: CaseStatus | null) => ["cases", "list", status] as const,
  one: (id: string) => ["cases", "one", id] as const,
  ofDocument: (id: string) => ["cases", "document", id] as const,
  request: (caseId: string, id: string) => ["cases", "request", caseId, id] as const,
};

export function useCases(status: CaseStatus | null) {
  return useInfiniteQuery({
    queryKey: caseKeys.list(status),
    queryFn: ({ pageParam }) =>
      unwrap(
        client.GET("/v1/cases", {
          params: {
            query: {
              limit: 50,
              ...(status === null ? {} : { status }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    refetchInterval: 15_000,
  });
}

export function useCase(id: string) {
  return useQuery({
    queryKey: caseKeys.one(id),
    queryFn: () => unwrap(client.GET("/v1/cases/{case_id}", { params: { path: { case_id: id } } })),
  });
}

/** The case of a document; every look is recorded, so it is not asked for again by itself. */
export function useDocumentCase(id: string) {
  return useQuery({
    queryKey: caseKeys.ofDocument(id),
    queryFn: () =>
      unwrap(
        client.GET("/v1/documents/{document_id}/case", { params: { path: { document_id: id } } }),
      ),
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });
}

export function useCaseRequest(caseId: string, id: string) {
  return useQuery({
    queryKey: caseKeys.request(caseId, id),
    queryFn: () =>
      unwrap(
        client.GET("/v1/cases/{case_id}/requests/{request_id}", {
          params: { path: { case_id: caseId, request_id: id } },
        }),
      ),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

/** What changes cases; each answers with the case as it stands then. */
export type CaseChange =
  | { do: "open"; documents: string[]; number: string | null }
  | { do: "move"; caseId: string; documents: string[] }
  | { do: "remove"; caseId: string; document: string }
  | { do: "purpose"; caseId: string; document: string; purpose: string | null }
  | { do: "merge"; caseId: string; other: string }
  | { do: "undo"; caseId: string; change: string };

export function useCaseChange() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: CaseChange): Promise<CaseDetailBody> => send(change),
    onSuccess: (detail) => cache.setQueryData(caseKeys.one(detail.case.id), detail),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: caseKeys.all });
      void cache.invalidateQueries({ queryKey: keys.documents });
      // What is said about attachments depends on the case.
      void cache.invalidateQueries({ queryKey: ["suggestion"] });
    },
  });
}

/** Says that a proposed document does not belong here (`dismiss`), or takes that back. */
export function useDismissal(documentId: string) {
  const cache = useQueryClient();
  const path = { document_id: documentId };
  return useMutation({
    mutationFn: (wanted: { dismiss: string } | { restore: string }) =>
      unwrap(
        "dismiss" in wanted
          ? client.POST("/v1/documents/{document_id}/dismissals", {
              params: { path },
              body: { document: wanted.dismiss },
            })
          : client.DELETE("/v1/documents/{document_id}/dismissals/{dismissal_id}", {
              params: { path: { ...path, dismissal_id: wanted.restore } },
            }),
      ),
    onSuccess: (shown) => {
      cache.setQueryData(caseKeys.ofDocument(documentId), shown);
      if (shown.case != null) cache.setQueryData(caseKeys.one(shown.case.case.id), shown.case);
    },
    onError: () => cache.invalidateQueries({ queryKey: caseKeys.all }),
  });
}

function send(change: CaseChange): Promise<CaseDetailBody> {
  if (change.do === "open") {
    const { documents, number } = change;
    return unwrap(client.POST("/v1/cases", { body: { documents, number } }));
  }
  const path = { case_id: change.caseId };
  switch (change.do) {
    case "move":
      return unwrap(
        client.POST("/v1/cases/{case_id}/documents", {
          params: { path },
          body: { documents: change.documents },
        }),
      );
    case "remove":
      return unwrap(
        client.DELETE("/v1/cases/{case_id}/documents/{document_id}", {
          params: { path: { ...path, document_id: change.document } },
        }),
      );
    case "purpose":
      return unwrap(
        client.PUT("/v1/cases/{case_id}/documents/{document_id}/purpose", {
          params: { path: { ...path, document_id: change.document } },
          body: { purpose: change.purpose },
        }),
      );
    case "merge":
      return unwrap(
        client.POST("/v1/cases/{case_id}/merge", { params: { path }, body: { other: change.other } }),
      );
    case "undo":
      return unwrap(
        client.POST("/v1/cases/{case_id}/changes/{change_id}/undo", {
          params: { path: { ...path, change_id: change.change } },
        }),
      );
  }
}

export function useDraftRequest(caseId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        client.POST("/v1/cases/{case_id}/requests", { params: { path: { case_id: caseId } } }),
      ),
    onSuccess: (made: CaseRequestBody) => {
      cache.setQueryData(caseKeys.request(caseId, made.id), made);
      void cache.invalidateQueries({ queryKey: caseKeys.one(caseId) });
    },
  });
}

export function useEditRequest(caseId: string, id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ version, text }: { version: number; text: RequestText }) =>
      unwrap(
        client.PUT("/v1/cases/{case_id}/requests/{request_id}", {
          params: { path: { case_id: caseId, request_id: id } },
          body: { version, text },
        }),
      ),
    onSuccess: (kept) => {
      cache.setQueryData(caseKeys.request(caseId, id), kept);
      void cache.invalidateQueries({ queryKey: caseKeys.one(caseId) });
    },
  });
}
