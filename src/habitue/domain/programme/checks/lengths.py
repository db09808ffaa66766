"""How many days a period has at least and at most, whatever the calendar."""

from __future__ import annotations

from habitue.kit.periods import Period

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# The most and the fewest days of so many months in a row, by the months beyond whole years.
_MOST = (0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337)
_FEWEST = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)


def most_days(period: Period) -> int:
    """No such period has more days."""
    months = _months(period)
    if months is None:
        return _plain_days(period)
    years, rest = divmod(months, 12)
    return 365 * years + (years + 3) // 4 + _MOST[rest] + int(years > 0 and rest > 0)


def fewest_days(period: Period) -> int:
    """No such period has fewer days."""
    months = _months(period)
    if months is None:
        return _plain_days(period)
    years, rest = divmod(months, 12)
    # A month that clamps (31 January + 1 month) may lose three days more.
    return 365 * years + max(0, _FEWEST[rest] - 3 * int(rest > 0))


def _months(period: Period) -> int | None:
    each = _MONTHS.get(period.unit)
    return None if each is None else period.count * each


def _plain_days(period: Period) -> int:
    return period.count * (7 if period.unit == "week" else 1)
