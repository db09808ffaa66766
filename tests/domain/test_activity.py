"""Sets of members as bits, and days as months and days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.activity import (
    bits_from,
    bits_of,
    bits_to_bytes,
    merge_places,
    month_of,
    parts_of,
    root_of,
)

PLACES = st.sets(st.integers(0, 300))


@given(PLACES, PLACES)
def test_a_union_of_bits_is_a_union_of_sets(some: set[int], others: set[int]) -> None:
    union = bits_of(some) | bits_of(others)
    assert union.bit_count() == len(some | others)
    assert bits_from(bits_to_bytes(union)) == union == bits_of(some | others)


def test_the_lowest_place_is_the_lowest_bit_of_the_first_byte() -> None:
    assert bits_to_bytes(bits_of([0])) == b"\x01"
    assert bits_to_bytes(bits_of([9])) == b"\x00\x02"
    assert bits_to_bytes(bits_of([])) == b""


@given(st.dates(date(1999, 1, 1), date(2030, 1, 1)), st.integers(0, 800))
def test_parts_are_the_days_each_once(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    covered = []
    for unit, day in parts_of(first, last):
        if unit == "day":
            covered.append(day)
        else:
            assert day == month_of(day)
            inside = day
            while month_of(inside) == day:
                covered.append(inside)
                inside += timedelta(days=1)
    assert covered == [first + timedelta(days=place) for place in range(days + 1)]


@pytest.mark.parametrize(
    ("places", "survivors", "people"),
    [
        ({1, 2}, {1: 2}, {2}),
        ({1}, {1: 2}, {2}),
        ({2}, {1: 2}, {2}),
        ({1, 2, 3}, {1: 2, 2: 3}, {3}),
        ({1, 5}, {1: 900}, {5, 900}),
        (set(), {1: 2}, set()),
        ({1, 2}, {}, {1, 2}),
    ],
)
def test_duplicates_count_as_who_was_kept(
    places: set[int], survivors: dict[int, int], people: set[int]
) -> None:
    assert merge_places(bits_of(places), survivors) == bits_of(people)


def test_a_circle_of_merges_ends() -> None:
    assert root_of(1, {1: 2, 2: 1}) in {1, 2}
