"""Where a member stands among the tiers: against the engine, on random streams and at the edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, note

from habitue.domain.engine.tiers import rank_of
from habitue.domain.errors import Refusal
from habitue.domain.programme.measures import Metric
from habitue.domain.programme.model import Tiers
from habitue.domain.tier_progress import Goal, Measure, TierProgress, tier_progress
from habitue.kit.instants import FAR_FUTURE, Instant
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    at,
    bought,
    enrolled,
    eur,
    ladder,
    programme,
    rate,
    rolling,
    tier,
)
from tests.domain.engine.harness import Member
from tests.domain.engine.random_programmes import Shape
from tests.domain.engine.streams import Stream, streams
from tests.domain.engine.test_properties import SEED, examples

HOUSE = ladder(tier("silver", eur("100"), keep=eur("80")), tier("gold", eur("300")))


def progress_of(member: Member, when: str | Instant) -> TierProgress:
    """Where the member stands at an instant, by the latest version."""
    instant = at(when) if isinstance(when, str) else when
    version = member.programmes[max(member.programmes)]
    (found,) = tier_progress(version, member.on(instant), instant)
    return found


def house(**fields: object) -> Member:
    """A member who has earned silver."""
    member = Member(programme(rate(1), tiers=replace(HOUSE, **fields)))  # type: ignore[arg-type]  # a few of the fields
    member.post(bought("2026-02-01", "120.00"))
    return member


def test_without_tiers_there_is_nothing_to_say() -> None:
    member = Member(programme(rate(1)))
    member.post(bought("2026-02-01", "120.00"))
    version = member.programmes[1]
    assert tier_progress(version, member.state, member.state.horizon) == ()


def test_below_the_lowest_tier() -> None:
    member = Member(programme(rate(1), tiers=HOUSE))
    member.post(bought("2026-02-01", "30.00"))
    found = progress_of(member, "2026-02-02")
    assert (found.tier, found.since_date, found.valid_until_date) == ("", None, None)
    assert (found.keep, found.then, found.grace) == (None, "", False)
    assert found.next is not None
    (measure,) = found.next.measures
    assert (found.next.tier, measure.lacks, measure.percent) == ("silver", eur("70"), 30)


def test_what_keeps_a_tier_and_what_leads_on() -> None:
    found = progress_of(house(), "2026-06-01")
    assert (found.tier, found.tiers) == ("silver", ("silver", "gold"))
    assert (found.since_date, found.valid_until_date) == (date(2026, 2, 1), date(2027, 2, 1))
    # The purchase that led there counts until the last day on which the tier is held.
    assert found.keep == Goal("silver", (Measure(HOUSE.metrics[0], eur("120"), eur("80")),), "any")
    assert found.keep.is_reached
    assert found.then == "silver"
    assert found.next == Goal("gold", (Measure(HOUSE.metrics[0], eur("120"), eur("300")),), "any")


@pytest.mark.parametrize(("amount", "there"), [("179.99", "silver"), ("180.00", "gold")])
def test_what_lacks_is_exactly_what_leads_there(amount: str, there: str) -> None:
    member = house()
    found = progress_of(member, "2026-06-01").next
    assert found is not None
    assert found.measures[0].lacks == eur("180")
    member.post(bought("2026-06-01 18:00", amount))
    assert progress_of(member, "2026-06-02").tier == there


@pytest.mark.parametrize(("amount", "then"), [("29.99", ""), ("30.00", "silver")])
def test_what_keeps_it_is_exactly_what_keeps_it(amount: str, then: str) -> None:
    member = house(metrics=(Metric("spend", rolling("11 months")),))
    member.post(bought("2026-04-01", "50.00"))
    # What was bought in February is out of the window on the last day.
    found = progress_of(member, "2026-06-01")
    assert found.keep is not None
    assert (found.keep.measures[0].lacks, found.then) == (eur("30"), "")
    member.post(bought("2026-06-02", amount))
    assert progress_of(member, "2026-06-03").then == then
    assert member.tier_on("2027-02-02") == then


def test_grace_is_seen_and_what_follows_it() -> None:
    member = house(metrics=(Metric("spend", rolling("6 months")),), grace=parse_period("1 month"))
    before = progress_of(member, "2027-01-31")
    assert (before.grace, before.then) == (False, "")
    during = progress_of(member, "2027-02-10")
    assert (during.tier, during.grace, during.then) == ("silver", True, "")
    assert during.valid_until_date == date(2027, 3, 1)
    member.post(bought("2027-02-11", "80.00"))
    assert progress_of(member, "2027-02-12").then == "silver"


def test_soft_landing_lands_one_tier_lower() -> None:
    member = house(metrics=(Metric("spend", rolling("6 months")),))
    member.post(bought("2026-02-02", "300.00"))
    assert progress_of(member, "2026-03-01").then == "silver"
    deserved = house(metrics=(Metric("spend", rolling("6 months")),), downgrade="to_deserved")
    deserved.post(bought("2026-02-02", "300.00"))
    assert progress_of(deserved, "2026-03-01").then == ""


def test_a_tier_set_by_hand_needs_nothing() -> None:
    member = Member(programme(rate(1), tiers=HOUSE))
    member.post(adjusted("2026-02-01", tier="silver"))
    found = progress_of(member, "2026-03-01")
    assert (found.tier, found.keep, found.then) == ("silver", None, "silver")


def test_a_tier_without_an_end_is_held() -> None:
    found = progress_of(house(valid=None), "2030-01-01")
    assert (found.tier, found.valid_until_date, found.keep) == ("silver", None, None)
    assert found.then == "silver"


@pytest.mark.parametrize(("combine", "reached"), [("any", True), ("all", False)])
def test_several_measures(*, combine: str, reached: bool) -> None:
    measures = (
        Measure(Metric("spend", rolling("1 month")), 120, 100),
        Measure(Metric("visits", rolling("1 month")), 1, 5),
    )
    assert Goal("silver", measures, combine).is_reached is reached
    assert [one.lacks for one in measures] == [0, 4]
    assert [one.percent for one in measures] == [100, 20]


@pytest.mark.parametrize("combine", ["any", "all"])
def test_a_tier_to_which_nothing_leads_is_not_reached(combine: str) -> None:
    assert not Goal("invited", (), combine).is_reached


def test_less_than_nothing_is_no_progress() -> None:
    measure = Measure(Metric("spend", rolling("1 month")), -50, 100)
    assert (measure.lacks, measure.percent) == (150, 0)


def test_tenure_counts_to_the_last_day() -> None:
    tiers = Tiers(
        metrics=(Metric("tenure", rolling("12 months")),),
        combine="any",
        tiers=(tier("friend", 30),),
        valid=parse_period("2 months"),
        grace=None,
        downgrade="soft_landing",
        crossing="old_rate",
        multiplied_currency="points",
    )
    member = Member(programme(rate(1), tiers=tiers))
    member.post(enrolled("2026-02-01"))
    waiting = progress_of(member, "2026-02-11")
    assert waiting.next is not None
    assert waiting.next.measures[0].lacks == 20
    there = progress_of(member, "2026-03-10")
    assert there.tier == "friend"
    assert there.keep is not None
    assert there.keep.is_reached


@examples(150)
@given(streams(Shape(versions=False)))
def test_what_is_foreseen_is_what_the_engine_does(stream: Stream) -> None:
    note(f"HABITUE_SEED={SEED}")
    (version,) = stream.versions
    member = Member(version)
    for event in sorted(stream.events, key=lambda event: event.order_key):
        try:
            member.post(event)
        except Refusal:
            continue
        now = event.occurred_at
        found = tier_progress(version, member.on(now), now)
        if version.tiers is None:
            assert found == ()
            continue
        assert [one.structure for one in found] == [one.name for one in version.structures]
        for one, tiers in zip(found, version.structures, strict=True):
            _check(member, tiers, one, now)


def _check(member: Member, tiers: Tiers, found: TierProgress, now: Instant) -> None:
    standing = member.on(now).standing_in(tiers.key)
    ends = standing.valid_until
    assert found.tier == standing.tier
    if ends == FAR_FUTURE:
        assert (found.keep, found.then) == (None, standing.tier)
        return
    after = member.on(ends).standing_in(tiers.key)
    decided = after
    if after.grace and not standing.grace:
        decided = member.on(after.valid_until).standing_in(tiers.key)
    assert found.then == decided.tier
    if found.keep is None:
        held = rank_of(tiers, standing.tier) <= rank_of(tiers, standing.floor)
        assert held
        assert rank_of(tiers, after.tier) >= rank_of(tiers, standing.tier)
        return
    # A rise before the end, or at its very instant by tenure alone, is another story.
    rank, later = rank_of(tiers, standing.tier), rank_of(tiers, after.tier)
    if member.on(ends - 1).standing == standing and (later < rank or after.since < ends):
        assert found.keep.is_reached == (later == rank and not after.grace)
