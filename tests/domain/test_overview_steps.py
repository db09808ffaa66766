"""How a stretch of days is cut."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.overview import StepUnit, steps_of, unit_for


@pytest.mark.parametrize(
    ("days", "unit"),
    [(1, "day"), (45, "day"), (46, "week"), (200, "week"), (201, "month"), (3_000, "month")],
)
def test_long_stretches_have_long_steps(days: int, unit: StepUnit) -> None:
    assert unit_for(days) == unit


@given(
    st.dates(date(1999, 1, 1), date(2030, 1, 1)),
    st.integers(0, 500),
    st.sampled_from(["day", "week", "month"]),
)
def test_steps_are_the_days_each_once(first: date, days: int, unit: StepUnit) -> None:
    last = first + timedelta(days=days)
    steps = steps_of(first, last, unit)
    assert steps[0][0] == first
    assert steps[-1][1] == last
    for (_, end), (begin, _) in itertools.pairwise(steps):
        assert begin == end + timedelta(days=1)
    assert all(begin <= end for begin, end in steps)


def test_weeks_end_with_the_last_day() -> None:
    assert steps_of(date(2026, 3, 1), date(2026, 3, 10), "week") == [
        (date(2026, 3, 1), date(2026, 3, 3)),
        (date(2026, 3, 4), date(2026, 3, 10)),
    ]


def test_months_are_those_of_the_calendar() -> None:
    assert steps_of(date(2026, 1, 31), date(2026, 3, 1), "month") == [
        (date(2026, 1, 31), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 1)),
    ]
