"""The hotel: points to spend and points that count, apart; tiers that are lost softly."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.events import Event
from tests.domain.engine.building import at, bought, item, redeemed, returned
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import example

LAKE_HOTEL = example("lake-hotel")
ZONE = LAKE_HOTEL.zone


def stayed(when: str, *lines: Any, **fields: Any) -> Event:
    return bought(when, *lines, currency="CHF", zone=ZONE, **fields)


def spa(amount: str) -> Any:
    return item("massage", amount, category="spa", currency="CHF")


def test_a_stay_gives_each_kind_by_its_own_rule() -> None:
    member = Member(LAKE_HOTEL)
    member.post(stayed("2026-02-01 11:00", "310.40", spa("89.90")))
    # 400.30 at 2 and at 1, rounded once; 89.90 at 5 per cent is 4.495.
    assert member.balance("points") == 800
    assert member.balance("status") == 400
    assert member.balance("spa-credit") == 449
    # Points wait three days, status counts at once.
    assert member.spendable_on(at("2026-02-03 23:59", ZONE), "points") == 0
    assert member.spendable_on(at("2026-02-04 00:00", ZONE), "points") == 800
    # What is not used in the spa ends with the year.
    assert member.balance_on(at("2026-12-30 23:59", ZONE), "spa-credit") == 449
    assert member.balance_on(at("2026-12-31 00:00", ZONE), "spa-credit") == 0


def test_a_tier_is_entered_at_once_and_counts_from_the_next_stay() -> None:
    member = Member(LAKE_HOTEL)
    member.post(stayed("2026-03-01 11:00", "3000.00"))
    assert member.tier_on(at("2026-03-01 11:01", ZONE)) == "gold"
    assert member.balance("points") == 6000
    member.post(stayed("2026-04-01 11:00", "100.00"))
    # 200, a quarter more in gold; status knows no multiplier.
    assert member.balance("points") == 6250
    assert member.balance("status") == 3100
    # A night away changes what can be spent, and not what one is.
    member.post(redeemed("2026-05-01 12:00", 6000, zone=ZONE))
    assert member.tier_on(at("2026-05-01 12:01", ZONE)) == "gold"


@pytest.mark.parametrize(
    ("in_2027", "in_grace", "march_2028"),
    [
        # Nothing in the year after: two months of grace, then one tier down and no further.
        ((), (), "silver"),
        # Enough to keep it.
        (("2027-06-01 11:00",), (), "gold"),
        # Not enough in time, and made good within the grace.
        ((), ("2028-02-10 11:00",), "gold"),
    ],
)
def test_gold_is_held_through_the_next_year_and_lost_softly(
    in_2027: tuple[str, ...], in_grace: tuple[str, ...], march_2028: str
) -> None:
    member = Member(LAKE_HOTEL)
    member.post(stayed("2026-03-01 11:00", "3000.00"))
    for when in (*in_2027, *in_grace):
        member.post(stayed(when, "2000.00"))
    assert member.tier_on(at("2027-12-31 23:59", ZONE)) == "gold"
    assert member.tier_on(at("2028-02-28 12:00", ZONE)) == "gold"
    assert member.tier_on(at("2028-03-02 12:00", ZONE)) == march_2028


def test_whoever_lost_gold_needs_less_to_come_back() -> None:
    member = Member(LAKE_HOTEL)
    member.post(stayed("2026-03-01 11:00", "3000.00"))
    assert member.tier_on(at("2028-03-02 12:00", ZONE)) == "silver"
    member.post(stayed("2028-05-01 11:00", "2499.99"))
    assert member.tier_on(at("2028-05-01 11:01", ZONE)) == "silver"
    member.post(stayed("2028-05-02 11:00", "1.00"))
    assert member.tier_on(at("2028-05-02 11:01", ZONE)) == "gold"


def test_a_stay_that_is_paid_back_is_no_stay() -> None:
    member = Member(LAKE_HOTEL)
    stay = stayed("2026-03-01 11:00", "3000.00")
    member.post(stay, returned("2026-03-02 09:00", stay, currency="CHF", zone=ZONE))
    assert [member.balance(code) for code in ("points", "status", "spa-credit")] == [0, 0, 0]
    assert member.tier_on(at("2026-03-02 09:01", ZONE)) == ""
