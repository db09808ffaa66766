"""By what a list of members can be narrowed down and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

Direction: TypeAlias = Literal["ascending", "descending"]
Status: TypeAlias = Literal["active", "closed", "merged"]

_YEAR: Final = 366


class Sort(StrEnum):
    """What a list of members can be sorted by."""

    NAME = "name"
    NUMBER = "number"
    JOINED = "joined"
    LATEST_PURCHASE = "latest_purchase"
    SPEND = "spend"
    BALANCE = "balance"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class Birthdays:
    """Birthdays on ``today`` and on the ``days`` days after it."""

    today: date
    days: int


@dataclass(frozen=True, slots=True)
class MemberFilters:
    """What a member must be; ``None`` asks for nothing.

    ``tier``: its code, empty for those without one; ``beside``: the code of a tier of a further
    structure.  ``store``: the home store, empty for those
    without one.  Days are local days of the programme's zone, both ends included;
    ``latest_until`` also finds those who never bought.  Balances are smallest units of the
    programme's first currency of points.
    """

    status: Status | None = "active"
    tier: str | None = None
    beside: str | None = None
    store: str | None = None
    joined_from: date | None = None
    joined_until: date | None = None
    latest_from: date | None = None
    latest_until: date | None = None
    birthdays: Birthdays | None = None
    balance_from: int | None = None
    balance_until: int | None = None


ACTIVE: Final = MemberFilters()
"""All active members: what a list shows at first."""


def birthday_numbers(birthdays: Birthdays) -> list[int] | None:
    """The days as month × 100 + day, each once; ``None`` where any day of the year will do.

    29 February is kept on the 28th where the year has no 29th.
    """
    if birthdays.days >= _YEAR:
        return None
    numbers: list[int] = []
    for offset in range(max(birthdays.days, 0) + 1):
        day = birthdays.today + timedelta(days=offset)
        numbers.append(day.month * 100 + day.day)
        following = day + timedelta(days=1)
        if (day.month, day.day) == (2, 28) and following.month == 3:
            numbers.append(229)
    return sorted(set(numbers))
