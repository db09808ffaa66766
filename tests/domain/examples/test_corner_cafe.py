"""The corner café: points that wait two weeks, beer Fridays, a coffee card, a dessert, gold."""

from __future__ import annotations

from typing import Any

from habitue.domain.errors import Code
from habitue.domain.events import Birthday, Event, Redemption
from tests.domain.engine.building import at, back, bought, enrolled, event, item, returned
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import example

CAFE = example("corner-cafe")


def beer(amount: str) -> Any:
    return item("beer", amount, category="beer")


def coffee(amount: str, pieces: str = "1") -> Any:
    return item("espresso", amount, pieces=pieces, category="coffee")


def took(when: str, reward: str, currency: str) -> Event:
    return event(
        when, Redemption(currency=currency, units=0, reward=reward), name=f"{reward} {when}"
    )


JOINED = enrolled("2026-03-02 09:00")
FRIDAY = bought("2026-03-06 18:00", beer("6.00"), coffee("2.50"))
LATER = bought("2026-03-06 21:00", beer("4.00"))
THREE = bought("2026-03-07 10:00", coffee("7.50", "3"))
SIX = bought("2026-03-09 10:00", coffee("15.00", "6"))
DESSERT = took("2026-03-23 12:00", "dessert", "points")
FREE = took("2026-03-10 09:00", "free-coffee", "coffee")


def march() -> Member:
    """The member after the first month: 93 points, all of them from before the tenth."""
    member = Member(CAFE)
    steps = [
        (JOINED, 50, 0),
        # 8.50 on a Friday with a beer: twice that is 17, of which 8 are the base.
        (FRIDAY, 67, 1),
        # Once a day for each guest: 4 for 4.00.
        (LATER, 71, 1),
        # 7 for 7.50, a stamp for each of three cups.
        (THREE, 78, 4),
        (SIX, 93, 10),
    ]
    for each, points, stamps in steps:
        member.post(each)
        assert (member.balance(), member.balance("coffee")) == (points, stamps), each.key
    return member


def test_points_wait_for_two_weeks_and_stamps_do_not() -> None:
    member = march()
    member.refuses(took("2026-03-10 08:00", "dessert", "points"), Code.NOT_ENOUGH_POINTS)
    member.post(FREE)
    assert member.balance("coffee") == 0
    # The welcome of 2 March can be spent from the first instant of the sixteenth.
    assert member.spendable_on("2026-03-15 23:59") == 0
    assert member.spendable_on("2026-03-16 00:00") == 50
    assert member.spendable_on("2026-03-22 23:59") == 78
    assert member.spendable_on("2026-03-23 00:00") == 93
    member.post(DESSERT)
    assert member.balance() == 13


def test_a_returned_cup_takes_its_points_and_its_stamp_back() -> None:
    """5.00 of the 7.50 remain: 5 points instead of 7; the stamp was spent and is owed now."""
    member = march()
    member.post(FREE, DESSERT)
    member.post(returned("2026-03-24 10:00", THREE, back("espresso")))
    assert (member.balance(), member.balance("coffee")) == (11, -1)
    # The dessert took 50, 17, 4, 7 and 2 of the 15 of 9 March; 13 were left, and are 11 now.
    assert member.remaining() == [11]
    assert member.balance_on("2027-03-08 23:59") == 11
    assert member.balance_on("2027-03-09 00:00") == 0
    member.post(bought("2026-03-25 10:00", coffee("2.50")))
    assert (member.balance(), member.balance("coffee")) == (13, 0)


def test_gold_from_five_hundred_euros() -> None:
    """35.00 were spent in March; 464.99 more are a cent too few."""
    member = march()
    member.post(bought("2026-06-01", "464.99"))
    assert (member.state.standing.tier, member.balance()) == ("", 93 + 464)
    member.post(bought("2026-06-02", "0.01"))
    assert (member.state.standing.tier, member.balance()) == ("gold", 557)
    member.post(bought("2026-06-03", "10.00"))
    assert member.balance() == 557 + 15


def test_a_dessert_around_the_birthday() -> None:
    """Given three days ahead of 4 May, and good for three days after it."""
    member = march()
    member.post(event("2026-05-01 00:00", Birthday(days_before=3)))
    voucher = "voucher:dessert"
    assert member.balance(voucher) == 1
    assert member.balance_on(at("2026-05-07 23:59"), voucher) == 1
    assert member.balance_on(at("2026-05-08 00:00"), voucher) == 0
    member.post(took("2026-05-07 20:00", "dessert", voucher))
    assert (member.balance(voucher), member.balance()) == (0, 93)
