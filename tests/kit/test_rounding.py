"""SEMANTICS 5: exact rounding, and splits that add up."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.kit.rounding import (
    RoundingMode,
    round_fraction,
    round_ratio,
    split_by_largest_remainder,
)

DECIMAL_MODES: dict[RoundingMode, str] = {
    "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}


@pytest.mark.parametrize(
    ("numerator", "mode", "rounded"),
    [
        (15, "floor", 1),
        (15, "ceil", 2),
        (15, "half_up", 2),
        (15, "half_even", 2),
        (25, "half_up", 3),
        (25, "half_even", 2),
        (-15, "floor", -2),
        (-15, "ceil", -1),
        (-15, "half_up", -2),
        (-25, "half_even", -2),
        (-14, "half_up", -1),
        (20, "ceil", 2),
        (0, "ceil", 0),
    ],
)
def test_tenths(numerator: int, mode: RoundingMode, rounded: int) -> None:
    assert round_ratio(numerator, 10, mode) == rounded


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(DECIMAL_MODES)))
def test_rounding_agrees_with_decimal_arithmetic(thousandths: int, mode: RoundingMode) -> None:
    expected = Decimal(thousandths).scaleb(-3).quantize(Decimal(1), DECIMAL_MODES[mode])
    assert round_fraction(Fraction(thousandths, 1000), mode) == int(expected)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_half_up_mirrors_a_reversal(numerator: int, denominator: int) -> None:
    forward = round_ratio(numerator, denominator, "half_up")
    assert round_ratio(-numerator, denominator, "half_up") == -forward


def test_a_point_and_seven_tenths_for_each_unit_is_exact() -> None:
    assert round_fraction(Fraction("1.7") * Fraction("9.99"), "floor") == 16
    assert Fraction("1.7") * Fraction("9.99") == Fraction("16.983")


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (20, [55, 75, 70], [6, 7, 7]),
        (1, [50, 50, 50], [1, 0, 0]),
        (2, [50, 50, 50], [1, 1, 0]),
        (-20, [55, 75, 70], [-6, -7, -7]),
        (5, [0, 0], [5, 0]),
        (5, [0, 3], [0, 5]),
        (0, [1, 2], [0, 0]),
        (7, [], []),
        (10, [Fraction(1, 3), Fraction(2, 3)], [3, 7]),
    ],
)
def test_splits(total: int, weights: list[int | Fraction], parts: list[int]) -> None:
    assert split_by_largest_remainder(total, weights) == parts


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_parts_add_up_and_stay_within_one(total: int, weights: list[int]) -> None:
    parts = split_by_largest_remainder(total, weights)
    assert sum(parts) == total
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, sum(weights))) < 1
            assert weight or not part
