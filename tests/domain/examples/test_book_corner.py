"""The book corner: challenges, badges and streaks, exact whatever comes back or comes late."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from habitue.domain.challenge_progress import badges_of, challenge_progress
from habitue.domain.events import Event
from tests.domain.engine.building import at, back, bought, item, redeemed, returned, visited
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import example

CORNER = example("book-corner")
ZONE = CORNER.zone


def sale(when: str, *lines: Any) -> Event:
    return bought(when, *lines, currency="RON", zone=ZONE)


def coffees(pieces: str, amount: str) -> Any:
    return item("coffee", amount, pieces=pieces, category="coffee")


def book(amount: str) -> Any:
    return item("novel", amount, category="books")


def cake(amount: str) -> Any:
    return item("cake", amount, category="cakes")


# Tuesdays in a row, and the Monday after them.
ONE = sale("2026-09-01", coffees("2", "5.00"), book("20.00"))
TWO = sale("2026-09-08", coffees("3", "7.50"), cake("4.00"))
THREE = sale("2026-09-15", coffees("5", "12.50"))
FOUR = sale("2026-09-22", book("60.00"))
NO_CAKE = returned("2026-09-23", TWO, back("cake"), currency="RON", zone=ZONE)
FIVE = sale("2026-09-28", cake("3.00"))
NO_COFFEE = returned("2026-09-29", ONE, back("coffee", pieces="2"), currency="RON", zone=ZONE)


def test_a_month_of_challenges() -> None:
    member = Member(CORNER)
    steps = [
        # 25 for 25.00; two categories, two coffees, one week.
        (ONE, 25, 0),
        # 11 for 11.50, and the third category: 50.
        (TWO, 25 + 61, 0),
        # 12 for 12.50; the tenth coffee.
        (THREE, 86 + 12, 1),
        # 60, the fourth week (40), and 109.00 in the quarter (25).
        (FOUR, 98 + 125, 1),
        # 7 remain of 11; cakes are no longer among the categories.
        (NO_CAKE, 223 - 4 - 50, 1),
        # 3, and the third category again.
        (FIVE, 169 + 53, 1),
        # 20 remain of 25; eight coffees are not ten. The week keeps its book, the quarter 103.00.
        (NO_COFFEE, 222 - 5, 0),
    ]
    for each, points, vouchers in steps:
        member.post(each)
        assert member.balance() == points, each.key
        assert member.balance("voucher:coffee") == vouchers, each.key
    assert badges_of(CORNER, member.state) == ("explorer", "faithful")


def test_progress_is_told_with_its_last_day() -> None:
    member = Member(CORNER)
    member.post(ONE, TWO)
    found = {
        one.challenge.challenge: (one.has, one.is_met, str(one.last_date))
        for one in challenge_progress(CORNER, member.state, at("2026-09-09", ZONE))
    }
    assert found == {
        "explorer": (3, True, "2026-09-30"),
        "coffees": (5_000, False, "2026-09-30"),
        "quarter": (36_50, False, "2026-09-30"),
        "faithful": (2, False, "None"),
    }
    later = challenge_progress(CORNER, member.state, at("2026-10-01", ZONE))
    # September is over, a new month and quarter have begun, and the row of weeks is broken.
    assert [(one.challenge.challenge, one.has) for one in later] == [
        ("coffees", 0),
        ("faithful", 0),
        ("quarter", 0),
    ]


def test_a_week_that_falls_out_breaks_the_row() -> None:
    member = Member(CORNER)
    member.post(ONE, TWO, THREE, FOUR)
    before = member.balance()
    member.post(returned("2026-09-23", TWO, currency="RON", zone=ZONE))
    # 11 of the purchase, 50 of the explorer, 40 of the row, 25 of the quarter (97.50 are left);
    # seven coffees are not ten.
    assert member.balance() == before - 11 - 50 - 40 - 25
    assert member.balance("voucher:coffee") == 0
    assert badges_of(CORNER, member.state) == ()


def test_a_voucher_that_was_used_stays_used() -> None:
    member = Member(CORNER)
    member.post(ONE, TWO, THREE)
    member.post(redeemed("2026-09-16", 1, currency="voucher:coffee", zone=ZONE))
    member.post(NO_COFFEE)
    assert member.balance("voucher:coffee") == 0
    assert not member.state.debts


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5], ids=str)
def test_the_order_of_arrival_changes_nothing(order: tuple[int, ...]) -> None:
    events = [ONE, TWO, THREE, FOUR]
    straight, shuffled = Member(CORNER), Member(CORNER)
    straight.post(*events, NO_CAKE)
    shuffled.post(*(events[place] for place in order), NO_CAKE)
    assert snapshot(straight.state) == snapshot(shuffled.state)
    assert straight.balance() == shuffled.balance()


def test_a_late_return_comes_to_the_same_as_one_in_time() -> None:
    one, other = Member(CORNER), Member(CORNER)
    one.post(ONE, TWO, THREE, FOUR, NO_CAKE, FIVE)
    other.post(ONE, TWO, THREE, FOUR, FIVE, NO_CAKE)
    assert snapshot(one.state) == snapshot(other.state)


def test_a_row_of_eight_weeks_holds_two_of_four() -> None:
    member = Member(CORNER)
    for week in range(9):
        when = f"2026-{6 + (week * 7) // 28:02d}-{(week * 7) % 28 + 1:02d}"
        member.post(visited(when, zone=ZONE))
    # 1 June 2026 is a Monday; nine visits, but 29 and 30 June lie in one week with 1 July.
    met = member.state.usage["challenge:faithful"][0][0]
    assert met == 2
    assert member.balance() == 80


def test_days_and_weeks_are_those_of_the_zone() -> None:
    member = Member(CORNER)
    # Monday at half past midnight in Bucharest is still Sunday in UTC.
    for when in ("2026-09-07 00:30", "2026-09-14 00:30", "2026-09-21 00:30", "2026-09-28 00:30"):
        member.post(visited(when, zone=ZONE))
    assert member.balance() == 40


def test_each_goal_is_explained_under_its_own_name() -> None:
    member = Member(CORNER)
    member.post(ONE)
    outcomes = [one.as_json() for one in member.post(TWO).outcomes]
    assert {
        "rule": "challenge:explorer",
        "fired": True,
        "currency": "points",
        "exact": "50",
        "given": 50,
    } in outcomes
