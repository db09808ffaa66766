"""Discounts that purchases say they were given: counted once, and given back with what comes back.

A purchase names them line by line (``events.GivenDiscount``).  What is counted per member and what
all members share is settled when it is recorded; a late event never takes a discount back that was
given (SEMANTICS 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from habitue.domain.engine.caps import BudgetDesk
from habitue.domain.engine.context import usage_key, used_of
from habitue.domain.engine.discounting import usage_name
from habitue.domain.engine.types import MemberState
from habitue.domain.engine.usage import add_usage, forget_old_usage
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Purchase
from habitue.domain.programme.discounts import Discount
from habitue.domain.programme.model import Programme


def count_discounts(
    programme: Programme,
    state: MemberState,
    desk: BudgetDesk,
    event: Event,
    *,
    day: int,
    checked: AbstractSet[str],
) -> None:
    """Count what a purchase was given towards limits and budgets; ``day`` is its local day.

    Raises ``DISCOUNT_LIMIT_REACHED`` and ``DISCOUNT_USED_UP`` for discounts that are ``checked``:
    those that the event which is being decided names.
    """
    purchase = event.body
    assert isinstance(purchase, Purchase), "only purchases are given discounts"
    for code, amount in amounts_of(purchase).items():
        discount = programme.discounts.get(code)
        if discount is None:
            continue
        if code in checked:
            _check_limits(state, discount, amount, day)
        if discount.budget is not None:
            budget = programme.budgets[discount.budget]
            if desk.grant(budget, event.event_id, amount) < amount and code in checked:
                raise Refusal(Code.DISCOUNT_USED_UP, "discounts", value=code)
        _use(state, discount, day, 1, amount)


def refuse_unknown_discount(programme: Programme, purchase: Purchase) -> None:
    """Refuse (``UNKNOWN_DISCOUNT``) what the programme did not have."""
    for place, given in enumerate(purchase.discounts):
        if given.discount not in programme.discounts:
            path = f"discounts[{place}].discount"
            raise Refusal(Code.UNKNOWN_DISCOUNT, path, value=given.discount)


def give_back_discounts(
    programme: Programme,
    state: MemberState,
    desk: BudgetDesk,
    event: Event,
    *,
    day: int,
    before: dict[str, int],
    after: dict[str, int],
) -> None:
    """Give back what a return (``event``) leaves of the discounts of a purchase of ``day``."""
    for code, kept in before.items():
        discount = programme.discounts.get(code)
        change = kept - after.get(code, 0)
        if discount is None or not change:
            continue
        times = int(not after.get(code, 0))
        _use(state, discount, day, -times, -change)
        if discount.budget is not None:
            desk.give_back(programme.budgets[discount.budget], event.event_id, change, times)


def amounts_of(purchase: Purchase) -> dict[str, int]:
    """What each discount took off the purchase, in minor units."""
    amounts: dict[str, int] = {}
    for given in purchase.discounts:
        amounts[given.discount] = amounts.get(given.discount, 0) + given.amount
    return amounts


def kept_of(purchase: Purchase, quantities: Sequence[int]) -> dict[str, int]:
    """What each discount still is worth for the pieces that are left of each line.

    It is rounded down on what is left, so that every split of a return ends the same.
    """
    places = {line.line: place for place, line in enumerate(purchase.lines)}
    kept: dict[str, int] = {}
    for given in purchase.discounts:
        place = places[given.line]
        bought = purchase.lines[place].quantity
        part = given.amount * quantities[place] // bought if bought else 0
        kept[given.discount] = kept.get(given.discount, 0) + part
    return kept


def _check_limits(state: MemberState, discount: Discount, amount: int, day: int) -> None:
    for index, limit in enumerate(discount.limits):
        times, units = used_of(state.usage.get(usage_name(discount.discount, index)), limit, day)
        over = limit.times is not None and times >= limit.times
        over = over or (limit.units is not None and units + amount > limit.units)
        if over:
            raise Refusal(
                Code.DISCOUNT_LIMIT_REACHED,
                "discounts",
                value=discount.discount,
                limit=limit.times if limit.units is None else limit.units,
            )


def _use(state: MemberState, discount: Discount, day: int, times: int, amount: int) -> None:
    for index, limit in enumerate(discount.limits):
        if limit.every is None:
            continue
        name = usage_name(discount.discount, index)
        add_usage(state, name, usage_key(limit, day), times, amount)
        if times > 0:
            forget_old_usage(state, name, limit.every, day)
