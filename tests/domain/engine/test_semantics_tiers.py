"""SEMANTICS 28-30: what qualifies, thresholds, and who would move."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Literal

import pytest

from habitue.domain.engine.deciding import fold
from habitue.domain.errors import Code
from habitue.domain.events import Event
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import Programme, Tier, Tiers
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    at,
    back,
    bought,
    enrolled,
    eur,
    gift,
    item,
    ladder,
    morning,
    passed,
    programme,
    rate,
    redeemed,
    returned,
    rolling,
    tier,
    visited,
)
from tests.domain.engine.harness import Member

# --- 28: what qualifies ---------------------------------------------------------------------------


def _by(name: str, window: Window, enter: int, currency: str | None = None) -> Programme:
    metric = Metric(name, window, currency)  # type: ignore[arg-type]  # a table of names
    tiers = ladder(tier("gold", enter), metrics=(metric,), valid=None)
    return programme(rate(2), gift(1, name="visit", on="visit"), tiers=tiers)


@pytest.mark.parametrize(
    ("name", "enter", "events"),
    [
        ("spend", eur("30"), [bought("2026-02-01", "29.99"), bought("2026-02-02", "0.01")]),
        ("points", 60, [bought("2026-02-01", "29.50"), bought("2026-02-02", "0.50")]),
        ("visits", 2, [visited("2026-02-01"), bought("2026-02-02", "0.01")]),
        ("purchases", 2, [bought("2026-02-01", "1.00"), bought("2026-02-01 13:00", "1.00")]),
        ("tenure", 30, [enrolled("2026-02-01"), visited("2026-03-03")]),
    ],
)
def test_s28_every_metric(name: str, enter: int, events: list[Event]) -> None:
    currency = "points" if name == "points" else None
    member = Member(_by(name, Window("lifetime"), enter, currency))
    member.post(events[0])
    assert member.state.standing.tier == ""
    member.post(events[1])
    assert member.state.standing.tier == "gold"


def test_s28_points_earned_count_whatever_earned_them() -> None:
    """A welcome gift and a visit's gift are points earned; a correction by hand is not."""
    tiers = ladder(
        tier("gold", 30), metrics=(Metric("points", Window("lifetime"), "points"),), valid=None
    )
    rules = (rate(), gift(15, name="hello", on="enrolment"), gift(5, name="visit", on="visit"))
    member = Member(programme(*rules, tiers=tiers))
    member.post(adjusted("2026-01-31", 100), enrolled("2026-02-01"), visited("2026-02-02"))
    assert member.state.standing.tier == ""
    member.post(bought("2026-02-03", "10.00"))
    assert member.state.standing.tier == "gold"


def test_s28_tenure_rises_at_its_day_without_an_event() -> None:
    member = Member(_by("tenure", Window("lifetime"), 30))
    member.post(enrolled("2026-02-01"))
    assert member.tier_on(morning("2026-03-03") - 1) == ""
    assert member.tier_on(morning("2026-03-03")) == "gold"


def test_s28_several_visits_a_day_count_once() -> None:
    member = Member(_by("visits", Window("lifetime"), 2))
    member.post(visited("2026-02-01 09:00"), visited("2026-02-01 19:00"))
    assert member.state.standing.tier == ""


@pytest.mark.parametrize(
    ("window", "first", "second", "expected"),
    [
        (rolling("12 months"), "2025-02-02", "2026-02-01", "gold"),
        (rolling("12 months"), "2025-02-01", "2026-02-01", ""),
        (rolling("30 days"), "2026-01-02", "2026-01-31", "gold"),
        (rolling("30 days"), "2026-01-01", "2026-01-31", ""),
        (Window("calendar_year"), "2026-01-01", "2026-12-31", "gold"),
        (Window("calendar_year"), "2025-12-31", "2026-01-01", ""),
        (Window("membership_year"), "2025-06-15", "2026-06-14", "gold"),
        (Window("membership_year"), "2025-06-15", "2026-06-15", ""),
        (Window("lifetime"), "2015-01-01", "2026-01-01", "gold"),
        (rolling("5 years"), "2021-02-02", "2026-02-01", "gold"),
        (rolling("5 years"), "2021-02-01", "2026-02-01", ""),
    ],
)
def test_s28_windows(window: Window, first: str, second: str, expected: str) -> None:
    member = Member(_by("spend", window, eur("100")))
    if window.kind == "membership_year":
        member.post(enrolled("2024-06-15"))
    member.post(bought(first, "60.00"), bought(second, "40.00"))
    assert member.state.standing.tier == expected


