"""Worked examples of a programme: a small purchase, decided by the engine itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import MemberState, SharedFacts, TierStanding
from habitue.domain.events import QUANTITY_SCALE, Event, EventKey, Line, Purchase
from habitue.domain.programme.model import Programme
from habitue.kit.instants import FAR_FUTURE, Instant
from habitue.kit.money import currency_exponent

# What a guest spends on a visit, in whole units of money, and a little that does not come out even.
_WHOLE: Final = 24
_CENTS: Final = 60


@dataclass(frozen=True, slots=True)
class Example:
    """A purchase of ``amount`` minor units by a member of a tier, and what it earns by currency."""

    tier: str
    amount: int
    earned: Mapping[str, int]


def worked_examples(programme: Programme, at: Instant) -> list[Example]:
    """One example without a tier and one for each tier; budgets are taken to be untouched."""
    exponent = currency_exponent(programme.currency)
    amount = _WHOLE * 10**exponent + (_CENTS * 10**exponent) // 100
    tiers = programme.tiers
    codes = ("", *(tier.code for tier in tiers.tiers)) if tiers is not None else ("",)
    return [Example(code, amount, _earned(programme, code, amount, at)) for code in codes]


def _earned(programme: Programme, tier: str, amount: int, at: Instant) -> dict[str, int]:
    state = MemberState(
        standing=replace(TierStanding(), tier=tier, highest=tier, valid_until=FAR_FUTURE),
        purchases=1,
        enrolled_at=at,
    )
    goods = Line("1", "example", QUANTITY_SCALE, amount)
    event = Event(
        event_id="0" * 32,
        key=EventKey("example", "1"),
        occurred_at=at,
        zone=programme.zone,
        version_number=programme.number,
        body=Purchase(programme.currency, (goods,)),
    )
    shared = SharedFacts(
        remaining_units={
            key: budget.units
            for key, budget in programme.budgets.items()
            if budget.units is not None
        },
        remaining_times={
            key: budget.times
            for key, budget in programme.budgets.items()
            if budget.times is not None
        },
    )
    decision = decide({programme.number: programme}, state, event, shared)
    earned: dict[str, int] = {}
    for posting in decision.postings:
        if posting.kind == "earn":
            earned[posting.currency] = earned.get(posting.currency, 0) + posting.amount
    return earned
