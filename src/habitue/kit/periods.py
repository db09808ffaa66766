"""Calendar arithmetic on local days (ordinals): months that clamp, windows, and their starts."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias, cast

PeriodUnit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]

_PERIOD = re.compile(r"^\s*(\d{1,4})\s+(day|week|month|quarter|year)s?\s*$")


@dataclass(frozen=True, slots=True)
class Period:
    """A length of calendar time, such as 12 months."""

    count: int
    unit: PeriodUnit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


def parse_period(text: str) -> Period:
    """Read ``14 days``, ``12 months``; raises ``ValueError`` for anything else or for zero."""
    match = _PERIOD.match(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is not a period such as '14 days' or '12 months'")
    return Period(int(match[1]), cast("PeriodUnit", match[2]))


@lru_cache(maxsize=65536)
def add_months(day: int, months: int) -> int:
    """The same day of the month, ``months`` later; the month's last day where there is none."""
    start = date.fromordinal(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def add_period(day: int, period: Period, times: int = 1) -> int:
    """The day that lies ``times`` periods after ``day`` (before it where ``times`` is negative)."""
    count = period.count * times
    if period.unit == "day":
        return day + count
    if period.unit == "week":
        return day + 7 * count
    return add_months(day, count * {"month": 1, "quarter": 3, "year": 12}[period.unit])


@lru_cache(maxsize=65536)
def period_start(day: int, unit: PeriodUnit) -> int:
    """The first day of the day, week (Monday), month, quarter or year that holds ``day``."""
    if unit == "day":
        return day
    if unit == "week":
        return day - date.fromordinal(day).weekday()
    at = date.fromordinal(day)
    month = {"month": at.month, "quarter": at.month - (at.month - 1) % 3, "year": 1}[unit]
    return date(at.year, month, 1).toordinal()


def next_period_start(day: int, unit: PeriodUnit) -> int:
    """The first day of the calendar period after the one that holds ``day``."""
    return add_period(period_start(day, unit), Period(1, unit))


def anniversary(day: int, origin: int) -> int:
    """The latest yearly return of ``origin`` up to ``day`` (29 February falls on the 28th)."""
    years = date.fromordinal(day).year - date.fromordinal(origin).year
    latest = add_months(origin, 12 * years)
    return latest if latest <= day else add_months(origin, 12 * (years - 1))
