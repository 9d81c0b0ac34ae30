"""Lock-out after wrong passwords: longer with every failure, forgotten with time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_FIRST_LOCK = timedelta(seconds=30)
_FORGET_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class LockPolicy:
    """The `failures`-th wrong password in a row brings the first lock; none is over `longest`."""

    failures: int = 5
    longest: timedelta = timedelta(minutes=15)


def locked_for(locked_until: datetime | None, now: datetime) -> timedelta:
    """Time left of a lock; zero when there is none."""
    if locked_until is None or locked_until <= now:
        return timedelta(0)
    return locked_until - now


def remembered_failures(failures: int, locked_until: datetime | None, now: datetime) -> int:
    """Failures that still count: half of them for every 30 minutes since the last one's lock."""
    if locked_until is None or failures == 0:
        return failures
    periods = int(max(now - locked_until, timedelta(0)) / _FORGET_AFTER)
    return failures >> min(periods, failures.bit_length())


def lock_after(failures: int, policy: LockPolicy, now: datetime) -> datetime | None:
    """End of the lock that the `failures`-th wrong password in a row brings, or None.

    30 seconds at first, doubled with every further failure, never over `policy.longest`.
    """
    over = failures - policy.failures
    if over < 0:
        return None
    doubled: int = 1 << min(over, 16)
    return now + min(_FIRST_LOCK * doubled, policy.longest)
