"""The soap shop: a friend and the member who brought them, counted by hand."""

from __future__ import annotations

from itertools import permutations

import pytest

from habitue.domain.events import Event, MergeIn, MergeOut, Referral, Referred
from habitue.domain.payloads import from_payload, to_payload
from tests.domain.engine.building import at, back, bought, enrolled, event, item, returned
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import member_of

ZONE = "Europe/Paris"
JOINS = enrolled("2026-03-01 10:00", name="joins")
BROUGHT = event("2026-03-01 10:00", Referred("r1"), name="brought")
FIRST = bought("2026-03-05", item("soap", "25.00"), item("oil", "15.00"), name="first")
SECOND = bought("2026-03-08", item("soap", "22.00"), name="second")


def friends(*days: str) -> list[Event]:
    """So many friends who have kept what they bought."""
    return [event(day, Referral(f"r{day}"), name=f"friend {day}") for day in days]


def test_the_friend_is_welcomed_and_has_something_for_the_first_order() -> None:
    friend = member_of("soap-shop")
    friend.post(JOINS, BROUGHT)
    assert (friend.balance("thanks"), friend.balance()) == (50, 0)
    # 40 for 40.00, and 30 once; 22 for 22.00.
    friend.post(FIRST, SECOND)
    assert friend.balance() == 40 + 30 + 22


def test_what_comes_back_takes_back_what_the_friend_had_for_it() -> None:
    friend = member_of("soap-shop")
    friend.post(JOINS, BROUGHT, FIRST)
    # 15.00 are left: 25 points less, and no longer an order of 20.00.
    friend.post(returned("2026-03-10", FIRST, back("soap")))
    assert (friend.balance(), friend.balance("thanks")) == (15, 50)
    # The next order is the first that deserves it.
    friend.post(bought("2026-03-12", item("soap", "20.00"), name="third"))
    assert friend.balance() == 15 + 20 + 30


def test_whoever_came_alone_has_neither() -> None:
    guest = member_of("soap-shop")
    guest.post(JOINS, FIRST)
    assert (guest.balance(), guest.balance("thanks")) == (40, 0)


def test_three_friends_in_a_year_are_rewarded_and_the_fourth_is_not() -> None:
    member = member_of("soap-shop")
    *three, fourth = friends("2026-04-04", "2026-05-04", "2026-06-04", "2026-07-04")
    member.post(*three)
    assert member.balance("thanks") == 300
    outcomes = {one.rule: one for one in member.post(fourth).outcomes}
    assert outcomes["friend"].given == 0
    assert member.balance("thanks") == 300
    # A calendar year later there is room again.
    member.post(*friends("2027-01-04"))
    assert member.balance("thanks") == 400


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3], ids=str)
def test_the_order_of_arrival_changes_nothing(order: tuple[int, ...]) -> None:
    events = [JOINS, BROUGHT, FIRST, SECOND]
    straight, shuffled = member_of("soap-shop"), member_of("soap-shop")
    straight.post(*events)
    shuffled.post(*(events[place] for place in order))
    assert snapshot(straight.state) == snapshot(shuffled.state)
    assert straight.balance() == shuffled.balance() == 92


def test_a_merge_keeps_that_somebody_was_brought_and_what_they_were_given() -> None:
    friend, double = member_of("soap-shop"), member_of("soap-shop")
    friend.post(enrolled("2026-02-01", name="before"))
    double.post(JOINS, BROUGHT)
    left = double.post(event("2026-03-02", MergeOut("m", "friend"), name="out"))
    assert left.handed_over is not None
    friend.post(event("2026-03-02", MergeIn("m", "double", left.handed_over), name="in"))
    assert (friend.balance("thanks"), friend.state.referred) == (50, True)
    assert not double.state.referred
    friend.post(FIRST)
    assert friend.balance() == 70


def test_both_events_are_read_as_they_were_written() -> None:
    for one in (BROUGHT, *friends("2026-04-04")):
        again = from_payload(
            event_id=one.event_id,
            key=one.key,
            kind=one.kind,
            occurred_at=one.occurred_at,
            version_number=one.version_number,
            payload=to_payload(one),
        )
        assert again == one


def test_points_of_a_friend_are_spent_like_all_others() -> None:
    member: Member = member_of("soap-shop")
    member.post(*friends("2026-04-04", "2026-04-05"))
    assert member.state.spendable("thanks", at("2026-04-05 12:00", ZONE)) == 200
