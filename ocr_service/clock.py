"""The one place that looks at the clock; everything else is handed a `Clock`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the present moment, time zone aware, in UTC."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def office_date(moment: datetime, time_zone: str) -> date:
    """Return the calendar day of `moment` at the office (rules compare with that day)."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
