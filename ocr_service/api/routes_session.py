"""Routes of signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response

from ocr_service.api import examples
from ocr_service.api.problems import responses
from ocr_service.api.schemas_office import SessionBody, SignInRequest
from ocr_service.api.security import COOKIE, Guard, check_origin, set_cookie
from ocr_service.api.services import Has, Services
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.auth.sessions import check_password, close_session, open_session, redeem_token
from pipelines.errors import CodedError, ErrorCode

router = APIRouter(prefix="/v1/session", tags=["session"])
_E = ErrorCode
Person = Annotated[Principal, Depends(Guard(Permission.SESSION, person=True))]


@router.post(
    "",
    summary="サインインする",
    status_code=201,
    responses={
        **examples.answer(201, examples.SESSION, "サインインしました（cookie を設定します）"),
        **responses(
            _E.AUTH_FAILED,
            _E.AUTH_LOCKED,
            _E.AUTH_ORIGIN,
            _E.REQUEST_INVALID,
            _E.REQUEST_TOO_LARGE,
            _E.SERVICE_BUSY,
            _E.STORAGE_UNAVAILABLE,
        ),
    },
)
def sign_in(
    request: Request,
    response: Response,
    services: Has,
    credentials: Annotated[
        SignInRequest,
        Body(
            openapi_examples={
                "password": {
                    "summary": "名前とパスワード",
                    "value": {"name": "hanako", "password": "correct horse battery"},
                },
                "token": {"summary": "一度だけ使えるトークン", "value": {"token": "Zk3…"}},
            }
        ),
    ],
) -> SessionBody:
    """Sign in by name and password, or by a one-time token. Sets an HttpOnly cookie."""
    check_origin(request, services, required=False)
    cookie, who = _signed_in(services, credentials)
    old = request.cookies.get(COOKIE)
    if old:
        with services.database.transaction() as session:
            close_session(session, old, now=services.clock())
    set_cookie(request, response, services, cookie)
    return _body(who)


@router.get(
    "",
    summary="サインインの状態",
    responses={
        **examples.answer(200, examples.SESSION, "サインインしている人"),
        **responses(_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN),
    },
)
def get_session(who: Person) -> SessionBody:
    """Say who is signed in; 401 when nobody is."""
    return _body(who)


@router.delete(
    "",
    summary="サインアウトする",
    status_code=204,
    response_class=Response,
    responses=responses(_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.AUTH_ORIGIN),
)
def sign_out(request: Request, services: Has, _who: Person) -> Response:
    """Sign out: the session ends on the server, and the cookie goes."""
    with services.database.transaction() as session:
        close_session(session, request.cookies.get(COOKIE, ""), now=services.clock())
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def _signed_in(services: Services, given: SignInRequest) -> tuple[str, Principal]:
    now = services.clock()
    by_token = given.token is not None
    if by_token == (given.name is not None and given.password is not None):
        raise CodedError(ErrorCode.REQUEST_INVALID, "either name and password, or token")
    if by_token:
        method = "token"
        with services.database.transaction() as session:
            user_id = redeem_token(session, given.token or "", now=now)
    else:
        method = "password"
        user_id = check_password(
            services.database,
            given.name or "",
            given.password or "",
            policy=services.lock_policy,
            now=now,
        )
    if user_id is None:
        raise CodedError(ErrorCode.AUTH_FAILED, "wrong name, password or token")
    with services.database.transaction() as session:
        return open_session(
            session, user_id, method=method, limits=services.session_limits, now=now
        )


def _body(who: Principal) -> SessionBody:
    assert who.expires_at is not None
    return SessionBody(
        user_id=who.id,
        name=who.name,
        display_name=who.display_name,
        roles=sorted(who.roles),
        expires_at=who.expires_at,
    )
