"""What a document changes, in words: whatever changes a rule sheet is told."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.naming import names_of
from habitue.integrations.documents import load_yaml
from habitue.interfaces.web.words.changes import Told, told_changes
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import parse_instant
from tests.interfaces.web.words.test_sheet import BASE, CHANGES

NOW = parse_instant("2026-06-01T12:00:00+00:00")
# The code is on no sheet but as its title, and a priority only orders what the sheet says: whoever
# compares the fields of the documents sees both.
NOT_TOLD = {"Programme.code", "Rule.priority"}


def lexicon(more: str, language: str = "en") -> Lexicon:
    """The words of the base document with some sections replaced."""
    document = load_yaml(BASE) | (load_yaml(more) if more else {})
    return Lexicon(parse_document(document), names_of(document), language)


def told(before: str, after: str, language: str = "en") -> tuple[Told, ...]:
    """What changes from one to the other."""
    with override(language):
        return told_changes(lexicon(before, language), lexicon(after, language), now=NOW)


def fields() -> list[str]:
    return [name for name in CHANGES if name not in NOT_TOLD]


@pytest.mark.parametrize("name", fields())
def test_every_change_of_a_document_is_told(name: str) -> None:
    before, after = CHANGES[name]
    assert told(before, after)
    assert not told(after, after)


def test_a_threshold_is_told_as_people_say_it() -> None:
    lower = "tiers: {by: {spend: rolling 12 months}, gold: {enter: 450.00, multiply: 1.5}}"
    (one,) = told("", lower)
    assert (one.section, one.name, one.change) == ("tiers", "Gold", "changed")
    assert len(one.before) == len(one.after) == 1
    assert "€500" in one.before[0]
    assert "€450" in one.after[0]


def test_what_comes_and_what_goes_is_told_whole() -> None:
    other = (
        "earn: {base: {on: purchase, give: {points: 1, per: 1.00}},"
        " cake: {on: purchase, each: {category: cake}, give: {points: 5}}}"
    )
    kinds = {(one.name, one.change) for one in told("", other) if one.section == "earning"}
    assert kinds == {("Cake", "added"), ("R", "removed")}
    come = next(one for one in told("", other) if one.change == "added")
    assert not come.before
    assert come.after


@pytest.mark.parametrize("language", ["fr", "de", "ro"])
def test_it_is_told_in_every_language(language: str) -> None:
    silver = "tiers: {by: {spend: rolling 12 months}, gold: {enter: 450.00, multiply: 2}}"
    english = told("", silver)
    translated = told("", silver, language)
    assert [one.change for one in translated] == [one.change for one in english]
    assert translated[0].heading != english[0].heading
    assert translated[0].after != english[0].after
