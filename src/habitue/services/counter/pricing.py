"""What a purchase costs a member before it is paid, and recording it at that price.

The amounts are those before the programme's discounts.  What is recorded names what was taken off;
where somebody was shown a price and it is another by now, nothing is recorded (SEMANTICS 27).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from habitue.domain.errors import Code, Refusal
from habitue.selectors.ledger import get_event
from habitue.services.counter.counter import Counter
from habitue.services.counter.serving import foresee_sale, record_sale
from habitue.services.intake import Answer


@dataclass(frozen=True, slots=True)
class PricedSale:
    """A purchase as it would be recorded: ``prices`` as the intake answers them (``None``: the
    programme has no discounts), the lines with what is charged, and what it would earn."""

    prices: Mapping[str, Any] | None
    lines: tuple[Mapping[str, Any], ...]
    answer: Answer

    @property
    def discounts(self) -> tuple[Mapping[str, Any], ...]:
        """The discounts that are given, line by line."""
        return () if self.prices is None else tuple(self.prices["discounts"])


def price_sale(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    member_id: UUID,
) -> PricedSale:
    """What the lines cost the member, and what they would earn at that price; records nothing.

    Refuses as ``foresee_sale`` does.
    """
    answer = foresee_sale(
        counter,
        programme=programme,
        external_id=external_id,
        currency=currency,
        lines=lines,
        member_id=member_id,
    )
    prices = answer.content.get("prices")
    if prices is None or not prices["discounts"]:
        return PricedSale(prices, tuple(lines), answer)
    charged = tuple(
        {**line, **{name: priced[name] for name in ("line", "amount", "discount")}}
        for line, priced in zip(lines, prices["lines"], strict=True)
    )
    answer = foresee_sale(
        counter,
        programme=programme,
        external_id=external_id,
        currency=currency,
        lines=charged,
        member_id=member_id,
        discounts=prices["discounts"],
    )
    return PricedSale(prices, charged, answer)


def record_priced_sale(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    member_id: UUID,
    shown: str = "",
) -> Answer:
    """Record a purchase with the member's discounts taken off; ``shown`` is the price that somebody
    was shown, as a decimal text, where they were.

    A form that is sent again is answered as it was the first time.  Refuses ``PRICE_CHANGED`` and
    what ``record_sale`` refuses.
    """
    before = _recorded(counter, external_id, member_id)
    if before is not None:
        return before
    with counter.connection.transaction():
        priced = price_sale(
            counter,
            programme=programme,
            external_id=external_id,
            currency=currency,
            lines=lines,
            member_id=member_id,
        )
        now = "" if priced.prices is None else priced.prices["after"]
        if shown and now and shown != now:
            raise Refusal(Code.PRICE_CHANGED, "lines", value=now, expected=shown)
        return record_sale(
            counter,
            programme=programme,
            external_id=external_id,
            currency=currency,
            lines=priced.lines,
            member_id=member_id,
            discounts=priced.discounts,
        )


def _recorded(counter: Counter, external_id: str, member_id: UUID) -> Answer | None:
    """The answer to the same form, where it was sent before."""
    try:
        event = get_event(counter.connection, source=counter.source, external_id=external_id)
    except Refusal:
        return None
    same = event.kind == "purchase" and event.member_id == member_id
    return Answer("known", dict(event.answer)) if same else None
