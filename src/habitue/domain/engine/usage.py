"""How often and how much a member has used what is capped, period by period."""

from __future__ import annotations

from habitue.domain.engine.types import MemberState
from habitue.domain.programme.measures import Every
from habitue.kit.periods import add_period, period_start


def add_usage(state: MemberState, name: str, key: int, times: int, units: int) -> None:
    """Count the use of one cap in one period (or take it back)."""
    usage = dict(state.usage.get(name, {}))
    before_times, before_units = usage.get(key, (0, 0))
    usage[key] = [before_times + times, before_units + units]
    if usage[key] == [0, 0]:
        del usage[key]
    state.usage[name] = usage


def forget_old_usage(state: MemberState, name: str, every: Every, day: int) -> None:
    """Drop what no later event can see; a late event sees the whole history anyway."""
    usage = state.usage[name]
    if every.calendar is not None:
        oldest = period_start(day, every.calendar)
    elif every.rolling is not None:
        # Two days more, for stores of other zones.
        oldest = add_period(day, every.rolling, -1) - 2
    else:
        return
    for key in [key for key in usage if key < oldest]:
        del usage[key]
