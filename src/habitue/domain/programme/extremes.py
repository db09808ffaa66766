"""The cheapest and the most expensive thing on a receipt, as conditions ask for them.

Of goods alone, by the price of one piece, which is compared exactly; of equal ones the first on the
receipt.  Where nothing was bought there is none, and the condition does not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from habitue.domain.events import Line
from habitue.domain.programme.fields import unit_price
from habitue.domain.programme.trees import Leaf

EXTREMES: Final = ("cheapest_line", "most_expensive_line")


def extreme_line(name: str, asked: str, matches: Callable[[Line], bool]) -> Leaf:
    """A leaf that asks whether the cheapest, or the most expensive, line matches."""
    dearest = name == "most_expensive_line"

    def holds(moment: Any) -> bool:
        line = _extreme(moment, dearest=dearest)
        return line is not None and matches(line)

    def see(moment: Any) -> str:
        line = _extreme(moment, dearest=dearest)
        return "nothing" if line is None else line.product

    return Leaf(name, asked, holds, see, needs_lines=True)


def _extreme(moment: Any, *, dearest: bool) -> Line | None:
    found: Line | None = None
    best: int | Fraction = 0
    for line in moment.lines:
        price = unit_price(line) if line.role == "goods" else None
        if price is None:
            continue
        if found is None or (price > best if dearest else price < best):
            found, best = line, price
    return found
