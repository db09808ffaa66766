"""The wine shop: what joining brings for a limited time, and what only good customers may have."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest

from habitue.domain.errors import Code
from habitue.domain.programme.document import parse_document
from habitue.integrations.documents import load_document
from tests.domain.engine.building import at, bought, enrolled, returned, undone
from tests.domain.engine.harness import Member, Way, shared_of
from tests.domain.engine.rewarding import taken

FILE: Final = Path(__file__).parents[3] / "docs" / "examples" / "wine-shop.yaml"
SHOP: Final = parse_document(load_document(FILE.read_bytes()))
ZONE: Final = "Europe/Berlin"

JOINED = enrolled("2026-10-31 23:59", zone=ZONE)
FIRST = bought("2026-11-30 10:00", "40.00", zone=ZONE)
CASE = bought("2026-12-05", "260.00", zone=ZONE)
SALE = taken("2026-12-06", "cellar-sale", zone=ZONE)
TASTING = taken("2026-12-07", "spring-tasting", zone=ZONE)
TASTING_UNDONE = undone("2026-12-08", TASTING, zone=ZONE)
CASE_BACK = returned("2026-12-10", CASE, zone=ZONE)

# After each event: the points, and the tier.
STREAM: Final = [
    (JOINED, 100, ""),  # In the last minute of the opening weeks.
    (FIRST, 190, ""),  # 40, and 50 for the first purchase on the thirtieth day.
    (CASE, 450, "friend"),  # 300.00 in all.
    (SALE, 440, "friend"),
    (TASTING, 290, "friend"),
    (TASTING_UNDONE, 440, "friend"),
    (CASE_BACK, 180, ""),  # 260 points go, and the tier that they had brought.
]


@pytest.mark.parametrize("way", get_args(Way))
def test_the_stream_of_the_wine_shop(way: Way) -> None:
    member = Member(SHOP, way=way)
    for event, points, tier in STREAM:
        member.post(event)
        assert (member.balance(), member.state.standing.tier) == (points, tier), event.key


def test_joining_pays_for_a_limited_time() -> None:
    for day, points in (("2026-08-31 23:59", 0), ("2026-09-01 00:00", 100), ("2026-11-01", 0)):
        member = Member(SHOP)
        member.post(enrolled(at(day, ZONE), zone=ZONE))
        assert member.balance() == points, day


def test_the_two_hundredth_is_the_last() -> None:
    shared = shared_of(SHOP)
    shared.remaining_times["rule:welcome"] = 0
    member = Member(SHOP, shared=shared)
    member.post(enrolled("2026-10-01", zone=ZONE))
    assert member.balance() == 0


@pytest.mark.parametrize(
    ("day", "amount", "points"),
    [
        ("2026-11-14", "25.00", 175),
        ("2026-11-15", "25.00", 125),
        ("2026-11-14", "24.99", 124),
    ],
    ids=["thirtieth day", "a day late", "too little"],
)
def test_the_first_purchase_counts_within_thirty_days(day: str, amount: str, points: int) -> None:
    member = Member(SHOP)
    member.post(enrolled("2026-10-15", zone=ZONE), bought(day, amount, zone=ZONE))
    assert member.balance() == points


def test_only_friends_come_a_day_early() -> None:
    member = Member(SHOP)
    member.post(JOINED, FIRST)
    member.refuses(SALE, Code.REWARD_NOT_AVAILABLE)


def test_places_are_few() -> None:
    shared = shared_of(SHOP)
    shared.remaining_times["reward:spring-tasting"] = 0
    member = Member(SHOP, shared=shared)
    member.post(JOINED, FIRST, CASE)
    member.refuses(TASTING, Code.OUT_OF_STOCK)
