"""Corrections by hand: points with a preview, tiers, and the end of a membership."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interfaces.backoffice.members import NASTY, address, opened, sent
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

LOOK, DO = "See what it leads to", "Yes, adjust the points"


def balance(world: World, code: str = "points") -> int:
    """What Vadim has."""
    return world.till.balance("CARD0001", code)


def look(world: World, who: str = "manager", **fields: Any) -> Any:
    """The preview."""
    given = {"currency": "points", "units": "50", "reason": "A lost receipt", **fields}
    return sent(world.browser(who), address(world, rest="adjust/"), button=LOOK, **given)


def test_first_it_is_shown_then_it_is_done(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="adjust/")
    before = world.everything()
    answer = sent(browser, path, button=LOOK, currency="points", units="−1 00",
                  reason="Counted twice")  # fmt: skip
    page = read_page(answer)
    assert answer.status_code == 200
    assert "From 120 points to 20 points. Is that right?" in page.words
    assert world.everything() == before
    done = browser.post(path, page.form(button=DO).fields)
    assert (done.status_code, done.headers["Location"]) == (302, address(world))
    assert balance(world) == 20
    page = opened(browser, address(world))
    assert "The points were adjusted." in page.words
    assert "Points 20" in page.words
    ledger = opened(browser, address(world, rest="ledger/")).words
    assert "Counted twice" in ledger
    ((name, details),) = world.rows(
        "SELECT actor_name, details::text FROM trail WHERE action = 'points_adjusted'"
    )
    assert name == "Manager"
    assert "Counted twice" in details


def test_sent_twice_it_is_done_once(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="adjust/")
    form = read_page(sent(browser, path, button=LOOK, currency="points", units="50",
                          reason="Sorry")).form(button=DO)  # fmt: skip
    assert browser.post(path, form.fields).status_code == 302
    before = world.everything()
    assert browser.post(path, form.fields).status_code == 302
    assert world.everything() == before
    assert balance(world) == 170


def test_whoever_changes_the_number_is_shown_again(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="adjust/")
    form = read_page(sent(browser, path, button=LOOK, currency="points", units="50",
                          reason="Sorry")).form(button=DO)  # fmt: skip
    before = world.everything()
    for changed in ({"units": "5000"}, {"currency": "stamps"}, {"foreseen": "x" * 9_000}):
        answer = browser.post(path, {**form.fields, **changed})
        assert answer.status_code == 200
        assert DO in read_page(answer).form(button=DO).buttons
        assert world.everything() == before


@pytest.mark.parametrize(
    ("units", "words"),
    [("12", "to 132 points"), ("+3", "to 123 points"), ("−20", "to 100 points"),
     ("1 000", "to 1,120 points")],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(world: World, units: str, words: str) -> None:
    assert words in read_page(look(world, units=units)).words


@pytest.mark.parametrize(
    "fields",
    [
        {"units": ""},
        {"units": "0"},
        {"units": "many"},
        {"units": "1.5"},
        {"units": "9" * 15},
        {"units": "-121"},
        {"units": "NaN"},
        {"currency": "gold"},
        {"reason": ""},
        {"reason": "   "},
        {"reason": "a" * 201},
        {"once": ""},
        {"once": "x"},
        *({"units": text} for text in NASTY),
        *({"currency": text} for text in NASTY),
        {"reason": "\x00"},
        {"reason": "a" * 10_000},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(world: World, fields: dict[str, str]) -> None:
    browser = world.browser("manager")
    before = world.everything()
    given = {"currency": "points", "units": "50", "reason": "Sorry", **fields}
    path = address(world, rest="adjust/")
    answer = sent(browser, path, button=LOOK, **given)
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content
    # Also for who leaves the preview out.
    foreseen = f"{given['units']} {given['currency']}"
    form = opened(browser, path).form(button=LOOK)
    assert browser.post(path, {**form.fields, **given, "foreseen": foreseen}).status_code == 422
    assert world.everything() == before


def test_a_reason_is_a_text_whatever_it_is(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="adjust/")
    answer = sent(browser, path, button=LOOK, currency="points", units="5",
                  reason="<script>alert(1)</script>")  # fmt: skip
    browser.post(path, read_page(answer).form(button=DO).fields)
    for rest in ("", "ledger/", "timeline/", "trail/"):
        assert b"<script>alert" not in browser.get(address(world, rest=rest)).content


# --- tiers ----------------------------------------------------------------------------------------


def test_a_tier_is_set_and_lifted(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="tier/")
    answer = sent(browser, path, button="Set the tier", tier="gold", reason="A friend")
    assert answer.status_code == 302
    page = opened(browser, address(world))
    assert "The tier was set." in page.words
    assert "Gold until" in page.words
    # Who holds it by a colleague's word needs nothing to keep it.
    assert "To keep it" not in page.words
    world.clock.advance(1)
    assert sent(browser, path, button="Set the tier", tier="", reason="Over").status_code == 302
    names = world.rows("SELECT actor_name FROM trail WHERE action = 'tier_set'")
    assert names == [("Manager",), ("Manager",)]


def test_a_tier_sent_twice_is_set_once(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest="tier/")
    form = opened(browser, path).form(button="Set the tier")
    fields = {**form.fields, "tier": "gold", "reason": "A friend"}
    browser.post(path, fields)
    before = world.everything()
    browser.post(path, fields)
    assert world.everything() == before


@pytest.mark.parametrize(
    "fields",
    [{"tier": "platinum"}, {"reason": ""}, {"reason": "a" * 201}, {"once": "x"},
     *({"tier": text} for text in NASTY)],
)  # fmt: skip
def test_no_other_tier_is_set(world: World, fields: dict[str, str]) -> None:
    browser = world.browser("manager")
    before = world.everything()
    given = {"tier": "gold", "reason": "A friend", **fields}
    answer = sent(browser, address(world, rest="tier/"), button="Set the tier", **given)
    assert answer.status_code == 422
    assert world.everything() == before


# --- the end --------------------------------------------------------------------------------------


def test_a_membership_ends_after_a_question(world: World) -> None:
    browser = world.browser("manager")
    guest = world.browser("vadim")
    assert guest.get("/portal/").status_code == 200
    path = address(world, rest="close/")
    before = world.everything()
    page = opened(browser, path)
    assert page.links["Keep it"] == address(world)
    assert world.everything() == before
    assert sent(browser, path, button="End the membership").status_code == 302
    assert "The membership has ended." in opened(browser, address(world)).words
    assert "Vadim" not in opened(browser, "/backoffice/members/?q=vadim").links
    # The member's sessions have ended, and what was earned stays in the books.
    assert guest.get("/portal/").status_code == 302
    assert world.rows("SELECT sum(amount)::int FROM entry") == [(120,)]


def test_what_has_ended_is_not_ended_again(world: World) -> None:
    browser = world.browser("manager")
    sent(browser, address(world, rest="close/"), button="End the membership")
    before = world.everything()
    for rest in ("close/", "adjust/", "tier/", "edit/", "identifiers/new/", "consents/"):
        answer = browser.post(
            address(world, rest=rest),
            {"kind": "card", "value": "NEW00001", "news_and_offers-email": "on"},
        )
        assert answer.status_code in (422, 302), rest
    assert world.everything() == before