@pytest.mark.parametrize(("combine", "expected"), [("any", "gold"), ("all", "")])
def test_s28_a_combination(combine: Literal["any", "all"], expected: str) -> None:
    gold = Tier("gold", (eur("100"), 3), (0, 0), (eur("100"), 3), Fraction(1))
    tiers = replace(
        ladder(gold),
        metrics=(Metric("spend", Window("lifetime")), Metric("visits", Window("lifetime"))),
        combine=combine,
    )
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "100.00"))
    assert member.state.standing.tier == expected
    member.post(visited("2026-02-02"), visited("2026-02-03"))
    assert member.state.standing.tier == "gold"


def test_s28_spending_points_never_lowers_a_tier() -> None:
    member = Member(_by("points", rolling("12 months"), 100, "points"))
    member.post(bought("2026-02-01", "50.00"), redeemed("2026-02-02", 100), visited("2026-02-03"))
    assert member.state.standing.tier == "gold"
    assert member.balance() == 1


# --- 29: thresholds, validity, downgrades ---------------------------------------------------------


def _house(**fields: object) -> Tiers:
    """Silver from 100 (kept with 80), gold from 500 (kept with 400, entered again with 450)."""
    return ladder(
        tier("silver", eur("100"), keep=eur("80")),
        tier("gold", eur("500"), keep=eur("400"), reenter=eur("450"), multiply="2"),
        **fields,
    )


def test_s29_upgrades_are_immediate_and_in_the_same_answer() -> None:
    member = Member(programme(rate(), tiers=_house()))
    decision = member.post(bought("2026-02-01", "100.00"))
    (move,) = decision.moves
    assert (move.from_tier, move.to_tier, move.cause) == ("", "silver", "qualified")
    assert move.at == at("2026-02-01")
    assert move.valid_until == morning("2027-02-01")
    assert member.tier_on(at("2026-02-01") - 1) == ""
    assert member.tier_on(at("2026-02-01")) == "silver"


def test_s29_one_purchase_may_pass_several_tiers() -> None:
    member = Member(programme(rate(), tiers=_house()))
    decision = member.post(bought("2026-02-01", "500.00"))
    assert [(move.from_tier, move.to_tier) for move in decision.moves] == [("", "gold")]


def test_s29_the_purchase_that_crosses_earns_at_the_old_rate() -> None:
    member = Member(programme(rate(), tiers=_house()))
    member.post(bought("2026-02-01", "600.00"))
    assert member.balance() == 600
    member.post(bought("2026-02-02", "10.00"))
    assert member.balance() == 620


def test_s29_split_at_the_threshold() -> None:
    member = Member(programme(rate(), tiers=_house(crossing="split")))
    member.post(bought("2026-02-01", "450.00"), bought("2026-02-02", "150.00"))
    assert member.balance() == 450 + 50 + 2 * 100


def test_s29_split_exactly_at_the_threshold_is_all_old() -> None:
    member = Member(programme(rate(), tiers=_house(crossing="split")))
    member.post(bought("2026-02-01", "500.00"))
    assert member.balance() == 500


def test_s29_split_over_two_thresholds() -> None:
    tiers = ladder(
        tier("silver", eur("100"), multiply="1.5"),
        tier("gold", eur("200"), multiply="2"),
        crossing="split",
    )
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "300.00"))
    assert member.balance() == 100 + 150 + 200


def test_s29_split_and_returned_is_split_again() -> None:
    """SEMANTICS 17: what is left, 100.00, would have earned 100; so 100 of the 200 go."""
    tiers = ladder(tier("silver", eur("100"), multiply="2"), crossing="split")
    member = Member(programme(rate(), tiers=tiers))
    sale = bought("2026-02-01", item("A", "100.00"), item("B", "50.00"))
    member.post(sale)
    assert member.balance() == 200
    member.post(returned("2026-02-02", sale, back("B")))
    assert member.balance() == 100


def test_s29_only_spend_can_be_split() -> None:
    """The document refuses ``split`` for any other metric; the engine then keeps the old rate."""
    tiers = ladder(
        tier("silver", 100, multiply="2"),
        metrics=(Metric("points", rolling("12 months"), "points"),),
        crossing="split",
    )
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "150.00"), bought("2026-02-02", "10.00"))
    assert member.balance() == 150 + 20


