"""The wine circle: a closed club gives from the day on which somebody joins, and nothing before."""

from __future__ import annotations

from itertools import permutations

import pytest

from habitue.domain.events import Event
from tests.domain.engine.building import back, bought, enrolled, item, returned
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import member_of

BEFORE = bought("2026-03-01", item("A", "250.00"), name="before")
JOINS = enrolled("2026-03-10", name="joins")
AFTER = bought("2026-03-15", item("A", "60.00"), name="after")
LATER = bought("2026-03-20", item("A", "10.00"), name="later")


def in_circle(*events: Event) -> Member:
    """Somebody to whom these things happened, as they were reported."""
    member = member_of("wine-circle")
    for one in events:
        member.post(one)
    return member


def test_who_has_not_joined_earns_nothing_and_is_told_why() -> None:
    member = member_of("wine-circle")
    outcomes = {one.rule: one for one in member.post(BEFORE).outcomes}
    assert (outcomes["base"].fired, outcomes["base"].blocked) == (False, "not joined")
    assert member.balance() == 0
    # 250 and 60 are past the 300 of the cellar, which is for those who have joined.
    member.post(AFTER)
    assert (member.balance(), member.state.standing.tier) == (0, "")


def test_joining_welcomes_and_what_was_bought_before_counts_for_the_tier() -> None:
    # 50 for joining; 60 for 60.00 (310.00 in all: cellar, after the purchase); 10 x 1.5.
    member = in_circle(BEFORE, JOINS, AFTER)
    assert (member.balance(), member.state.standing.tier) == (110, "cellar")
    member.post(LATER)
    assert member.balance() == 125


@pytest.mark.parametrize(
    "order",
    list(permutations((BEFORE, JOINS, AFTER, LATER))),
    ids=lambda order: "-".join(one.key.external_id for one in order),
)
def test_the_order_in_which_things_are_reported_says_nothing(order: tuple[Event, ...]) -> None:
    member = in_circle(*order)
    assert (member.balance(), member.state.standing.tier) == (125, "cellar")


def test_a_return_of_what_earned_nothing_takes_nothing_but_its_spend() -> None:
    member = in_circle(BEFORE, JOINS, AFTER)
    member.post(returned("2026-03-16", BEFORE, back("A")))
    # 50 + 60; only 60.00 of spend are left, so the rise to the cellar is undone.
    assert (member.balance(), member.state.standing.tier) == (110, "")
