"""Partners in the outline of a document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from habitue.domain.programme.model import Programme
from habitue.domain.programme.outlines import number_text
from habitue.domain.programme.partners import Partner
from habitue.kit.money import currency_exponent


def partner_lines(programme: Programme) -> Iterator[str]:
    """The partners of a programme; nothing where it has none."""
    if programme.partners:
        yield "Partners"
    for partner in programme.partners.values():
        yield f"  {partner.partner}: {'; '.join(_terms(partner, programme))}"


def _terms(partner: Partner, programme: Programme) -> Iterator[str]:
    yield f"stores {', '.join(partner.stores)}"
    for words, rates in (
        ("pays {} for one of {} given", partner.issued),
        ("is paid {} for one of {} spent", partner.redeemed),
    ):
        for currency, rate in rates.items():
            yield words.format(worth_of(rate, currency, programme), currency)
    if partner.first_day is not None:
        yield f"from {date.fromordinal(partner.first_day).isoformat()}"
    if partner.last_day is not None:
        yield f"until {date.fromordinal(partner.last_day).isoformat()}"


def worth_of(rate: Fraction, currency: str, programme: Programme) -> str:
    """A rate as documents write it: units of money for one point."""
    minor = 10 ** currency_exponent(programme.currency)
    whole = rate * 10 ** programme.points[currency].decimals / minor
    return f"{number_text(whole)} {programme.currency}"
