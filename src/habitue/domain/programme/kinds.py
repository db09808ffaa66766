"""Kinds of values that conditions compare: how each is read from a document, shown, and ordered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

from habitue.domain.events import QUANTITY_SCALE, PlanAction
from habitue.domain.programme.plans import NO_PLAN
from habitue.domain.programme.reading import (
    one_of,
    read_day,
    read_decimal,
    read_minute,
    read_text,
    read_units,
    read_whole,
    read_yes_no,
    suggestion,
    wrong,
)
from habitue.kit.money import format_decimal

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES = ("goods", "delivery", "tip", "deposit", "gift_card")
NO_TIER = "none"
FIRED, NOT_FIRED = "fired", "not_fired"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    ``space`` lists all values where there are few; ``lowest`` is the least possible one, where the
    values are ordered and there is one; ``dense``: between two values there is always another.
    """

    name: str
    read: Callable[[object], Any]
    show: Callable[[Any], str]
    ordered: bool = False
    space: tuple[Any, ...] = ()
    lowest: int | None = None
    dense: bool = False


def _show_quantity(units: int) -> str:
    text = format_decimal(units, 3)
    return text.rstrip("0").rstrip(".")


def _show_decimal(value: Fraction | int, decimals: int) -> str:
    if isinstance(value, int):
        return format_decimal(value, decimals)
    return f"{Decimal(value.numerator) / (value.denominator * 10**decimals):.6f}"


def _show_number(value: Fraction | int) -> str:
    return f"{Decimal(value.numerator) / value.denominator:f}"


def _word_kind(name: str, words: Sequence[str], *, ordered: bool = False, first: int = 0) -> Kind:
    """Words that stand for whole numbers, counted from ``first``."""
    numbers = {word: first + index for index, word in enumerate(words)}

    def read(raw: object) -> int:
        if not isinstance(raw, str) or raw not in numbers:
            raise wrong(
                "unknown_tier" if name == "tier" else "unknown_choice",
                f"Write {one_of(words)}.{suggestion(raw, words)}",
            )
        return numbers[raw]

    return Kind(
        name, read, lambda value: words[value - first], ordered, space=tuple(numbers.values())
    )


def _fixed_words(name: str, words: Sequence[str]) -> Kind:
    """Words that stand for themselves."""
    kind = _word_kind(name, words)
    return Kind(name, lambda raw: words[kind.read(raw)], str, space=tuple(words))


TEXT = Kind("text", lambda raw: read_text(raw).casefold(), str)
WEEKDAY = _word_kind("weekday", WEEKDAYS)
ROLE = _fixed_words("role", ROLES)
FIRING = _fixed_words("rule", (FIRED, NOT_FIRED))
PLAN_ACTION = _fixed_words("action", get_args(PlanAction))
DAY = Kind("date", read_day, lambda day: date.fromordinal(day).isoformat(), ordered=True)
TIME = Kind(
    "time",
    read_minute,
    lambda minute: f"{minute // 60:02d}:{minute % 60:02d}",
    ordered=True,
    space=tuple(range(1440)),
)
COUNT = Kind("whole number", read_whole, str, ordered=True, lowest=0)
QUANTITY = Kind(
    "quantity",
    lambda raw: read_units(raw, len(str(QUANTITY_SCALE)) - 1),
    _show_quantity,
    ordered=True,
    lowest=0,
)
NUMBER = Kind(
    "number", lambda raw: Fraction(read_decimal(raw)), _show_number, ordered=True, dense=True
)
YES_NO = Kind("yes or no", read_yes_no, lambda value: "yes" if value else "no", space=(True, False))


def money_kind(exponent: int, *, dense: bool = False) -> Kind:
    """Amounts of a currency with so many decimals; a price per piece may lie between two."""
    return Kind(
        "amount",
        lambda raw: read_units(raw, exponent),
        lambda value: _show_decimal(value, exponent),
        ordered=True,
        lowest=0,
        dense=dense,
    )


def points_kind(decimals: int) -> Kind:
    """Amounts of a currency of points; a balance may be below zero."""
    return Kind(
        "points",
        lambda raw: read_units(raw, decimals, signed=True),
        lambda value: _show_decimal(value, decimals),
        ordered=True,
    )


def tier_kind(tiers: Sequence[str]) -> Kind:
    """Tiers in their order, below them ``none``; as numbers from -1 upwards."""
    return _word_kind("tier", (NO_TIER, *tiers), ordered=True, first=-1)


def plan_kind(plans: Sequence[str]) -> Kind:
    """The plans of the programme, and ``none``."""
    return _fixed_words("plan", (NO_PLAN, *plans))


def contribution_kind(contributions: Sequence[str]) -> Kind:
    """The kinds of contributions that the programme takes."""
    return _fixed_words("contribution", contributions)


def partner_kind(partners: Sequence[str]) -> Kind:
    """The partners of the programme."""
    return _fixed_words("partner", partners)


def attribute_kinds() -> Mapping[str, Kind]:
    """The kinds that a custom attribute may have, by the word that declares them."""
    return {"text": TEXT, "number": NUMBER, "yes_no": YES_NO}
