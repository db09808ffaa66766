"""Paid plans in words: what they cost, what is granted around that, and conditions on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.domain.programme.plans import NO_PLAN, Plan, Refund
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.periods import Period

_ACTIONS: Final[dict[str, Promise]] = {
    "joined": gettext_lazy("the member joins"),
    "renewed": gettext_lazy("the member pays again"),
    "paused": gettext_lazy("the member pauses"),
    "resumed": gettext_lazy("the member goes on after a pause"),
    "cancelled": gettext_lazy("the member cancels"),
    "refunded": gettext_lazy("the member has the price back"),
}


def plan_sentences(plan: Plan, lexicon: Lexicon) -> Iterator[str]:
    """What a plan costs, and its terms."""
    yield _("It costs %(price)s for %(period)s, and ends by itself unless it is paid again.") % {
        "price": lexicon.round_money(plan.price),
        "period": lexicon.period(plan.period),
    }
    if plan.trial_days:
        yield _("Whoever is new may try it for %(period)s, once and free of charge.") % {
            "period": _days(plan.trial_days, lexicon)
        }
    if plan.grace_days:
        yield _("Who pays late keeps what it brings for %(period)s more.") % {
            "period": _days(plan.grace_days, lexicon)
        }
    if plan.pause_days is not None:
        yield _("It can be paused for %(period)s at most; that time is added at the end.") % {
            "period": _days(plan.pause_days, lexicon)
        }
    if plan.refund is not None:
        yield _refund(plan.refund, lexicon)
    yield _("Who cancels keeps it as long as it is paid for.")


def _refund(refund: Refund, lexicon: Lexicon) -> str:
    values = {
        "period": lexicon.period_after(Period(refund.within_days, "day")),
        "amount": lexicon.round_money(refund.used_at_most),
    }
    if not refund.used_at_most:
        return (
            _("Who has saved nothing with it has the price back within %(period)s of paying.")
            % values
        )
    return (
        _(
            "Who has saved no more than %(amount)s with it has the price back within %(period)s of"
            " paying."
        )
        % values
    )


def _days(days: int, lexicon: Lexicon) -> str:
    return lexicon.period(Period(days, "day"))


def plan_clause(field: str, given: Any, lexicon: Lexicon) -> str:
    """A comparison with a plan, or with what happened to it, as a clause; empty for others."""
    word, value = next(iter(given.items())) if isinstance(given, Mapping) else ("is", given)
    if isinstance(given, Mapping) and len(given) != 1:
        return ""
    negated = word in ("is_not", "not_in")
    codes = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    if field == "membership.action":
        return _happened(codes, negated=negated)
    if codes == [NO_PLAN]:
        return _("the member has a paid plan") if negated else _("the member has no paid plan")
    plans = joined([lexicon.plan(code) for code in codes if code != NO_PLAN], word="or")
    if negated:
        return _("the member does not have the plan %(plans)s") % {"plans": plans}
    return _("the member has the plan %(plans)s") % {"plans": plans}


def _happened(codes: list[str], *, negated: bool) -> str:
    text = joined([str(_ACTIONS[code]) for code in codes], word="or")
    return _("it is not so that %(condition)s") % {"condition": text} if negated else text
