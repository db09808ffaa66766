"""Which rewards a member could have with what they hold: for the till's and the member's pages.

Only points and times are looked at.  Conditions, limits and stock are judged when a reward is
taken, under the locks that make the answer true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from habitue.domain.programme.model import Price, Programme, Reward
from habitue.kit.instants import Instant


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward, the price that would pay for it, and how many smallest units of it are lacking."""

    reward: Reward
    price: Price
    lacks: int

    @property
    def is_ready(self) -> bool:
        """Whether the member holds what it costs."""
        return self.lacks == 0


def offers(programme: Programme, spendable: Mapping[str, int], at: Instant) -> tuple[Offer, ...]:
    """The rewards that are in force at an instant: first those that can be paid for, then the
    nearest.  A voucher pays first, then the first price that can be paid, else the nearest."""
    found = [
        _offer(reward, spendable)
        for reward in programme.rewards.values()
        if reward.enabled
        and (reward.starts_at is None or at >= reward.starts_at)
        and (reward.ends_at is None or at < reward.ends_at)
    ]
    known = [offer for offer in found if offer is not None]
    return tuple(sorted(known, key=lambda one: (_distance(one), one.reward.reward)))


def _offer(reward: Reward, spendable: Mapping[str, int]) -> Offer | None:
    voucher = Price(reward.voucher, 1)
    prices = (voucher, *reward.prices)
    options = [
        Offer(reward, price, max(0, price.units - max(0, spendable.get(price.currency, 0))))
        for price in prices
    ]
    ready = next((one for one in options if one.is_ready), None)
    if ready is not None:
        return ready
    return min(options[1:], key=_distance, default=None)


def _distance(offer: Offer) -> Fraction:
    """What is lacking as a share of the price."""
    return Fraction(offer.lacks, offer.price.units)
