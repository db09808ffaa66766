"""Discounts in the outline of a document, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Iterator

from habitue.domain.programme.conditions import parse_line_tree, parse_tree
from habitue.domain.programme.discounts import (
    AmountOff,
    CheapestPieces,
    Cut,
    Discount,
    FreeShipping,
    MemberPrice,
    Percentage,
    ShareLadder,
)
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import Programme
from habitue.domain.programme.moments import LineFilter
from habitue.domain.programme.outlines import budget_line, limit_line
from habitue.domain.programme.trees import describe
from habitue.kit.instants import format_instant
from habitue.kit.money import format_decimal


def discount_lines(programme: Programme, vocabulary: Vocabulary) -> Iterator[str]:
    """The discounts of a programme; nothing where it has none."""
    if programme.discounts:
        yield "Discounts, in the order of application"
    for discount in programme.discounts.values():
        yield f"  {discount.discount}: {cut_text(discount.cut, vocabulary.exponent)}"
        yield from (f"    {text}" for text in _details(discount, programme, vocabulary))


def cut_text(cut: Cut, exponent: int) -> str:
    """What a discount takes off."""
    if isinstance(cut, Percentage):
        return f"{_share(cut.share)} off"
    if isinstance(cut, AmountOff):
        return f"{format_decimal(cut.amount, exponent)} off"
    if isinstance(cut, MemberPrice):
        return f"{format_decimal(cut.price, exponent)} a piece"
    if isinstance(cut, FreeShipping):
        return "free shipping"
    return _ladder(cut, exponent)


def _ladder(ladder: ShareLadder, exponent: int) -> str:
    window = ladder.metric.window
    time = f"rolling {window.period}" if window.period else window.kind.replace("_", " ")
    decimals = exponent if ladder.metric.name == "spend" else 0
    steps = ", ".join(
        f"{_share(step.share)} from {format_decimal(step.threshold, decimals)}"
        for step in ladder.steps
    )
    return f"by {ladder.metric.key} ({time}) {steps}"


def _share(hundredths: int) -> str:
    return f"{format_decimal(hundredths, 2)} %"


def _details(discount: Discount, programme: Programme, vocabulary: Vocabulary) -> Iterator[str]:
    if discount.when is not None:
        node = parse_tree(discount.when.source, path="", vocabulary=vocabulary, faults=Faults())
        yield f"when {describe(node)}" if node is not None else "when"
    for name, chosen in (("lines", discount.lines), ("each", discount.each)):
        if chosen is not None:
            yield f"{name} {_filter(chosen, vocabulary)}"
    if discount.cheapest is not None:
        yield _cheapest(discount.cheapest, vocabulary)
    if isinstance(discount.cut, Percentage | ShareLadder):
        yield f"of the {discount.base} amount, rounded {discount.rounding}"
    if not discount.on_reduced:
        yield "not on lines that are reduced already"
    yield from _caps(discount, programme, vocabulary.exponent)
    if discount.group is not None:
        yield f"in group {discount.group}"
    if discount.priority:
        yield f"priority {discount.priority}"
    if not discount.enabled:
        yield "disabled"


def _caps(discount: Discount, programme: Programme, exponent: int) -> Iterator[str]:
    if discount.starts_at is not None:
        yield f"from {format_instant(discount.starts_at, programme.zone)}"
    if discount.ends_at is not None:
        yield f"until before {format_instant(discount.ends_at, programme.zone)}"
    for limit in discount.limits:
        yield limit_line(limit, exponent)
    if discount.budget is not None:
        yield budget_line(programme.budgets[discount.budget], exponent)


def _cheapest(cheapest: CheapestPieces, vocabulary: Vocabulary) -> str:
    text = f"the cheapest {cheapest.count}"
    if cheapest.of_every is not None:
        text += f" of every {cheapest.of_every}"
    if cheapest.counting is not None:
        text += f" of {_filter(cheapest.counting, vocabulary)}"
    if cheapest.most is not None:
        text += f", at most {cheapest.most} times"
    return text


def _filter(chosen: LineFilter, vocabulary: Vocabulary) -> str:
    node = parse_line_tree(chosen.source, path="", vocabulary=vocabulary, faults=Faults())
    return describe(node) if node is not None else "some lines"