@pytest.mark.parametrize(
    ("spent", "expected"), [("400.00", "gold"), ("399.99", "silver"), ("0.01", "silver")]
)
def test_s29_keep_is_a_threshold_of_its_own(spent: str, expected: str) -> None:
    member = Member(programme(rate(), tiers=_house(valid=parse_period("13 months"))))
    member.post(bought("2026-02-01", "500.00"), bought("2026-06-01", spent))
    assert member.tier_on(morning("2027-03-01") - 1) == "gold"
    # On 28 February 2027 the purchase of 1 February 2026 has left the 12 months.
    assert member.tier_on(morning("2027-03-01")) == expected


def test_s29_the_purchase_that_made_gold_counts_to_the_last_day() -> None:
    """The window that ends on the last day of the validity is (31 Jan 2026, 31 Jan 2027]."""
    member = Member(programme(rate(), tiers=_house()))
    member.post(bought("2026-02-01", "500.00"))
    assert member.tier_on(morning("2027-02-01")) == "gold"
    assert member.tier_on(morning("2028-02-01")) == "silver"


def test_s29_reenter_is_a_threshold_of_its_own() -> None:
    """Lost, gold comes back with 450; whoever never held it needs 500."""
    tiers = _house(valid=parse_period("1 month"), metrics=(Metric("spend", rolling("1 month")),))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-01-10", "450.00"))
    assert member.tier_on("2026-01-10") == "silver"
    member.post(bought("2026-01-11", "50.00"))
    assert member.tier_on("2026-01-11") == "gold"
    assert member.tier_on("2026-06-01") == ""
    member.post(bought("2026-06-01", "450.00"))
    assert member.tier_on("2026-06-01") == "gold"


@pytest.mark.parametrize(("mode", "expected"), [("soft_landing", "silver"), ("to_deserved", "")])
def test_s29_downgrades(mode: Literal["soft_landing", "to_deserved"], expected: str) -> None:
    tiers = _house(downgrade=mode, valid=parse_period("13 months"))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "500.00"))
    end = morning("2027-03-01")
    assert member.tier_on(end - 1) == "gold"
    assert member.tier_on(end) == expected


def test_s29_to_deserved_stops_at_the_tier_that_is_deserved() -> None:
    tiers = _house(downgrade="to_deserved")
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-01-31", "450.00"), bought("2026-02-01", "90.00"))
    assert member.tier_on(morning("2027-02-01")) == "silver"


def test_s29_soft_landing_goes_down_step_by_step() -> None:
    member = Member(programme(rate(), tiers=_house(valid=parse_period("13 months"))))
    member.post(bought("2026-02-01", "500.00"), passed("2029-01-01"))
    assert [(move.from_tier, move.to_tier, move.at) for move in member.moves] == [
        ("", "gold", at("2026-02-01")),
        ("gold", "silver", morning("2027-03-01")),
        ("silver", "", morning("2028-04-01")),
    ]


def test_s29_grace_comes_before_the_fall() -> None:
    tiers = _house(valid=parse_period("13 months"), grace=parse_period("2 months"))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "500.00"))
    assert member.tier_on(morning("2027-05-01") - 1) == "gold"
    assert member.tier_on(morning("2027-05-01")) == "silver"


def test_s29_what_is_done_in_the_grace_keeps_the_tier() -> None:
    tiers = _house(valid=parse_period("13 months"), grace=parse_period("2 months"))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "500.00"), bought("2027-04-01", "400.00"))
    assert member.tier_on(morning("2027-05-01")) == "gold"
    assert member.tier_on(morning("2028-05-30")) == "gold"


def test_s29_calendar_years_follow_one_another() -> None:
    tiers = _house(metrics=(Metric("spend", Window("calendar_year")),), valid="calendar_year")
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "500.00"))
    assert member.tier_on(morning("2028-01-01") - 1) == "gold"
    assert member.tier_on(morning("2028-01-01")) == "silver"
    member.post(bought("2027-12-31", "400.00"))
    assert member.tier_on(morning("2028-01-01")) == "gold"
    assert member.tier_on(morning("2029-01-01") - 1) == "gold"
    assert member.tier_on(morning("2029-01-01")) == "silver"


