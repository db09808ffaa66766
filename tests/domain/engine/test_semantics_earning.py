"""SEMANTICS 7: order of evaluation and stacking."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from habitue.domain.engine.types import RuleOutcome
from tests.domain.engine.building import (
    adjusted,
    at,
    bought,
    enrolled,
    eur,
    gift,
    group,
    item,
    ladder,
    of_category,
    of_product,
    per_purchase,
    programme,
    rate,
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
def test_s07_a_rule_in_force(change: dict[str, Any], expected: int) -> None:
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


def test_s07_returns_and_adjustments_are_triggers_too() -> None:
    member = Member(
        programme(rate(), gift(3, name="sorry", on="return"), gift(2, name="word", on="adjustment"))
    )
    sale = bought("2026-02-01", "10.00")
    member.post(sale, returned("2026-02-02", sale), adjusted("2026-02-03", 5))
    assert member.balance() == 3 + 2 + 5


def test_s07_best_is_judged_after_multipliers() -> None:
    """Multipliers come before exclusive groups: doubled, the rate's 40 beat the gift's 25."""
    member = Member(
        programme(
            rate(2, group="g"),
            gift(25, group="g"),
            times("2", name="double"),
            groups=(group("g", "best"),),
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 40


def test_s07_best_knows_the_multiplier_of_the_tier() -> None:
    versions = programme(
        rate(2, group="g"),
        gift(25, group="g"),
        groups=(group("g", "best"),),
        tiers=ladder(tier("gold", eur("10"), multiply="2")),
    )
    member = Member(versions)
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 25
    member.post(bought("2026-02-02", "10.00"))
    assert member.balance() == 25 + 40


def test_s07_a_multiplier_is_not_worth_what_it_would_exclude() -> None:
    """Tripling a rate of the same group triples nothing: the rate is the best for the member."""
    member = Member(
        programme(
            rate(2, group="g"), times("3", name="triple", group="g"), groups=(group("g", "best"),)
        )
    )
    member.post(bought("2026-02-01", "10.00"))
    assert member.balance() == 20
