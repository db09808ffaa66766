"""SEMANTICS 33: member numbers are unguessable and mistakes in them are found."""

from __future__ import annotations

import secrets
from itertools import combinations
from random import Random

import pytest

from habitue.domain.identity.cards import (
    ALPHABET,
    NUMBER_LENGTH,
    check_character,
    format_number,
    is_number,
    looks_like_number,
    make_number,
)

NUMBERS = [make_number(Random(seed).randrange) for seed in range(60)]


def test_numbers_have_their_form() -> None:
    number = make_number(secrets.randbelow)
    assert is_number(number)
    assert len(number) == NUMBER_LENGTH
    assert number[0].isalpha()
    assert set(number) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0OQ1IL2Z5S8BU")
    assert len({make_number(secrets.randbelow) for _ in range(2_000)}) == 2_000


def test_the_check_sum_is_the_documented_one() -> None:
    for number in NUMBERS:
        values = [ALPHABET.index(character) for character in reversed(number)]
        assert sum(value * 5**place for place, value in enumerate(values)) % 23 == 0


@pytest.mark.parametrize("number", NUMBERS)
def test_every_wrong_character_is_found(number: str) -> None:
    for place, right in enumerate(number):
        for wrong in ALPHABET:
            changed = number[:place] + wrong + number[place + 1 :]
            assert is_number(changed) == (wrong == right)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_swap_of_two_characters_is_found(number: str) -> None:
    for first, second in combinations(range(NUMBER_LENGTH), 2):
        letters = list(number)
        letters[first], letters[second] = letters[second], letters[first]
        changed = "".join(letters)
        assert is_number(changed) == (changed == number)


def test_other_cards_are_not_ours() -> None:
    for card in (
        "3467934679 34",
        "346793467934",
        "5000112637922",
        "",
        "A" * 11,
        "A" * 13,
        "é" * 12,
    ):
        assert not looks_like_number(card)
        assert format_number(card) == card


def test_known_number() -> None:
    assert check_character("HAC7T9KMWXY") == "V"
    assert is_number("HAC7T9KMWXYV")
    assert format_number("HAC7T9KMWXYV") == "HAC7-T9KM-WXYV"
