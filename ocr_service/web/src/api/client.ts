import createClient from "openapi-fetch";

import type { components, paths } from "./types.gen";

type Schemas = components["schemas"];

export type DocumentBody = Schemas["DocumentBody"];
export type DocumentState = Schemas["DocumentState"];
export type SuggestionBody = Schemas["SuggestionBody"];
export type FieldBody = Schemas["FieldBody"];
export type FindingBody = Schemas["FindingBody"];
export type PlaceBody = Schemas["PlaceBody"];
export type PageBody = Schemas["PageBody"];
export type BoxBody = Schemas["BoxBody"];
export type StackBody = Schemas["StackBody"];
export type StackPageBody = Schemas["StackPageBody"];
export type StackChangeRequest = Schemas["StackChangeRequest"];
export type DecisionBody = Schemas["DecisionBody"];
export type DecisionRequest = Schemas["DecisionRequest"];
export type FormRef = Schemas["FormRef"];
export type SessionBody = Schemas["SessionBody"];
export type ExportBody = Schemas["ExportBody"];
export type ExportRequest = Schemas["ExportRequest"];
export type CaseBody = Schemas["CaseBody"];
export type CaseDetailBody = Schemas["CaseDetailBody"];
export type CaseDocumentBody = Schemas["CaseDocumentBody"];
export type NeedBody = Schemas["NeedBody"];
export type ProposalBody = Schemas["ProposalBody"];
export type DismissalBody = Schemas["DismissalBody"];
export type CaseRequestBody = Schemas["CaseRequestBody"];
export type CaseStatus = Schemas["CaseStatus"];
export type RequestText = CaseRequestBody["text"];
export type Letter = RequestText["plain"];
export type AuditEventBody = Schemas["AuditEventBody"];
export type TaxonomyBody = Schemas["TaxonomyBody"];
export type TaxonomyEntryBody = Schemas["TaxonomyEntryBody"];
export type TaxonomyChangeBody = Schemas["TaxonomyChangeBody"];
export type ResidualBody = Schemas["ResidualBody"];
export type EstimateBody = Schemas["EstimateBody"];
export type ThresholdBody = Schemas["ThresholdBody"];
export type ModelsBody = Schemas["ModelsBody"];
export type ModelVersionBody = Schemas["ModelVersionBody"];
export type EvaluationBody = Schemas["EvaluationBody"];
export type AlarmBody = Schemas["AlarmBody"];

/** An answer of the service that is not a success, with its stable code and Japanese title. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    /** Name of the field that a decision was refused for. */
    readonly field: string | null = null,
  ) {
    super(title);
    this.name = "ApiProblem";
  }
}

/** The service could not be reached at all. */
export const UNREACHABLE = "client.unreachable";

export const client = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** Waits for an answer and gives its body; throws `ApiProblem` for everything else. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch {
    throw new ApiProblem(0, UNREACHABLE, "");
  }
  const { data, error, response } = settled;
  if (!response.ok) throw toProblem(response, error);
  return data as T;
}

function toProblem(response: Response, error: unknown): ApiProblem {
  if (typeof error === "object" && error !== null && "code" in error) {
    const { code, title, field } = error as Record<string, unknown>;
    return new ApiProblem(
      response.status,
      String(code),
      typeof title === "string" ? title : "",
      typeof field === "string" ? field : null,
    );
  }
  return new ApiProblem(response.status, "internal", "");
}

const path = encodeURIComponent;

export const urls = {
  page: (id: string, page: number, width: number, unmask: string | null) =>
    `/v1/documents/${path(id)}/pages/${page}/image?width=${width}` +
    (unmask === null ? "" : `&unmask=${path(unmask)}`),
  crop: (id: string, field: string, unmask: string | null) =>
    `/v1/documents/${path(id)}/fields/${path(field)}/crop` +
    (unmask === null ? "" : `?unmask=${path(unmask)}`),
  blank: (form: FormRef) => `/v1/forms/${path(form.id)}/${path(form.revision)}/blank.pdf`,
  /** One wording of a request to complete; the version only makes a newer one load. */
  request: (
    caseId: string,
    id: string,
    kind: "pdf" | "image",
    wording: "plain" | "easy",
    version: number,
  ) => `/v1/cases/${path(caseId)}/requests/${path(id)}/${kind}?wording=${wording}&v=${version}`,
  exportFile: (id: string) => `/v1/exports/${path(id)}/file`,
};
