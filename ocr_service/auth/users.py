"""People: made, disabled, given passwords. Every change is audited."""

import re
import threading
from collections.abc import Collection
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Actor, Subject, append
from ocr_service.auth.secrets import new_secret
from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.states import Role
from ocr_service.storage.tables import SessionRow, SignInTokenRow, UserRow
from pipelines.errors import CodedError, ErrorCode

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$")
_HASHER = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=1),))


def create_user(
    session: Session,
    *,
    name: str,
    display_name: str,
    roles: Collection[Role],
    password: str | None = None,
    by: Actor = SYSTEM,
    now: datetime | None = None,
) -> UserRow:
    """Add a person. Without a password only a one-time token or single sign-on lets them in.

    Raises USER_EXISTS, or REQUEST_INVALID for a bad name, no role or a weak password.
    """
    if not _NAME.match(name) or not display_name.strip() or len(display_name) > 64 or not roles:
        raise CodedError(ErrorCode.REQUEST_INVALID, "bad user name, display name or no role")
    if session.scalar(select(UserRow.id).where(UserRow.name == name)):
        raise CodedError(ErrorCode.USER_EXISTS, name, name=name)
    user = UserRow(
        id=new_id("user"),
        name=name,
        display_name=display_name.strip(),
        password_hash=hash_password(password) if password is not None else None,
        roles=sorted(Role(role).value for role in roles),
        disabled=False,
        failed_attempts=0,
        created_at=now or utc_now(),
    )
    session.add(user)
    session.flush()
    append(session, by, "user.created", _subject(user), {"roles": user.roles}, at=now)
    return user


def disable_user(
    session: Session, name: str, *, by: Actor = SYSTEM, now: datetime | None = None
) -> None:
    """Lock a person out at once: sessions and tokens end too. Raises USER_UNKNOWN."""
    user = find_user(session, name)
    user.disabled = True
    _end_sign_ins(session, user)
    append(session, by, "user.disabled", _subject(user), at=now)


def set_password(
    session: Session,
    name: str,
    password: str,
    *,
    by: Actor = SYSTEM,
    now: datetime | None = None,
) -> None:
    """Give a new password; whoever is signed in must sign in again. Raises USER_UNKNOWN."""
    user = find_user(session, name)
    user.password_hash = hash_password(password)
    user.failed_attempts = 0
    user.locked_until = None
    _end_sign_ins(session, user)
    append(session, by, "user.password_set", _subject(user), at=now)


def list_users(session: Session) -> list[UserRow]:
    """List all people by name."""
    return list(session.scalars(select(UserRow).order_by(UserRow.name)))


def find_user(session: Session, name: str) -> UserRow:
    """Find a person by name. Raises USER_UNKNOWN."""
    user = session.scalar(select(UserRow).where(UserRow.name == name).with_for_update())
    if user is None:
        raise CodedError(ErrorCode.USER_UNKNOWN, name, name=name)
    return user


def hash_password(password: str) -> str:
    """Argon2id hash. Raises REQUEST_INVALID when it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise CodedError(
            ErrorCode.REQUEST_INVALID,
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
        )
    return _HASHER.hash(password)


def password_matches(password: str, hashed: str | None) -> bool:
    """Whether the password is right; takes as long for people who do not exist.

    Raises SERVICE_BUSY when too many passwords are being checked.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    if not _WAITING.acquire(blocking=False):
        raise CodedError(ErrorCode.SERVICE_BUSY, "too many sign-ins at the same time")
    try:
        with _TURNS:
            right = _HASHER.verify(password, hashed or _unknown_hash())
    finally:
        _WAITING.release()
    return right and hashed is not None


_UNKNOWN: list[str] = []
# Each hash takes 64 MiB and a core: a flood of sign-ins must take neither all memory nor all
# threads of the service.
_TURNS = threading.BoundedSemaphore(2)
_WAITING = threading.BoundedSemaphore(12)


def _unknown_hash() -> str:
    if not _UNKNOWN:
        _UNKNOWN.append(_HASHER.hash(new_secret()))
    return _UNKNOWN[0]


def _end_sign_ins(session: Session, user: UserRow) -> None:
    session.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
    session.execute(delete(SignInTokenRow).where(SignInTokenRow.user_id == user.id))


def _subject(user: UserRow) -> Subject:
    return Subject(kind="user", id=user.id)
