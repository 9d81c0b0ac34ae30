"""Who may do what: the one table of roles and permissions."""

from enum import StrEnum

from ocr_service.states import Role


class Permission(StrEnum):
    """Something a route asks for."""

    DOCUMENT_SUBMIT = "document.submit"
    DOCUMENT_STATUS = "document.status"
    DOCUMENT_LIST = "document.list"
    CONTENT_VIEW = "content.view"
    NUMBER_UNMASK = "number.unmask"
    REVIEW = "review"
    RETRY = "document.retry"
    FORM_VIEW = "form.view"
    FORM_DRAFT = "form.draft"
    RULES_TRY = "rules.try"
    CATEGORY_EDIT = "category.edit"
    EXPORT_LIST = "export.list"
    EXPORT = "export"
    AUDIT_VIEW = "audit.view"
    METRICS_VIEW = "metrics.view"
    MODELS_CHANGE = "models.change"
    SESSION = "session"


_EVERYBODY = {Permission.SESSION, Permission.FORM_VIEW, Permission.DOCUMENT_STATUS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # A station posts and sees what became of its own documents, never their content.
    Role.STATION: frozenset(_EVERYBODY | {Permission.DOCUMENT_SUBMIT}),
    Role.REVIEWER: frozenset(
        _EVERYBODY
        | {
            Permission.DOCUMENT_LIST,
            Permission.CONTENT_VIEW,
            Permission.NUMBER_UNMASK,
            Permission.REVIEW,
            Permission.RETRY,
            Permission.EXPORT_LIST,
            Permission.EXPORT,
        }
    ),
    # Form owners see how many documents a rule would flag, not which, nor what stands on them.
    Role.FORM_OWNER: frozenset(
        _EVERYBODY
        | {
            Permission.DOCUMENT_LIST,
            Permission.EXPORT_LIST,
            Permission.FORM_DRAFT,
            Permission.RULES_TRY,
            Permission.CATEGORY_EDIT,
        }
    ),
    # Auditors trace who saw and did what; they need no content for that.
    Role.AUDITOR: frozenset(
        _EVERYBODY
        | {
            Permission.DOCUMENT_LIST,
            Permission.EXPORT_LIST,
            Permission.AUDIT_VIEW,
            Permission.METRICS_VIEW,
        }
    ),
    # Administrators keep the service running; the content of documents is not theirs to see.
    Role.ADMIN: frozenset(
        _EVERYBODY
        | {
            Permission.DOCUMENT_LIST,
            Permission.RETRY,
            Permission.EXPORT_LIST,
            Permission.AUDIT_VIEW,
            Permission.METRICS_VIEW,
            Permission.MODELS_CHANGE,
        }
    ),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Unite the permissions of all `roles`."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
