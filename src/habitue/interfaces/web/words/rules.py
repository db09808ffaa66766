"""One rule in words: what it gives, when, for what, how often at most, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from habitue.domain.programme.model import Budget, Every, Fixed, Give, Limit, Rule
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.instants import Instant, datetime_of


def rule_sentences(rule: Rule, lexicon: Lexicon, *, for_staff: bool = False) -> list[str]:
    """The sentences of a rule, the gift first; what members share is told to staff alone."""
    return [sentence for sentence in _sentences(rule, lexicon, for_staff=for_staff) if sentence]


def _sentences(rule: Rule, lexicon: Lexicon, *, for_staff: bool) -> Iterator[str]:
    yield _gift(rule, lexicon)
    if rule.when is not None:
        condition = clause(rule.when.source, lexicon)
        yield _("Only if %(condition)s.") % {"condition": condition}
    if rule.lines is not None:
        condition = clause(rule.lines.source, lexicon, of_line=True)
        yield _("Only that part of the purchase counts for which %(condition)s.") % {
            "condition": condition
        }
    for limit in rule.limits:
        yield _limit(limit, rule, lexicon)
    if rule.group is not None:
        mode = lexicon.programme.groups[rule.group].mode
        if mode == "best":
            yield _("Of several offers of this kind, the best one for the member counts.")
        elif mode == "first":
            yield _("Of several offers of this kind, only the first one counts.")
    yield _times(rule, lexicon)
    if for_staff:
        for budget in rule.budgets:
            yield _budget(budget, rule, lexicon)
        if rule.stop:
            yield _("Where it applies, the rules after it do not.")


def _gift(rule: Rule, lexicon: Lexicon) -> str:
    if rule.multiply is not None:
        values = {
            "currency": lexicon.currency(rule.multiplied_currency or ""),
            "factor": lexicon.fraction(rule.multiply),
        }
        return _("%(currency)s × %(factor)s.") % values
    gifts = joined([_give(give, lexicon) for give in rule.gives])
    if rule.each is not None:
        what = clause(rule.each.source, lexicon, of_line=True)
        return _("%(gifts)s for each piece, where %(condition)s.") % {
            "gifts": gifts,
            "condition": what,
        }
    sentences = {
        "purchase": _("%(gifts)s for a purchase."),
        "visit": _("%(gifts)s for a visit."),
        "enrolment": _("%(gifts)s for joining."),
        "return": _("%(gifts)s when something is returned."),
        "adjustment": _("%(gifts)s for a correction by hand."),
    }
    if any(not isinstance(give, Fixed) for give in rule.gives):
        return _("%(gifts)s.") % {"gifts": gifts}
    return sentences[rule.on] % {"gifts": gifts}


def _give(give: Give, lexicon: Lexicon) -> str:
    if isinstance(give, Fixed):
        return lexicon.points(give.units, give.currency)
    return pgettext("rate of earning", "%(points)s for each %(amount)s") % {
        "points": lexicon.exact_points(give.units, give.currency),
        "amount": lexicon.money(give.per),
    }


def _limit(limit: Limit, rule: Rule, lexicon: Lexicon) -> str:
    code = rule.multiplied_currency or (rule.gives[0].currency if rule.gives else "")
    if limit.times is not None:
        times = ngettext("once", "%(count)s times", limit.times) % {"count": limit.times}
        return _("At most %(times)s per member %(span)s.") % {
            "times": times,
            "span": _span(limit.every or Every(), lexicon),
        }
    points = lexicon.points(limit.units or 0, code)
    if limit.every is None:
        return _("At most %(points)s per purchase.") % {"points": points}
    return _("At most %(points)s per member %(span)s.") % {
        "points": points,
        "span": _span(limit.every, lexicon),
    }


def _span(every: Every, lexicon: Lexicon) -> str:
    if every.rolling is not None:
        return _("within %(period)s") % {"period": lexicon.period(every.rolling)}
    if every.calendar is None:
        return _("in all")
    return {
        "day": _("per day"),
        "week": _("per week"),
        "month": _("per month"),
        "quarter": _("per quarter"),
        "year": _("per year"),
    }[every.calendar]


def _budget(budget: Budget, rule: Rule, lexicon: Lexicon) -> str:
    code = rule.multiplied_currency or (rule.gives[0].currency if rule.gives else "")
    parts = []
    if budget.units is not None:
        parts.append(lexicon.points(budget.units, code))
    if budget.times is not None:
        parts.append(ngettext("once", "%(count)s times", budget.times) % {"count": budget.times})
    return _("For all members together at most %(budget)s; then it ends by itself.") % {
        "budget": joined(parts)
    }


def _times(rule: Rule, lexicon: Lexicon) -> str:
    starts = _day(rule.starts_at, lexicon)
    ends = _last_day(rule.ends_at, lexicon)
    if starts and ends:
        return _("From %(start)s to %(end)s.") % {"start": starts, "end": ends}
    if starts:
        return _("From %(start)s on.") % {"start": starts}
    if ends:
        return _("Until %(end)s.") % {"end": ends}
    return ""


def _day(at: Instant | None, lexicon: Lexicon) -> str:
    if at is None:
        return ""
    return formats.day_of(at, zone=lexicon.programme.zone, language=lexicon.language)


def _last_day(at: Instant | None, lexicon: Lexicon) -> str:
    """What ends at midnight is good through the day before."""
    if at is None:
        return ""
    local = datetime_of(at, lexicon.programme.zone) - timedelta(microseconds=1)
    return formats.day(local.date(), language=lexicon.language)
