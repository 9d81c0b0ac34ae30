import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import {
  ApiProblem,
  client,
  type DecisionRequest,
  type StackChangeRequest,
  type DocumentState,
  type ExportRequest,
  type SessionBody,
  unwrap,
} from "./client";

export const keys = {
  session: ["session"] as const,
  documents: ["documents"] as const,
  document: (id: string) => ["document", id] as const,
  suggestion: (id: string) => ["suggestion", id] as const,
  decision: (id: string) => ["decision", id] as const,
  stack: (id: string) => ["stack", id] as const,
  forms: ["forms"] as const,
  exports: ["exports"] as const,
  models: ["models"] as const,
  audit: ["audit"] as const,
};

/** Who is signed in; null for nobody. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: fetchSession, staleTime: 60_000 });
}

async function fetchSession(): Promise<SessionBody | null> {
  try {
    return await unwrap(client.GET("/v1/session"));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

export function useSignIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; password?: string; token?: string }) =>
      unwrap(client.POST("/v1/session", { body })),
    onSuccess: (session) => cache.setQueryData(keys.session, session),
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => unwrap(client.DELETE("/v1/session")),
    // A full load leaves nothing of the documents in memory for the next person at this desk.
    onSuccess: () => window.location.replace("/"),
  });
}

const BUSY_MS = 2_000;
const CALM_MS = 8_000;

/** Tabs of the queue; what waits to be read and what is being read stand together. */
export const TAB_STATES = {
  awaiting_review: ["awaiting_review"],
  in_review: ["in_review"],
  reading: ["processing", "received"],
  failed: ["failed"],
  confirmed: ["confirmed"],
  returned: ["returned"],
  rejected: ["rejected"],
  exported: ["exported"],
} as const satisfies Record<string, readonly DocumentState[]>;

export type Tab = keyof typeof TAB_STATES;

/** The queue in one tab, a page at a time, refreshed by itself; faster while something is read. */
export function useDocuments(tab: Tab, form: string | null) {
  return useInfiniteQuery({
    queryKey: [...keys.documents, tab, form],
    queryFn: ({ pageParam }) =>
      unwrap(
        client.GET("/v1/documents", {
          params: {
            query: {
              state: [...TAB_STATES[tab]],
              // Work is done oldest first; what is done is looked up newest first.
              newest: !["awaiting_review", "in_review", "reading"].includes(tab),
              limit: 50,
              ...(form === null ? {} : { form }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => {
      const counts = query.state.data?.pages[0]?.counts;
      return (counts?.received ?? 0) + (counts?.processing ?? 0) > 0 ? BUSY_MS : CALM_MS;
    },
  });
}

export function useDocument(id: string) {
  return useQuery({
    queryKey: keys.document(id),
    queryFn: () =>
      unwrap(client.GET("/v1/documents/{document_id}", { params: { path: { document_id: id } } })),
    refetchInterval: (query) => {
      const state = query.state.data?.state;
      return state === "received" || state === "processing" ? 1_000 : 20_000;
    },
  });
}

export function useSuggestion(id: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.suggestion(id),
    queryFn: () => fetchSuggestion(id, null),
    enabled,
    staleTime: Infinity,
  });
}

export function fetchSuggestion(id: string, unmask: string | null) {
  const query = unmask === null ? {} : { unmask };
  return unwrap(
    client.GET("/v1/documents/{document_id}/suggestion", {
      params: { path: { document_id: id }, query },
    }),
  );
}

export function useDecision(id: string, enabled: boolean) {
  return useQuery({
    queryKey: keys.decision(id),
    queryFn: () =>
      unwrap(
        client.GET("/v1/documents/{document_id}/decision", {
          params: { path: { document_id: id } },
        }),
      ),
    enabled,
  });
}

/** Everything that changes a document; the new state is shown only when the service has said so. */
export function useDocumentActions() {
  const cache = useQueryClient();
  const refresh = (id: string) => {
    void cache.invalidateQueries({ queryKey: keys.documents });
    void cache.invalidateQueries({ queryKey: keys.document(id) });
  };
  const claim = useMutation({
    mutationFn: (id: string) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/claim", { params: { path: { document_id: id } } }),
      ),
    onSuccess: (document) => cache.setQueryData(keys.document(document.id), document),
    onSettled: (_data, _error, id) => refresh(id),
  });
  const release = useMutation({
    mutationFn: (id: string) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/release", {
          params: { path: { document_id: id } },
        }),
      ),
    onSettled: (_data, _error, id) => refresh(id),
  });
  const decide = useMutation({
    mutationFn: ({ id, body }: { id: string; body: DecisionRequest }) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/decision", {
          params: { path: { document_id: id } },
          body,
        }),
      ),
    onSettled: (_data, _error, { id }) => refresh(id),
  });
  const pin = useMutation({
    mutationFn: ({ id, form_id, revision }: { id: string; form_id: string; revision: string }) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/form", {
          params: { path: { document_id: id } },
          body: { form_id, revision },
        }),
      ),
    onSettled: (_data, _error, { id }) => refresh(id),
  });
  const retry = useMutation({
    mutationFn: (id: string) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/retry", { params: { path: { document_id: id } } }),
      ),
    onSettled: (_data, _error, id) => refresh(id),
  });
  return { claim, release, decide, pin, retry };
}

