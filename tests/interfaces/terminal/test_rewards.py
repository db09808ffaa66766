"""Rewards at the till: offered, taken once with one press, and given back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from habitue.kit.instants import MINUTE
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import NASTY, at, at_till, led, opened, points, scan

OFFERING = DOCUMENT | {
    "rewards": {
        "dessert": {
            "name": {"en": "Dessert of the day", "fr": "Dessert du jour"},
            "cost": {"points": 80},
            "gives": {"free_product": "dessert"},
            "limit": {"per_member": 1, "every": "day"},
        },
        "brunch": {"cost": {"points": 500}, "gives": {"event_place": "brunch"}},
    },
}


@pytest.fixture
def till(world: World) -> Client:
    """A till at which Vadim, who has 120 points, has shown his card."""
    world.till.publish(OFFERING, effective_at=world.clock.now())
    world.clock.advance(MINUTE)
    shown = at_till(world)
    assert scan(shown, "CARD0001").status_code == 302
    return shown


def test_a_reward_is_offered_taken_and_given_back(world: World, till: Client) -> None:
    page = opened(till, at(world))
    for words in ("Dessert of the day", "80 points", "dessert”, free of charge", "380 points more"):
        assert words in page.words, words
    form = page.form(button="Take")
    told = led(till, till.post(form.action, form.fields))
    assert "Reward: Dessert of the day" in told.words
    assert "−80 points" in told.words
    assert points(world) == 40
    undo = told.form(button="Undo F8")
    led(till, till.post(undo.action, undo.fields))
    assert points(world) == 120


def test_pressing_twice_takes_it_once(world: World, till: Client) -> None:
    form = opened(till, at(world)).form(button="Take")
    for _ in range(2):
        assert till.post(form.action, form.fields).status_code == 302
    assert points(world) == 40


def test_what_may_not_be_had_is_said_and_changes_nothing(world: World, till: Client) -> None:
    world.till.ok(world.till.purchase("CARD0001", "100.00", store="quai"))
    form = opened(till, at(world)).form(button="Take")
    till.post(form.action, form.fields)
    before = world.everything()
    answer = till.post(form.action, form.fields | {"once": uuid4().hex})
    assert answer.status_code == 422
    assert "A member may have this reward" in read_page(answer).words or (
        "may be had 1 times" in read_page(answer).words
    )
    assert world.everything() == before


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("name", ["reward", "currency", "once"])
def test_forged_fields_take_nothing(world: World, till: Client, name: str, text: str) -> None:
    form = opened(till, at(world)).form(button="Take")
    before = world.everything()
    answer = till.post(form.action, form.fields | {name: text})
    assert answer.status_code in {404, 422}
    assert world.everything() == before


def test_whoever_shows_no_card_takes_nothing(world: World, till: Client) -> None:
    scan(till, "Ana Ionescu")
    form = {"once": uuid4().hex, "reward": "dessert", "currency": "points"}
    before = world.everything()
    assert till.post(at(world, "ana", "reward/"), form).status_code == 403
    assert world.everything() == before
