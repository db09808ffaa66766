"""Paid membership: exact days, pauses, graces, the price back; late events (SEMANTICS 1-3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Membership, MergeIn, MergeOut, PlanAction
from habitue.domain.payloads import from_payload, to_payload
from habitue.kit.instants import local_day
from tests.domain.engine.building import ZONE, back, bought, event, item, returned
from tests.domain.engine.discounting import left, shop, sold
from tests.domain.engine.harness import Member, Way, snapshot, through_json

MONTH = """
plans:
  club: {price: 9.90, every: 1 month, trial: 14 days, grace: 5 days, pause: 30 days,
         refund: {within: 10 days, used_at_most: 2.00}}
  plain: {price: 5.00, every: 1 week}
"""
OFF = "tenth: {discount: 10 %, when: {member.plan: club}}"


def plan(when: str, action: PlanAction, *, trial: bool = False, code: str = "club") -> Event:
    """Something happens to a plan."""
    return event(when, Membership(code, action, trial), name=f"{action} {when}")


def member(way: Way = "straight") -> Member:
    """Somebody in a programme with plans."""
    return Member(shop(OFF, MONTH), way=way)


def state_on(who: Member, when: str) -> str:
    """How the plan stands at noon of a day."""
    day = local_day(event(when, Membership("club", "joined")).occurred_at, ZONE)
    return who.state.plan.state_on(day)


def is_reduced(who: Member, when: str) -> bool:
    """Whether a purchase of that moment has the discount of the club."""
    return left(who, "10.00", when=when) == [900]


def test_a_month_ends_with_its_last_day_at_midnight() -> None:
    who = member()
    who.post(plan("2026-01-31 18:00", "joined"))
    who.post(plan("2026-01-31 18:01", "cancelled"))
    assert is_reduced(who, "2026-02-27 23:59")
    assert not is_reduced(who, "2026-02-28 00:00")


def test_months_that_begin_on_the_31st_keep_their_day() -> None:
    who = member()
    who.post(plan("2026-01-31", "joined"), plan("2026-02-20", "renewed"))
    assert is_reduced(who, "2026-03-30 23:59")
    assert state_on(who, "2026-03-31") == "grace"


def test_grace_keeps_the_benefits_and_a_late_payment_loses_no_day_and_gains_none() -> None:
    who = member()
    who.post(plan("2026-03-01", "joined"))
    assert [state_on(who, f"2026-04-0{day}") for day in (1, 5, 6)] == ["grace", "grace", "none"]
    assert is_reduced(who, "2026-04-05 23:59")
    who.post(plan("2026-04-05", "renewed"))
    assert state_on(who, "2026-04-30") == "active"
    assert state_on(who, "2026-05-01") == "grace"


def test_after_the_grace_one_joins_anew() -> None:
    who = member()
    who.post(plan("2026-03-01", "joined"))
    who.refuses(plan("2026-04-06", "renewed"), Code.PLAN_NOT_POSSIBLE)
    who.post(plan("2026-04-06", "joined"))
    assert state_on(who, "2026-05-05") == "active"


def test_a_trial_is_had_once_and_paid_time_follows_it() -> None:
    who = member()
    who.post(plan("2026-03-01", "joined", trial=True))
    assert is_reduced(who, "2026-03-14 23:59")
    assert [state_on(who, day) for day in ("2026-03-14", "2026-03-15")] == ["trial", "grace"]
    who.post(plan("2026-03-10", "renewed"))
    assert [state_on(who, day) for day in ("2026-04-14", "2026-04-15")] == ["active", "grace"]
    refusal = who.refuses(plan("2026-06-01", "joined", trial=True), Code.PLAN_NOT_POSSIBLE)
    assert refusal.parameters["reason"] == "tried before"
    who.post(plan("2026-06-01", "joined"))


def test_a_pause_adds_its_days_and_ends_by_itself() -> None:
    who = member()
    who.post(plan("2026-03-01", "joined"), plan("2026-03-11", "paused"))
    assert not is_reduced(who, "2026-03-11 12:30")
    assert [state_on(who, day) for day in ("2026-04-09", "2026-04-10")] == ["paused", "active"]
    # Thirty days at most: 1 April becomes 1 May.
    assert [state_on(who, day) for day in ("2026-04-30", "2026-05-01")] == ["active", "grace"]
    who.post(plan("2026-03-21", "resumed"))
    assert is_reduced(who, "2026-03-21 13:00")
    assert [state_on(who, day) for day in ("2026-04-10", "2026-04-11")] == ["active", "grace"]


def test_the_price_back_is_for_those_who_hardly_used_it() -> None:
    who = member()
    who.post(plan("2026-03-01", "joined"))
    sale = sold("2026-03-02", item("a", "25.00", pieces="2"), {"tenth": "2.50"}, name="s")
    who.post(sale)
    refusal = who.refuses(plan("2026-03-05", "refunded"), Code.PLAN_NOT_POSSIBLE)
    assert refusal.parameters["reason"] == "used"
    who.post(returned("2026-03-06", sale, back("a")))
    late = who.refuses(plan("2026-03-12", "refunded"), Code.PLAN_NOT_POSSIBLE)
    assert late.parameters["reason"] == "too late"
    who.post(plan("2026-03-11", "refunded"))
    assert not is_reduced(who, "2026-03-11 13:00")


@pytest.mark.parametrize(
    ("events", "asked", "reason"),
    [
        ([], ("renewed", {}), "not a member"),
        ([("joined", {})], ("joined", {}), "a member already"),
        ([("joined", {})], ("joined", {"code": "plain"}), "a member already"),
        ([], ("joined", {"trial": True, "code": "plain"}), "no trial"),
        ([("joined", {"code": "plain"})], ("paused", {"code": "plain"}), "no pause"),
        ([("joined", {})], ("resumed", {}), "not paused"),
        ([("joined", {}), ("cancelled", {})], ("paused", {}), "active"),
        ([("joined", {}), ("cancelled", {})], ("cancelled", {}), "cancelled before"),
        ([("joined", {"trial": True})], ("refunded", {}), "nothing paid"),
        ([("joined", {"code": "plain"})], ("refunded", {"code": "plain"}), "no refund"),
    ],
)
def test_what_is_not_possible_is_refused_with_its_reason(
    events: list[tuple[PlanAction, dict[str, Any]]],
    asked: tuple[PlanAction, dict[str, Any]],
    reason: str,
) -> None:
    who = member()
    for number, (action, more) in enumerate(events, 1):
        who.post(plan(f"2026-03-0{number}", action, **more))
    refusal = who.refuses(plan("2026-03-05", asked[0], **asked[1]), Code.PLAN_NOT_POSSIBLE)
    assert refusal.parameters["reason"] == reason


def test_an_unknown_plan_is_refused() -> None:
    member().refuses(plan("2026-03-05", "joined", code="gold"), Code.UNKNOWN_PLAN)


@pytest.mark.parametrize("way", ["history", "chronicle"])
def test_any_order_of_arrival_ends_the_same(way: Way) -> None:
    events = [
        plan("2026-03-01", "joined"),
        plan("2026-03-20", "renewed"),
        sold("2026-03-25", item("a", "25.00"), {"tenth": "2.50"}, name="s"),
        bought("2026-03-26", "7.00"),
    ]
    ends = set()
    for order in permutations(events):
        who = member(way)
        try:
            who.post(*order)
        except Refusal:  # A renewal, or a purchase, before the joining is known.
            continue
        ends.add(snapshot(who.state))
    assert len(ends) == 1


def test_paying_twice_for_joining_loses_no_money() -> None:
    """A late joining stands before the one that is known: the known one is one period more."""
    who = member("chronicle")
    who.post(plan("2026-03-10", "joined"), plan("2026-03-01", "joined"))
    assert [state_on(who, day) for day in ("2026-04-30", "2026-05-01")] == ["active", "grace"]


def test_a_plan_goes_along_with_a_merge() -> None:
    one, other = member(), member()
    other.post(plan("2026-03-01", "joined", trial=True))
    left_behind = other.decided(event("2026-03-05", MergeOut("m", "one")))
    assert left_behind.handed_over is not None
    assert left_behind.state.plan.plan == ""
    one.post(event("2026-03-05 12:01", MergeIn("m", "other", left_behind.handed_over)))
    assert state_on(one, "2026-03-06") == "trial"
    assert one.state.plan.tried == ("club",)


def test_state_and_payload_keep_everything() -> None:
    who = member()
    joined = plan("2026-03-01", "joined", trial=True)
    who.post(joined)
    assert through_json(who.state).plan == who.state.plan
    kept = from_payload(
        event_id=joined.event_id,
        key=joined.key,
        kind=joined.kind,
        occurred_at=joined.occurred_at,
        version_number=1,
        payload=to_payload(joined),
    )
    assert kept == replace(joined)
