"""Lock-out after wrong passwords: longer with every failure, forgotten with time."""

from datetime import datetime, timedelta

FREE_ATTEMPTS = 5
"""Wrong passwords before the first lock."""
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
FORGET_AFTER = timedelta(minutes=30)
"""A lock this long over, and the failures count as forgotten."""


def locked_for(locked_until: datetime | None, now: datetime) -> timedelta:
    """Time left of a lock; zero when there is none."""
    if locked_until is None or locked_until <= now:
        return timedelta(0)
    return locked_until - now


def remembered_failures(failures: int, locked_until: datetime | None, now: datetime) -> int:
    """Failures that still count: half of them for every `FORGET_AFTER` since the last lock."""
    if locked_until is None or failures == 0:
        return failures
    periods = int(max(now - locked_until, timedelta(0)) / FORGET_AFTER)
    return failures >> min(periods, failures.bit_length())


def lock_after(failures: int, now: datetime) -> datetime | None:
    """End of the lock that the `failures`-th wrong password in a row brings, or None."""
    over = failures - FREE_ATTEMPTS
    if over < 0:
        return None
    doubled: int = 1 << min(over, 16)
    return now + min(FIRST_LOCK * doubled, LONGEST_LOCK)
