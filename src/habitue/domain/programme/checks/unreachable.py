"""Tiers that nobody can reach by what they do (a colleague can still set them by hand).

A tier is entered where its thresholds are met: one of them, or every one with ``combine: all``.  So
it is out of reach where each of the thresholds that could lead to it, or one of those that all must
be met, is above the most that its metric can ever be (``engine.tiers``).  Members also come down to
a tier from a higher one, so the highest is looked at first, and the first that may be reached ends
the search.  The bounds are those of this document alone:

* visits are days, so a window holds at most as many as it has days: the longest that a rolling
  window can be, or 366 in a calendar year.  A membership year counts from the enrolment, and for
  whoever never joined from the beginning: there it is only worth a look;
* tenure are days since the enrolment, or since the window began: one less than the window has days;
* points come from rules alone (points given by hand do not count).  Where no enabled rule gives
  that currency, there are never any.  Where every rule that gives it draws from a budget in points,
  all members together never earn more than those budgets hold, in whatever window: returns give
  back to the budget what they take from the day of the purchase.  Multipliers must draw from a
  budget too, and a tier's own multiplier never does: then there is no such bound;
* spend and purchases have no bound.

The example is the best possible member: somebody who came every day of the window, or joined long
before it.  The engine says what they have and which tier they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from habitue.domain.engine.tiers import entered_rank, metric_value, values_at
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.checks.asking import KNOWN_KINDS, Subject
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import Fixed, Rule, Tier, Tiers
from habitue.kit.instants import day_start
from habitue.kit.periods import Period, add_period

# The last day of a leap year: a calendar year that ends with it has all of its days.
_LAST_DAY = date(2028, 12, 31).toordinal()
_FOUR_YEARS = 1461
_YEAR_DAYS = 366
# Days by which the best possible member came, or joined, before the window.
_BEFORE = 40
_LONGEST_SHOWN = 800
_LONGEST_MONTH = 31
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class _Bound:
    """The most that a metric can be, and what to do about it."""

    most: int
    remedy: str
    certain: bool = True


def check_unreachable(subject: Subject) -> None:
    """Find tiers that nobody can reach."""
    for tiers in subject.programme.structures:
        _check_structure(subject, tiers)


def _check_structure(subject: Subject, tiers: Tiers) -> None:
    bounds = [_bound(subject, metric) for metric in tiers.metrics]
    for tier in reversed([tier for tier in tiers.tiers if not tier.invitation]):
        asked = [
            (place, threshold, bounds[place])
            for place, threshold in enumerate(tier.enter)
            if threshold is not None
        ]
        above = [
            (place, bound)
            for place, threshold, bound in asked
            if bound is not None and threshold > bound.most
        ]
        if not above or (tiers.combine == "any" and len(above) < len(asked)):
            return
        sure = [one for one in above if one[1].certain]
        is_sure = bool(sure) if tiers.combine == "all" else len(sure) == len(above)
        place, bound = (sure or above)[0]
        example = _example(subject, tiers, tier, place, bound)
        path = f"{tiers.path}.{tier.code}.enter"
        say = subject.warn if is_sure else subject.note
        say(path, tier.enter[place], "unreachable_tier", bound.remedy, example)
        if not is_sure:
            return


def _bound(subject: Subject, metric: Metric) -> _Bound | None:
    if metric.name == "visits":
        days = _days(metric.window)
        if days is None:
            return None
        remedy = f"Ask for fewer visits: they are counted in days, and the window has {days}."
        return _Bound(days, remedy, certain=metric.window.kind != "membership_year")
    if metric.name == "tenure":
        days = _days(metric.window)
        if days is None:
            return None
        remedy = (
            f"Ask for less, or write lifetime: in this window tenure is {days - 1} days at most."
        )
        return _Bound(days - 1, remedy)
    if metric.name == "points" and metric.currency is not None:
        return _bound_of_points(subject, metric.currency)
    return None


def _bound_of_points(subject: Subject, currency: str) -> _Bound | None:
    rules = subject.programme.rules
    asked = {one.rule.rule for one in subject.asked}
    giving = [
        rule
        for rule in rules
        if rule.enabled
        and _gives(rule, currency)
        # A rule on a kind of event that is not known here may well give.
        and (rule.rule in asked or rule.on not in KNOWN_KINDS)
    ]
    if not giving:
        remedy = (
            "Add a rule that gives these points, or count something else: now nobody earns any."
        )
        return _Bound(0, remedy)
    multiplying = [rule for rule in rules if rule.enabled and rule.multiplied_currency == currency]
    rated = any(not isinstance(give, Fixed) for rule in giving for give in rule.gives)
    multiplied = (
        tiers.multiplied_currency == currency and any(one.multiply > 1 for one in tiers.tiers)
        for tiers in subject.programme.structures
    )
    if rated and any(multiplied):
        return None
    total: dict[str, int] = {}
    for rule in [*giving, *(multiplying if rated else ())]:
        held = [(one.units, one.key) for one in rule.budgets if one.units is not None]
        if not held:
            return None
        units, key = min(held)
        total[key] = units
    remedy = (
        "Raise the budgets of the rules that give these points, or lower the threshold: all that "
        "they may give together is less."
    )
    return _Bound(sum(total.values()), remedy)


def _gives(rule: Rule, currency: str) -> bool:
    return any(
        give.currency == currency and give.units > 0 and (isinstance(give, Fixed) or give.per > 0)
        for give in rule.gives
    )


def _days(window: Window) -> int | None:
    """The most days that a window can have; ``None`` where it has no end."""
    if window.kind == "lifetime":
        return None
    if window.kind != "rolling" or window.period is None:
        return _YEAR_DAYS
    return _longest(window.period)


def _longest(period: Period) -> int:
    """The most days between a day and the one that lies so long before it."""
    if period.unit in ("day", "week"):
        return period.count * (7 if period.unit == "week" else 1)
    months = period.count * _MONTHS[period.unit]
    if months > 12 * 50:
        return months * _LONGEST_MONTH
    day = _last_day(Window("rolling", period))
    return day - add_period(day, period, -1)


def _last_day(window: Window) -> int:
    """The last day of the longest such window within four years."""
    period = window.period
    if window.kind != "rolling" or period is None:
        return _LAST_DAY
    days = range(_LAST_DAY, _LAST_DAY - _FOUR_YEARS, -1)
    return max(days, key=lambda day: day - add_period(day, period, -1))


def _example(
    subject: Subject, tiers: Tiers, tier: Tier, place: int, bound: _Bound
) -> dict[str, object] | None:
    """The best possible member for one metric, as the engine sees them."""
    programme, metric = subject.programme, tiers.metrics[place]
    make = _BEST.get(metric.name)
    if make is None or bound.most > _LONGEST_SHOWN:
        return None
    day = _last_day(metric.window)
    state = make(day, bound.most, programme.zone)
    reached = metric_value(programme, state, metric, day)
    rank = entered_rank(tiers, values_at(programme, tiers, state, day), -1)
    threshold = tier.enter[place]
    if threshold is None or reached >= threshold or rank >= tiers.ranks[tier.code]:
        return None
    held = tiers.tiers[rank].code if rank >= 0 else ""
    return {
        "shows": "best_member",
        "metric": metric.key,
        "reached": str(reached),
        "needed": str(threshold),
        "tier": held,
    }


def _came_every_day(day: int, days: int, zone: str) -> MemberState:
    seen = range(day - days - _BEFORE, day + 1)
    return MemberState(
        credits={"visits": dict.fromkeys(seen, 1)},
        enrolled_at=day_start(day - days - _BEFORE, zone),
    )


def _joined_long_ago(day: int, days: int, zone: str) -> MemberState:
    return MemberState(enrolled_at=day_start(day - days - _BEFORE, zone))


_BEST: dict[str, Callable[[int, int, str], MemberState]] = {
    "visits": _came_every_day,
    "tenure": _joined_long_ago,
}
