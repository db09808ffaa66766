"""SEMANTICS 28-29 and 34, where a programme has several structures of tiers."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from habitue.domain.engine.snapshot import state_from_json, state_to_json
from habitue.domain.errors import Code
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import NeverExpires, Programme, Tiers
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    back,
    bought,
    enrolled,
    eur,
    item,
    ladder,
    morning,
    points,
    programme,
    rate,
    returned,
    rolling,
    tier,
    visited,
)
from tests.domain.engine.harness import Member
from tests.domain.engine.test_semantics_merging import _merge, _two

VISITS = Metric("visits", rolling("1 month"))


def status(**fields: Any) -> Tiers:
    """The main structure: silver and gold by what was spent in a year."""
    made = ladder(
        tier("silver", eur("50"), multiply="1.5"),
        tier("gold", eur("200"), multiply="2"),
        name="status",
    )
    return replace(made, **fields)


def coffee(**fields: Any) -> Tiers:
    """A further structure: regular and insider by visits in a month, held for a month."""
    made = ladder(
        tier("regular", 2, multiply="1.2"),
        tier("insider", 4, multiply="1.7"),
        metrics=(VISITS,),
        valid=parse_period("1 month"),
        name="coffee",
        key="coffee",
    )
    return replace(made, **fields)


def house(main: Tiers | None = None, other: Tiers | None = None, **fields: Any) -> Programme:
    """A point for a euro, in both structures."""
    return programme(rate(1), tiers=main or status(), beside=(other or coffee(),), **fields)


def tiers_of(member: Member, when: str | int | None = None) -> tuple[str, str]:
    """The tiers in both structures."""
    state = member.state if when is None else member.on(when)
    return state.standing.tier, state.standing_in("coffee").tier


def test_s28_each_structure_counts_for_itself_and_moves_name_theirs() -> None:
    member = Member(house())
    member.post(bought("2026-02-01", "60.00"))
    assert tiers_of(member) == ("silver", "")
    decision = member.post(visited("2026-02-02"))
    assert tiers_of(member) == ("silver", "regular")
    (move,) = decision.moves
    assert (move.structure, move.from_tier, move.to_tier) == ("coffee", "", "regular")
    # Both at once: the fourth visit is the purchase that makes 200 euros.
    member.post(visited("2026-02-03"))
    decision = member.post(bought("2026-02-04", "140.00"))
    assert tiers_of(member) == ("gold", "insider")
    moves = [(move.structure, move.to_tier) for move in decision.moves]
    assert moves == [("", "gold"), ("coffee", "insider")]


def test_s29_each_ends_at_its_own_time_with_its_own_grace() -> None:
    member = Member(house(other=coffee(grace=parse_period("5 days"))))
    member.post(bought("2026-02-01", "60.00"), visited("2026-02-02"))
    assert tiers_of(member, morning("2026-03-02") - 1) == ("silver", "regular")
    graced = member.on(morning("2026-03-02"))
    assert (graced.standing_in("coffee").grace, graced.standing.grace) == (True, False)
    assert tiers_of(member, morning("2026-03-07") - 1) == ("silver", "regular")
    assert tiers_of(member, morning("2026-03-07")) == ("silver", "")
    assert tiers_of(member, morning("2027-02-01") - 1) == ("silver", "")
    # What was spent on 1 February is no more in the window of the year that ends on 31 January.
    assert tiers_of(member, morning("2027-02-01")) == ("silver", "")


@pytest.mark.parametrize(
    ("multipliers", "amount", "expected"),
    [
        # 10.00 at 1.5 and 1.2: 18 points; the best of both: 15.
        ("multiply", "10.00", 18),
        ("best", "10.00", 15),
        # 9.99 at 1.8 is 17.982, at 1.5 14.985: rounded once, down.
        ("multiply", "9.99", 17),
        ("best", "9.99", 14),
    ],
)
def test_s07_multipliers_of_several_structures(
    multipliers: str, amount: str, expected: int
) -> None:
    member = Member(house(multipliers=multipliers))
    member.post(bought("2026-02-01", "60.00"), visited("2026-02-02"))
    before = member.balance()
    decision = member.post(bought("2026-02-03", amount))
    assert member.balance() - before == expected
    fired = [one.rule for one in decision.outcomes if one.fired]
    told = ["base", "tier:silver", "tier:regular"]
    assert fired == (told if multipliers == "multiply" else told[:2])


def test_s07_the_best_may_be_that_of_a_further_structure() -> None:
    member = Member(house(multipliers="best"))
    member.post(*(visited(f"2026-02-0{day}") for day in range(1, 5)))
    member.post(bought("2026-02-05", "60.00"))
    assert tiers_of(member) == ("silver", "insider")
    before = member.balance()
    member.post(bought("2026-02-06", "10.00"))
    # 1.7 of the insider, not 1.5 of silver.
    assert member.balance() - before == 17


def test_s07_structures_may_multiply_different_points() -> None:
    both = (rate(1), rate(1, name="stamped", currency="stamps"))
    made = programme(
        *both,
        currencies=(points(), points("stamps")),
        tiers=status(),
        beside=(coffee(multiplied_currency="stamps"),),
        multipliers="best",
    )
    member = Member(made)
    member.post(bought("2026-02-01", "60.00"), visited("2026-02-02"))
    before = (member.balance(), member.balance("stamps"))
    member.post(bought("2026-02-03", "10.00"))
    assert (member.balance() - before[0], member.balance("stamps") - before[1]) == (15, 12)


@pytest.mark.parametrize(("multipliers", "expected"), [("multiply", 166), ("best", 135)])
def test_s29_a_purchase_that_crosses_in_two_structures_is_cut_at_both(
    multipliers: str, expected: int
) -> None:
    """100.00 from nothing; silver (1.5) from 50 on, regular (1.2) from 30 on, insider (1.7) from
    70 on.  Multiplied: 30 x 1 + 20 x 1.2 + 20 x 1.8 + 30 x 2.55 = 166.5; the best: 30 x 1 +
    20 x 1.2 + 20 x 1.5 + 30 x 1.7 = 135."""
    spend = (Metric("spend", rolling("1 month")),)
    by_spend = coffee(
        metrics=spend,
        crossing="split",
        tiers=(
            tier("regular", eur("30"), multiply="1.2"),
            tier("insider", eur("70"), multiply="1.7"),
        ),
    )
    member = Member(house(status(crossing="split"), by_spend, multipliers=multipliers))
    member.post(bought("2026-02-01", "100.00"))
    assert tiers_of(member) == ("silver", "insider")
    assert member.balance() == expected
    # Two purchases of 50.00 earn the same: 30 + 24, and 36 + 76.5 (a half is lost by rounding).
    halves = Member(house(status(crossing="split"), by_spend, multipliers=multipliers))
    halves.post(bought("2026-02-01", "50.00"), bought("2026-02-01 13:00", "50.00"))
    assert halves.balance() == expected


def test_s01_a_late_visit_lifts_in_its_structure_alone() -> None:
    member = Member(house())
    member.post(bought("2026-02-01", "60.00"), bought("2026-02-10", "10.00"))
    # Regular since the second visit; what came before at the rate of silver alone.
    assert (tiers_of(member), member.balance()) == (("silver", "regular"), 75)
    decision = member.post(visited("2026-02-05"))
    # The visit of the 5th was the second one: regular from then on, and 10.00 at 1.8.
    assert member.balance() == 78
    assert {move.structure for move in decision.moves} == {"coffee"}


def test_s01_any_order_of_arrival_ends_in_the_same_state() -> None:
    events = [
        bought("2026-02-01", "60.00"),
        visited("2026-02-02"),
        bought("2026-02-03", "150.00"),
        visited("2026-02-20"),
        bought("2026-03-25", "10.00"),
    ]
    ends = set()
    for order in permutations(events):
        member = Member(house())
        member.post(*order)
        state = member.on("2026-04-30")
        held = (state.standing, *state.beside.items())
        ends.add((member.balance(), str(held)))
    assert len(ends) == 1


def test_s20_a_return_undoes_the_rises_of_both() -> None:
    by_spend = coffee(
        metrics=(Metric("spend", rolling("1 month")),),
        tiers=(tier("regular", eur("40")), tier("insider", eur("70"))),
    )
    member = Member(house(other=by_spend))
    purchase = bought("2026-02-01", item("a", "45.00"), item("b", "35.00"))
    member.post(purchase)
    assert tiers_of(member) == ("silver", "insider")
    decision = member.post(returned("2026-02-02", purchase, back("b")))
    assert tiers_of(member) == ("", "regular")
    moves = [(move.structure, move.from_tier, move.to_tier) for move in decision.moves]
    assert ("", "silver", "") in moves
    assert moves[-1][0] == "coffee"


def test_s34_a_merge_keeps_the_higher_tier_of_each() -> None:
    kept, duplicate = _two(house())
    kept.post(bought("2026-01-10", "60.00"))
    duplicate.post(*(visited(f"2026-01-1{day}") for day in range(1, 5)))
    assert (tiers_of(kept), tiers_of(duplicate)) == (("silver", ""), ("", "insider"))
    _merge(kept, duplicate, "2026-02-01")
    assert (tiers_of(kept), tiers_of(duplicate)) == (("silver", "insider"), ("", ""))


def test_s14_the_first_structure_that_says_something_of_expiry_counts() -> None:
    currency = points(expiry=after("1 month"))
    by_tier = {"regular": after("3 months"), "silver": after("6 months")}
    made = programme(
        rate(1),
        currencies=(replace(currency, expiry_by_tier=by_tier),),
        tiers=status(),
        beside=(coffee(),),
    )
    member = Member(made)
    member.post(visited("2026-02-01"), visited("2026-02-02"))
    member.post(bought("2026-02-03", "60.00"))
    # Regular when it was bought, silver after it.
    member.post(bought("2026-02-04", "10.00"))
    ends = {lot.opened_at: lot.expires_at for lot in member.state.lots}
    assert ends[at("2026-02-03")] == morning("2026-05-03")
    assert ends[at("2026-02-04")] == morning("2026-08-04")
    other = replace(made, points={"points": replace(currency, expiry_by_tier={"gold": NEVER})})
    assert Member(other).post(bought("2026-02-03", "60.00")).state.lots[0].expires_at == morning(
        "2026-03-03"
    )


NEVER = NeverExpires()


def test_a_tier_set_by_hand_is_of_its_own_structure_and_is_lifted_by_name() -> None:
    member = Member(house())
    member.post(adjusted("2026-02-01", tier="insider"))
    assert tiers_of(member) == ("", "insider")
    member.post(adjusted("2026-02-02", tier="silver"))
    assert tiers_of(member, "2026-06-01") == ("silver", "insider")
    # Lifted without a name: in the main structure.
    member.post(adjusted("2026-06-02", tier=""))
    assert member.state.standing.floor == ""
    assert member.state.standing_in("coffee").floor == "insider"
    member.post(adjusted("2026-06-03", tier="", structure="coffee"))
    assert member.state.standing_in("coffee").floor == ""
    assert tiers_of(member, "2027-06-03") == ("", "")


@pytest.mark.parametrize(
    ("given", "structure"), [("diamond", None), ("gold", "coffee"), ("", "tea"), ("silver", "tea")]
)
def test_an_unknown_tier_or_structure_is_refused(given: str, structure: str | None) -> None:
    member = Member(house())
    member.refuses(adjusted("2026-02-01", tier=given, structure=structure), Code.UNKNOWN_TIER)


def test_a_second_structure_leaves_everybody_where_they_are() -> None:
    alone = programme(rate(1), tiers=status(name=""))
    both = replace(house(), number=2, effective_at=at("2026-03-01 00:00"))
    member = Member(alone, both)
    member.post(bought("2026-02-01", "60.00"))
    standing = member.state.standing
    member.post(replace(visited("2026-03-02"), version_number=2))
    assert member.state.standing == standing
    # What was counted before the structure was there does not count twice, nor is it lost: a visit
    # counts from the version that counts visits on.
    assert tiers_of(member) == ("silver", "")
    member.post(replace(visited("2026-03-03"), version_number=2))
    assert tiers_of(member) == ("silver", "regular")


def test_s41_states_survive_their_snapshot_in_whatever_order_json_keeps_names() -> None:
    third = replace(coffee(), name="b", key="b", tiers=(tier("visitor", 1),))
    member = Member(programme(rate(1), tiers=status(), beside=(third, coffee())))
    member.post(visited("2026-02-01"), bought("2026-02-02", "60.00"))
    plain = state_to_json(member.state)
    assert list(plain["beside"]) == ["b", "coffee"]
    turned = {**plain, "beside": dict(reversed(plain["beside"].items()))}
    again = state_from_json(turned)
    assert list(again.beside) == ["b", "coffee"]
    assert again == member.state
    one = Member(programme(rate(1), tiers=status(name="")))
    one.post(bought("2026-02-02", "60.00"))
    assert "beside" not in state_to_json(one.state)


def test_s02_tenure_lifts_in_a_further_structure_without_an_event() -> None:
    tenure = coffee(
        metrics=(Metric("tenure", Window("lifetime")),),
        tiers=(tier("known", 30),),
        valid=None,
    )
    member = Member(house(other=tenure))
    member.post(enrolled("2026-02-01"))
    assert tiers_of(member, morning("2026-03-03") - 1) == ("", "")
    assert tiers_of(member, morning("2026-03-03")) == ("", "known")
