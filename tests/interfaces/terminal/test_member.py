"""The page of a member who stands there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.instants import DAY
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import end_membership
from tests.interfaces.pages import World, counted
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import (
    HOME,
    OTHERS,
    at,
    at_till,
    led,
    opened,
    scan,
    sent,
)
from tests.services.till import PHONES


def test_who_stands_there_and_what_they_hold(world: World) -> None:
    page = opened(at_till(world), at(world))
    assert page.headings == ["Vadim Ivanovich"]
    for words in (
        "Silver",
        "Their birthday was 2 days ago.",
        "Points 120",
        "120 points until",
        "To Gold: purchases of €180 more.",
        "Purchase · €120.00",
        "+120 points",
        "1 point for each €1, on €",
    ):
        assert words in page.words, words


def test_who_is_new_has_nothing_yet(world: World) -> None:
    page = opened(at_till(world), at(world, "ana"))
    assert "Points 0" in page.words
    assert "Nothing yet." in page.words
    assert "birthday" not in page.words


def test_what_was_known_by_the_eye_alone_is_not_spent(world: World) -> None:
    till = at_till(world)
    page = opened(till, at(world))
    assert "To spend points, scan the card." in page.words
    assert not any("Spend" in form.buttons for form in page.forms)
    page = led(till, scan(till, "CARD0001"))
    assert "To spend points, scan the card." not in page.words
    assert any("Spend" in form.buttons for form in page.forms)


def test_who_left_is_shown_and_not_served(world: World) -> None:
    end_membership(
        Counter(world.connection, SYSTEM, world.clock, PHONES, "backoffice"),
        member_id=world.members["vadim"],
    )
    till = at_till(world)
    page = opened(till, at(world))
    assert "This membership has ended." in page.words
    assert not any("Record the purchase" in form.buttons for form in page.forms)
    before = world.everything()
    for rest in ("sale/", "redeem/", "visit/", "foresee/"):
        till.post(at(world, rest=rest), {"amount": "5", "units": "5", "once": uuid4()})
    assert world.everything() == before


def test_names_are_texts_whatever_they_are(world: World) -> None:
    world.member("<script>alert(1)</script> \u202egnirts")
    (who,) = [name for name in world.members if name.startswith("<script")]
    answer = at_till(world).get(at(world, who))
    assert b"<script>alert" not in answer.content
    assert b"&lt;script&gt;alert(1)" in answer.content


@pytest.mark.parametrize(
    "done",
    ["x", "a" * 3000, "<script>", "%00", uuid4().hex],
    ids=["short", "long", "script", "nul", "unknown"],
)
def test_what_was_not_done_is_not_told(world: World, done: str) -> None:
    answer = at_till(world).get(f"{at(world)}?done={done}")
    assert answer.status_code == 200
    assert "New balance" not in read_page(answer).words


def test_nobody_is_found_under_a_wrong_id(world: World) -> None:
    till = at_till(world)
    assert till.get(f"{HOME}members/{uuid4()}/").status_code == 404
    assert till.get(f"{HOME}members/4711/").status_code == 404


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("rest", ["", "sale/", "foresee/", "visit/", "redeem/"])
def test_nobody_else_sees_or_does_anything(world: World, who: str, rest: str) -> None:
    browser = world.browser(who)
    before = world.everything()
    form = {"amount": "5", "units": "5", "currency": "points", "once": uuid4()}
    for answer in (browser.get(at(world, rest=rest)), browser.post(at(world, rest=rest), form)):
        assert answer.status_code in (302, 403, 405)
        assert b"Vadim" not in answer.content
    assert world.everything() == before


def test_the_number_of_statements_does_not_grow(world: World) -> None:
    till = at_till(world)
    for path in (at(world), HOME, f"{HOME}?q=vadim"):
        till.get(path)
        with counted() as few:
            till.get(path)
        for day in range(8):
            world.clock.advance(DAY // 200)
            sent(till, at(world), button="Record the purchase", amount="10")
            sent(till, at(world), button="Came without a purchase")
            world.member(f"Vadim Ivanovich {day}")
        # The clock has moved on, and with it the session: once.
        till.get(path)
        with counted() as many:
            answer = till.get(path)
        assert len(many) == len(few), (path, many)
        assert len(few) <= 22, (path, few)
        assert len(answer.content) < 50_000
