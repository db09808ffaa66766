"""A plan finds every member whose name has all the words, and no other."""

from __future__ import annotations

import string
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.identity.folding import fold_words
from habitue.domain.identity.search import (
    CodeRange,
    KeyRange,
    SearchPlan,
    folded_name,
    name_words,
    plan_search,
    search_keys,
)
from tests.domain.identity.phones import FrenchPhones

PHONES = FrenchPhones()


def plan(query: str) -> SearchPlan:
    return plan_search(query, phones=PHONES, country="FR")


def holds(keys: KeyRange, key: str) -> bool:
    """What the database does with a range: bytes in order, and LIKE."""
    inside = keys.low.encode() <= key.encode() < keys.high.encode()
    return inside and all(pattern[1:-1] in key for pattern in keys.also)


def finds(query: str, given: str = "", family: str = "", display: str = "") -> bool:
    keys = search_keys(given, family, display)
    return any(holds(keys_read, key) for keys_read in plan(query).keys for key in keys)


def test_keys_of_a_name() -> None:
    assert search_keys("Marie", "Dupont", "") == [
        "1dupont marie",
        "2marie dupont",
        "=mdupont marie",
    ]
    assert search_keys("", "", "Café de Flore") == [
        "3cafe de flore",
        "3de cafe flore",
        "3flore cafe de",
        "=dcafe de flore",
        "=fcafe flore de",
        "=fde flore cafe",
    ]
    assert search_keys("", "", "") == []
    assert search_keys("😀", "...", "") == []
    assert search_keys("Martin", "Martin", "Martin") == ["1martin"]


def test_the_folded_name_has_each_word_behind_a_space() -> None:
    assert folded_name("Jean-Luc", "d'Arc", "") == " darc arc jean luc"
    assert folded_name("", "", "") == ""
    assert name_words("Ana", "Popescu", "Ana P.") == (["popescu"], ["ana"], ["p"])


def test_keys_stay_small_enough_for_an_index() -> None:
    words = " ".join(f"ﷺ{letter * 39}" for letter in string.ascii_lowercase)
    keys = search_keys(words[:100], words[100:200], words[200:400])
    assert len(keys) <= 8 + 28
    assert max(len(key.encode()) for key in keys) < 1_300


@pytest.mark.parametrize(
    "query",
    [
        "marie", "MARIE", "mar", "m", "dupont", "marie dupont", "dupont marie", "du ma", "m d",
        "D M", "  dupont ,  marie ", "Dupônt Mârie", "dupont-marie",
    ],
)  # fmt: skip
def test_words_in_any_order_and_incomplete(query: str) -> None:
    assert finds(query, "Marie", "Dupont")


@pytest.mark.parametrize("query", ["arie", "marie x", "dupont marie anne", "m m", "du du", "upont"])
def test_other_words_do_not_fit(query: str) -> None:
    assert not finds(query, "Marie", "Dupont") or len(set(fold_words(query))) == 1


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("mueller", ("Jürgen", "Müller", "")),
        ("müller jurgen", ("Jürgen", "Mueller", "")),
        ("obrien", ("Ann", "O’Brien", "")),
        ("o'br", ("Ann", "O'Brien", "")),
        ("o brien", ("Ann", "O'Brien", "")),
        ("brien", ("Ann", "O'Brien", "")),
        ("d arc j", ("Jeanne", "d'Arc", "")),
        ("de la cruz", ("Ana", "de la Cruz", "")),
        ("cruz la ana", ("Ana", "de la Cruz", "")),
        ("flore cafe", ("", "", "Café de Flore")),
        ("21 cafe", ("", "", "Café 21")),
        ("muhammad", ("Muḥammad", "", "")),
        ("محمد", ("محمّد", "", "")),
        ("山田", ("太郎", "山田", "")),
    ],
)
def test_spellings(query: str, name: tuple[str, str, str]) -> None:
    assert finds(query, *name)


WORD = st.text(st.sampled_from("abcdeéüoß'"), min_size=1, max_size=6)
NAME = st.lists(WORD, min_size=0, max_size=3).map(" ".join)


@given(NAME, NAME, NAME, st.data())
def test_beginnings_of_different_words_find_the_member(
    given_name: str, family: str, display: str, data: st.DataObject
) -> None:
    words = [word for listed in name_words(given_name, family, display) for word in listed][:8]
    if not words:
        return
    chosen = data.draw(st.permutations(words))[: data.draw(st.integers(1, min(4, len(words))))]
    typed = [word[: data.draw(st.integers(1, len(word)))] for word in chosen]
    # Two equal beginnings are one word to the reader of the query.
    assert finds(" ".join(typed), given_name, family, display)


@given(NAME, NAME, st.lists(WORD, min_size=1, max_size=4))
def test_whoever_is_found_has_all_the_words(given_name: str, family: str, typed: list[str]) -> None:
    query = " ".join(typed)
    if not finds(query, given_name, family):
        return
    words = folded_name(given_name, family, "").split()
    asked = list(dict.fromkeys(fold_words(query)))[:6]
    assert all(any(word.startswith(each) for word in words) for each in asked)


def test_two_words_are_two_words_of_the_name() -> None:
    for order in permutations(["an", "ana"]):
        assert finds(" ".join(order), "Ana", "Andrei")
        assert not finds(" ".join(order), "Ana", "Popescu")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("06 12", [("phone", "+33612"), ("card", "0612")]),
        ("+33 6", [("phone", "+336")]),
        ("marie.d", [("email", "marie.d")]),
        ("Marie.Dupont@ex", [("email", "marie.dupont@ex")]),
        ("hac7", [("email", "hac7"), ("card", "HAC7")]),
        ("hac7 t9k", [("card", "HAC7T9K")]),
        ("@gmail", []),
        ("marie dupont", []),
        ("!!!", [("email", "!!!")]),
        ("", []),
    ],
)
def test_beginnings_of_identifiers(query: str, codes: list[tuple[str, str]]) -> None:
    found = [(each.kind, each.low) for each in plan(query).codes if not each.also]
    assert [each for each in found if each in codes] == codes
    assert len(found) <= len(codes) + 1


def test_a_name_with_a_number() -> None:
    assert plan("Marie 06 12").keys[-1] == KeyRange(
        "+33612", "+33612\U0010ffff", ("% marie%",), "phone"
    )
    assert plan("dupont marie@x").codes == (
        CodeRange("email", "marie@x", "marie@x\U0010ffff", ("% dupont%",)),
    )
    keys = search_keys("Marie", "Dupont", "", phones=["+33612345678"])
    assert keys[0] == "+33612345678 dupont marie"
    assert any(holds(each, keys[0]) for each in plan("06 12 mar d").keys if each.matched == "phone")
    assert search_keys("", "", "", phones=["+33612345678"]) == []


@given(st.text(max_size=400))
def test_a_plan_is_made_for_every_text(query: str) -> None:
    made = plan(query)
    assert len(made.keys) <= 5
    assert len(made.codes) <= 4
    for keys in made.keys:
        assert keys.low < keys.high
        for pattern in keys.also:
            # Nothing that LIKE or a person could mistake for a wildcard.
            assert not set("%_\\") & set(pattern[2:-1])


@pytest.mark.parametrize("query", ["x" * 10_000, "a " * 5_000, "é" * 10_000, "\u202e" * 10_000])
def test_long_texts_are_cut(query: str) -> None:
    made = plan(query)
    assert sum(len(keys.low) + len(keys.also) for keys in made.keys) < 300
