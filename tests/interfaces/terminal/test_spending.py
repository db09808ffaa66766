"""Points spent at the till: by whoever shows a card, once, and given back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from habitue.kit.instants import MINUTE
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import NASTY, at, at_till, led, opened, points, scan, sent


def shown(world: World) -> Client:
    """A till at which Vadim has shown his card."""
    till = at_till(world)
    assert scan(till, "CARD0001").status_code == 302
    return till


def spend(till: Client, world: World, **fields: Any) -> Any:
    """The answer to the form."""
    return sent(till, at(world), button="Spend", **{"units": "50", "purpose": "Dessert", **fields})


def test_points_are_spent_told_and_given_back(world: World) -> None:
    till = shown(world)
    page = led(till, spend(till, world))
    for words in ("Points spent", "−50 points", "New balance: 70 points."):
        assert words in page.words, words
    assert points(world) == 70
    undo = page.form(button="Undo F8")
    page = led(till, till.post(undo.action, undo.fields))
    assert "Points given back" in page.words
    assert points(world) == 120
    before = world.everything()
    till.post(undo.action, undo.fields)
    assert world.everything() == before


def test_pressing_twice_spends_once(world: World) -> None:
    till = shown(world)
    form = opened(till, at(world)).form(button="Spend")
    for _ in range(2):
        assert till.post(form.action, {**form.fields, "units": "50"}).status_code == 302
        world.clock.advance(MINUTE)
    assert points(world) == 70


@pytest.mark.parametrize("text", ["vadim@example.org", "Vadim Ivanovich"])
def test_whoever_shows_no_card_spends_nothing(world: World, text: str) -> None:
    till = at_till(world)
    scan(till, text)
    form = {"units": "50", "currency": "points", "once": uuid4().hex}
    before = world.everything()
    answer = till.post(at(world, rest="redeem/"), form)
    assert answer.status_code == 403
    assert "To spend points, scan the card." in read_page(answer).words
    assert world.everything() == before


def test_a_card_counts_for_its_own_member_and_for_a_while(world: World) -> None:
    till = shown(world)
    form = {"units": "1", "currency": "points", "once": uuid4().hex}
    before = world.everything()
    assert till.post(at(world, "ana", "redeem/"), form).status_code == 403
    for _ in range(4):
        world.clock.advance(4 * MINUTE)
        till.get(at(world))
    assert till.post(at(world, rest="redeem/"), form).status_code == 403
    assert world.everything() == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"units": ""}, "This field is required."),
        ({"units": "121"}, "120"),
        ({"units": "0"}, "0"),
        ({"units": "-1"}, "greater than or equal to 0"),
        ({"units": "1.5"}, "1.5"),
        ({"units": "x"}, "Enter a number."),
        ({"currency": "gold"}, "Select a valid choice."),
        ({"once": "x"}, "This form is out of date."),
        *[({"purpose": text}, "") for text in NASTY if len(text) > 100 or text == "\x00"],
    ],
)
def test_what_is_wrong_is_said_and_nothing_spent(
    world: World, fields: dict[str, str], said: str
) -> None:
    till = shown(world)
    before = world.everything()
    answer = spend(till, world, **fields)
    assert answer.status_code == 422
    assert said in read_page(answer).words
    assert world.everything() == before
