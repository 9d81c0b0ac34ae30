import type { SessionBody } from "../api/client";

/** What the roles of a person let them see here; the service decides again on every request. */
export function permissionsOf(session: SessionBody) {
  const has = (...roles: SessionBody["roles"]) => roles.some((r) => session.roles.includes(r));
  return {
    review: has("reviewer"),
    retry: has("reviewer", "admin"),
    list: has("reviewer", "form_owner", "auditor", "admin"),
    editCategories: has("form_owner"),
    draftForms: has("form_owner"),
    exports: has("reviewer", "form_owner", "auditor", "admin"),
    createExport: has("reviewer"),
    audit: has("auditor", "admin"),
    certainty: has("auditor", "admin"),
    models: has("auditor", "admin"),
    changeModels: has("admin"),
  };
}

export type Permissions = ReturnType<typeof permissionsOf>;
