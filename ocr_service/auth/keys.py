"""API keys of stations and robots: `prefix.secret`, of which only the prefix is kept in clear."""

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ocr_service.audit.chain import SYSTEM, Actor, Subject, append, as_utc
from ocr_service.auth.principal import Principal
from ocr_service.auth.secrets import fingerprint, new_secret
from ocr_service.clock import utc_now
from ocr_service.states import Role
from ocr_service.storage.tables import ApiKeyRow
from pipelines.errors import CodedError, ErrorCode

_LAST_USED_EVERY = timedelta(minutes=5)


def create_key(
    session: Session,
    *,
    name: str,
    roles: Collection[Role],
    by: Actor = SYSTEM,
    now: datetime | None = None,
) -> tuple[ApiKeyRow, str]:
    """Make a key; the text returned (`prefix.secret`) is shown once and never again.

    `name` is the station's name and unique. Raises REQUEST_INVALID.
    """
    taken = session.scalar(select(ApiKeyRow.prefix).where(ApiKeyRow.name == name))
    if not name.strip() or len(name) > 64 or not roles or taken:
        raise CodedError(ErrorCode.REQUEST_INVALID, "key name is taken, empty or too long")
    prefix, secret = secrets.token_hex(6), new_secret()
    row = ApiKeyRow(
        prefix=prefix,
        secret_sha256=fingerprint(secret),
        name=name,
        roles=sorted(Role(role).value for role in roles),
        created_at=now or utc_now(),
    )
    session.add(row)
    session.flush()
    append(session, by, "key.created", _subject(prefix), {"roles": row.roles}, at=now)
    return row, f"{prefix}.{secret}"


def revoke_key(
    session: Session, prefix: str, *, by: Actor = SYSTEM, now: datetime | None = None
) -> None:
    """End a key for good. Raises KEY_UNKNOWN."""
    row = session.get(ApiKeyRow, prefix)
    if row is None:
        raise CodedError(ErrorCode.KEY_UNKNOWN, prefix)
    if row.revoked_at is None:
        row.revoked_at = now or utc_now()
        append(session, by, "key.revoked", _subject(prefix), at=now)


def list_keys(session: Session) -> list[ApiKeyRow]:
    """List all keys by name, revoked ones too."""
    return list(session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.name)))


def authenticate_key(session: Session, key: str, *, now: datetime) -> tuple[Principal, bool]:
    """Turn `prefix.secret` into who is asking. Raises AUTH_FAILED.

    The second value says that its last use was not noted for minutes: `touch_key` it.
    """
    prefix, _, secret = key.partition(".")
    row = session.get(ApiKeyRow, prefix) if len(prefix) <= 16 and "\x00" not in prefix else None
    stored = row.secret_sha256 if row else "0" * 64
    right = hmac.compare_digest(fingerprint(secret), stored)
    if row is None or not right or row.revoked_at is not None:
        raise CodedError(ErrorCode.AUTH_FAILED, "unknown, wrong or revoked key")
    stale = row.last_used_at is None or now - as_utc(row.last_used_at) > _LAST_USED_EVERY
    principal = Principal(
        kind="key",
        id=row.prefix,
        name=row.name,
        display_name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
    )
    return principal, stale


def touch_key(session: Session, prefix: str, *, now: datetime) -> None:
    """Note that the key was used."""
    session.execute(update(ApiKeyRow).where(ApiKeyRow.prefix == prefix).values(last_used_at=now))


def _subject(prefix: str) -> Subject:
    return Subject(kind="key", id=prefix)
