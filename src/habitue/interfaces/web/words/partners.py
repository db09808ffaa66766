"""Partners, in words: where points are given and taken besides, and what is due between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from habitue.domain.programme.outlines import number_text
from habitue.domain.programme.partners import Partner
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.money import currency_exponent


def partner_sentences(partner: Partner, lexicon: Lexicon, *, for_staff: bool) -> Iterator[str]:
    """Where and since when points are given and taken at a partner; to staff also what is due."""
    stores = joined([lexicon.word(store) for store in partner.stores])
    yield _("Points are given and taken there too: %(stores)s.") % {"stores": stores}
    language = lexicon.language
    if partner.first_day is not None:
        day = formats.day(date.fromordinal(partner.first_day), language=language)
        yield _("From %(day)s on.") % {"day": day}
    if partner.last_day is not None:
        day = formats.day(date.fromordinal(partner.last_day), language=language)
        yield _("Until %(day)s.") % {"day": day}
    if for_staff:
        yield from _due(partner, lexicon)


def _due(partner: Partner, lexicon: Lexicon) -> Iterator[str]:
    for currency, rate in partner.issued.items():
        values = {"points": lexicon.plural(currency), "amount": _worth(rate, currency, lexicon)}
        yield _("For %(points)s given there the partner pays us %(amount)s each.") % values
    for currency, rate in partner.redeemed.items():
        values = {"points": lexicon.plural(currency), "amount": _worth(rate, currency, lexicon)}
        yield _("For %(points)s spent there we pay the partner %(amount)s each.") % values


def _worth(rate: Fraction, currency: str, lexicon: Lexicon) -> str:
    """What one point is worth; often less than the smallest coin."""
    money = lexicon.programme.currency
    whole = rate * 10 ** lexicon.decimals(currency) / 10 ** currency_exponent(money)
    number = formats.number(Decimal(number_text(whole)), language=lexicon.language)
    return _("%(number)s %(money)s") % {"number": number, "money": money}


def partner_clause(given: Any, lexicon: Lexicon) -> str:
    """A comparison with a partner, as a clause; empty for others."""
    word, value = next(iter(given.items())) if isinstance(given, Mapping) else ("is", given)
    if isinstance(given, Mapping) and len(given) != 1:
        return ""
    codes = value if isinstance(value, list | tuple) else [value]
    partners = joined([lexicon.partner(str(code)) for code in codes], word="or")
    if word in ("is_not", "not_in"):
        return _("the partner is not %(partners)s") % {"partners": partners}
    return _("the partner is %(partners)s") % {"partners": partners}
