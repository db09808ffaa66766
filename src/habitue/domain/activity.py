"""Sets of members as bits, so that members of any stretch of days are counted once.

A union of bits is exact at any size; sums of daily counts are not, since people come again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

from habitue.kit.periods import next_period_start, period_start

Unit: TypeAlias = Literal["day", "month"]
Bits: TypeAlias = int
"""Bit ``n`` stands for the member at place ``n``."""


def bits_of(places: Iterable[int]) -> Bits:
    """The set of these places."""
    kept = list(places)
    field = bytearray(max(kept, default=-1) // 8 + 1)
    for place in kept:
        field[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(field, "little")


def bits_from(stored: bytes) -> Bits:
    """The set that ``bits_to_bytes`` wrote."""
    return int.from_bytes(stored, "little")


def bits_to_bytes(bits: Bits) -> bytes:
    """The set as bytes, lowest place first, without empty bytes at the end."""
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def parts_of(first: date, last: date) -> Iterator[tuple[Unit, date]]:
    """The days from ``first`` to ``last`` as whole months and what single days are left."""
    day, end = first.toordinal(), last.toordinal() + 1
    while day < end:
        following = next_period_start(day, "month")
        if day == period_start(day, "month") and following <= end:
            yield "month", date.fromordinal(day)
            day = following
        else:
            yield "day", date.fromordinal(day)
            day += 1


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day - timedelta(days=day.day - 1)


def merge_places(bits: Bits, survivors: Mapping[int, int]) -> Bits:
    """The same people with duplicates counted as those they were merged into.

    ``survivors`` leads from a duplicate's place to that of the member it was merged into, who may
    be a duplicate of somebody else again.
    """
    if not survivors:
        return bits
    largest = max(bits.bit_length(), max(survivors.values()) + 1, max(survivors) + 1)
    field = bytearray(bits.to_bytes((largest + 7) // 8, "little"))
    for place in survivors:
        if field[place >> 3] >> (place & 7) & 1:
            root = root_of(place, survivors)
            field[place >> 3] &= ~(1 << (place & 7)) & 0xFF
            field[root >> 3] |= 1 << (root & 7)
    return int.from_bytes(field, "little")


def root_of(place: int, survivors: Mapping[int, int]) -> int:
    """Who is left at the end of a chain of merges; a circle ends where it began."""
    seen = {place}
    while (following := survivors.get(place)) is not None and following not in seen:
        seen.add(following)
        place = following
    return place
