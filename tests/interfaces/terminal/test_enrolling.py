"""Enrolling at the till: quick, once, with the welcome points on the next page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.interfaces.pages import HERE, World, counted
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import (
    HOME,
    HTMX,
    NASTY,
    OTHERS,
    at,
    at_till,
    led,
    opened,
    scan,
    sent,
)

ENROL, SIMILAR = f"{HOME}enrol/", f"{HOME}enrol/similar/"


def enrol(till: Client, **fields: Any) -> Any:
    """The answer to the form."""
    return sent(till, ENROL, button="Enrol", **{"given_name": "Zoé", **fields})


def test_a_name_and_a_card_are_enough(world: World) -> None:
    till = at_till(world)
    page = led(till, enrol(till, card="CARD-0003", news="on"))
    assert page.headings == ["Zoé"]
    for words in ("Joined", "+20 points", "New balance: 20 points.", "Welcome!"):
        assert words in page.words, words
    ((store, language),) = world.rows("SELECT store, language FROM member WHERE given_name = 'Zoé'")
    assert (store, language) == (HERE, "en")
    agreed = world.rows("SELECT purpose, channel, given FROM consent ORDER BY purpose")
    assert agreed == [("news_and_offers", "email", True)]
    assert world.rows("SELECT actor_name FROM trail WHERE action = 'member_enrolled'") == [
        ("Staff",)
    ]
    assert "Zoé" in led(till, scan(till, "card 0003")).headings


def test_everything_that_can_be_said(world: World) -> None:
    till = at_till(world)
    answer = enrol(
        till,
        family_name="Lefèvre",
        phone="06 12 34 56 78",
        email="Zoe@Example.org",
        birth_date="1990-02-28",
        language="fr",
        remember="on",
    )
    assert led(till, answer).headings == ["Zoé Lefèvre"]
    ((born, language),) = world.rows(
        "SELECT birth_date::text, language FROM member WHERE given_name = 'Zoé'"
    )
    assert (born, language) == ("1990-02-28", "fr")
    known = world.rows("SELECT kind, value FROM identifier WHERE kind IN ('email', 'phone')")
    assert {("phone", "+33612345678"), ("email", "zoe@example.org")} <= set(known)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("zoe@example.org", "email"),
        ("06 12 34 56 78", "phone"),
        ("+40 721 234 567", "phone"),
        ("CARD0003", "card"),
        ("Zoé", "given_name"),
    ],
)
def test_what_was_typed_before_stands_in_its_field(world: World, typed: str, field: str) -> None:
    form = _form(at_till(world), {"q": typed})
    filled = {name for name, value in form.items() if value and name not in ("once", "language")}
    assert filled - {"csrfmiddlewaretoken"} == {field}
    assert form[field] == typed


def _form(till: Client, query: dict[str, str]) -> dict[str, str]:
    return read_page(till.get(ENROL, query)).form(button="Enrol").fields


def test_pressing_twice_enrols_once(world: World) -> None:
    till = at_till(world)
    form = opened(till, ENROL).form(button="Enrol")
    given = {**form.fields, "given_name": "Zoé", "card": "CARD0003"}
    first = till.post(ENROL, given)
    before = world.everything()
    assert till.post(ENROL, given).headers["Location"] == first.headers["Location"]
    assert world.everything() == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Add a phone number, an e-mail address or a card, to find them again."),
        ({"given_name": "", "card": "CARD0003"}, "This field is required."),
        ({"phone": "12"}, "12"),
        ({"email": "zoe"}, "zoe"),
        ({"card": "?"}, "?"),
        ({"card": "CARD0001"}, "CARD0001"),
        ({"card": "CARD0003", "birth_date": "1990-02-30"}, "Enter a valid date."),
        ({"card": "CARD0003", "birth_date": "2090-02-28"}, "2090"),
        ({"card": "CARD0003", "language": "xx"}, "Select a valid choice."),
        ({"card": "CARD0003", "once": "x"}, "This form is out of date."),
        ({"card": "CARD0003", "given_name": "a" * 10_000}, "at most 100 characters"),
        ({"card": "CARD0003", "given_name": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_and_nobody_enrolled(
    world: World, fields: dict[str, str], said: str
) -> None:
    till = at_till(world)
    before = world.everything()
    answer = enrol(till, **fields)
    assert answer.status_code == 422
    assert said in read_page(answer).words
    assert world.everything() == before


@pytest.mark.parametrize("text", NASTY[:4])
def test_names_are_texts(world: World, text: str) -> None:
    till = at_till(world)
    answer = enrol(till, given_name=text, card="CARD0003")
    assert answer.status_code in (302, 422)
    assert b"<script>alert" not in till.get(f"{HOME}?q=CARD0003").content


# --- possible duplicates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "Vadim", "family_name": "Ivan"},
        {"given_name": "X", "email": "VADIM@example.org"},
        {"given_name": "X", "card": "card-0001"},
    ],
)
def test_who_may_be_the_same_is_shown_while_typing(world: World, fields: dict[str, str]) -> None:
    till = at_till(world)
    before = world.everything()
    answer = till.post(SIMILAR, fields, headers=HTMX)
    assert b"<html" not in answer.content
    page = read_page(answer)
    assert "Is it one of these?" in page.words
    assert list(page.links.values()) == [at(world)]
    assert world.everything() == before


@pytest.mark.parametrize("text", ["", "X", *NASTY])
def test_who_is_like_nobody_is_not_asked(world: World, text: str) -> None:
    till = at_till(world)
    fields = dict.fromkeys(("given_name", "phone", "email", "card"), text)
    answer = till.post(SIMILAR, fields, headers=HTMX)
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_a_possible_duplicate_is_shown_and_not_forbidden(world: World) -> None:
    till = at_till(world)
    wrong = enrol(till, given_name="Vadim", family_name="Ivanovich", card="CARD0001")
    assert at(world) in read_page(wrong).links.values()
    right = enrol(till, given_name="Vadim", family_name="Ivanovich", card="CARD0003")
    assert right.status_code == 302


def test_the_number_of_statements_does_not_grow(world: World) -> None:
    till = at_till(world)
    fields = {"given_name": "Vadim", "email": "vadim@example.org", "card": "CARD0001"}
    till.post(SIMILAR, fields)
    with counted() as few:
        till.post(SIMILAR, fields)
    for number in range(8):
        world.member(f"Vadim {number}")
    with counted() as many:
        till.post(SIMILAR, fields)
    assert len(many) == len(few) <= 10


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_enrols(world: World, who: str) -> None:
    browser = world.browser(who)
    before = world.everything()
    form = {"given_name": "Zoé", "card": "CARD0003", "language": "en", "once": uuid4().hex}
    assert browser.get(ENROL).status_code in (302, 403)
    for path in (ENROL, SIMILAR):
        answer = browser.post(path, form)
        assert answer.status_code in (302, 403)
        assert b"Vadim" not in answer.content
    assert world.everything() == before
