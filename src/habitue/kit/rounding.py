"""Exact rounding of ratios, and splitting a whole into parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Final, Literal, TypeAlias, cast

RoundingMode: TypeAlias = Literal["floor", "half_up", "half_even", "ceil"]

_WHOLE: Final = {int}


def round_ratio(numerator: int, denominator: int, mode: RoundingMode = "floor") -> int:
    """Round ``numerator / denominator`` (denominator > 0) to a whole number.

    ``half_up`` moves an exact half away from zero, so that a reversal mirrors what it reverses.
    """
    quotient, remainder = divmod(numerator, denominator)
    if remainder == 0 or mode == "floor":
        return quotient
    if mode == "ceil":
        return quotient + 1
    twice = 2 * remainder
    if twice != denominator:
        return quotient + (twice > denominator)
    if mode == "half_even":
        return quotient + (quotient & 1)
    return quotient + (numerator > 0)


def round_fraction(value: Fraction, mode: RoundingMode = "floor") -> int:
    """Round an exact fraction to a whole number."""
    return round_ratio(value.numerator, value.denominator, mode)


def split_by_largest_remainder(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split ``total`` over ``weights`` (none negative) so that the parts add up to it exactly.

    Every part is first rounded towards zero; what is left goes one by one to the largest
    remainders, the earlier one where they are equal.  With no positive weight, the first part
    takes everything; with no weights at all the answer is empty.
    """
    if not weights:
        return []
    if total < 0:
        return [-part for part in split_by_largest_remainder(-total, weights)]
    whole = sum(weights)
    if whole <= 0:
        return [total] + [0] * (len(weights) - 1)
    scaled = _whole_weights(weights)
    whole = sum(scaled)
    parts = [weight * total // whole for weight in scaled]
    missing = total - sum(parts)
    if missing:
        remainders = [-(weight * total % whole) for weight in scaled]
        order = sorted(range(len(parts)), key=remainders.__getitem__)
        for index in order[:missing]:
            parts[index] += 1
    return parts


def _whole_weights(weights: Sequence[int | Fraction]) -> Sequence[int]:
    """The same proportions in whole numbers."""
    if set(map(type, weights)) == _WHOLE:
        return cast("Sequence[int]", weights)
    denominators = {weight.denominator for weight in weights}
    if denominators == {1}:
        return [weight.numerator for weight in weights]
    common = lcm(*denominators)
    return [weight.numerator * (common // weight.denominator) for weight in weights]
