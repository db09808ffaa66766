"""The discounts that a purchase says it was given, checked against its lines."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import GivenDiscount, Line
from habitue.domain.received.faults import shown
from habitue.domain.received.models import ReceivedDiscount
from habitue.domain.received.numbers import positive
from habitue.kit.money import format_decimal


def read_discounts(
    received: Sequence[ReceivedDiscount],
    lines: Sequence[Line],
    decimals: int,
    faults: list[Refusal],
) -> tuple[GivenDiscount, ...]:
    """The discounts, each on a line of the purchase, and together no more than what the line says
    was taken off it.  Faults are added to ``faults``."""
    named = {line.line: line for line in lines}
    taken: dict[str, int] = {}
    given: list[GivenDiscount] = []
    for place, one in enumerate(received):
        path = f"discounts[{place}]"
        amount = positive(one.amount, decimals, f"{path}.amount", faults)
        line = named.get(one.line)
        if line is None:
            expected = "a line of the purchase"
            value = shown(one.line)
            faults.append(
                Refusal(Code.INCONSISTENT, f"{path}.line", value=value, expected=expected)
            )
            continue
        taken[one.line] = taken.get(one.line, 0) + amount
        if taken[one.line] > line.discount:
            limit = format_decimal(line.discount, decimals)
            faults.append(
                Refusal(
                    Code.INCONSISTENT,
                    f"{path}.amount",
                    value=shown(one.amount),
                    expected=f"at most {limit}, the discount of the line",
                )
            )
        given.append(GivenDiscount(one.discount, one.line, amount))
    return tuple(given)
