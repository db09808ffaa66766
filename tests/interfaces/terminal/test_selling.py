"""Purchases at the till: foreseen, recorded once, told at once, undone with one press."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from habitue.kit.instants import DAY, MINUTE
from tests.interfaces.pages import HERE, THERE, World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import (
    HOME,
    NASTY,
    OTHERS,
    at,
    at_till,
    led,
    opened,
    points,
    sent,
)

RECORD = "Record the purchase"


def sell(till: Client, world: World, who: str = "vadim", **fields: Any) -> Any:
    """The answer to the form of a purchase."""
    return sent(till, at(world, who), button=RECORD, **fields)


def lines_of_latest(world: World) -> list[tuple[str, str, int, int]]:
    """Product, category, thousandths of pieces and minor units of the latest purchase's lines."""
    ((payload,),) = world.rows(
        "SELECT payload FROM ledger_event WHERE kind = 'purchase' ORDER BY recorded_at DESC LIMIT 1"
    )
    return [
        (line["product"], line.get("category", ""), line.get("quantity", 1000), line["amount"])
        for line in payload["body"]["lines"]
    ]


def test_a_purchase_is_told_at_once(world: World) -> None:
    till = at_till(world)
    answer = sell(till, world, amount="37,40")
    page = led(till, answer)
    for words in (
        "Purchase · €37.40",
        "+37 points",
        "New balance: 157 points.",
        "To Gold: purchases of €142.60 more.",
        "1 point for each €1, on €",
        "Exactly 37.4 points, rounded down.",
    ):
        assert words in page.words, words
    assert page.links["Next guest Esc"] == HOME
    assert points(world) == 157
    assert lines_of_latest(world) == [("goods", "", 1000, 3740)]
    ((actor, store, member),) = world.rows(
        "SELECT actor_name, store, member_id FROM trail WHERE action = 'purchase_recorded'"
    )
    assert (actor, store, member) == ("Staff", "quai", world.members["vadim"])


def test_a_tier_that_is_reached_is_told(world: World) -> None:
    till = at_till(world)
    world.clock.advance(MINUTE)
    assert "From Silver to Gold" in led(till, sell(till, world, amount="200")).words


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("12", 1200), ("12.5", 1250), ("12,50", 1250), (" 1 234,05 ", 123405), ("0", 0)],
)
@pytest.mark.parametrize("language", ["en", "fr", "de", "ro"])
def test_an_amount_is_read_alike_in_every_language(
    world: World, typed: str, minor: int, language: str
) -> None:
    till = at_till(world)
    till.cookies["language"] = language
    form = next(
        one for one in opened(till, at(world)).forms if one.action == at(world, rest="sale/")
    )
    answer = till.post(form.action, {**form.fields, "amount": typed})
    assert answer.status_code == 302
    assert lines_of_latest(world)[0][3] == minor


def test_a_purchase_line_by_line(world: World) -> None:
    till = at_till(world)
    sell(
        till,
        world,
        name_1="Goulash",
        category_1="Mains",
        amount_1="14,00",
        name_2="Beer",
        category_2="beer",
        pieces_2="2",
        amount_2="9.00",
        amount_3="1",
        amount="24",
    )
    assert lines_of_latest(world) == [
        ("Goulash", "mains", 1000, 1400),
        ("Beer", "beer", 2000, 900),
        ("goods", "", 1000, 100),
    ]
    assert points(world) == 144


