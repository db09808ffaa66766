"""What the engine remembers of a purchase or a redemption while the member's history is at hand.

A record lives as long as one fold; the ledger does not store it, since the events rebuild it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from habitue.domain.engine.challenging import Tally
from habitue.domain.engine.context import Context
from habitue.domain.engine.discounted import amounts_of
from habitue.domain.engine.earning import Earning
from habitue.domain.engine.lots import Take
from habitue.domain.engine.spend import Basket
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Purchase, ReturnedLine
from habitue.domain.programme.draw_model import Draw
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import Programme, Reward
from habitue.kit.instants import Instant
from habitue.kit.rounding import round_ratio


@dataclass(frozen=True, slots=True)
class Taken:
    """A reward that was taken on a local day, as the programme then had it; ``draw`` is where it
    gave an entry."""

    reward: Reward
    stock: Budget | None
    day: int
    draw: Draw | None = None


@dataclass(slots=True)
class Spent:
    """Points spent by one event, part by part in the order taken; undone from the end.

    ``at`` is when they were spent, ``taken`` the reward that they were spent on.
    """

    currency: str
    takes: list[Take]
    undone: int = 0
    at: Instant = 0
    taken: Taken | None = None

    def copy(self) -> Spent:
        """The same spending, to be undone independently."""
        return Spent(self.currency, self.takes, self.undone, self.at, self.taken)

    @property
    def units(self) -> int:
        """How many were spent."""
        return sum(take.units for take in self.takes)


@dataclass(slots=True)
class PurchaseRecord:
    """A purchase, what it earned by which rule, and how much of it has come back.

    ``quantities`` and ``amounts`` are what remains of each line; ``kept`` is what each rule still
    gives for the remaining basket, by (rule, currency); ``lots`` are the lots it opened;
    ``discounts`` what its discounts are still worth,
    and ``tallies`` what it still counts towards challenges.
    """

    event: Event
    purchase: Purchase
    programme: Programme
    context: Context
    basket: Basket
    earnings: list[Earning]
    kept: dict[tuple[str, str], int]
    spend: int
    lots: dict[str, list[str]] = field(default_factory=dict)
    points_paid: list[Spent] = field(default_factory=list)
    absorbed: dict[str, int] = field(default_factory=dict)
    quantities: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    voided: bool = False
    products: dict[str, list[int]] = field(default_factory=dict)
    discounts: dict[str, int] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        event: Event,
        purchase: Purchase,
        programme: Programme,
        context: Context,
        earnings: list[Earning],
    ) -> PurchaseRecord:
        """The record of a purchase that was just decided."""
        kept: dict[tuple[str, str], int] = {}
        for earning in earnings:
            key = (earning.rule, earning.currency)
            kept[key] = kept.get(key, 0) + earning.given
        return cls(
            event=event,
            purchase=purchase,
            programme=programme,
            context=context,
            basket=context.basket,
            earnings=earnings,
            kept=kept,
            spend=context.basket_amount,
            quantities=[line.quantity for line in purchase.lines],
            amounts=[line.amount for line in purchase.lines],
            discounts=amounts_of(purchase),
        )

    def copy(self) -> PurchaseRecord:
        """The same purchase, to be returned independently; what never changes is shared."""
        return PurchaseRecord(
            event=self.event,
            purchase=self.purchase,
            programme=self.programme,
            context=self.context,
            basket=self.basket,
            earnings=self.earnings,
            kept=self.kept,
            spend=self.spend,
            lots={code: lots.copy() for code, lots in self.lots.items()},
            points_paid=[spent.copy() for spent in self.points_paid],
            absorbed=self.absorbed.copy(),
            quantities=self.quantities.copy(),
            amounts=self.amounts.copy(),
            voided=self.voided,
            products=self.products,
            discounts=self.discounts,
            tallies=self.tallies,
        )

    @property
    def is_void(self) -> bool:
        """Whether nothing is left of it."""
        return not any(self.quantities) and not any(self.amounts)

    def lines_of(self, product: str | None) -> list[int]:
        """The places of the lines that sold a product."""
        if not self.products:
            for index, line in enumerate(self.purchase.lines):
                self.products.setdefault(line.product, []).append(index)
        return self.products.get(product or "", [])

    def index_of(self, returned: ReturnedLine, path: str) -> int:
        """The line that a return names, by its id or, where it is the only one, by its product."""
        if returned.line is not None:
            for index, line in enumerate(self.purchase.lines):
                if line.line == returned.line:
                    return index
            raise Refusal(Code.RETURN_OF_UNKNOWN_LINE, f"{path}.line", value=returned.line)
        fitting = [
            index
            for index, line in enumerate(self.purchase.lines)
            if line.product == returned.product and (self.quantities[index] or self.amounts[index])
        ]
        if not fitting:
            if any(line.product == returned.product for line in self.purchase.lines):
                raise Refusal(
                    Code.RETURN_EXCEEDS_PURCHASE, f"{path}.product", value=returned.product, limit=0
                )
            raise Refusal(Code.RETURN_OF_UNKNOWN_LINE, f"{path}.product", value=returned.product)
        return fitting[0]

    def amount_for(self, index: int, quantity: int) -> int:
        """What a quantity of a line cost, so that any split of a return adds up to the whole."""
        line = self.purchase.lines[index]
        back_before = line.quantity - self.quantities[index]
        share = round_ratio(line.amount * (back_before + quantity), line.quantity, "half_up")
        share -= round_ratio(line.amount * back_before, line.quantity, "half_up")
        return min(share, self.amounts[index])

    def take_line_back(
        self, index: int, quantity: int | None, amount: int | None, *, strict: bool, path: str
    ) -> int:
        """Lower what remains of a line; answers the money that went back for it.

        Neither a quantity nor an amount means all that is left of the line.

        Raises ``RETURN_EXCEEDS_PURCHASE`` where more is returned than is left (``strict``), or
        takes what is left.
        """
        left = self.quantities[index]
        if quantity is None and amount is None:
            quantity, amount = left, self.amounts[index]
        for name, value in (("quantity", quantity), ("amount", amount)):
            if value is not None and value < 0:
                raise Refusal(Code.NEGATIVE_AMOUNT, f"{path}.{name}", value=value)
        if quantity is not None and quantity > left:
            if strict:
                raise Refusal(
                    Code.RETURN_EXCEEDS_PURCHASE, f"{path}.quantity", value=quantity, limit=left
                )
            quantity = left
        if amount is None:
            amount = self.amount_for(index, quantity or 0)
        elif amount > self.amounts[index]:
            if strict:
                raise Refusal(
                    Code.RETURN_EXCEEDS_PURCHASE,
                    f"{path}.amount",
                    value=amount,
                    limit=self.amounts[index],
                )
            amount = self.amounts[index]
        self.quantities[index] -= quantity or 0
        self.amounts[index] -= amount
        if not self.quantities[index] and quantity:
            # The last piece takes with it what earlier part refunds left of the line's money.
            amount += self.amounts[index]
            self.amounts[index] = 0
        return amount
