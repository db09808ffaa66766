"""A reward in words: what one gets, what it costs, who may have it, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import (
    ExpiresAfter,
    Expiry,
    Gift,
    NeverExpires,
    Programme,
    Reward,
    Rule,
)
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.conditions import only_if
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.limits import limit_text, span_text, times_text
from habitue.interfaces.web.words.points import expiry_text
from habitue.kit.instants import Instant


def in_force(part: Rule | Reward, now: Instant) -> bool:
    """Whether a rule or a reward is switched on and not over; one that is to come is told too."""
    return part.enabled and (part.ends_at is None or part.ends_at > now)


def ladder(programme: Programme, now: Instant) -> list[Reward]:
    """The rewards that are not over, those with a price first, by currency and from the cheapest
    up: the order in which a guest climbs."""
    rewards = [one for one in programme.rewards.values() if in_force(one, now)]
    return sorted(rewards, key=_rung)


def _rung(reward: Reward) -> tuple[bool, str, int, str]:
    if not reward.prices:
        return (True, "", 0, reward.reward)
    price = reward.prices[0]
    return (False, price.currency, price.units, reward.reward)


def reward_sentences(reward: Reward, lexicon: Lexicon, *, for_staff: bool) -> Iterator[str]:
    """What members, and staff besides, have to know of a reward."""
    if lexicon.names.has("about", reward.reward):
        yield lexicon.names.of("about", reward.reward, lexicon.language)
    yield _("What you get: %(gift)s.") % {"gift": gift_text(reward.gift, lexicon)}
    yield price_text(reward, lexicon)
    yield from _voucher(reward, lexicon)
    if reward.when is not None:
        yield only_if(reward.when.source, lexicon)
    yield times_text(reward, lexicon)
    for limit in reward.limits:
        yield limit_text(limit, reward.voucher, lexicon)
    if reward.stock is not None:
        yield _stock(lexicon.programme.budgets[reward.stock], for_staff=for_staff)


def gift_text(gift: Gift, lexicon: Lexicon) -> str:
    """What a reward gives, inside a sentence."""
    amount = lexicon.round_money(gift.amount)
    named = lexicon.word(gift.value) if gift.value else ""
    texts = {
        "free_product": _("%(thing)s, free of charge") % {"thing": named},
        "percentage": _("%(share)s off") % {"share": _percent(gift.amount, lexicon)},
        "amount": _("%(amount)s off") % {"amount": amount},
        "free_shipping": _("free shipping"),
        "gift_card": _("a gift card of %(amount)s") % {"amount": amount},
        "event_place": _("a place at %(event)s") % {"event": named},
        "access": _("access to %(what)s") % {"what": named},
        "service": named,
        "donation": _("a donation of %(amount)s to a good cause") % {"amount": amount},
        "draw_entry": _("an entry in the draw %(draw)s") % {"draw": _draw(gift, lexicon)},
    }
    return texts[gift.kind]


def _draw(gift: Gift, lexicon: Lexicon) -> str:
    """A draw of the document, or one of which it only says the name."""
    if gift.value in lexicon.programme.draws:
        return lexicon.draw(gift.value)
    return lexicon.word(gift.value) if gift.value else ""


def price_text(reward: Reward, lexicon: Lexicon) -> str:
    """What pays for a reward, as a sentence."""
    if not reward.prices:
        return _("Only a voucher for it pays for it.")
    prices = [lexicon.points(price.units, price.currency) for price in reward.prices]
    return _("It costs %(price)s.") % {"price": joined(prices, word="or")}


def _percent(hundredths: int, lexicon: Lexicon) -> str:
    share = Decimal(hundredths).scaleb(-4)
    return formats.percent(share, language=lexicon.language)


def _voucher(reward: Reward, lexicon: Lexicon) -> Iterator[str]:
    """What a voucher does, where some rule gives one, and how long; one that is given for a few
    days around an occasion says so where it is given."""
    givers = [
        rule
        for rule in lexicon.programme.rules
        if rule.enabled and any(give.currency == reward.voucher for give in rule.gives)
    ]
    if givers and reward.prices:
        yield _("A voucher for it pays too.")
    expiry = lexicon.programme.points[reward.voucher].expiry
    if any(not rule.days_before for rule in givers) or not isinstance(expiry, NeverExpires):
        yield _validity(expiry, lexicon)


def _validity(expiry: Expiry, lexicon: Lexicon) -> str:
    if isinstance(expiry, NeverExpires):
        return _("A voucher for it does not expire.")
    if isinstance(expiry, ExpiresAfter) and expiry.round_up_to is None:
        return _("A voucher for it is good for %(period)s.") % {
            "period": lexicon.period(expiry.period)
        }
    return _("Vouchers for it: %(sentence)s") % {"sentence": expiry_text(expiry, lexicon)}


def _stock(stock: Budget, *, for_staff: bool) -> str:
    if not for_staff:
        return _("As long as there are any.")
    count = stock.times or 0
    pieces = ngettext("%(count)s piece", "%(count)s pieces", count) % {"count": count}
    span = span_text(stock.every) if stock.every else pgettext("stock", "in all")
    return _("There are %(pieces)s %(span)s for all members together.") % {
        "pieces": pieces,
        "span": span,
    }