def test_s29_membership_years_follow_one_another() -> None:
    tiers = _house(metrics=(Metric("spend", Window("membership_year")),), valid="membership_year")
    member = Member(programme(rate(), tiers=tiers))
    member.post(enrolled("2024-02-29"), bought("2026-02-27", "500.00"))
    # The year in which it was reached ends on 27 February 2026; the next one a year later.
    assert member.tier_on(morning("2027-02-28") - 1) == "gold"
    assert member.tier_on(morning("2027-02-28")) == "silver"


def test_s29_for_ever() -> None:
    member = Member(programme(rate(), tiers=_house(valid=None)))
    member.post(bought("2026-02-01", "500.00"))
    assert member.tier_on("2099-01-01") == "gold"


def test_s29_an_undone_rise_restores_the_tier_and_its_validity() -> None:
    member = Member(programme(rate(), tiers=_house()))
    sale = bought("2026-06-01", "400.00")
    member.post(bought("2026-02-01", "100.00"), sale)
    assert member.state.standing.tier == "gold"
    member.post(returned("2026-06-02", sale))
    assert member.state.standing.tier == "silver"
    assert member.state.standing.valid_until == morning("2027-02-01")
    assert member.moves[-1].cause == "returned"


def test_s29_an_undone_rise_restores_the_grace() -> None:
    tiers = _house(valid=parse_period("13 months"), grace=parse_period("2 months"))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", "100.00"))
    sale = bought("2027-03-15", "500.00")
    member.post(sale, returned("2027-03-16", sale))
    assert member.state.standing.tier == "silver"
    assert member.tier_on(morning("2027-05-01") - 1) == "silver"
    assert member.tier_on(morning("2027-05-01")) == ""


def test_s29_an_undone_rise_no_longer_counts_as_held() -> None:
    """Whoever reached gold with goods that went back has never been gold: 450 is not enough."""
    member = Member(programme(rate(), tiers=_house()))
    sale = bought("2026-02-01", "500.00")
    member.post(sale, returned("2026-02-02", sale), bought("2026-02-03", "450.00"))
    assert member.state.standing.tier == "silver"


def test_s29_a_return_after_the_renewal_leaves_the_tier() -> None:
    member = Member(programme(rate(), tiers=_house()))
    sale = bought("2026-02-01", "500.00")
    member.post(sale, bought("2026-03-01", "400.00"), passed("2027-02-15"))
    member.post(returned("2027-02-16", sale))
    assert member.state.standing.tier == "gold"


@pytest.mark.parametrize("lifted", [True, False])
def test_s29_a_tier_set_by_hand_is_a_floor(*, lifted: bool) -> None:
    tiers = _house(valid=parse_period("1 month"))
    member = Member(programme(rate(), tiers=tiers))
    decision = member.post(adjusted("2026-02-01", tier="silver"))
    assert [(move.to_tier, move.cause) for move in decision.moves] == [("silver", "by_hand")]
    if lifted:
        member.post(adjusted("2026-02-02", tier=""))
    assert member.tier_on("2026-06-01") == ("" if lifted else "silver")


def test_s29_an_unknown_tier_cannot_be_set() -> None:
    member = Member(programme(rate(), tiers=_house()))
    member.refuses(adjusted("2026-02-01", tier="platinum"), Code.UNKNOWN_TIER)
    member = Member(programme(rate()))
    member.refuses(adjusted("2026-02-01", tier="silver"), Code.UNKNOWN_TIER)


# --- 30: changing thresholds ----------------------------------------------------------------------


def test_s30_who_would_move_is_a_fold_through_the_changed_document() -> None:
    """The same events through the changed version show the move; the real state does not change."""
    member = Member(programme(rate(), tiers=_house()))
    member.post(bought("2026-02-01", "450.00"))
    lower = ladder(tier("silver", eur("100")), tier("gold", eur("400")))
    preview = fold({1: programme(rate(), tiers=lower)}, member.events, member.shared)
    assert (member.state.standing.tier, preview.standing.tier) == ("silver", "gold")


def test_s30_a_new_version_moves_nobody_by_itself() -> None:
    """A tier stays until its validity ends, also where the new version asks for more."""
    higher = programme(rate(), tiers=ladder(tier("silver", eur("300"))), number=2)
    member = Member(programme(rate(), tiers=_house()), higher)
    member.post(bought("2026-02-01", "100.00"), bought("2026-03-01", "1.00", version=2))
    assert member.state.standing.tier == "silver"
    assert member.tier_on(morning("2027-02-01")) == ""
