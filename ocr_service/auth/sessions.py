"""Server-side sessions: an opaque cookie, of which the database keeps only the SHA-256."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Actor, Subject, append, as_utc
from ocr_service.auth.lockout import LockPolicy, lock_after, locked_for, remembered_failures
from ocr_service.auth.principal import Principal
from ocr_service.auth.secrets import fingerprint, new_secret
from ocr_service.auth.users import find_user, password_matches
from ocr_service.clock import utc_now
from ocr_service.states import Role
from ocr_service.storage.database import Database
from ocr_service.storage.tables import SessionRow, SignInTokenRow, UserRow
from pipelines.errors import CodedError, ErrorCode

_SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLimits:
    """How long a sign-in lasts: `idle` without a request, `absolute` in any case."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


def check_password(
    database: Database, name: str, password: str, *, policy: LockPolicy, now: datetime
) -> str | None:
    """Give the id of the person when the password is right, None when not.

    The attempt is counted before the password is looked at, so that many at the same time count
    one by one; the slow hash runs outside of any transaction. Raises AUTH_LOCKED.
    """
    with database.transaction() as session:
        user = _count_attempt(session, name, policy, now)
        known = (user.id, user.password_hash) if user and not user.disabled else None
    right = password_matches(password, known[1] if known else None)
    if user is None:
        return None
    with database.transaction() as session:
        row = session.get_one(UserRow, user.id, with_for_update=True)
        if right and known and row.password_hash == known[1] and not row.disabled:
            row.failed_attempts = 0
            row.locked_until = None
            return row.id
        locked = row.locked_until is not None and as_utc(row.locked_until) > now
        details = {"failures": row.failed_attempts, "locked": locked}
        subject = Subject("user", row.id)
        append(session, Actor("user", row.id), "session.refused", subject, details, at=now)
    return None


def _count_attempt(
    session: Session, name: str, policy: LockPolicy, now: datetime
) -> UserRow | None:
    user = session.scalar(select(UserRow).where(UserRow.name == name).with_for_update())
    if user is None:
        return None
    locked_until = as_utc(user.locked_until) if user.locked_until else None
    left = locked_for(locked_until, now)
    if left:
        raise CodedError(ErrorCode.AUTH_LOCKED, seconds=int(left.total_seconds()) + 1)
    user.failed_attempts = remembered_failures(user.failed_attempts, locked_until, now) + 1
    # Without a new lock the moment still counts: it is what forgetting is measured from.
    user.locked_until = lock_after(user.failed_attempts, policy, now) or now
    return user


def create_sign_in_token(
    session: Session,
    name: str,
    *,
    valid_for: timedelta = timedelta(minutes=30),
    by: Actor = SYSTEM,
    now: datetime | None = None,
) -> str:
    """Make a token that signs the person in once. Raises USER_UNKNOWN."""
    moment = now or utc_now()
    user = find_user(session, name)
    if user.disabled:
        raise CodedError(ErrorCode.USER_UNKNOWN, "disabled", name=name)
    token = new_secret()
    session.add(
        SignInTokenRow(
            token_sha256=fingerprint(token), user_id=user.id, expires_at=moment + valid_for
        )
    )
    session.flush()
    append(session, by, "user.token_created", Subject(kind="user", id=user.id), at=moment)
    return token


def redeem_token(session: Session, token: str, *, now: datetime) -> str | None:
    """Give the id of the person of a token, and use it up; None when unknown, used or over."""
    # One UPDATE decides who wins when the same token comes twice at the same time.
    used = session.execute(
        update(SignInTokenRow)
        .where(
            SignInTokenRow.token_sha256 == fingerprint(token),
            SignInTokenRow.used_at.is_(None),
            SignInTokenRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInTokenRow.user_id)
    ).scalar_one_or_none()
    user = session.get(UserRow, used) if used else None
    return user.id if user is not None and not user.disabled else None


def open_session(
    session: Session, user_id: str, *, method: str, limits: SessionLimits, now: datetime
) -> tuple[str, Principal]:
    """Sign the person in; gives the cookie's value and who they are. `method` is audited."""
    session.execute(
        delete(SessionRow).where(
            (SessionRow.expires_at <= now) | (SessionRow.last_seen_at <= now - limits.idle)
        )
    )
    user = session.get_one(UserRow, user_id)
    cookie = new_secret()
    row = SessionRow(
        token_sha256=fingerprint(cookie),
        user_id=user.id,
        created_at=now,
        expires_at=now + limits.absolute,
        last_seen_at=now,
    )
    session.add(row)
    session.flush()
    subject = Subject(kind="user", id=user.id)
    append(
        session,
        Actor(kind="user", id=user.id),
        "session.opened",
        subject,
        {"method": method},
        at=now,
    )
    return cookie, _principal(user, row.expires_at)


def find_session(
    session: Session, cookie: str, *, limits: SessionLimits, now: datetime
) -> tuple[Principal, bool] | None:
    """Find who the cookie belongs to; None when it is unknown or over, or the person disabled.

    The second value says that the session was not seen for a minute: `touch_session` it.
    """
    found = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.token_sha256 == fingerprint(cookie))
    ).first()
    if found is None:
        return None
    row, user = found
    seen, ends = as_utc(row.last_seen_at), as_utc(row.expires_at)
    if user.disabled or ends <= now or seen <= now - limits.idle:
        return None
    return _principal(user, ends), now - seen > _SEEN_EVERY


def touch_session(session: Session, cookie: str, *, now: datetime) -> None:
    """Note that the session was used, which puts off its idle end."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_sha256 == fingerprint(cookie))
        .values(last_seen_at=now)
    )


def close_session(session: Session, cookie: str, *, now: datetime) -> None:
    """Sign out; an unknown cookie is no error."""
    user_id = session.execute(
        delete(SessionRow)
        .where(SessionRow.token_sha256 == fingerprint(cookie))
        .returning(SessionRow.user_id)
    ).scalar_one_or_none()
    if user_id:
        actor = Actor(kind="user", id=user_id)
        append(session, actor, "session.closed", Subject(kind="user", id=user_id), at=now)


def _principal(user: UserRow, expires_at: datetime) -> Principal:
    return Principal(
        kind="user",
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        roles=frozenset(Role(role) for role in user.roles),
        expires_at=expires_at,
    )
