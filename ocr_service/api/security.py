"""Who is asking, and may they: the dependency that every route but the public ones carries."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from ocr_service.api.services import Has, Services
from ocr_service.auth.keys import authenticate_key, touch_key
from ocr_service.auth.origin import SAFE_METHODS, is_same_origin
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.auth.sessions import find_session, touch_session
from pipelines.errors import CodedError, ErrorCode

COOKIE = "ocr_session"
_cookie = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="session", description="確認画面のサインイン"
)
_bearer = HTTPBearer(
    auto_error=False, scheme_name="apiKey", description="端末のAPIキー（prefix.secret）"
)


def current_principal(
    request: Request,
    services: Has,
    cookie: Annotated[str | None, Depends(_cookie)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Find out who is asking, by API key or cookie.

    Raises AUTH_REQUIRED, AUTH_FAILED, and AUTH_ORIGIN when a page that is not ours sends a cookie.
    """
    if bearer is not None:
        return _by_key(services, bearer.credentials)
    if cookie is None:
        raise CodedError(ErrorCode.AUTH_REQUIRED)
    if request.method not in SAFE_METHODS:
        check_origin(request, services, required=True)
    return _by_cookie(services, cookie)


class Guard:
    """Dependency that demands one permission; `person` refuses API keys."""

    def __init__(self, permission: Permission, *, person: bool = False) -> None:
        self.permission = permission
        self.person = person

    def __call__(self, principal: Annotated[Principal, Depends(current_principal)]) -> Principal:
        """Give who is asking. Raises AUTH_FORBIDDEN."""
        if not principal.may(self.permission) or (self.person and not principal.is_person):
            raise CodedError(ErrorCode.AUTH_FORBIDDEN, f"needs {self.permission}")
        return principal


def check_origin(request: Request, services: Services, *, required: bool) -> None:
    """Refuse requests that a browser says come from other pages (AUTH_ORIGIN).

    `required`: refuse as well when the browser says nothing.
    """
    headers = request.headers
    public = urlsplit(services.settings.public_url).netloc.lower()
    same = is_same_origin(
        fetch_site=headers.get("sec-fetch-site"),
        origin=headers.get("origin"),
        host=headers.get("host"),
        own=frozenset({public} if public else ()),
    )
    if same is False or (same is None and required):
        raise CodedError(ErrorCode.AUTH_ORIGIN)


def set_cookie(request: Request, response: Response, services: Services, value: str) -> None:
    """Hand the session's cookie to the browser."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(services.session_limits.absolute.total_seconds()),
        path="/",
        secure=is_https(request, services),
        httponly=True,
        samesite="strict",
    )


def is_https(request: Request, services: Services) -> bool:
    """Whether people reach us by https, directly or through a proxy."""
    return request.url.scheme == "https" or services.settings.public_url.startswith("https:")


def _by_key(services: Services, key: str) -> Principal:
    now = services.clock()
    with services.database.reading() as session:
        principal, stale = authenticate_key(session, key, now=now)
    if stale:
        with services.database.transaction() as session:
            touch_key(session, principal.id, now=now)
    return principal


def _by_cookie(services: Services, cookie: str) -> Principal:
    now = services.clock()
    with services.database.reading() as session:
        found = find_session(session, cookie, limits=services.session_limits, now=now)
    if found is None:
        raise CodedError(ErrorCode.AUTH_REQUIRED, "session is over")
    principal, stale = found
    if stale:
        with services.database.transaction() as session:
            touch_session(session, cookie, now=now)
    return principal
