"""What held a rule back: a limit of its own, a budget that all share, the ceiling of a balance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from habitue.domain.programme.measures import Budget, Limit
from habitue.domain.programme.model import Programme, Rule


class CapKind(Enum):
    """What can hold a rule back."""

    LIMIT_TIMES = "limit_times"
    LIMIT_UNITS = "limit_units"
    BUDGET = "budget"
    CEILING = "ceiling"
    NEVER_BELOW_ZERO = "never_below_zero"


@dataclass(frozen=True, slots=True)
class Cap:
    """One thing that held a rule back; with the limit, the budget or the ceiling in smallest units,
    where the programme still has it."""

    kind: CapKind
    limit: Limit | None = None
    budget: Budget | None = None
    ceiling: int | None = None


_LIMIT: Final = re.compile(r"limit (\d+): (times|units)")
_BUDGET: Final = "budget "
_CEILING: Final = "balance ceiling"
_NEVER_BELOW_ZERO: Final = "never below zero"


def read_cap(text: str, programme: Programme, rule: Rule | None, currency: str) -> Cap:
    """The cap of which the engine wrote ``text`` beside a line or an outcome.

    Raises ``ValueError`` for a text that the engine does not write.
    """
    limited = _LIMIT.fullmatch(text)
    if limited is not None:
        place = int(limited[1]) - 1
        limits = rule.limits if rule is not None else ()
        kind = CapKind.LIMIT_TIMES if limited[2] == "times" else CapKind.LIMIT_UNITS
        return Cap(kind, limit=limits[place] if place < len(limits) else None)
    if text.startswith(_BUDGET):
        return Cap(CapKind.BUDGET, budget=programme.budgets.get(text.removeprefix(_BUDGET)))
    if text == _CEILING:
        points = programme.points.get(currency)
        return Cap(CapKind.CEILING, ceiling=None if points is None else points.max_balance)
    if text == _NEVER_BELOW_ZERO:
        return Cap(CapKind.NEVER_BELOW_ZERO)
    raise ValueError(f"the engine knows no cap {text!r}")
