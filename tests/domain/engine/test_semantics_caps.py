"""SEMANTICS 8: caps for a purchase, for a member and for all, and their way back."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import RuleOutcome
from habitue.domain.errors import Code
from habitue.domain.events import PointsPayment
from habitue.kit.instants import MINUTE
from tests.domain.engine.building import (
    at,
    back,
    bought,
    budget,
    gift,
    group,
    holds,
    item,
    per_member,
    per_purchase,
    points,
    programme,
    rate,
    redeemed,
    returned,
    spend_at_least,
    unlinked,
    visited,
)
from tests.domain.engine.harness import Member


def _outcome(member: Member, name: str) -> RuleOutcome:
    decision = member.decisions[member.events[-1].event_id]
    return next(outcome for outcome in decision.outcomes if outcome.rule == name)


# --- 8: caps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overflow", "expected"), [("trim", 15), ("refuse", 0)])
def test_s08_per_purchase(overflow: Literal["trim", "refuse"], expected: int) -> None:
    member = Member(programme(rate(limits=(per_purchase(15, overflow),))))
    member.post(bought("2026-02-01", "20.00"))
    assert member.balance() == expected
    member.post(bought("2026-02-01 13:00", "15.00"))
    assert member.balance() == expected + 15


@pytest.mark.parametrize(("overflow", "expected"), [("trim", 25), ("refuse", 20)])
def test_s08_units_per_calendar_period(overflow: Literal["trim", "refuse"], expected: int) -> None:
    cap = per_member(units=25, calendar="month", overflow=overflow)
    member = Member(programme(rate(limits=(cap,))))
    member.post(bought("2026-01-31", "20.00"))
    member.post(bought("2026-02-01", "20.00"), bought("2026-02-28", "10.00"))
    assert member.balance() == 20 + expected
    member.post(bought("2026-03-01", "20.00"))
    assert member.balance() == 40 + expected


def test_s08_times_per_calendar_week_from_monday() -> None:
    member = Member(programme(rate(limits=(per_member(times=2, calendar="week"),))))
    days = ["2026-02-02", "2026-02-04", "2026-02-08", "2026-02-09"]  # Monday ... Sunday, Monday.
    member.post(*(bought(one, "10.00") for one in days))
    assert member.balance() == 30
    assert _outcome(member, "base").caps == []


def test_s08_times_in_a_rolling_period() -> None:
    """Within 7 days: days 1 to 7 are one window, day 8 has left day 1 behind."""
    member = Member(programme(rate(limits=(per_member(times=1, rolling="7 days"),))))
    member.post(bought("2026-02-01", "10.00"), bought("2026-02-07", "10.00"))
    assert member.balance() == 10
    member.post(bought("2026-02-08", "10.00"))
    assert member.balance() == 20


def test_s08_units_for_ever() -> None:
    member = Member(programme(rate(limits=(per_member(units=15),))))
    member.post(bought("2026-02-01", "10.00"), bought("2028-02-01", "10.00"))
    assert member.balance() == 15
    member.post(bought("2030-02-01", "10.00"))
    assert member.balance() == 15


def test_s08_the_cap_per_purchase_is_asked_before_the_cap_per_member() -> None:
    """70 exceed the purchase's 60 and are refused; the member's 50 would have let 50 through."""
    limits = (per_member(units=50, calendar="day"), per_purchase(60, "refuse"))
    member = Member(programme(rate(limits=limits)))
    member.post(bought("2026-02-01", "70.00"))
    assert member.balance() == 0


def test_s08_a_capped_away_earn_uses_none_of_its_times() -> None:
    limits = (per_purchase(5, "refuse"), per_member(times=1, calendar="day"))
    member = Member(programme(rate(limits=limits)))
    member.post(bought("2026-02-01 10:00", "10.00"), bought("2026-02-01 11:00", "5.00"))
    assert member.balance() == 5


@pytest.mark.parametrize(("overflow", "expected"), [("trim", 30), ("refuse", 20)])
def test_s08_a_budget_is_shared_by_all_members(
    overflow: Literal["trim", "refuse"], expected: int
) -> None:
    versions = programme(rate(budgets=(budget("rule:base", units=30, overflow=overflow),)))
    first = Member(versions)
    first.post(bought("2026-02-01", "20.00", name="of the first"))
    second = Member(versions, shared=first.shared)
    second.post(bought("2026-02-01", "15.00", name="of the second"))
    assert first.balance() + second.balance() == expected
    assert first.shared.remaining_units["rule:base"] == 30 - expected


def test_s08_a_budget_of_times() -> None:
    versions = programme(rate(budgets=(budget("rule:base", times=2),)))
    member = Member(versions)
    member.post(*(bought(f"2026-02-0{number}", "10.00") for number in (1, 2, 3)))
    assert member.balance() == 20
    assert member.shared.remaining_times["rule:base"] == 0


def test_s08_a_campaign_budget_over_several_rules() -> None:
    campaign = budget("campaign:spring", units=25)
    member = Member(
        programme(rate(name="a", budgets=(campaign,)), gift(10, name="b", budgets=(campaign,)))
    )
    member.post(bought("2026-02-01", "10.00"), bought("2026-02-02", "10.00"))
    assert member.balance() == 25
    assert member.shared.remaining_units["campaign:spring"] == 0


def test_s08_what_the_second_budget_trims_goes_back_to_the_first() -> None:
    versions = programme(
        rate(budgets=(budget("rule:base", units=100), budget("campaign:spring", units=4)))
    )
    member = Member(versions)
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 4
    assert member.shared.remaining_units == {"rule:base": 96, "campaign:spring": 0}


def test_s08_budgets_are_settled_in_the_order_of_recording() -> None:
    """A late event comes last to a budget, whatever its date (SEMANTICS 1)."""
    member = Member(programme(rate(budgets=(budget("rule:base", units=30),))))
    member.post(bought("2026-02-10", "20.00"))
    member.post(bought("2026-02-01", "20.00"))
    assert member.balance_on("2026-02-02") == 10
    assert member.balance() == 30
    assert member.shared.remaining_units["rule:base"] == 0


def test_s08_the_ceiling_of_a_balance() -> None:
    member = Member(programme(rate(), gift(8), currencies=(points(max_balance=50),)))
    member.post(bought("2026-02-01", "30.00"))
    assert member.balance() == 38
    member.post(bought("2026-02-02", "30.00"))
    assert member.balance() == 50
    member.post(redeemed("2026-02-03", 20), bought("2026-02-04", "5.00"))
    assert member.balance() == 43


def test_s08_a_returned_earn_gives_its_share_of_every_cap_and_budget_back() -> None:
    cap = per_member(units=25, times=2, calendar="month")
    versions = programme(rate(limits=(cap,), budgets=(budget("rule:base", units=30, times=5),)))
    member = Member(versions)
    sale = bought("2026-02-01", "10.00", "10.00")
    member.post(sale, returned("2026-02-02", sale))
    assert member.shared.remaining_units["rule:base"] == 30
    assert member.shared.remaining_times["rule:base"] == 5
    member.post(bought("2026-02-03", "20.00"), bought("2026-02-04", "20.00"))
    assert member.balance() == 25


def test_s08_a_partly_returned_earn_gives_back_units_and_keeps_its_time() -> None:
    cap = per_member(units=25, times=2, calendar="month")
    versions = programme(rate(limits=(cap,), budgets=(budget("rule:base", units=30, times=5),)))
    member = Member(versions)
    sale = bought("2026-02-01", "10.00", "10.00")
    member.post(sale, returned("2026-02-02", sale, back("1")))
    assert member.shared.remaining_units["rule:base"] == 20
    assert member.shared.remaining_times["rule:base"] == 4
    member.post(bought("2026-02-03", "20.00"), bought("2026-02-04", "20.00"))
    assert member.balance() == 10 + 15  # The third time within the month earns nothing.


def test_s08_a_rule_that_wins_after_a_return_uses_its_cap() -> None:
    member = Member(
        programme(
            gift(100, name="big", group="g", priority=9, when=spend_at_least("50.00")),
            gift(10, name="small", group="g", limits=(per_member(times=1, calendar="month"),)),
            groups=(group("g", "first"),),
        )
    )
    sale = bought("2026-02-01", item("A", "40.00"), item("B", "20.00"))
    member.post(sale, returned("2026-02-02", sale, back("B")))
    assert member.balance() == 10
    member.post(bought("2026-02-03", "20.00"))
    assert member.balance() == 10


def test_s08_a_rolling_cap_remembers_more_than_eight_hundred_purchases() -> None:
    member = Member(programme(rate(limits=(per_member(units=850, rolling="12 months"),))))
    start = at("2026-02-01")
    for number in range(860):
        event = bought(start + number * MINUTE, "1.00")
        member.state = decide(member.programmes, member.state, event, member.shared).state
    assert member.balance() == 850


def test_s08_what_a_late_event_takes_away_goes_back_to_the_budget() -> None:
    """The bonus for who was away for a week falls when a visit becomes known that lay between."""
    away = holds("away for a week", lambda moment: (moment.days_since_visit or 0) >= 7)
    bonus = gift(9, name="back", when=away, budgets=(budget("rule:back", units=40, times=5),))
    member = Member(programme(rate(), bonus))
    member.post(bought("2026-02-01", "10.00"), bought("2026-02-10", "10.00"))
    assert member.balance() == 29
    member.post(visited("2026-02-09"))
    assert member.balance() == 20
    assert member.shared.remaining_units["rule:back"] == 40
    assert member.shared.remaining_times["rule:back"] == 5


def test_s08_a_refused_event_takes_nothing_from_a_budget() -> None:
    member = Member(programme(rate(budgets=(budget("rule:base", units=40),))))
    paid = bought("2026-02-01", "10.00", points_paid=(PointsPayment("points", 99, 500),))
    member.refuses(paid, Code.NOT_ENOUGH_POINTS)
    assert member.shared.remaining_units["rule:base"] == 40


# --- 8: a budget that was given back and taken by others ------------------------------------------


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ({"times": 1}, 0),
        ({"units": 20}, 0),
        ({"units": 30}, 10),
        ({"units": 30, "overflow": "refuse"}, 0),
    ],
)
@pytest.mark.parametrize("late_day", ["2026-02-01", "2026-02-04"])
def test_s08_what_a_late_purchase_takes_from_a_return_is_not_given_twice(
    what: dict[str, Any], kept: int, late_day: str
) -> None:
    """The return gave the first purchase's share back, and somebody else was granted it.  The late
    purchase makes the return its own, so that the first purchase would stand again."""
    base = rate(budgets=(budget("rule:base", **what),))
    version = programme(base, without_purchase="match_or_refuse")
    first = Member(version)
    other = Member(version, shared=first.shared)
    first.post(bought("2026-02-03", item("tea", "20.00")))
    first.post(returned("2026-02-05", None, unlinked("tea", pieces="1", amount="20.00")))
    other.post(bought("2026-02-06", item("tea", "20.00")))
    first.post(bought(late_day, item("tea", "20.00")))
    assert other.balance() == 20
    assert first.balance() == kept
    assert all(left >= 0 for left in first.shared.remaining_units.values())
    assert all(left >= 0 for left in first.shared.remaining_times.values())
    # What was settled stays settled, whatever is recorded later.
    first.post(visited("2026-01-01"))
    assert first.balance() == kept
