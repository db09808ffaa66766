"""Numbers, caps and budgets in the outline of a document."""

from __future__ import annotations

from fractions import Fraction

from habitue.domain.programme.measures import Budget, Every, Limit
from habitue.kit.money import format_decimal


def number_text(value: Fraction) -> str:
    """The decimal text of a fraction; document numbers always have one."""
    decimals = next(n for n in range(40) if (value * 10**n).denominator == 1)
    return format_decimal(int(value * 10**decimals), decimals)


def every_text(every: Every) -> str:
    """The period of a cap."""
    if every.rolling is not None:
        return f"in any {every.rolling}"
    return f"every {every.calendar}" if every.calendar else "for ever"


def limit_line(limit: Limit, decimals: int) -> str:
    """A cap for one member; ``decimals`` are those of what it counts."""
    overflow = "" if limit.overflow == "trim" else ", else nothing"
    if limit.times is not None:
        return f"at most {limit.times} times a member {every_text(limit.every or Every())}"
    units = format_decimal(limit.units or 0, decimals)
    if limit.every is None:
        return f"at most {units} a purchase{overflow}"
    return f"at most {units} a member {every_text(limit.every)}{overflow}"


def budget_line(budget: Budget, decimals: int) -> str:
    """What all members share; ``decimals`` are those of what it counts."""
    parts = []
    if budget.units is not None:
        parts.append(format_decimal(budget.units, decimals))
    if budget.times is not None:
        parts.append(f"{budget.times} times")
    overflow = "" if budget.overflow == "trim" else ", else nothing"
    return f"budget {budget.key}: {' and '.join(parts)}{overflow}"
