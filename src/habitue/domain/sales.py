"""What was sold, in money, and what of it went back.

Sales are what was charged for goods and delivery, after discounts and with tax; tips, deposits and
gift cards are not sold.  This is the house's turnover with members, whatever a programme counts as
spend.  Units: minor units of the purchase's currency; quantities in thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from habitue.domain.events import Purchase, ReturnedLine
from habitue.kit.rounding import round_ratio

_SOLD = frozenset({"goods", "delivery"})


@dataclass(slots=True)
class Sale:
    """A purchase and what is left of it, line by line, as returns come in."""

    purchase: Purchase
    quantities: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, purchase: Purchase) -> Sale:
        """A sale of which nothing has come back."""
        lines = purchase.lines
        return cls(purchase, [line.quantity for line in lines], [line.amount for line in lines])

    @property
    def amount(self) -> int:
        """What was sold, before anything came back."""
        sold = self._sold([line.amount for line in self.purchase.lines])
        return max(sold - self.purchase.order_discount, 0)

    @property
    def returned(self) -> int:
        """What has gone back of ``amount``; all of it once every line that was sold is back."""
        whole = self._sold([line.amount for line in self.purchase.lines])
        if whole <= 0:
            return 0
        back = whole - self._sold(self.amounts)
        return round_ratio(self.amount * back, whole, "half_up")

    def take_back(self, lines: Iterable[ReturnedLine]) -> int:
        """Take lines back (none: all that is left); answers the money that went back for it.

        What is more than is left, or names no line of the purchase, takes what there is.
        """
        before = self.returned
        named = list(lines)
        if not named:
            self.quantities = [0] * len(self.quantities)
            self.amounts = [0] * len(self.amounts)
        for line in named:
            place = self._place(line)
            if place is not None:
                self._take(place, line.quantity, line.amount)
        return self.returned - before

    def take_pieces_back(self, line: ReturnedLine, quantity: int) -> int:
        """Take pieces of one product back from whichever lines sold it; answers the money."""
        before = self.returned
        for place, sold in enumerate(self.purchase.lines):
            part = min(quantity, self.quantities[place])
            if sold.product == line.product and part > 0:
                self._take(place, part, None)
                quantity -= part
        return self.returned - before

    def _sold(self, amounts: list[int]) -> int:
        return sum(
            amount
            for line, amount in zip(self.purchase.lines, amounts, strict=True)
            if line.role in _SOLD
        )

    def _place(self, returned: ReturnedLine) -> int | None:
        for place, line in enumerate(self.purchase.lines):
            left = self.quantities[place] or self.amounts[place]
            if returned.line is not None:
                if line.line == returned.line:
                    return place
            elif line.product == returned.product and left:
                return place
        return None

    def _take(self, place: int, quantity: int | None, amount: int | None) -> None:
        line, left = self.purchase.lines[place], self.quantities[place]
        if quantity is None and amount is None:
            quantity, amount = left, self.amounts[place]
        pieces = min(quantity or 0, left)
        if amount is None and not line.quantity:
            amount = 0
        elif amount is None:
            back = line.quantity - left
            amount = round_ratio(line.amount * (back + pieces), line.quantity, "half_up")
            amount -= round_ratio(line.amount * back, line.quantity, "half_up")
        self.quantities[place] -= pieces
        self.amounts[place] -= min(amount, self.amounts[place])
        if not self.quantities[place] and pieces:
            # The last piece takes with it what earlier part refunds left of the line's money.
            self.amounts[place] = 0
