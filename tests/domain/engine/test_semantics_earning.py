"""SEMANTICS 7-10: order of evaluation, stacking, caps, pending points and explanations."""

from __future__ import annotations

from typing import Literal

import pytest

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import RuleOutcome
from habitue.domain.errors import Code
from habitue.domain.events import PointsPayment
from habitue.domain.programme.model import PendingConfirmation, PendingFor, PendingUntil
from habitue.kit.instants import FAR_FUTURE, MINUTE
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    back,
    bought,
    budget,
    confirmed,
    day,
    enrolled,
    eur,
    gift,
    group,
    holds,
    item,
    ladder,
    morning,
    of_category,
    of_product,
    passed,
    per_member,
    per_purchase,
    points,
    programme,
    rate,
    redeemed,
    returned,
    spend_at_least,
    tier,
    times,
    visited,
)
from tests.domain.engine.harness import Member


def _outcome(member: Member, name: str) -> RuleOutcome:
    decision = member.decisions[member.events[-1].event_id]
    return next(outcome for outcome in decision.outcomes if outcome.rule == name)


# --- 7: order of evaluation and stacking ----------------------------------------------------------


def test_s07_multipliers_multiply_rates_and_not_fixed_bonuses() -> None:
    member = Member(programme(rate(), gift(50), times("2")))
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 70


def test_s07_caps_come_after_multipliers() -> None:
    """10 x 3 = 30, of which the multiplier's own 20 is capped at 5: not (10 capped) x 3."""
    member = Member(programme(rate(), times("3", limits=(per_purchase(5),))))
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 15


def test_s07_a_multiplier_of_a_line_multiplies_that_line_only() -> None:
    member = Member(programme(rate(), times("2", lines=of_product("a"))))
    member.post(bought("2026-02-01", item("a", "10.00"), item("b", "20.00")))
    assert member.balance() == 40


def test_s07_conditions_see_eligible_spend_only() -> None:
    member = Member(programme(rate(), gift(100, when=spend_at_least("50.00"))))
    member.post(bought("2026-02-01", item("a", "40.00"), item("card", "50.00", role="gift_card")))
    assert member.balance() == 40


def test_s07_a_gift_for_a_line_needs_an_eligible_line() -> None:
    """Selling a gift card never earns, also where a rule names its category."""
    member = Member(programme(gift(100, lines=of_category("cards"))))
    member.post(bought("2026-02-01", item("x", "50.00", role="gift_card", category="cards")))
    assert member.balance() == 0


