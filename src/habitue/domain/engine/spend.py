"""What counts as spend, line by line (SEMANTICS 6).

Order of the deductions: the line's own figures first (tax, discount), then its share of the order's
discount, then its share of what was paid with points or gift cards.  Shares are spread over all
lines in proportion to what they cost, by largest remainder, so that they add up to the last cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from habitue.domain.events import Line, Purchase
from habitue.domain.programme.model import SpendSettings
from habitue.domain.programme.moments import LineFilter
from habitue.kit.rounding import split_by_largest_remainder

Spend = int | Fraction


@dataclass(slots=True)
class Sight:
    """The lines that a filter lets through (``hits``), what they cost and how many pieces they
    are; lines that it keeps back count as nothing."""

    hits: tuple[bool, ...]
    any_hit: bool
    values: tuple[Spend, ...]
    total: Spend
    quantities: tuple[int, ...]
    quantity: int


@dataclass(slots=True)
class Basket:
    """Lines with what counts of each: ``spends`` for rules that look at lines, ``whole_spends``
    for rules on the whole order (they differ only where order discounts stay with the order).
    ``counts`` says which lines are of a kind that counts as spend at all."""

    lines: tuple[Line, ...]
    spends: tuple[Spend, ...]
    whole_spends: tuple[Spend, ...]
    counts: tuple[bool, ...]
    _sights: dict[int, Sight] = field(default_factory=dict, repr=False, compare=False)

    def through(self, wanted: LineFilter | None) -> Sight:
        """What a filter sees of the basket; a line that is no spend (a tip, a gift card) is never
        seen.  Asked once for each filter: a history is folded many times."""
        sight = self._sights.get(id(wanted))
        if sight is None:
            sight = self._sights[id(wanted)] = self._look(wanted)
        return sight

    def _look(self, wanted: LineFilter | None) -> Sight:
        if wanted is None:
            hits = self.counts
            values = self.whole_spends
        else:
            matches = wanted.matches
            hits = tuple(
                [
                    counts and matches(line)
                    for line, counts in zip(self.lines, self.counts, strict=True)
                ]
            )
            values = tuple(
                [spend if hit else 0 for spend, hit in zip(self.spends, hits, strict=True)]
            )
        quantities = tuple(
            [line.quantity if hit else 0 for line, hit in zip(self.lines, hits, strict=True)]
        )
        return Sight(hits, any(hits), values, sum(values), quantities, sum(quantities))

    @property
    def amount(self) -> int:
        """What counts of the whole order, in whole minor units."""
        return int(sum(self.whole_spends) // 1)


EMPTY_BASKET = Basket((), (), (), ())


def basket_of(purchase: Purchase, settings: SpendSettings) -> Basket:
    """The basket of a purchase as the programme's settings see it."""
    lines = purchase.lines
    counts = tuple([line.role == "goods" or _counts(line, settings) for line in lines])
    figures = [
        _own_figure(line, settings) if counted else 0
        for line, counted in zip(lines, counts, strict=True)
    ]
    spread_discount = (
        purchase.order_discount
        if settings.discounts == "paid" and settings.order_discounts == "spread"
        else 0
    )
    tendered = _uncounted_tender(purchase, settings)
    if spread_discount:
        _deduct(figures, lines, spread_discount, settings)
    if tendered:
        _deduct(figures, lines, tendered, settings)
    spends = tuple(figures)
    kept_discount = (
        purchase.order_discount
        if settings.discounts == "paid" and settings.order_discounts == "order"
        else 0
    )
    total = sum(spends)
    if not kept_discount or not total:
        return Basket(lines, spends, spends, counts)
    share = Fraction(max(0, total - kept_discount), total)
    return Basket(lines, spends, tuple(spend * share for spend in spends), counts)


def remaining_basket(basket: Basket, quantities: Sequence[int], amounts: Sequence[int]) -> Basket:
    """What is left of a basket once each line is down to ``quantities`` and ``amounts``.

    A line's spend shrinks exactly in proportion to its amount; nothing is rounded here.
    """
    kept_lines: list[Line] = []
    kept_spends: list[Spend] = []
    kept_whole: list[Spend] = []
    kept_counts: list[bool] = []
    for index, line in enumerate(basket.lines):
        quantity, amount = quantities[index], amounts[index]
        if amount == 0 and (line.amount > 0 or quantity == 0):
            continue
        kept_counts.append(basket.counts[index])
        if amount == line.amount:
            kept_spends.append(basket.spends[index])
            kept_whole.append(basket.whole_spends[index])
        else:
            share = Fraction(amount, line.amount)
            kept_spends.append(basket.spends[index] * share)
            kept_whole.append(basket.whole_spends[index] * share)
        if amount == line.amount and quantity == line.quantity:
            kept_lines.append(line)
        else:
            kept_lines.append(replace(line, quantity=quantity, amount=amount))
    if not any(line.amount for line in kept_lines) and any(line.amount for line in basket.lines):
        return EMPTY_BASKET
    return Basket(tuple(kept_lines), tuple(kept_spends), tuple(kept_whole), tuple(kept_counts))


def _counts(line: Line, settings: SpendSettings) -> bool:
    """Whether a line that sells no goods is spend."""
    return {
        "delivery": settings.delivery,
        "tip": settings.tips,
        "deposit": settings.deposits,
        "gift_card": settings.gift_card_sales,
    }[line.role]


def _own_figure(line: Line, settings: SpendSettings) -> int:
    figure = line.amount
    if settings.discounts == "before":
        figure += line.discount
    if not settings.tax:
        figure -= line.tax
    return figure


def _uncounted_tender(purchase: Purchase, settings: SpendSettings) -> int:
    tendered = 0
    if not settings.paid_with_points:
        tendered += sum(part.amount for part in purchase.points_paid)
    if not settings.paid_with_gift_card:
        tendered += purchase.gift_card_amount
    return tendered


def _deduct(
    figures: list[int], lines: Sequence[Line], deduction: int, settings: SpendSettings
) -> None:
    shares = split_by_largest_remainder(deduction, [line.amount for line in lines])
    for index, share in enumerate(shares):
        line, own = lines[index], share
        if not settings.tax and line.amount:
            own = share - share * line.tax // line.amount
        figures[index] = max(0, figures[index] - own)
