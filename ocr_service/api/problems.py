"""Every error leaves as application/problem+json (RFC 9457) with a stable code."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ocr_service.api.schemas import ProblemBody
from ocr_service.error_map import describe
from pipelines.errors import CodedError, ErrorCode

MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {
    404: ErrorCode.REQUEST_NOT_FOUND,
    405: ErrorCode.REQUEST_METHOD,
    413: ErrorCode.REQUEST_TOO_LARGE,
}
_RETRY_SECONDS = 5
_log = structlog.get_logger("ocr_service.api")


def problem(
    error: CodedError, request_id: str, *, headers: dict[str, str] | None = None
) -> Response:
    """Make the response of one error. `detail` is for operators and holds no content."""
    described = describe(error.code)
    field = error.params.get("field")
    body = ProblemBody(
        title=described.message(**error.params),
        status=described.status,
        code=error.code.value,
        detail=error.detail if described.status < 500 else "",
        request_id=request_id,
        field=str(field) if field is not None else None,
    )
    return Response(
        body.model_dump_json(),
        status_code=described.status,
        media_type=MEDIA_TYPE,
        headers={**_headers(error), **(headers or {})},
    )


def responses(*codes: ErrorCode) -> dict[int | str, dict[str, Any]]:
    """Describe the error responses of a route for OpenAPI, one example a code."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        described = describe(code)
        entry = grouped.setdefault(
            described.status,
            {
                "description": "",
                "content": {
                    MEDIA_TYPE: {
                        "schema": {"$ref": "#/components/schemas/ProblemBody"},
                        "examples": {},
                    }
                },
            },
        )
        title = described.message()
        entry["description"] = "; ".join(filter(None, (entry["description"], f"`{code.value}`")))
        entry["content"][MEDIA_TYPE]["examples"][code.value] = {
            "summary": title,
            "value": ProblemBody(
                title=title, status=described.status, code=code.value, request_id="3f2a9c"
            ).model_dump(),
        }
    return grouped


def install(app: FastAPI) -> None:
    """Hang the handlers of all errors into the application."""
    app.add_exception_handler(CodedError, _coded)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def request_id_of(request: Request) -> str:
    """Id of a request, as it was logged."""
    return str(request.scope.get("state", {}).get("request_id", ""))


async def _coded(request: Request, error: Exception) -> Response:
    assert isinstance(error, CodedError)
    if describe(error.code).status >= 500:
        _log.error("request.failed", code=error.code.value, detail=error.detail)
    return problem(error, request_id_of(request))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Where and why, never what was sent: that may be content.
    places = "; ".join(
        f"{'.'.join(str(part) for part in item['loc'])}: {item['type']}" for item in error.errors()
    )
    return problem(CodedError(ErrorCode.REQUEST_INVALID, places[:500]), request_id_of(request))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, ErrorCode.REQUEST_INVALID)
    allowed = {k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"}
    return problem(CodedError(code), request_id_of(request), headers=allowed)


def crashed(error: Exception, request_id: str) -> Response:
    """Log an unexpected error and make its response.

    The text of an unknown error may hold content: its type and place are what is logged.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    _log.error("request.crashed", error=type(error).__name__, place=place)
    return problem(CodedError(ErrorCode.INTERNAL), request_id)


def _headers(error: CodedError) -> dict[str, str]:
    if error.code in (ErrorCode.AUTH_REQUIRED, ErrorCode.AUTH_FAILED):
        return {"WWW-Authenticate": "Bearer"}
    if error.code == ErrorCode.AUTH_LOCKED:
        return {"Retry-After": str(error.params.get("seconds", 60))}
    if error.code in (ErrorCode.SERVICE_BUSY, ErrorCode.STORAGE_UNAVAILABLE):
        return {"Retry-After": str(_RETRY_SECONDS)}
    return {}
