"""The figures of a business over a stretch of days, and how a stretch is cut into steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from habitue.kit.instants import Instant
from habitue.kit.periods import next_period_start, period_start
from habitue.kit.rounding import round_ratio

StepUnit: TypeAlias = Literal["day", "week", "month"]

LONGEST_BY_DAY: Final = 45
LONGEST_BY_WEEK: Final = 200
LONGEST_DAYS: Final = 3_700


@dataclass(frozen=True, slots=True)
class PointsFigures:
    """What happened to one currency of points, in smallest units.

    ``issued``, ``redeemed`` (less what was given back), ``expired``, ``reversed`` and
    ``written_off`` are positive in the usual case; ``adjusted`` and ``transferred`` have the sign
    of the balance.  ``outstanding`` is the sum of all lines up to the last day; ``None`` where
    only some stores are looked at, since points do not belong to stores.
    """

    issued: int
    redeemed: int
    expired: int
    reversed: int
    adjusted: int
    transferred: int
    written_off: int
    outstanding: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened over some days; money in minor units.

    ``members``: today's members who had joined by the last day.  ``active_members``: distinct
    members who bought something.  ``sales``: goods and delivery after discounts, with tax, before
    ``returned``, what went back.
    """

    members: int
    new_members: int
    active_members: int
    purchases: int
    sales: int
    discounts: int
    returns: int
    returned: int
    visits: int
    enrolments: int
    points: Mapping[str, PointsFigures]

    @property
    def average_purchase(self) -> int | None:
        """Sales by purchase, half up; ``None`` without a purchase."""
        return round_ratio(self.sales, self.purchases, "half_up") if self.purchases else None


@dataclass(frozen=True, slots=True)
class Step:
    """Some days of a stretch, both ends included."""

    first_day: date
    last_day: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days with their figures, in the whole and step by step."""

    first_day: date
    last_day: date
    figures: Figures
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """A period and the one before it, of the same length.

    ``decimals`` are those of each currency of points; ``settled_until`` is how far figures were
    prepared (``None``: not at all): what came later was added while reading.
    """

    programme: str
    currency: str
    stores: tuple[str, ...]
    unit: StepUnit
    decimals: Mapping[str, int]
    current: Stretch
    before: Stretch
    settled_until: Instant | None


def unit_for(days: int) -> StepUnit:
    """By what a chart of so many days is cut."""
    if days <= LONGEST_BY_DAY:
        return "day"
    return "week" if days <= LONGEST_BY_WEEK else "month"


def steps_of(first: date, last: date, unit: StepUnit) -> list[tuple[date, date]]:
    """The days from ``first`` to ``last`` cut at the calendar's weeks or months; the outer steps
    may be shorter."""
    if unit == "week":
        # Weeks that end with the last day: the newest one is whole, and so are all but the first.
        return _weeks_to(first, last)
    steps: list[tuple[date, date]] = []
    day, end = first.toordinal(), last.toordinal()
    while day <= end:
        following = min(next_period_start(period_start(day, unit), unit), end + 1)
        steps.append((date.fromordinal(day), date.fromordinal(following - 1)))
        day = following
    return steps


def _weeks_to(first: date, last: date) -> list[tuple[date, date]]:
    steps: list[tuple[date, date]] = []
    while last >= first:
        begin = max(first, last - timedelta(days=6))
        steps.append((begin, last))
        last = begin - timedelta(days=1)
    return steps[::-1]
