"""Numbers, money, days and quotation marks as readers of four languages write them."""

from datetime import date
from decimal import Decimal

import pytest

from habitue.interfaces.texts import formats


def plain(text: str) -> str:
    """With every kind of space as a common one, which is what the eye sees."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "whole", "cents", "yen"),
    [
        ("en", "€600", "€600.50", "JP¥1,000"),
        ("fr", "600 €", "600,50 €", "1 000 JPY"),
        ("de", "600 €", "600,50 €", "1.000 ¥"),
        ("ro", "600 EUR", "600,50 EUR", "1.000 JPY"),
    ],
)
def test_money_in_a_sentence_has_cents_only_where_there_are_some(
    language: str, whole: str, cents: str, yen: str
) -> None:
    assert plain(formats.short_money(60_000, "EUR", language=language)) == whole
    assert plain(formats.short_money(60_050, "EUR", language=language)) == cents
    assert plain(formats.short_money(1_000, "JPY", language=language)) == yen


@pytest.mark.parametrize(
    ("language", "first", "other"),
    [
        ("en", "1 May 2026", "11 May 2026"),
        ("fr", "1er mai 2026", "11 mai 2026"),
        ("de", "1. Mai 2026", "11. Mai 2026"),
        ("ro", "1 mai 2026", "11 mai 2026"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_where_readers_write_it_so(
    language: str, first: str, other: str
) -> None:
    assert formats.day(date(2026, 5, 1), language=language) == first
    assert formats.day(date(2026, 5, 11), language=language) == other
    assert formats.birthday(date(2026, 5, 1), language=language) == first.removesuffix(" 2026")


@pytest.mark.parametrize(
    ("language", "quoted"),
    [("en", "“Bier”"), ("fr", "«\u202fBier\u202f»"), ("de", "„Bier“"), ("ro", "„Bier”")],
)
def test_quotation_marks_are_those_of_the_language(language: str, quoted: str) -> None:
    assert formats.quoted("Bier", language=language) == quoted


@pytest.mark.parametrize(
    ("language", "count", "form"),
    [
        ("en", 1, "one"), ("en", 0, "other"), ("en", Decimal("1.0"), "other"),
        ("fr", 0, "one"), ("fr", Decimal("1.5"), "one"), ("fr", 2, "other"),
        ("de", 1, "one"), ("de", Decimal("1.5"), "other"),
        ("ro", 1, "one"), ("ro", 0, "few"), ("ro", 19, "few"), ("ro", 20, "other"),
        ("ro", 101, "few"), ("ro", 120, "other"), ("ro", Decimal("1.5"), "few"),
    ],
)  # fmt: skip
def test_plural_forms(language: str, count: int | Decimal, form: str) -> None:
    assert formats.plural_form(count, language=language) == form


@pytest.mark.parametrize(
    ("language", "gain", "loss", "nothing"),
    [("en", "+1,250", "−1,250", "0"), ("de", "+1.250", "−1.250", "0")],
)
def test_a_change_carries_its_sign(language: str, gain: str, loss: str, nothing: str) -> None:
    shown = [formats.signed(units, language=language) for units in (1250, -1250, 0)]
    assert shown == [gain, loss, nothing]


def test_points_with_decimals_show_all_of_them() -> None:
    assert formats.units(1250, decimals=2, language="en") == "12.50"
    assert formats.units(-5, decimals=2, language="de") == "-0,05"


def test_an_unknown_language_is_written_in_english() -> None:
    assert formats.day(date(2026, 5, 1), language="xx") == "1 May 2026"


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [
        ("fr", "Seulement si il est midi.", "Seulement s’il est midi."),
        ("fr", "Parce que un article compte.", "Parce qu’un article compte."),
        ("fr", "Seulement si l’achat compte.", "Seulement si l’achat compte."),
        ("ro", "si il", "si il"),
    ],
)
def test_french_vowels_do_not_meet(language: str, text: str, spoken: str) -> None:
    assert formats.elided(text, language=language) == spoken
