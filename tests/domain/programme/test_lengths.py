"""The bounds of periods hold on every day of the calendar's cycle of leap years."""

from __future__ import annotations

from datetime import date

import pytest

from habitue.domain.programme.checks.lengths import fewest_days, most_days
from habitue.kit.periods import add_period, parse_period

FIRST = date(2027, 1, 1).toordinal()
DAYS = range(FIRST, FIRST + 4 * 366)


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        ("9 days", 9, 9),
        ("3 weeks", 21, 21),
        ("1 month", 28, 31),
        ("2 months", 59, 62),
        ("1 quarter", 89, 92),
        ("6 months", 181, 184),
        ("12 months", 365, 366),
        ("13 months", 393, 397),
        ("2 years", 730, 731),
        ("5 years", 1826, 1827),
    ],
)
def test_a_period_is_no_longer_and_no_shorter(text: str, fewest: int, most: int) -> None:
    period = parse_period(text)
    ahead = [add_period(day, period) - day for day in DAYS]
    behind = [day - add_period(day, period, -1) for day in DAYS]
    assert fewest_days(period) <= min(ahead + behind)
    assert most_days(period) >= max(ahead + behind)
    # They are bounds that are worth something.
    assert fewest - 3 <= fewest_days(period) <= fewest + 3
    assert most <= most_days(period) <= most + 2
