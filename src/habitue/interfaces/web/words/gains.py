"""How a rule came to a number, in words: what it was reckoned on, rounded, and held back by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from habitue.domain.engine.entering import REWARD_RULE
from habitue.domain.explanation.caps import Cap, CapKind
from habitue.domain.explanation.earned import Earned, How, explain_earned
from habitue.domain.programme.challenge_model import CHALLENGE_RULE
from habitue.domain.programme.model import Fixed, Rate
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import clause
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.limits import budget_text, limit_text
from habitue.interfaces.web.words.rules import rate_text
from habitue.selectors.ledger import EntryRecord

_ROUNDED: Final[dict[str, Promise]] = {
    "floor": gettext_lazy("Exactly %(exact)s, rounded down."),
    "ceil": gettext_lazy("Exactly %(exact)s, rounded up."),
    "half_up": gettext_lazy("Exactly %(exact)s, rounded to the nearest."),
    "half_even": gettext_lazy("Exactly %(exact)s, rounded to the nearest."),
}


def gain_sentences(entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    """Why a rule gave what stands on a line, number by number."""
    rule = entry.rule or ""
    if rule.startswith(REWARD_RULE):
        yield _("It came with the reward.")
        return
    if rule.startswith(CHALLENGE_RULE):
        yield _("The goal of the challenge was met.")
        return
    earned = explain_earned(
        lexicon.programme, rule=rule, currency=entry.currency, reason=entry.reason
    )
    yield from _reckoned(earned, entry, lexicon)
    own = next((one for one in lexicon.programme.rules if one.rule == rule), None)
    if own is not None and own.when is not None:
        condition = clause(own.when.source, lexicon)
        because = _("Because %(condition)s.") % {"condition": condition} if condition else ""
        yield formats.elided(because, language=lexicon.language)
    if earned.caps and earned.wanted is not None and earned.wanted != abs(entry.amount):
        yield _("It would have been %(points)s, but was held back.") % {
            "points": lexicon.points(earned.wanted, entry.currency)
        }
    for cap in earned.caps:
        yield from cap_sentences(cap, entry.currency, lexicon)


def _reckoned(earned: Earned, entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    if earned.how is How.RATE and isinstance(earned.give, Rate):
        yield _rate(earned, earned.give, lexicon)
        yield _rounding(earned, entry.currency, lexicon)
    elif earned.how is How.PIECES and isinstance(earned.give, Fixed):
        pieces = earned.pieces or 0
        yield ngettext("One piece: %(points)s.", "%(count)s pieces, %(points)s each.", pieces) % {
            "count": pieces,
            "points": lexicon.points(earned.give.units, entry.currency),
        }
    elif earned.how in (How.TIER, How.MULTIPLIED):
        yield from _multiplied(earned, entry, lexicon)
    elif earned.how is How.TIER_SPLIT:
        yield _("The purchase reached a tier: each part of it earned at the rate of its tier.")


def _rate(earned: Earned, rate: Rate, lexicon: Lexicon) -> str:
    values = {"rate": rate_text(rate, lexicon)}
    if earned.spend is None or earned.spend.denominator != 1:
        return _("%(rate)s.") % values
    return _("%(rate)s, on %(spend)s.") % {**values, "spend": lexicon.money(int(earned.spend))}


def _rounding(earned: Earned, currency: str, lexicon: Lexicon) -> str:
    if earned.wanted is None or earned.exact == earned.wanted:
        return ""
    mode = lexicon.programme.points[currency].rounding
    return str(_ROUNDED[mode]) % {"exact": lexicon.exact_points(earned.exact, currency)}


def _multiplied(earned: Earned, entry: EntryRecord, lexicon: Lexicon) -> Iterator[str]:
    if earned.factor is None or earned.base is None:
        return
    values = {
        "factor": lexicon.fraction(earned.factor),
        "base": lexicon.exact_points(earned.base, entry.currency),
        "exact": lexicon.exact_points(abs(earned.exact), entry.currency),
        "tier": lexicon.tier(earned.tier.code) if earned.tier is not None else "",
    }
    if earned.tier is not None:
        yield _("The tier %(tier)s multiplies by %(factor)s.") % values
    if earned.exact < 0:
        yield _("%(base)s, multiplied by %(factor)s: %(exact)s less.") % values
    else:
        yield _("%(base)s, multiplied by %(factor)s: %(exact)s more.") % values
    if earned.exact.denominator != 1:
        yield _("Rounded together with what it multiplies.")


def cap_sentences(cap: Cap, currency: str, lexicon: Lexicon) -> Iterator[str]:
    """What a cap means, and which one it was."""
    if cap.kind is CapKind.BUDGET:
        yield _("The budget of this offer was used up, so less was given.")
        if cap.budget is not None:
            yield budget_text(cap.budget, currency, lexicon)
    elif cap.kind is CapKind.CEILING:
        yield _("The balance has a ceiling, so less was given.")
        if cap.ceiling is not None:
            yield _("A balance is at most %(points)s; earning stops there.") % {
                "points": lexicon.points(cap.ceiling, currency)
            }
    elif cap.kind is CapKind.NEVER_BELOW_ZERO:
        yield _("A factor below one takes no more than what was given.")
    else:
        if cap.kind is CapKind.LIMIT_TIMES:
            yield _("The offer applies only so often, so nothing more was given.")
        else:
            yield _("The offer gives only so much, so less was given.")
        if cap.limit is not None:
            yield limit_text(cap.limit, currency, lexicon)
