"""The currencies of points in words: from when they can be used, when they expire, what is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    PendingFor,
    PendingNone,
    PendingUntil,
    PointsCurrency,
    Rate,
)
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import first_day, last_day

_ANY_YEAR: Final = 2023
_NEGATIVE: Final[dict[str, Promise]] = {
    "allow_negative": gettext_lazy(
        "If more is returned than is left, the balance goes below zero; what is earned next makes "
        "up for it."
    ),
    "book_loss": gettext_lazy("If more is returned than is left, the balance stays at zero."),
    "refuse": gettext_lazy("A return that would take more than is left is not accepted."),
}
_RETURNS: Final[dict[str, Promise]] = {
    "re_evaluate": gettext_lazy(
        "A return takes back a bonus that the rest of the purchase no longer earns."
    ),
    "keep_bonus": gettext_lazy("A bonus once given stays, also when something is returned."),
}
_ROUNDING: Final[dict[str, Promise]] = {
    "floor": gettext_lazy("Fractions are rounded down, once for each rule and purchase."),
    "ceil": gettext_lazy("Fractions are rounded up, once for each rule and purchase."),
    "half_up": gettext_lazy(
        "Fractions are rounded to the nearest, a half upwards, once for each rule and purchase."
    ),
    "half_even": gettext_lazy(
        "Fractions are rounded to the nearest, a half to the even number, once for each rule and "
        "purchase."
    ),
}
_ACTIVITIES: Final[dict[str, Promise]] = {
    "purchase": pgettext_lazy("activity", "a purchase"),
    "visit": pgettext_lazy("activity", "a visit"),
    "enrolment": pgettext_lazy("activity", "joining"),
    "redemption": pgettext_lazy("activity", "spending points"),
    "adjustment": pgettext_lazy("activity", "a correction"),
}


def points_sentences(currency: PointsCurrency, lexicon: Lexicon) -> Iterator[str]:
    """What a member has to know of a currency of points."""
    if currency.kind == "cashback":
        yield _("It is money back, counted in %(currency)s.") % {
            "currency": lexicon.programme.currency
        }
    if currency.card is not None:
        yield ngettext(
            "%(count)s stamp fills a card.", "%(count)s stamps fill a card.", currency.card
        ) % {"count": currency.card}
    yield _pending(currency, lexicon)
    yield expiry_text(currency.expiry, lexicon)
    yield from _by_tier(currency, lexicon)
    if currency.max_balance is not None:
        yield _("A balance is at most %(points)s; earning stops there.") % {
            "points": lexicon.points(currency.max_balance, currency.code)
        }
    if _has_fractions(currency, lexicon):
        yield str(_ROUNDING[currency.rounding])
    yield from _coming_back(currency)


def _by_tier(currency: PointsCurrency, lexicon: Lexicon) -> Iterator[str]:
    """When points end in the tiers of which this is said, in the order in which they count."""
    said = [
        (tiers.key, tier.code)
        for tiers in lexicon.programme.structures
        for tier in tiers.tiers
        if tier.code in currency.expiry_by_tier
    ]
    for _key, tier in said:
        yield _("In the tier %(tier)s: %(sentence)s") % {
            "tier": lexicon.tier(tier),
            "sentence": expiry_text(currency.expiry_by_tier[tier], lexicon),
        }
    if len({key for key, _tier in said}) > 1:
        yield _("Who has several of these tiers has the points as the first of them says.")


def _has_fractions(currency: PointsCurrency, lexicon: Lexicon) -> bool:
    """Whether a rule or a tier can give a part of the smallest unit at all."""
    structures = lexicon.programme.structures
    if any(tiers.multiplied_currency == currency.code for tiers in structures):
        return True
    return any(
        rule.multiplied_currency == currency.code
        or any(isinstance(give, Rate) and give.currency == currency.code for give in rule.gives)
        for rule in lexicon.programme.rules
    )


def _coming_back(currency: PointsCurrency) -> Iterator[str]:
    yield str(_RETURNS[currency.returns])
    yield str(_NEGATIVE[currency.negative])
    days = currency.reinstate_days
    if days is None:
        yield _("What was spent and is given back after it would have expired is lost.")
    else:
        yield ngettext(
            "What was spent and is given back after it would have expired can be used for "
            "%(days)s more day.",
            "What was spent and is given back after it would have expired can be used for "
            "%(days)s more days.",
            days,
        ) % {"days": days}


def _pending(currency: PointsCurrency, lexicon: Lexicon) -> str:
    pending = currency.pending
    if isinstance(pending, PendingNone):
        return _("Can be used at once.")
    if isinstance(pending, PendingFor):
        return _("Can be used after %(period)s.") % {"period": lexicon.period_after(pending.period)}
    if isinstance(pending, PendingUntil):
        return _("Can be used from %(day)s on.") % {"day": first_day(pending.at, lexicon)}
    return _("Can be used once the purchase is confirmed.")


def expiry_text(expiry: Expiry, lexicon: Lexicon) -> str:
    """When points expire, as a sentence."""
    if isinstance(expiry, ExpiresAfter):
        rounded = {
            "week": _("Expires %(period)s after it was earned, at the end of that week."),
            "month": _("Expires %(period)s after it was earned, at the end of that month."),
            "quarter": _("Expires %(period)s after it was earned, at the end of that quarter."),
            "year": _("Expires %(period)s after it was earned, at the end of that year."),
        }
        plain = _("Expires %(period)s after it was earned.")
        sentence = rounded.get(expiry.round_up_to or "", plain)
        return sentence % {"period": lexicon.period(expiry.period)}
    if isinstance(expiry, ExpiresOnDates):
        days = [
            formats.birthday(date(_ANY_YEAR, month, day), language=lexicon.language)
            for month, day in expiry.days
        ]
        return _("Expires every year at the beginning of %(days)s.") % {"days": joined(days)}
    if isinstance(expiry, ExpiresAt):
        return _("Can be used until %(day)s; what was earned before then expires.") % {
            "day": last_day(expiry.at, lexicon)
        }
    if isinstance(expiry, ExpiresInactive):
        return _inactive(expiry, lexicon)
    return _("Does not expire.")


def _inactive(expiry: ExpiresInactive, lexicon: Lexicon) -> str:
    kinds = [str(name) for kind, name in _ACTIVITIES.items() if kind in expiry.activity]
    return _("Expires %(period)s after the latest activity (%(activities)s).") % {
        "period": lexicon.period(expiry.period),
        "activities": joined(kinds, word="or"),
    }
