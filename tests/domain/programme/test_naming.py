"""What a document calls its parts: in the reader's language, or the next best."""

import pytest

from habitue.domain.programme.differences import diff_documents
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.naming import merged, names_of, readable
from tests.domain.programme.samples import document, faults

NAMED = document(
    """
name: {en: Club, ro: Clubul}
words: {Cold Drinks: {en: cold drinks, de: Kaltgetränke}, own_cup: brought a cup}
points: {stars: {name: {fr: étoiles}}, coffee: {}}
earn: {base: {on: purchase, give: {stars: 1, per: 1.00}, name: On every purchase}}
tiers: {by: {spend: lifetime}, gold: {enter: 1.00, name: {de: Gold, ro: Aur}}, of: stars}
"""
)


@pytest.mark.parametrize(
    ("language", "programme", "rule", "tier", "stars"),
    [
        ("en", "Club", "On every purchase", "Gold", "étoiles"),
        ("ro", "Clubul", "On every purchase", "Aur", "étoiles"),
        ("fr", "Club", "On every purchase", "Gold", "étoiles"),
    ],
)
def test_names_come_in_the_language_or_the_next_best(
    language: str, programme: str, rule: str, tier: str, stars: str
) -> None:
    assert [fault for fault in check_document(NAMED) if fault.severity == "error"] == []
    names = names_of(NAMED)
    assert names.of_programme("sample", language) == programme
    assert names.of("earn", "base", language) == rule
    assert names.of("tiers", "gold", language) == tier
    assert names.of("points", "stars", language) == stars
    assert names.of("points", "coffee", language) == "Coffee"


def test_words_are_found_in_whatever_case_a_document_writes_them() -> None:
    names = names_of(NAMED)
    assert names.word("cold drinks", "de") == "Kaltgetränke"
    assert names.word("COLD DRINKS", "fr") == "cold drinks"
    assert names.word("own_cup", "ro") == "brought a cup"
    assert names.word("hats", "en") == ""


def test_what_a_newer_version_says_wins_and_what_it_forgot_stays() -> None:
    newer = names_of({"words": {"own_cup": "own cup"}, "tiers": {"gold": {"name": "Au"}}})
    names = merged(names_of(NAMED), newer)
    assert names.word("own_cup", "en") == "own cup"
    assert names.word("cold drinks", "en") == "cold drinks"
    assert names.of("tiers", "gold", "de") == "Au"


def test_a_code_is_made_readable() -> None:
    assert readable("beer-fridays") == "Beer fridays"
    assert readable("own_cup") == "Own cup"


@pytest.mark.parametrize(
    ("words", "path", "problem"),
    [
        ("{beer: {xx: bier}}", "words.beer", "unknown_choice"),
        ("{beer: {}}", "words.beer", "empty"),
        ("[beer]", "words", "not_a_mapping"),
        ("{beer: {en: [ale]}}", "words.beer", "not_a_text"),
    ],
)
def test_words_that_are_none_are_refused(words: str, path: str, problem: str) -> None:
    found = [(fault.path, fault.problem) for fault in faults(f"words: {words}")]
    assert (path, problem) in found


def test_changed_words_are_told_one_by_one() -> None:
    old, new = document("words: {beer: beer}"), document("words: {beer: ale, cake: cake}")
    assert [(one.path, one.change) for one in diff_documents(old, new)] == [
        ("words.beer", "changed"),
        ("words.cake", "added"),
    ]


def test_a_currency_may_have_the_forms_that_it_takes_with_numbers() -> None:
    names = names_of(
        {"points": {"stars": {"name": {"en": "star|stars", "ro": "stea|stele|de stele"}}}}
    )
    assert names.forms("stars", "ro") == ("stea", "stele", "de stele")
    assert names.forms("stars", "de") == ("star", "stars")
    assert names.forms("coffee", "de") == ()
    assert (names.of("points", "stars", "ro"), names.of("points", "stars", "en")) == (
        "stele",
        "stars",
    )
