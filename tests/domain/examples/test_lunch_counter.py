"""The lunch counter: three cards side by side, each stamp with an end of its own."""

from __future__ import annotations

from typing import Any

from habitue.domain.events import Event
from tests.domain.engine.building import at, back, bought, item, returned, undone
from tests.domain.engine.building import redeemed as spent
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import example

LUNCH_COUNTER = example("lunch-counter")
ZONE = LUNCH_COUNTER.zone


def ate(when: str, *lines: Any) -> Event:
    return bought(when, *lines, currency="RON", zone=ZONE)


def coffee(pieces: str = "1") -> Any:
    return item("espresso", "9.00", pieces=pieces, category="coffee", currency="RON")


def soup(pieces: str = "1") -> Any:
    return item("borscht", "21.00", pieces=pieces, category="soup", currency="RON")


def cards(member: Member) -> tuple[int, int, int]:
    return tuple(member.balance(code) for code in ("soup", "coffee", "visits"))  # type: ignore[return-value]  # three of them


# A Monday at noon, again in the afternoon, and a Tuesday.
MONDAY = ate("2026-03-02 12:10", soup("2"), coffee())
AGAIN = ate("2026-03-02 16:00", coffee("2"))
TUESDAY = ate("2026-03-03 12:30", soup(), coffee())


def test_each_purchase_stamps_the_cards_that_it_is_for() -> None:
    member = Member(LUNCH_COUNTER)
    member.post(MONDAY)
    # Two soups; a coffee, and one more as it is Monday; a visit at lunch.
    assert cards(member) == (2, 2, 1)
    member.post(AGAIN)
    # Two coffees; the Monday's gift was had; it is not lunch time.
    assert cards(member) == (2, 4, 1)
    member.post(TUESDAY)
    assert cards(member) == (3, 5, 2)


def test_every_stamp_ends_by_itself() -> None:
    member = Member(LUNCH_COUNTER)
    member.post(MONDAY, TUESDAY)
    assert member.balance_on(at("2026-09-01 23:59", ZONE), "soup") == 3
    assert member.balance_on(at("2026-09-02 00:00", ZONE), "soup") == 1
    assert member.balance_on(at("2026-09-03 00:00", ZONE), "soup") == 0
    # Coffees end with their month, a year later.
    assert member.balance_on(at("2027-03-31 23:59", ZONE), "coffee") == 3
    assert member.balance_on(at("2027-04-01 00:00", ZONE), "coffee") == 0
    # Three months after the latest visit nothing of the visit card is left.
    assert member.balance_on(at("2026-06-02 23:59", ZONE), "visits") == 2
    assert member.balance_on(at("2026-06-03 00:00", ZONE), "visits") == 0


def test_a_full_card_gives_the_named_thing_and_the_rest_stays() -> None:
    member = Member(LUNCH_COUNTER)
    member.post(ate("2026-03-04 12:00", soup("9")))
    ninth = spent("2026-03-04 13:00", 8, currency="soup", zone=ZONE)
    member.post(ninth)
    assert member.balance("soup") == 1
    # Given back, the stamps are as they were, with the end that they had.
    member.post(undone("2026-03-04 13:05", ninth, zone=ZONE))
    assert member.balance("soup") == 9
    assert member.balance_on(at("2026-09-04 00:00", ZONE), "soup") == 0


def test_what_comes_back_takes_its_stamps_along() -> None:
    member = Member(LUNCH_COUNTER)
    member.post(MONDAY)
    member.post(returned("2026-03-02 12:20", MONDAY, back("espresso"), currency="RON", zone=ZONE))
    # No coffee is left, so the Monday's gift goes too; the visit was one.
    assert cards(member) == (2, 0, 1)


def test_the_order_of_recording_says_nothing() -> None:
    ordered, late = Member(LUNCH_COUNTER), Member(LUNCH_COUNTER)
    ordered.post(MONDAY, AGAIN, TUESDAY)
    late.post(TUESDAY, AGAIN, MONDAY)
    assert cards(late) == cards(ordered)