def test_lines_are_shown_to_whoever_asks(world: World) -> None:
    till = at_till(world)
    for path in (at(world), f"{HOME}sale/"):
        page = opened(till, path)
        assert "name_1" not in page.form(button=RECORD).fields
        fields = opened(till, page.links["Line by line"]).form(button=RECORD).fields
        assert {"amount", "name_1", "category_6", "pieces_6", "amount_6"} <= set(fields)
    # Also after a mistake, and then with what was typed.
    page = read_page(sell(till, world))
    assert page.links["Line by line"] == f"{at(world)}?lines=1"
    assert "name_1" in read_page(sell(till, world, name_1="Beer")).form(button=RECORD).fields


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "How much was it? Type the amount of the receipt."),
        ({"amount": "-5"}, "greater than or equal to 0"),
        ({"amount": "12.345"}, "no more than 2 decimal places"),
        ({"amount": "1.234,50"}, "Enter a number."),
        ({"amount": "NaN"}, "Enter a number."),
        ({"amount": "1e400"}, "Ensure that there are no more than"),
        ({"amount": "9" * 10_000}, "Ensure that there are no more than"),
        ({"name_1": "Beer"}, "What did it cost? Add the amount."),
        ({"category_2": "beer"}, "What did it cost? Add the amount."),
        ({"amount": "5", "amount_1": "4"}, "The lines add up to another amount."),
        ({"amount_1": "4", "pieces_1": "0"}, "greater than or equal to 1"),
        ({"amount_1": "4", "pieces_1": "1000"}, "less than or equal to 999"),
        ({"amount_1": "4", "name_1": "a" * 101}, "at most 100 characters"),
        ({"amount": "5", "once": "x"}, "This form is out of date. Open the page again."),
        ({"amount": "5", "once": ""}, "This form is out of date. Open the page again."),
    ],
)
def test_what_is_wrong_is_said_beside_it(world: World, fields: dict[str, str], said: str) -> None:
    till = at_till(world)
    before = world.everything()
    answer = sell(till, world, **fields)
    assert answer.status_code == 422
    page = read_page(answer)
    assert said in page.words
    # What was typed stands there still, but for what nobody types.
    kept = page.form(button=RECORD).fields
    assert all(kept[name] == value for name, value in fields.items() if len(value) < 100)
    assert world.everything() == before


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_are_refused_or_are_texts(world: World, text: str) -> None:
    till = at_till(world)
    answer = sell(till, world, name_1=text, category_1=text, amount_1="3")
    assert answer.status_code in (302, 422)
    page = led(till, answer) if answer.status_code == 302 else read_page(answer)
    assert "alert(1)" not in page.words or text == NASTY[0]
    assert b"<script>alert" not in till.get(at(world)).content


def test_pressing_twice_records_once(world: World) -> None:
    till = at_till(world)
    form = opened(till, at(world)).form(button=RECORD)
    sent_form = {**form.fields, "amount": "10"}
    first = till.post(form.action, sent_form)
    before = world.everything()
    world.clock.advance(MINUTE)
    again = till.post(form.action, sent_form)
    assert again.headers["Location"] == first.headers["Location"]
    assert world.everything() == before
    assert points(world) == 130


def test_a_form_that_was_used_for_something_else_is_refused(world: World) -> None:
    till = at_till(world)
    form = opened(till, at(world)).form(button=RECORD)
    till.post(form.action, {**form.fields, "amount": "10"})
    before = world.everything()
    for path, amount in ((form.action, "11"), (at(world, "ana", "sale/"), "10")):
        answer = till.post(path, {**form.fields, "amount": amount})
        assert answer.status_code == 422
    assert world.everything() == before


def test_an_address_of_a_form_leads_back_to_the_member(world: World) -> None:
    till = at_till(world)
    for rest in ("sale/", "redeem/"):
        assert till.get(at(world, rest=rest)).headers["Location"] == at(world)
    for rest in ("foresee/", "visit/"):
        assert till.get(at(world, rest=rest)).status_code == 405


# --- before it is recorded ------------------------------------------------------------------------


def foresee(till: Client, world: World, **fields: str) -> str:
    """What is said while a purchase is being typed."""
    answer = till.post(at(world, rest="foresee/"), {"once": uuid4().hex, **fields})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    return read_page(answer).words


