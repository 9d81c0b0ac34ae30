"""Errors with stable codes.

Every error that can reach a station, a reviewer or an operator has one code here. The code is the
contract: it never changes its meaning. `ocr_service/error_map.py` maps codes to HTTP status, exit
code and Japanese text; a test proves that the map is complete.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes: `<what>.<why>`."""

    FILE_EMPTY = "file.empty"
    FILE_TRUNCATED = "file.truncated"
    FILE_ENCRYPTED = "file.encrypted"
    FILE_TOO_LARGE = "file.too_large"
    FILE_UNSUPPORTED = "file.unsupported_type"
    FILE_CORRUPT = "file.corrupt"
    FILE_UNREADABLE = "file.unreadable"
    IMAGE_TOO_LARGE = "image.too_large"
    IMAGE_TOO_SMALL = "image.too_small"
    PAGES_TOO_MANY = "pages.too_many"
    READ_TIMEOUT = "read.timeout"
    READ_OUT_OF_MEMORY = "read.out_of_memory"
    READ_CRASHED = "read.crashed"
    MODEL_MISSING = "model.missing"
    MODEL_DAMAGED = "model.damaged"
    MODEL_UNKNOWN = "model.unknown"
    MODEL_REFUSED = "model.refused"
    FORM_INVALID = "form.invalid"
    FORM_UNKNOWN = "form.unknown"
    REQUEST_INVALID = "request.invalid"
    REQUEST_NOT_FOUND = "request.not_found"
    REQUEST_METHOD = "request.method_not_allowed"
    REQUEST_TOO_LARGE = "request.too_large"
    REQUEST_TIMEOUT = "request.timeout"
    IDEMPOTENCY_CONFLICT = "request.idempotency_conflict"
    AUTH_REQUIRED = "auth.required"
    AUTH_FAILED = "auth.failed"
    AUTH_LOCKED = "auth.locked"
    AUTH_FORBIDDEN = "auth.forbidden"
    AUTH_ORIGIN = "auth.origin"
    DOCUMENT_UNKNOWN = "document.unknown"
    DOCUMENT_STATE = "document.wrong_state"
    DOCUMENT_CLAIMED = "document.claimed_by_other"
    SUGGESTION_STALE = "suggestion.stale"
    DECISION_INVALID = "decision.invalid"
    CASE_UNKNOWN = "case.unknown"
    CASE_CHANGED = "case.changed"
    CASE_REQUEST_INVALID = "case.request_invalid"
    CATEGORY_UNKNOWN = "category.unknown"
    CATEGORY_CHANGED = "category.changed"
    CATEGORY_INVALID = "category.invalid"
    CATEGORY_ALIKE = "category.too_alike"
    EXPORT_UNKNOWN = "export.unknown"
    EXPORT_EMPTY = "export.empty"
    USER_UNKNOWN = "user.unknown"
    USER_EXISTS = "user.exists"
    KEY_UNKNOWN = "key.unknown"
    STORAGE_FULL = "storage.full"
    STORAGE_DAMAGED = "storage.damaged"
    STORAGE_UNAVAILABLE = "storage.unavailable"
    SETTINGS_INVALID = "settings.invalid"
    SERVER_UNREACHABLE = "server.unreachable"
    SERVICE_BUSY = "service.busy"
    INTERNAL = "internal"


class CodedError(Exception):
    """An error with a stable code.

    `detail` is for operators: English, and never content of a document. `params` fill the Japanese
    message template of the code, such as `{"limit": 200}`.
    """

    def __init__(self, code: ErrorCode, detail: str = "", **params: str | int | float) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
        self.params = params

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword parameters do not survive pickling by default; reading runs in a subprocess.
        return (_rebuild, (self.code, self.detail, self.params))


def _rebuild(code: ErrorCode, detail: str, params: dict[str, str | int | float]) -> CodedError:
    return CodedError(code, detail, **params)
