"""Why a rule that was considered gave nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from habitue.domain.explanation.caps import Cap, read_cap
from habitue.domain.programme.model import Programme, Rule


class Why(Enum):
    """What kept a rule from giving."""

    DISABLED = "disabled"
    NOT_YET = "not_yet"
    OVER = "over"
    CONDITION = "condition"
    NO_LINE = "no_line"
    GROUP_FIRST = "group_first"
    GROUP_BEST = "group_best"
    STOPPED = "stopped"
    CHANCE = "chance"
    NOT_DRAWN = "not_drawn"
    NOT_JOINED = "not_joined"
    CAPPED = "capped"


@dataclass(frozen=True, slots=True)
class Missed:
    """A comparison that did not hold: the field it asked for, and what was seen there."""

    field: str
    seen: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a rule gave nothing.

    ``other`` is the rule that won or that ended the reckoning; ``missed`` are the comparisons of
    the condition that did not hold; ``caps`` are what left nothing of what the rule would give.
    """

    code: str
    why: Why
    rule: Rule | None
    other: str = ""
    missed: tuple[Missed, ...] = ()
    caps: tuple[Cap, ...] = ()


_PLAIN: Final = {
    "disabled": Why.DISABLED,
    "not yet in force": Why.NOT_YET,
    "no longer in force": Why.OVER,
    "condition": Why.CONDITION,
    "no line matches": Why.NO_LINE,
    "not joined": Why.NOT_JOINED,
    "chance": Why.CHANCE,
    "chance: not drawn": Why.NOT_DRAWN,
}
_GROUP: Final = re.compile(r"group .+: (.+) (comes first|is better)")
_STOPPED: Final = re.compile(r"stopped by (.+)")


def explain_blocked(programme: Programme, outcome: Mapping[str, Any]) -> Blocked | None:
    """Why the rule of an outcome (as plain data) gave nothing; ``None`` where it gave.

    Raises ``ValueError`` for a reason that the engine does not write.
    """
    code = str(outcome["rule"])
    rule = next((one for one in programme.rules if one.rule == code), None)
    blocked = str(outcome.get("blocked", ""))
    if blocked:
        why, other = _read(blocked)
        return Blocked(code, why, rule, other, _missed(outcome) if why is Why.CONDITION else ())
    if outcome.get("given") or not outcome.get("caps"):
        return None
    currency = str(outcome.get("currency", ""))
    caps = tuple(read_cap(str(cap), programme, rule, currency) for cap in outcome["caps"])
    return Blocked(code, Why.CAPPED, rule, caps=caps)


def _read(blocked: str) -> tuple[Why, str]:
    if blocked in _PLAIN:
        return _PLAIN[blocked], ""
    if (lost := _GROUP.fullmatch(blocked)) is not None:
        return (Why.GROUP_FIRST if lost[2] == "comes first" else Why.GROUP_BEST), lost[1]
    if (stopped := _STOPPED.fullmatch(blocked)) is not None:
        return Why.STOPPED, stopped[1]
    raise ValueError(f"the engine knows no reason {blocked!r}")


def _missed(outcome: Mapping[str, Any]) -> tuple[Missed, ...]:
    return tuple(
        Missed(str(one["field"]), str(one["seen"]))
        for one in outcome.get("seen", ())
        if not one["held"]
    )
