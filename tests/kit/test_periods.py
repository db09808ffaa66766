"""SEMANTICS 3: months clamp, and a 29 February is kept on the 28th in other years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.kit.periods import (
    Period,
    PeriodUnit,
    add_months,
    add_period,
    anniversary,
    next_period_start,
    parse_period,
    period_start,
)

DAYS = st.integers(min_value=date(1970, 1, 1).toordinal(), max_value=date(2100, 12, 31).toordinal())


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-01-01", -1, "2025-12-01"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2100-02-28", -1200, "2000-02-28"),
    ],
)
def test_months_clamp_to_the_last_day(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("text", "period", "end"),
    [
        ("14 days", Period(14, "day"), "2026-02-14"),
        ("1 day", Period(1, "day"), "2026-02-01"),
        ("2 weeks", Period(2, "week"), "2026-02-14"),
        ("12 months", Period(12, "month"), "2027-01-31"),
        (" 1  quarter ", Period(1, "quarter"), "2026-04-30"),
        ("3 years", Period(3, "year"), "2029-01-31"),
    ],
)
def test_periods_are_read_and_added(text: str, period: Period, end: str) -> None:
    assert parse_period(text) == period
    assert parse_period(str(period)) == period
    assert add_period(day("2026-01-31"), period) == day(end)


@pytest.mark.parametrize("text", ["", "0 days", "12", "months", "-1 day", "1.5 days", "1 decade"])
def test_other_texts_are_no_periods(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        parse_period(text)


def test_two_periods_at_once_do_not_drift() -> None:
    # Month after month the 31st would have become the 28th for good.
    assert add_period(day("2026-01-31"), Period(1, "month"), 2) == day("2026-03-31")
    assert add_period(day("2026-03-31"), Period(1, "month"), -1) == day("2026-02-28")


@pytest.mark.parametrize(
    ("unit", "start", "following"),
    [
        ("day", "2026-08-19", "2026-08-20"),
        ("week", "2026-08-17", "2026-08-24"),
        ("month", "2026-08-01", "2026-09-01"),
        ("quarter", "2026-07-01", "2026-10-01"),
        ("year", "2026-01-01", "2027-01-01"),
    ],
)
def test_calendar_periods_begin(unit: PeriodUnit, start: str, following: str) -> None:
    assert period_start(day("2026-08-19"), unit) == day(start)
    assert next_period_start(day("2026-08-19"), unit) == day(following)


@given(DAYS, st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_every_day_lies_in_its_period(at: int, unit: PeriodUnit) -> None:
    start, following = period_start(at, unit), next_period_start(at, unit)
    assert start <= at < following
    assert period_start(start, unit) == start
    assert period_start(following, unit) == following


@pytest.mark.parametrize(
    ("at", "origin", "latest"),
    [
        ("2027-02-27", "2024-02-29", "2026-02-28"),
        ("2027-02-28", "2024-02-29", "2027-02-28"),
        ("2028-02-28", "2024-02-29", "2027-02-28"),
        ("2028-02-29", "2024-02-29", "2028-02-29"),
        ("2026-06-01", "2020-06-01", "2026-06-01"),
        ("2026-05-31", "2020-06-01", "2025-06-01"),
        ("2026-01-01", "2020-12-31", "2025-12-31"),
    ],
)
def test_anniversaries(at: str, origin: str, latest: str) -> None:
    assert anniversary(day(at), day(origin)) == day(latest)


@given(DAYS, st.integers(min_value=0, max_value=36_500))
def test_the_latest_anniversary_lies_within_a_year(origin: int, later: int) -> None:
    at = min(origin + later, date(2150, 1, 1).toordinal())
    latest = anniversary(at, origin)
    assert origin <= latest <= at < latest + 367
