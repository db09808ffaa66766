"""The toy shop: entries in a draw for money and for points, and their way back until it closes."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest

from habitue.domain.errors import Code
from habitue.domain.events import Event
from habitue.domain.programme.document import parse_document
from habitue.integrations.documents import load_document
from tests.domain.engine.building import at, back, bought, item, returned, undone, visited
from tests.domain.engine.harness import Member, Way
from tests.domain.engine.rewarding import taken

FILE: Final = Path(__file__).parents[3] / "docs" / "examples" / "toy-shop.yaml"
SHOP: Final = parse_document(load_document(FILE.read_bytes()))
ZONE: Final = "Europe/Bucharest"
DRAW: Final = "draw:christmas"

EARLY = bought("2026-11-14", "60.00", zone=ZONE)
SMALL = bought("2026-11-16", "45.00", zone=ZONE)
LARGE = bought("2026-11-20", item("train", "40.00"), item("robot", "60.00"), zone=ZONE)
TICKET = taken("2026-11-21", "ticket", zone=ZONE)
ROBOT_BACK = returned("2026-11-25", LARGE, back("robot"), zone=ZONE)
DOLLS = bought("2026-12-01", "120.00", zone=ZONE)
CASTLE = bought("2026-12-02", "200.00", zone=ZONE)
TICKET_BACK = undone("2026-12-04", TICKET, zone=ZONE)
SALES = bought("2026-12-22", "40.00", zone=ZONE)
SMALL_BACK = returned("2026-12-22 18:00", SMALL, zone=ZONE)

# After each event: the points, and the entries in the Christmas draw.
STREAM: Final = [
    (EARLY, 60, 0),  # Nobody can enter yet.
    (SMALL, 105, 2),  # 45.00 is twice 20.00.
    (LARGE, 205, 5),  # 100.00 is five times 20.00, and three count at most.
    (TICKET, 180, 6),  # 25 points for one.
    (ROBOT_BACK, 120, 5),  # What is left, 40.00, gives two: one goes back, and 60 points.
    (DOLLS, 240, 8),  # Three.
    (CASTLE, 440, 10),  # Three again, but nobody holds more than ten.
    (TICKET_BACK, 465, 9),  # The points come back, and the entry goes.
    (SALES, 505, 0),  # The draw is over, and so are its entries.
    (SMALL_BACK, 460, 0),  # Its two entries have played: 45 points go, and nothing is owed.
]


@pytest.mark.parametrize("way", get_args(Way))
def test_the_stream_of_the_toy_shop(way: Way) -> None:
    member = Member(SHOP, way=way)
    for event, points, entries in STREAM:
        member.post(event)
        assert (member.balance(), member.balance(DRAW)) == (points, entries), event.key
    assert member.state.debts == {}


def test_entries_are_there_until_the_last_moment_of_the_last_day() -> None:
    member = Member(SHOP)
    member.post(*(event for event, _, _ in STREAM[:8]))
    assert member.balance_on(at("2026-12-20 23:59", ZONE), DRAW) == 9
    assert member.balance_on(at("2026-12-21 00:00", ZONE), DRAW) == 0


def test_entries_do_not_depend_on_the_order_of_arrival() -> None:
    """The ticket was taken while there were points for it, so it comes after the purchases."""
    late = Member(SHOP)
    late.post(CASTLE, DOLLS, LARGE, SMALL, EARLY, TICKET, TICKET_BACK, ROBOT_BACK)
    assert (late.balance(), late.balance(DRAW)) == (465, 9)


def test_nobody_buys_more_entries_than_anybody_may_hold() -> None:
    member = Member(SHOP)
    member.post(*(event for event, _, _ in STREAM[:7]))
    refusal = member.refuses(taken("2026-12-03", "ticket", zone=ZONE), Code.REWARD_LIMIT_REACHED)
    assert refusal.parameters == {"value": "ticket", "limit": 10}


@pytest.mark.parametrize("day", ["2026-11-14 23:59", "2026-12-21 00:00"])
def test_a_ticket_is_to_be_had_no_longer_than_one_can_enter(day: str) -> None:
    member = Member(SHOP)
    member.post(EARLY)
    member.refuses(taken(at(day, ZONE), "ticket", zone=ZONE), Code.REWARD_NOT_AVAILABLE)


def test_an_entry_that_was_bought_names_the_reward() -> None:
    member = Member(SHOP)
    decision = member.post(EARLY, TICKET)
    [line] = [line for line in decision.postings if line.currency == DRAW]
    assert (line.kind, line.amount, line.rule) == ("earn", 1, "reward:ticket")


def test_a_drawing_takes_part_in_the_contest_once() -> None:
    def came(day: str, *, drawing: bool) -> Event:
        return visited(day, zone=ZONE, attributes={"drawing": drawing})

    member = Member(SHOP)
    member.post(came("2026-09-01", drawing=False), came("2026-09-02", drawing=True))
    assert member.balance("draw:drawings") == 1
    member.post(came("2026-09-03", drawing=True))
    assert member.balance("draw:drawings") == 1
    member.post(came("2026-10-01", drawing=True))
    assert member.balance("draw:drawings") == 0
