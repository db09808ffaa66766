"""Names are compared without accents, case, punctuation and invisible characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from habitue.domain.identity.folding import WORD_LIMIT, clean_text, fold, fold_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Dupont", "dupont"),
        ("  Élodie   LEFÈVRE ", "elodie lefevre"),
        ("Ștefan Șerban Țăranu", "stefan serban taranu"),
        ("Ştefan Şerban Ţăranu", "stefan serban taranu"),
        ("Călin Ungureanu-Bălan", "calin ungureanu balan"),
        ("Müller", "muller"),
        ("Mueller", "muller"),
        ("MÜLLER", "muller"),
        ("Weiß", "weiss"),
        ("WEISS", "weiss"),
        ("GROẞ", "gross"),
        ("Schœnberg", "schonberg"),
        ("Schoenberg", "schonberg"),
        ("Schönberg", "schonberg"),
        ("Łukasz Święcicki", "lukasz swiecicki"),
        ("Søren Kierkegård", "soren kierkegard"),
        ("Đorđe", "dorde"),
        ("Þór", "thor"),
        ("İstanbul", "istanbul"),
        ("Iğdır", "igdir"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Jean-Pierre", "jean pierre"),
        ("Jean\u2011Pierre", "jean pierre"),
        ("Ana\u200bMaria", "anamaria"),
        ("a\u0301 e\u0301", "a e"),
        ("ﬁn", "fin"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
        ("ŉ", "n"),
        ("Ἀθηνᾶ ΑΘΗΝΑΣ", "αθηνα αθηνασ"),
        ("Пётр", "петр"),
        ("محمّد", "محمد"),
        ("山田 太郎", "山田 太郎"),
        ("\u202eabc\u202c", "abc"),
        ("😀 Ana 🎉", "ana"),
        ("... ,,, !!!", ""),
        ("%_\\", ""),
        ("", ""),
        ("Café 21", "cafe 21"),
    ],
)
def test_folded_forms(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
@example("ﷺ")
@example("\u0345Α")
@example("ᾼ")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_only_letters_digits_and_single_spaces_remain(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(
        character == " " or unicodedata.category(character)[0] in "LN" for character in folded
    )


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "M")), max_size=12), st.integers(0, 12)
)
@example("mueller", 2)
@example("Noël", 3)
@example("joël", 3)
@example("Straße", 5)
def test_what_is_typed_so_far_is_the_beginning_of_the_word(word: str, typed: int) -> None:
    start = word[:typed]
    # The rest may begin with a mark, which belongs to the letter before it.
    whole = fold(unicodedata.normalize("NFC", word))
    part = fold(unicodedata.normalize("NFC", start))
    if " " not in whole and "".join(unicodedata.normalize("NFC", word)).startswith(
        unicodedata.normalize("NFC", start)
    ):
        assert whole.startswith(part)


def test_words_are_cut() -> None:
    assert fold_words("a" * 100 + " b") == ["a" * WORD_LIMIT, "b"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Jean \t\n Luc ", "Jean Luc"),
        ("e\u0301", "é"),
        ("a\u200bb\u202ec", "abc"),
        ("\u0646\u0645\u06cc\u200c\u062e", "\u0646\u0645\u06cc\u200c\u062e"),
        ("👩\u200d🍳 Zoé", "👩\u200d🍳 Zoé"),
        ("a\x00b", "ab"),
    ],
)
def test_clean_text(text: str, clean: str) -> None:
    assert clean_text(text) == clean
