"""SEMANTICS 4: money is whole minor units, in currencies of 0, 2, 3 and 4 decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.kit.money import (
    LARGEST_AMOUNT,
    AmountError,
    currency_exponent,
    format_amount,
    format_decimal,
    parse_amount,
    parse_decimal,
)

CURRENCIES = ["JPY", "EUR", "RON", "KWD", "CLF"]


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("9.99", "EUR", 999),
        ("9.9", "EUR", 990),
        ("9", "EUR", 900),
        (9, "EUR", 900),
        ("9.990", "EUR", 999),
        ("-0.01", "EUR", -1),
        ("-0.00", "EUR", 0),
        ("120", "JPY", 120),
        ("120.0", "JPY", 120),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("1e2", "EUR", 10_000),
        (Decimal("0.10"), "RON", 10),
        (str(LARGEST_AMOUNT - 1), "JPY", LARGEST_AMOUNT - 1),
    ],
)
def test_amounts_are_read_exactly(value: str | int | Decimal, currency: str, minor: int) -> None:
    assert parse_amount(value, currency) == minor


@pytest.mark.parametrize(
    ("value", "currency", "reason"),
    [
        ("", "EUR", "not_a_number"),
        ("abc", "EUR", "not_a_number"),
        ("1,50", "EUR", "not_a_number"),
        ("NaN", "EUR", "not_a_number"),
        ("sNaN", "EUR", "not_a_number"),
        ("Infinity", "EUR", "not_a_number"),
        ("1.001", "EUR", "too_precise"),
        ("0.5", "JPY", "too_precise"),
        ("0.0001", "KWD", "too_precise"),
        ("1e-50", "EUR", "too_precise"),
        ("1e999999", "EUR", "too_large"),
        ("-1e15", "JPY", "too_large"),
        (str(LARGEST_AMOUNT), "EUR", "too_large"),
        ("10000000000000.01", "EUR", "too_large"),
        (True, "EUR", "not_a_number"),
        (1.5, "EUR", "not_a_number"),
        (None, "EUR", "not_a_number"),
    ],
)
def test_other_values_are_refused_with_the_reason(
    value: object, currency: str, reason: str
) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(value, currency)  # type: ignore[arg-type]  # Wrong types are tested too.
    assert refused.value.reason == reason
    assert refused.value.value is value


def test_zeros_behind_the_point_do_not_make_an_amount_too_precise_or_too_large() -> None:
    assert parse_amount("1." + "0" * 30, "EUR") == 100
    assert parse_amount("0." + "0" * 45, "EUR") == 0
    assert parse_amount("0e100", "EUR") == 0


@pytest.mark.parametrize(
    "text",
    [
        "1.00000000000000000000000000001",
        "12345678901234.990000000000000001",
        "999999999999999.9999999999999999",
        "0.1" + "0" * 5000 + "1",
        "1e-999999",
    ],
)
def test_no_digit_is_rounded_away(text: str) -> None:
    # The decimal module rounds to 28 digits in silence unless it is told not to.
    with pytest.raises(AmountError) as refused:
        parse_decimal(text, 2)
    assert refused.value.reason == "too_precise"


def test_unknown_currencies_are_key_errors() -> None:
    for code in ("XTS", "eur", "", "EURO"):
        with pytest.raises(KeyError):
            currency_exponent(code)
    assert [currency_exponent(code) for code in CURRENCIES] == [0, 2, 2, 3, 4]


@given(st.integers(-LARGEST_AMOUNT + 1, LARGEST_AMOUNT - 1), st.sampled_from(CURRENCIES))
def test_amounts_survive_their_text(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [(1999, 2, "19.99"), (5, 2, "0.05"), (-5, 2, "-0.05"), (0, 3, "0.000"), (-7, 0, "-7")],
)
def test_decimal_texts(units: int, decimals: int, text: str) -> None:
    assert format_decimal(units, decimals) == text
