"""Discounts at the till: the price is shown while the amount is typed, and charged as shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from habitue.kit.instants import MINUTE
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import HTMX, at, at_till, led, opened, points

RECORD = "Record the purchase"
LOWERING = DOCUMENT | {
    "discounts": {
        "regular": {"name": {"en": "Regulars", "fr": "Habitués"}, "discount": "10 %"},
        "once": {"discount": "1.00", "limit": {"per_member": 1}},
        "late": {"discount": "50 %", "when": {"basket.amount": {"at_least": "500.00"}}},
    },
}


@pytest.fixture
def till(world: World) -> Client:
    """A till of a programme with discounts."""
    world.till.publish(LOWERING, effective_at=world.clock.now())
    world.clock.advance(MINUTE)
    return at_till(world)


def form_of(till: Client, world: World, **fields: Any) -> dict[str, Any]:
    """The form of a purchase on the page of Vadim, filled in."""
    return {**opened(till, at(world)).form(button=RECORD).fields, **fields}


def foreseen(till: Client, world: World, fields: dict[str, Any]) -> str:
    """What is shown while it is typed."""
    answer = till.post(at(world, rest="foresee/"), fields, headers=HTMX)
    assert answer.status_code == 200
    return read_page(answer).words


def latest(world: World) -> tuple[int, int, list[Any]]:
    """The amount, the discount and the named discounts of the latest purchase."""
    ((payload,),) = world.rows(
        "SELECT payload FROM ledger_event WHERE kind = 'purchase' ORDER BY recorded_at DESC LIMIT 1"
    )
    (line,) = payload["body"]["lines"]
    return line["amount"], line.get("discount", 0), payload["body"].get("discounts", [])


def test_the_price_is_shown_and_charged(world: World, till: Client) -> None:
    fields = form_of(till, world, amount="20,00", discounts="on")
    words = foreseen(till, world, fields)
    for shown in ("To pay: €17.10", "€20.00", "Regulars −€1.90", "Once −€1.00", "+17 points"):
        assert shown in words, shown
    assert "It would need that the amount of the purchase is at least €500." in words
    led(till, till.post(at(world, rest="sale/"), {**fields, "shown": "17.10"}))
    amount, off, named = latest(world)
    assert (amount, off) == (1710, 290)
    assert named == [
        {"discount": "once", "line": "1", "amount": 100},
        {"discount": "regular", "line": "1", "amount": 190},
    ]
    assert points(world) == 120 + 17


def test_pressing_twice_records_once_at_the_first_price(world: World, till: Client) -> None:
    fields = form_of(till, world, amount="20,00", discounts="on")
    for _ in range(2):
        assert till.post(at(world, rest="sale/"), fields).status_code == 302
    assert points(world) == 120 + 17


def test_another_price_than_the_one_shown_is_not_charged(world: World, till: Client) -> None:
    fields = form_of(till, world, amount="20,00", discounts="on", shown="16.00")
    answer = till.post(at(world, rest="sale/"), fields)
    assert answer.status_code == 422
    assert "costs 17.10 by now" in read_page(answer).words
    assert points(world) == 120


def test_what_another_till_has_reduced_is_recorded_as_it_is(world: World, till: Client) -> None:
    fields = form_of(till, world, amount="20,00")
    fields.pop("discounts", None)
    assert "To pay" not in foreseen(till, world, fields)
    led(till, till.post(at(world, rest="sale/"), fields))
    assert latest(world) == (2000, 0, [])


def test_nobody_in_particular_is_asked_about_discounts(till: Client) -> None:
    assert "discounts off" not in opened(till, "/terminal/sale/").words