@pytest.mark.parametrize(
    ("mode", "expected"), [("all", 10 + 30 + 100), ("first", 30), ("best", 100)]
)
def test_s07_stacking_groups(mode: Literal["all", "first", "best"], expected: int) -> None:
    member = Member(
        programme(
            rate(name="a-low", group="g", priority=1),
            rate(3, name="b-high", group="g", priority=9),
            gift(100, name="c-fixed", group="g", priority=5),
            groups=(group("g", mode),),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == expected


def test_s07_first_passes_over_a_rule_that_does_not_fire() -> None:
    member = Member(
        programme(
            gift(500, name="big", group="g", priority=9, when=spend_at_least("100.00")),
            gift(5, name="small", group="g", priority=1),
            groups=(group("g", "first"),),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 5
    member.post(bought("2026-02-02", "100.00"))
    assert member.balance() == 505


@pytest.mark.parametrize(("priorities", "winner"), [((1, 2), "b"), ((2, 1), "a"), ((1, 1), "a")])
@pytest.mark.parametrize("mode", ["first", "best"])
def test_s07_ties_are_broken_by_priority_then_id(
    mode: Literal["first", "best"], priorities: tuple[int, int], winner: str
) -> None:
    member = Member(
        programme(
            gift(10, name="b", group="g", priority=priorities[1]),
            gift(10, name="a", group="g", priority=priorities[0]),
            groups=(group("g", mode),),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert [line.rule for line in member.postings] == [winner]


def test_s07_best_weighs_a_multiplier_by_what_it_adds() -> None:
    """On 10.00 the gift of 15 beats doubling (+10); on 20.00 doubling (+20) beats the gift."""
    versions = programme(
        rate(),
        gift(15, name="gift", group="g"),
        times("2", name="double", group="g"),
        groups=(group("g", "best"),),
    )
    member = Member(versions)
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 25
    member.post(bought("2026-02-02", "20.00"))
    assert member.balance() == 25 + 40


def test_s07_stop_ends_the_evaluation() -> None:
    member = Member(
        programme(
            rate(1, name="a", priority=3),
            rate(1, name="b", priority=2, stop=True),
            rate(10, name="c", priority=1),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 20
    assert not _outcome(member, "c").fired


def test_s07_a_stop_that_does_not_fire_stops_nothing() -> None:
    member = Member(
        programme(
            rate(1, name="b", priority=2, stop=True, when=spend_at_least("100.00")),
            rate(10, name="c", priority=1),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 100


def test_s07_a_stop_that_loses_its_group_stops_nothing() -> None:
    """Groups are settled before ``stop``: only a rule that fired can stop the others."""
    member = Member(
        programme(
            gift(5, name="a-small", group="g", priority=3, stop=True),
            gift(50, name="b-big", group="g", priority=2),
            rate(10, name="c", priority=1),
            groups=(group("g", "best"),),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 150


def test_s07_the_tier_multiplies_after_the_rules() -> None:
    member = Member(
        programme(
            rate(),
            times("2"),
            tiers=ladder(tier("gold", eur("10"), multiply="1.5")),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    member.post(bought("2026-02-02", "1.50"))
    assert member.balance() == 20 + 4  # floor(1.50 x 2 x 1.5 = 4.5)
    assert [line.rule for line in member.postings[-3:]] == ["base", "times", "tier:gold"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"enabled": False}, 0),
        ({"starts_at": at("2026-02-02")}, 0),
        ({"starts_at": at("2026-02-01")}, 10),
        ({"ends_at": at("2026-02-01")}, 0),
        ({"ends_at": at("2026-02-01") + 1}, 10),
    ],
)
def test_s07_a_rule_in_force(change: dict[str, int | bool], expected: int) -> None:
    member = Member(programme(rate(**change)))
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == expected


def test_s07_each_gives_per_whole_piece() -> None:
    member = Member(programme(gift(3, each=of_category("coffee"))))
    member.post(
        bought(
            "2026-02-01",
            item("a", "4.00", pieces="2", category="coffee"),
            item("b", "3.00", pieces="1.5", category="coffee"),
            item("c", "3.00", pieces="4", category="tea"),
        )
    )
    assert member.balance() == 9  # 3.5 pieces of coffee are 3 whole ones.


@pytest.mark.parametrize(
    ("on", "happening", "expected"),
    [
        ("visit", visited("2026-02-01"), 5),
        ("enrolment", enrolled("2026-02-01"), 5),
        ("enrolment", visited("2026-02-01"), 0),
        ("purchase", visited("2026-02-01"), 0),
        ("purchase", bought("2026-02-01", "1.00"), 5),
    ],
)
def test_s07_triggers(on: str, happening: object, expected: int) -> None:
    member = Member(programme(gift(5, on=on)))
    member.post(happening)  # type: ignore[arg-type]  # a table of events
    assert member.balance() == expected


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


# --- 9: pending -----------------------------------------------------------------------------------


def test_s09_pending_points_show_separately_and_cannot_be_spent() -> None:
    pending = PendingFor(parse_period("14 days"))
    member = Member(programme(rate(), currencies=(points(pending=pending),)))
    member.post(bought("2026-02-01", "10.00"))
    assert (member.balance(), member.pending_on("2026-02-02")) == (10, 10)
    assert member.spendable_on("2026-02-02") == 0
    refusal = member.refuses(redeemed("2026-02-14", 1), Code.NOT_ENOUGH_POINTS)
    assert refusal.parameters
    ready = morning("2026-02-15")
    assert member.spendable_on(ready - 1) == 0
    assert member.spendable_on(ready) == 10
    member.post(redeemed(ready, 10))
    assert member.balance() == 0


def test_s09_pending_until_a_date() -> None:
    opening = morning("2026-03-01")
    member = Member(programme(rate(), currencies=(points(pending=PendingUntil(opening)),)))
    member.post(bought("2026-02-01", "10.00"), bought("2026-03-02", "5.00"))
    assert member.spendable_on(opening - 1) == 0
    assert member.spendable_on(opening) == 10
    assert member.spendable_on("2026-03-02 12:01") == 15


def test_s09_pending_on_confirmation() -> None:
    member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
    sale = bought("2026-02-01", "10.00")
    member.post(sale)
    assert member.state.lots[0].activates_at == FAR_FUTURE
    assert member.spendable_on("2027-02-01") == 0
    assert member.pending_on("2027-02-01") == 10
    member.post(confirmed("2026-02-05", sale))
    assert member.spendable_on(at("2026-02-05") - 1) == 0
    assert member.spendable_on("2026-02-05") == 10
    assert member.pending_on("2026-02-05") == 0


def test_s09_a_confirmation_needs_something_to_confirm() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "10.00")
    member.post(sale)
    member.refuses(confirmed("2026-02-05", sale), Code.NOTHING_TO_CONFIRM)
    member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
    member.post(sale, confirmed("2026-02-05", sale))
    member.refuses(confirmed("2026-02-06", sale), Code.NOTHING_TO_CONFIRM)


def test_s09_points_may_expire_while_they_wait() -> None:
    member = Member(
        programme(
            rate(), currencies=(points(pending=PendingConfirmation(), expiry=after("1 month")),)
        )
    )
    sale = bought("2026-02-01", "10.00")
    member.post(sale, passed("2026-03-01"))
    assert member.balance() == 0
    assert member.posted("expire") == -10


def test_s09_own_points_pay_only_when_they_are_ready() -> None:
    pending = PendingFor(parse_period("1 day"))
    member = Member(programme(rate(), currencies=(points(pending=pending),)))
    member.post(bought("2026-02-01", "10.00"))
    paid = bought("2026-02-01 15:00", "9.00", points_paid=(PointsPayment("points", 5, 500),))
    member.refuses(paid, Code.NOT_ENOUGH_POINTS)


# --- 10: explained --------------------------------------------------------------------------------


def test_s10_every_rule_considered_has_its_answer() -> None:
    member = Member(
        programme(
            rate(limits=(per_purchase(15),)),
            gift(100, name="big-basket", when=spend_at_least("50.00")),
            rate(name="switched-off", enabled=False),
            times("2", name="friday", when=holds("friday", lambda moment: moment.day == 0)),
        )
    )
    member.post(bought("2026-02-01", "20.50"))
    base = _outcome(member, "base")
    assert (base.fired, base.exact, base.given) == (True, "20.5", 15)
    assert len(base.caps) == 1
    missed = _outcome(member, "big-basket")
    assert not missed.fired
    assert missed.seen == [{"field": "amount", "asked": ">= 5000", "seen": "2050", "held": False}]
    assert not _outcome(member, "switched-off").fired
    assert _outcome(member, "switched-off").blocked
    assert not _outcome(member, "friday").fired


def test_s10_the_ledger_line_keeps_version_rule_and_reason() -> None:
    member = Member(programme(rate("1.7"), gift(20), number=1))
    member.post(bought("2026-02-01", "10.55"))
    assert member.balance() == 37
    assert [(line.rule, line.amount, line.version_number) for line in member.postings] == [
        ("base", 17, 1),
        ("gift", 20, 1),
    ]
    assert all(line.reason for line in member.postings)
    assert member.postings[0].reason["exact"] == "17.935"
    assert all(line.event_id == member.events[0].event_id for line in member.postings)


def test_s10_corrections_say_what_they_answer() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "10.00")
    spent = redeemed("2026-02-02", 4)
    member.post(sale, spent, returned("2026-02-03", sale))
    reversals = [line for line in member.postings if line.kind == "reverse"]
    assert sum(line.amount for line in reversals) == -10
    assert {line.against for line in reversals} == {sale.event_id}
    assert {line.rule for line in reversals} == {"base"}


def test_s10_what_was_seen_is_the_member_just_before_the_event() -> None:
    seen: list[tuple[int, int, int | None, int]] = []
    spy = holds(
        "spy",
        lambda moment: bool(
            seen.append(
                (
                    moment.purchases,
                    moment.visits,
                    moment.days_since_visit,
                    moment.balance("points"),
                )
            )
        ),
    )
    member = Member(programme(rate(), gift(1, name="spy", when=spy)))
    member.post(bought("2026-02-01", "10.00"))
    member.post(bought("2026-02-01 18:00", "10.00"))
    member.post(bought("2026-02-05", "10.00"))
    assert sorted(set(seen), key=lambda one: one[0]) == [
        (0, 0, None, 0),
        (1, 1, 0, 10),
        (2, 1, 4, 20),
    ]


def test_s10_days_since_enrolment() -> None:
    new = holds(
        "new member",
        lambda moment: (
            moment.days_since_enrolment is not None and moment.days_since_enrolment <= 30
        ),
    )
    member = Member(programme(gift(1, when=new)))
    member.post(bought("2025-12-31", "1.00"))
    member.post(enrolled("2026-01-01 23:59"))
    member.post(bought("2026-01-31 00:01", "1.00"))
    assert day("2026-01-31") - day("2026-01-01") == 30
    assert member.balance() == 1
    member.post(bought("2026-02-01 00:01", "1.00"))
    assert member.balance() == 1


def test_s10_an_adjustment_carries_its_reason() -> None:
    member = Member(programme(rate()))
    member.post(adjusted("2026-02-01", 5))
    (line,) = member.postings
    assert line.kind == "adjust"
    assert line.amount == 5
    assert "a correction" in str(line.reason)