/** The file that a document was posted in, and whose its pages are. */
export function useStack(id: string) {
  return useQuery({
    queryKey: keys.stack(id),
    queryFn: () =>
      unwrap(
        client.GET("/v1/documents/{document_id}/stack", { params: { path: { document_id: id } } }),
      ),
  });
}

/** Makes the draft of a new form from a document that no form claims: a ZIP. */
export function useFormDraft(id: string) {
  return useMutation({
    mutationFn: (query: { form_id: string; title: string }) =>
      unwrap(
        client.GET("/v1/documents/{document_id}/form-draft", {
          params: { path: { document_id: id }, query },
          parseAs: "blob",
        }),
      ),
  });
}

/** Mends the split of a posted file; answers with the document that the pages are in now. */
export function useChangeStack(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: StackChangeRequest) =>
      unwrap(
        client.POST("/v1/documents/{document_id}/stack", {
          params: { path: { document_id: id } },
          body,
        }),
      ),
    onSettled: (changed) => {
      void cache.invalidateQueries({ queryKey: keys.documents });
      void cache.invalidateQueries({ queryKey: ["stack"] });
      for (const each of [id, changed?.id])
        if (each !== undefined) void cache.invalidateQueries({ queryKey: keys.document(each) });
    },
  });
}

/** Claims the oldest waiting document that nobody else takes first; null when none is left. */
export async function claimNext(except?: string): Promise<string | null> {
  const list = await unwrap(
    client.GET("/v1/documents", { params: { query: { state: ["awaiting_review"], limit: 20 } } }),
  );
  for (const { id, first_confirmed_by_me } of list.items) {
    // The second of two persons must be another one.
    if (id === except || first_confirmed_by_me) continue;
    try {
      await unwrap(
        client.POST("/v1/documents/{document_id}/claim", { params: { path: { document_id: id } } }),
      );
      return id;
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 409)) throw error;
    }
  }
  return null;
}

export function useForms() {
  return useQuery({
    queryKey: keys.forms,
    queryFn: () => unwrap(client.GET("/v1/forms")),
    staleTime: 300_000,
  });
}

export function useExports() {
  return useQuery({
    queryKey: keys.exports,
    queryFn: () => unwrap(client.GET("/v1/exports")),
    refetchInterval: 15_000,
  });
}

export function useCreateExport() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ExportRequest) => unwrap(client.POST("/v1/exports", { body })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.exports }),
  });
}

/** What the audit record is narrowed down to; moments in ISO 8601 with their zone. */
export type AuditFilter = Partial<
  Record<"actor" | "subject" | "action" | "since" | "until", string>
>;

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: [...keys.audit, filter],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      unwrap(
        client.GET("/v1/audit", {
          params: {
            query: {
              limit: 50,
              ...filter,
              ...(pageParam === null ? {} : { cursor: Number(pageParam) }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
}

/** Asked by a button only: every answer opens documents, and each of them is audited. */
export function useResidual() {
  return useMutation({
    mutationFn: (query: { form?: string; since?: string }) =>
      unwrap(client.GET("/v1/residual", { params: { query } })),
  });
}

export function useModels() {
  return useQuery({
    queryKey: keys.models,
    queryFn: () => unwrap(client.GET("/v1/models", {})),
    refetchInterval: 30_000,
  });
}

export function usePromote() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (path: { name: string; version: string }) =>
      unwrap(client.POST("/v1/models/{name}/versions/{version}/promote", { params: { path } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.models }),
  });
}

export function useRollback() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(client.POST("/v1/models/{name}/rollback", { params: { path: { name } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.models }),
  });
}