def test_what_it_will_earn_is_foreseen(world: World) -> None:
    till = at_till(world)
    before = world.everything()
    assert foresee(till, world, amount="37,40") == "Will earn: +37 points"
    assert foresee(till, world, amount_1="3,10", amount_2="4") == "Will earn: +7 points"
    assert "New tier: Gold." in foresee(till, world, amount="200")
    assert foresee(till, world, amount="0,40") == "Earns no points."
    for unfinished in ("", "x", "12,345"):
        assert foresee(till, world, amount=unfinished) == ""
    assert world.everything() == before


# --- without a member -----------------------------------------------------------------------------


def test_a_purchase_of_nobody_is_recorded_once_and_undone(world: World) -> None:
    till = at_till(world)
    form = opened(till, f"{HOME}sale/").form(button=RECORD)
    for _ in range(2):
        answer = till.post(f"{HOME}sale/", {**form.fields, "amount": "4,20"})
        assert answer.headers["Location"] == HOME
    page = opened(till)
    assert "The purchase was recorded, for nobody yet." in page.words
    assert page.words.count("Purchase · €4.20") == 1
    undo = page.form(button="Undo")
    answer = till.post(undo.action, undo.fields)
    assert answer.headers["Location"] == HOME
    assert "It was undone: everything is as it was before." in opened(till).words


def test_a_purchase_of_nobody_needs_an_amount(world: World) -> None:
    till = at_till(world)
    before = world.everything()
    answer = sent(till, f"{HOME}sale/", button=RECORD)
    assert answer.status_code == 422
    assert "How much was it?" in read_page(answer).words
    assert world.everything() == before


# --- visits ---------------------------------------------------------------------------------------


def test_a_visit_is_recorded_once(world: World) -> None:
    till = at_till(world)
    form = opened(till, at(world)).form(button="Came without a purchase")
    page = led(till, till.post(form.action, form.fields))
    assert "Visit" in page.words
    assert "No points for this." in page.words
    before = world.everything()
    till.post(form.action, form.fields)
    assert till.post(form.action, {"once": "x"}).headers["Location"] == at(world)
    assert world.everything() == before


# --- undone ---------------------------------------------------------------------------------------


def test_a_purchase_is_undone_with_one_press(world: World) -> None:
    till = at_till(world)
    world.clock.advance(MINUTE)
    undo = led(till, sell(till, world, amount="200")).form(button="Undo F8")
    world.clock.advance(MINUTE)
    page = led(till, till.post(undo.action, undo.fields))
    assert "It was undone: everything is as it was before." in page.words
    assert "−200 points" in page.words
    assert points(world) == 120
    # Silver again, as before.
    assert "From Gold to Silver" in page.words
    before = world.everything()
    assert till.post(undo.action, undo.fields).status_code == 302
    assert world.everything() == before
    assert not any("Undo" in " ".join(form.buttons) for form in opened(till, at(world)).forms)


def test_only_what_was_done_here_today_is_undone(world: World) -> None:
    till = at_till(world)
    undo = led(till, sell(till, world, amount="10")).form(button="Undo F8")
    browsers = {who: world.browser(who) for who in (*OTHERS, "till", "elsewhere", "owner")}
    browsers["owner"].post(f"{HOME}store/", {"store": THERE})
    before = world.everything()
    for path in (
        undo.action.replace("purchase", "redemption"),
        f"{HOME}undo/purchase/{uuid4().hex}/",
    ):
        assert till.post(path).status_code == 422
    assert till.post(f"{HOME}undo/purchase/x/").status_code == 404
    assert till.get(undo.action).status_code == 405
    for who, browser in browsers.items():
        expected = {"elsewhere": 422, "owner": 422, "analyst": 403, "developer": 403}.get(who, 302)
        assert browser.post(undo.action).status_code == expected
    browsers["owner"].post(f"{HOME}store/", {"store": HERE})
    world.clock.advance(DAY + MINUTE)
    assert browsers["owner"].post(undo.action).status_code == 422
    assert world.everything() == before
    assert not any("Undo" in one.buttons for one in opened(browsers["owner"], at(world)).forms)
