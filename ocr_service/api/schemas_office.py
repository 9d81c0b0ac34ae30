"""Bodies around the documents: sign-in, exports, the audit record, health."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ocr_service.api.schemas import Body, FormRef
from ocr_service.states import Role


class SignInRequest(Body):
    """Either name and password, or a one-time token."""

    name: str | None = None
    password: str | None = None
    token: str | None = None


class SessionBody(Body):
    """Who is signed in."""

    user_id: str
    name: str
    display_name: str
    roles: list[Role]
    expires_at: datetime


class ExportRequest(Body):
    """Export all confirmed documents of a form that were not exported yet."""

    form_id: str
    revision: str | None = None
    format: Literal["csv", "json", "xlsx"] = "csv"
    unmask_reason: str = Field(default="", max_length=200)
    """Why 個人番号 leaves whole; masked without a reason, and audited with one."""


class ExportBody(Body):
    """One export file."""

    id: str
    form: FormRef
    format: Literal["csv", "json", "xlsx"]
    state: Literal["ready", "delivered"]
    document_count: int
    sha256: str
    created_at: datetime


class ExportList(Body):
    """Export files, newest first."""

    items: list[ExportBody]
    pending: dict[str, int]
    """Confirmed documents not exported yet, by form id."""


class AuditEventBody(Body):
    """One event of the audit chain. `actor_name`: what the person or key is called today."""

    sequence: int
    at: datetime
    actor: str
    actor_name: str | None = None
    action: str
    subject: str
    details: dict[str, object]


class AuditList(Body):
    """Events, newest first; `verified` says that the chain is whole."""

    items: list[AuditEventBody]
    next: str | None = None
    verified: bool


class HealthBody(Body):
    """The process serves."""

    status: Literal["ok"]
