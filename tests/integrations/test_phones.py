"""Telephone numbers become E.164, however they are written where they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.identity.normal import PhoneReader
from habitue.integrations.phones import Phones


@pytest.mark.parametrize(
    ("region", "text", "number"),
    [
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("FR", "0612345678", "+33612345678"),
        ("FR", "06.12.34.56.78", "+33612345678"),
        ("FR", "06\u00a012\u202f34\u00a056\u00a078", "+33612345678"),
        ("FR", "0033 6 12 34 56 78", "+33612345678"),
        ("FR", "+33 (0)6 12 34 56 78", "+33612345678"),
        ("FR", "tel:+33612345678", "+33612345678"),
        ("FR", "٠٦١٢٣٤٥٦٧٨", "+33612345678"),
        ("FR", "\uff0b33612345678", "+33612345678"),
        ("FR", "33612345678", "+33612345678"),
        ("fr", "07 22 12 34 56", "+33722123456"),
        ("RO", "0722-123-456", "+40722123456"),
        ("DE", "030/1234567", "+49301234567"),
        ("DE", "+49 (0)151 23456789", "+4915123456789"),
        ("IT", "02 1234 5678", "+390212345678"),
        ("GB", "020 7946 0018", "+442079460018"),
        ("US", "(202) 555-0123", "+12025550123"),
        ("", "+33612345678", "+33612345678"),
        ("", "0612345678", None),
        ("FR", "0612", None),
        ("FR", "061234567890123", None),
        ("FR", "+999 123 456 789", None),
        ("FR", "0612345678 ext 5", None),
        ("FR", "0612345678;0698765432", None),
        ("FR", "marie", None),
        ("FR", "", None),
        ("FR", "+", None),
        ("FR", "²³¹²³⁴⁵⁶⁷⁸", None),
    ],
)
def test_numbers(region: str, text: str, number: str | None) -> None:
    assert Phones(region).number(text) == number


@pytest.mark.parametrize(
    ("region", "digits", "prefixes"),
    [
        ("FR", "06 12", ("+33612",)),
        ("FR", "0", ("+33",)),
        ("FR", "6", ("+336", "+6")),
        ("FR", "+40 7", ("+407",)),
        ("FR", "0040 7", ("+407",)),
        ("FR", "00", ("+",)),
        ("IT", "02", ("+3902",)),
        ("", "33 6", ("+336",)),
        ("FR", "abc", ()),
        ("FR", "", ()),
        ("FR", "+", ()),
        ("FR", "²", ()),
    ],
)
def test_the_first_digits_of_a_number(region: str, digits: str, prefixes: tuple[str, ...]) -> None:
    assert Phones(region).prefixes(digits) == prefixes


@given(st.text(), st.sampled_from(["FR", "US", "IT", ""]))
def test_no_text_breaks_the_reader(text: str, region: str) -> None:
    reader: PhoneReader = Phones(region)
    number = reader.number(text)
    if number is not None:
        assert number[0] == "+"
        assert reader.number(number) == number
    for prefix in reader.prefixes(text):
        assert prefix == "+" or prefix[1:].isdigit()
