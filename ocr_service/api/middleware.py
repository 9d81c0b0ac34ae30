"""What holds for every request: its id, its log line, its limits, and headers of the answer."""

import asyncio
import re
import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_service.api.metrics import Metrics
from ocr_service.api.problems import crashed, problem
from pipelines.errors import CodedError, ErrorCode

BODY_BYTES = 1024 * 1024
"""Cap on every body but that of a posting, which has its own."""
BODY_SECONDS = 30.0
_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
_POSTINGS = "/v1/documents"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": _CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_log = structlog.get_logger("ocr_service.access")


class RequestFrame:
    """Gives every request an id, times and logs it, and hardens the answer's headers.

    Logs hold the route's template, never the address or its query: they may hold what people typed.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, https: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                https = self._https or scope.get("scheme") == "https"
                _add_headers(message, scope, request_id, https=https)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_framed)
            except Exception as error:
                response = crashed(error, request_id)
                if status:
                    raise
                await response(scope, receive, send_framed)
            finally:
                seconds = time.perf_counter() - started
                route = getattr(scope.get("route"), "path", "unmatched")
                self._metrics.observe(scope["method"], route, status, seconds)
                _log.info(
                    "request",
                    method=scope["method"],
                    route=route,
                    status=status,
                    seconds=round(seconds, 4),
                )


class BodyLimit:
    """Takes bodies (but those of postings) into memory first, under a cap and a time limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        if scope["path"] == _POSTINGS:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _whole_body(receive)
        except TimeoutError:
            await _refuse(CodedError(ErrorCode.REQUEST_TIMEOUT), scope, receive, send)
            return
        except CodedError as error:
            await _refuse(error, scope, receive, send)
            return
        if body is None:
            return
        await self._app(scope, _replay(body, receive), send)


async def _whole_body(receive: Receive) -> bytes | None:
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        data += message.get("body", b"")
        if len(data) > BODY_BYTES:
            raise CodedError(ErrorCode.REQUEST_TOO_LARGE, limit=BODY_BYTES)
        if not message.get("more_body", False):
            return bytes(data)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replayed() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


async def _refuse(error: CodedError, scope: Scope, receive: Receive, send: Send) -> None:
    response = problem(error, scope["state"]["request_id"], headers={"Connection": "close"})
    await response(scope, receive, send)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(value):
            return str(value.decode())
    return secrets.token_hex(8)


def _add_headers(message: Message, scope: Scope, request_id: str, *, https: bool) -> None:
    headers = message.setdefault("headers", [])
    present = {name.lower() for name, _ in headers}
    added = dict(_HEADERS)
    added[b"x-request-id"] = request_id.encode()
    if scope["path"].startswith("/v1/"):
        added[b"cache-control"] = b"no-store"
    if https:
        added[b"strict-transport-security"] = b"max-age=31536000"
    headers.extend((name, value) for name, value in added.items() if name not in present)
