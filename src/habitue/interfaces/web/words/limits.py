"""How often, how much and how long: limits, budgets and times of a rule in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.discounts import Discount
from habitue.domain.programme.measures import Budget, Every, Limit
from habitue.domain.programme.model import Reward, Rule
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.instants import Instant, datetime_of
from habitue.kit.periods import PeriodUnit


def currency_of(rule: Rule) -> str:
    """The currency of points that a rule is about; the first one where it gives several."""
    return rule.multiplied_currency or (rule.gives[0].currency if rule.gives else "")


def limit_text(limit: Limit, code: str, lexicon: Lexicon) -> str:
    """A limit as a sentence; ``code`` is the currency that it counts."""
    if limit.times is not None:
        times = ngettext("once", "%(count)s times", limit.times) % {"count": limit.times}
        return _("At most %(times)s %(span)s for each member.") % {
            "times": times,
            "span": cap_span(limit.every or Every(), lexicon),
        }
    points = lexicon.points(limit.units or 0, code)
    if limit.every is None:
        return _("At most %(points)s for one purchase.") % {"points": points}
    return _("At most %(points)s %(span)s for each member.") % {
        "points": points,
        "span": cap_span(limit.every, lexicon),
    }


def limit_sentences(limit: Limit, code: str, lexicon: Lexicon) -> Iterator[str]:
    """A limit, and what becomes of what does not fit."""
    yield limit_text(limit, code, lexicon)
    if limit.overflow == "refuse" and limit.units is not None:
        yield _("What would go beyond that is not given at all.")


def cap_span(every: Every, lexicon: Lexicon) -> str:
    """The period of a cap, after a number."""
    if every.rolling is not None:
        return _("within %(period)s") % {"period": lexicon.period_after(every.rolling)}
    return _("in all") if every.calendar is None else span_text(every.calendar)


def span_text(unit: PeriodUnit) -> str:
    """A calendar period after a number: ``3 times a day``."""
    return {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    }[unit]


def budget_text(budget: Budget, code: str, lexicon: Lexicon) -> str:
    """What all members share, as a sentence."""
    parts = []
    if budget.units is not None:
        parts.append(lexicon.points(budget.units, code))
    if budget.times is not None:
        parts.append(ngettext("once", "%(count)s times", budget.times) % {"count": budget.times})
    return _("For all members together at most %(budget)s; then the offer ends by itself.") % {
        "budget": joined(parts)
    }


def budget_sentences(budget: Budget, code: str, lexicon: Lexicon) -> Iterator[str]:
    """A budget, and what becomes of what does not fit."""
    yield budget_text(budget, code, lexicon)
    if budget.overflow == "refuse":
        yield _("What would go beyond that is not given at all.")


def times_text(rule: Rule | Reward | Discount | Challenge, lexicon: Lexicon) -> str:
    """From when to when it is in force; empty where it has neither beginning nor end."""
    starts = first_day(rule.starts_at, lexicon)
    ends = last_day(rule.ends_at, lexicon)
    if starts and ends:
        return _("From %(start)s to %(end)s.") % {"start": starts, "end": ends}
    if starts:
        return _("From %(start)s on.") % {"start": starts}
    if ends:
        return _("Until %(end)s.") % {"end": ends}
    return ""


def first_day(at: Instant | None, lexicon: Lexicon) -> str:
    """The day of an instant, in the programme's zone."""
    if at is None:
        return ""
    return formats.day_of(at, zone=lexicon.programme.zone, language=lexicon.language)


def last_day(at: Instant | None, lexicon: Lexicon) -> str:
    """What ends at midnight is good through the day before."""
    if at is None:
        return ""
    local = datetime_of(at, lexicon.programme.zone) - timedelta(microseconds=1)
    return formats.day(local.date(), language=lexicon.language)
