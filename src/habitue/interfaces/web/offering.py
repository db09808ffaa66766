"""Rewards as pages offer them: what it is, what it costs, and what is still lacking."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from habitue.domain.offers import Offer, offers
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.rewards import gift_text
from habitue.selectors.standing import Standing


@dataclass(frozen=True, slots=True)
class OfferInWords:
    """A reward on offer; ``currency`` is what pays for it, ``lacks`` what is missing, or empty."""

    code: str
    name: str
    gift: str
    price: str
    currency: str
    lacks: str


def offers_in_words(standing: Standing, lexicon: Lexicon) -> tuple[OfferInWords, ...]:
    """The rewards of a programme for one member: those that can be had first."""
    held = {code: one.available for code, one in standing.balances.points.items()}
    found = offers(standing.programme, held, standing.balances.as_of)
    return tuple(_in_words(offer, lexicon) for offer in found)


def _in_words(offer: Offer, lexicon: Lexicon) -> OfferInWords:
    price = offer.price
    paid = lexicon.points(price.units, price.currency)
    if lexicon.is_voucher(price.currency):
        paid = _("with a voucher")
    return OfferInWords(
        code=offer.reward.reward,
        name=lexicon.reward(offer.reward.reward),
        gift=gift_text(offer.reward.gift, lexicon),
        price=paid,
        currency=price.currency,
        lacks=lexicon.points(offer.lacks, price.currency) if offer.lacks else "",
    )
