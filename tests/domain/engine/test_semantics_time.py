"""SEMANTICS 1-3: two times, facts at a moment, and the calendar."""

from __future__ import annotations

from itertools import permutations

import pytest

from habitue.domain.engine.deciding import advance, fold
from habitue.domain.engine.types import SharedFacts
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import ExpiresAt, ExpiresOnDates, PendingFor, Programme
from habitue.kit.instants import HOUR, day_start
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    after,
    at,
    bought,
    day,
    eur,
    holds,
    ladder,
    morning,
    passed,
    per_member,
    points,
    programme,
    rate,
    redeemed,
    returned,
    rolling,
    tier,
    times,
    visited,
)
from tests.domain.engine.harness import Member, snapshot


def _post_in_any_order(member: Member, events: list[Event]) -> None:
    """Post events as they come; what is refused for now is sent again later, as tills do."""
    waiting = list(events)
    while waiting:
        refused: list[Event] = []
        for one in waiting:
            try:
                member.post(one)
            except Refusal:
                refused.append(one)
        assert len(refused) < len(waiting), "nothing more is accepted"
        waiting = refused


# --- 1: two times on everything -------------------------------------------------------------------


def _tiered() -> Programme:
    return programme(
        rate(),
        times("2", name="first-of-the-month", limits=(per_member(times=1, calendar="month"),)),
        currencies=(points(expiry=after("3 months")),),
        tiers=ladder(tier("silver", eur("100"), multiply="1.5")),
    )


def test_s01_every_permutation_ends_in_the_same_balances_tiers_and_lots() -> None:
    first = bought("2026-01-05", "60.00")
    second = bought("2026-01-20", "50.00")
    events = [
        first,
        second,
        redeemed("2026-02-01", 40),
        bought("2026-03-02", "10.00"),
        returned("2026-03-10", first),
    ]
    ends = set()
    for order in permutations(events):
        member = Member(_tiered())
        _post_in_any_order(member, list(order))
        ends.add(snapshot(member.state))
    assert len(ends) == 1


def test_s01_a_late_event_posts_the_difference_as_new_lines() -> None:
    member = Member(_tiered())
    member.post(bought("2026-01-20", "50.00"))
    assert member.balance() == 100
    lines = list(member.postings)
    decision = member.post(bought("2026-01-05", "60.00"))
    # The late purchase is the first of the month: 120 for it, and the other falls back to 50.
    assert member.balance() == 170
    assert decision.total("points") == 70
    assert member.postings[: len(lines)] == lines
    assert sum(line.amount for line in member.postings[len(lines) :]) == 70


def test_s01_a_late_event_moves_the_tier_at_its_own_time() -> None:
    member = Member(_tiered())
    member.post(bought("2026-01-20", "50.00"), bought("2026-02-10", "10.00"))
    assert member.tier_on("2026-02-11") == ""
    member.post(bought("2026-01-05", "60.00"))
    assert member.tier_on("2026-01-06") == ""
    assert member.tier_on("2026-01-21") == "silver"
    # February's purchase is now one of a silver member: 10 x 2 x 1.5.
    assert member.balance() == 120 + 50 + 30


def test_s01_an_accepted_redemption_is_never_taken_back_by_a_late_event() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-01-05", "100.00")
    member.post(sale, redeemed("2026-03-01", 100))
    member.post(returned("2026-02-01", sale))
    # The shortfall follows 15: here it becomes a debt.
    assert member.balance() == -100
    assert member.posted("redeem") == -100
    assert member.balance_on("2026-02-15") == 0


def test_s01_a_late_event_under_book_loss_writes_the_shortfall_off() -> None:
    member = Member(programme(rate(), currencies=(points(negative="book_loss"),)))
    sale = bought("2026-01-05", "100.00")
    member.post(sale, redeemed("2026-03-01", 100), returned("2026-02-01", sale))
    assert member.balance() == 0
    assert member.posted("redeem") == -100
    assert abs(member.posted("write_off")) == 100


def test_s01_a_late_purchase_that_lengthens_nothing_else_leaves_other_lines_alone() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-01-20", "50.00"))
    decision = member.post(bought("2026-01-05", "60.00"))
    assert [line.amount for line in decision.postings] == [60]


def test_s01_a_late_purchase_revives_nothing_that_lapsed_but_is_spent_in_its_own_time() -> None:
    """Points of a late purchase that have expired since are earned and expired, with both dates."""
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    member.post(bought("2026-06-01", "10.00"))
    member.post(bought("2026-01-05", "60.00"))
    assert member.balance() == 10
    assert member.balance_on("2026-02-04") == 60
    assert member.balance_on("2026-02-05") == 0
    assert member.posted("expire") == -60


def test_s01_a_late_purchase_is_never_refused_for_what_was_spent_since() -> None:
    """The late purchase takes the bonus of the month from a later one that was spent already."""
    member = Member(_tiered())
    member.post(bought("2026-01-20", "50.00"), redeemed("2026-02-01", 100))
    member.post(bought("2026-01-05", "1.00"))
    assert member.posted("redeem") == -100
    assert member.balance() == 2 + 50 - 100


def test_s01_a_late_redemption_may_not_spend_what_was_spent_since() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-01-05", "100.00"), redeemed("2026-03-01", 100))
    member.refuses(redeemed("2026-02-01", 100), Code.NOT_ENOUGH_POINTS)


def test_s01_a_late_redemption_may_not_cause_a_loss() -> None:
    member = Member(programme(rate(), currencies=(points(negative="book_loss"),)))
    member.post(bought("2026-01-05", "100.00"), redeemed("2026-03-01", 100))
    member.refuses(redeemed("2026-02-01", 100), Code.NOT_ENOUGH_POINTS)


def test_s01_a_late_redemption_of_what_is_still_there_is_accepted() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-01-05", "100.00"), redeemed("2026-03-01", 60))
    member.post(redeemed("2026-02-01", 40))
    assert member.balance() == 0


# --- 2: facts at a moment -------------------------------------------------------------------------


def test_s02_a_balance_as_of_any_instant_needs_no_job() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    member.post(bought("2026-01-15", "100.00"))
    expiry = morning("2026-02-15")
    assert member.balance_on(expiry - 1) == 100
    assert member.balance_on(expiry) == 0
    assert member.balance() == 100  # The books do not know yet; every question does.


def test_s02_jobs_book_only_what_has_already_become_true() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    member.post(bought("2026-01-15", "100.00"))
    assert member.post(passed("2026-02-14")).postings == []
    assert member.post(passed("2026-02-20")).total("points") == -100
    assert member.post(passed("2026-02-21")).postings == []
    assert member.balance() == 0
    (line,) = [line for line in member.postings if line.kind == "expire"]
    assert line.effective_at == morning("2026-02-15")


def test_s02_whether_the_job_ran_changes_nothing_but_the_time_of_booking() -> None:
    events = [bought("2026-01-15", "100.00"), bought("2026-04-01", "7.00")]
    with_job = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    with_job.post(events[0], passed("2026-02-20"), passed("2026-03-01"), events[1])
    without = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    without.post(*events)
    assert with_job.balance() == without.balance() == 7
    assert with_job.posted("expire") == without.posted("expire") == -100


def test_s02_tiers_end_at_their_moment() -> None:
    gold = tier("gold", eur("100"), keep=eur("500"))
    member = Member(programme(rate(), tiers=ladder(gold, valid=parse_period("1 month"))))
    member.post(bought("2026-01-15", "100.00"), bought("2026-01-16", "1.00"))
    assert member.tier_on(morning("2026-02-15") - 1) == "gold"
    assert member.tier_on(morning("2026-02-15")) == ""


def test_s02_fold_then_advance_equals_advance_step_by_step() -> None:
    versions = {
        1: programme(
            rate(),
            currencies=(
                points(expiry=after("1 month"), pending=PendingFor(parse_period("14 days"))),
            ),
        ),
    }
    events = [bought("2026-01-15", "100.00"), bought("2026-01-20", "50.00")]
    end = at("2026-03-01")
    once = advance(versions, fold(versions, events, SharedFacts(), until=end), end)
    steps = fold(versions, events, SharedFacts())
    for moment in range(at("2026-01-20"), end + 1, 7 * HOUR):
        steps = advance(versions, steps, moment)
    steps = advance(versions, steps, end)
    assert snapshot(steps) == snapshot(once)


def test_s02_a_version_that_nobody_used_yet_changes_nothing() -> None:
    gold = tier("gold", eur("100"), keep=eur("500"))
    one = programme(rate(), tiers=ladder(gold, valid=parse_period("1 month")))
    two = programme(rate(), number=2, effective_at=at("2027-01-01"))
    events = [bought("2026-01-15", "100.00")]
    end = at("2026-03-01")
    alone = advance({1: one}, fold({1: one}, events, SharedFacts()), end)
    with_next = advance({1: one, 2: two}, fold({1: one, 2: two}, events, SharedFacts()), end)
    assert alone.standing.tier == with_next.standing.tier == ""


# --- 3: the calendar ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "expected"), [("Europe/Paris", 2), ("America/New_York", 1), ("Asia/Tokyo", 1)]
)
def test_s03_days_are_decided_in_the_zone_of_the_store(zone: str, expected: int) -> None:
    """Friday 23:30 in Paris is Friday 17:30 in New York, and already Saturday in Tokyo."""
    friday = holds("friday", lambda moment: (moment.day - 1) % 7 == 4)
    late = holds(
        "friday after 18:00", lambda moment: friday.holds(moment) and moment.minute >= 1080
    )
    member = Member(programme(rate(1, "1.00"), rate(1, "1.00", name="friday-night", when=late)))
    member.post(bought("2026-01-09 23:30+01:00", "1.00", zone=zone))
    assert member.balance() == expected


@pytest.mark.parametrize(
    ("earned", "period", "expires"),
    [
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2028-01-31", "1 month", "2028-02-29"),
        ("2026-01-30", "1 month", "2026-02-28"),
        ("2026-02-28", "1 month", "2026-03-28"),
        ("2028-02-29", "12 months", "2029-02-28"),
        ("2028-02-29", "4 years", "2032-02-29"),
        ("2026-01-15", "30 days", "2026-02-14"),
        ("2026-11-30", "1 quarter", "2027-02-28"),
        ("2026-01-01", "2 weeks", "2026-01-15"),
    ],
)
def test_s03_months_clamp_to_the_last_day(earned: str, period: str, expires: str) -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after(period)),)))
    member.post(bought(f"{earned} 23:59", "1.00"))
    assert member.state.lots[0].expires_at == morning(expires)


def test_s03_expires_on_1_march_means_spendable_through_28_february() -> None:
    versions = programme(
        rate(),
        currencies=(points(expiry=ExpiresOnDates(((3, 1),))),),
    )
    member = Member(versions)
    member.post(bought("2026-02-01", "10.00"))
    assert member.spendable_on("2026-02-28 23:59") == 10
    assert member.spendable_on("2026-03-01 00:00") == 0
    member.post(redeemed("2026-02-28 23:59", 10))
    assert member.posted("expire") == 0


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "America/Sao_Paulo"])
def test_s03_the_day_ends_where_the_store_stands(zone: str) -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("1 day")),)))
    member.post(bought("2026-02-27 12:00", "10.00", zone=zone))
    ends = day_start(day("2026-02-28"), zone)
    assert member.spendable_on(ends - 1) == 10
    assert member.spendable_on(ends) == 0


@pytest.mark.parametrize(
    ("sunday", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)]
)
def test_s03_both_daylight_saving_days_are_one_day(sunday: str, hours: int) -> None:
    """Earned on the Saturday, to be spent on the Sunday, however long that Sunday is."""
    member = Member(
        programme(
            rate(),
            currencies=(points(expiry=after("2 days"), pending=PendingFor(parse_period("1 day"))),),
        )
    )
    member.post(bought(morning(sunday) - HOUR, "10.00"))
    lot = member.state.lots[0]
    assert lot.activates_at == morning(sunday)
    assert lot.expires_at == morning(sunday) + hours * HOUR
    assert member.spendable_on(lot.activates_at - 1) == 0
    assert member.spendable_on(lot.activates_at) == 10
    assert member.spendable_on(lot.activates_at + hours * HOUR - 1) == 10
    assert member.spendable_on(lot.activates_at + hours * HOUR) == 0


@pytest.mark.parametrize(
    ("moments", "days"),
    [
        (("2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00"), 1),  # The hour that comes twice.
        (("2026-03-29 01:59+01:00", "2026-03-29 03:00+02:00"), 1),  # The hour that is skipped.
        (("2026-10-24 23:59+02:00", "2026-10-25 00:00+02:00"), 2),
        (("2026-10-25 23:59+01:00", "2026-10-26 00:00+01:00"), 2),
    ],
)
def test_s03_a_daily_cap_counts_local_days(moments: tuple[str, str], days: int) -> None:
    member = Member(programme(rate(10, "1.00", limits=(per_member(times=1, calendar="day"),))))
    member.post(*(bought(moment, "1.00") for moment in moments))
    assert member.balance() == 10 * days


@pytest.mark.parametrize(
    ("moments", "days"),
    [
        (("2026-10-25 00:10+02:00", "2026-10-25 23:50+01:00"), 1),
        (("2026-10-25 23:50+01:00", "2026-10-26 00:10+01:00"), 2),
    ],
)
def test_s03_visits_are_counted_by_local_day(moments: tuple[str, str], days: int) -> None:
    member = Member(programme(rate()))
    member.post(visited(moments[0]), bought(moments[1], "1.00"))
    assert member.state.visits == days


def test_s03_tier_credit_is_counted_by_the_days_of_the_store() -> None:
    """Two visits on one day in Tokyo are one visit, though midnight in Paris lies between them."""
    by_visits = ladder(tier("known", 2), metrics=(Metric("visits", rolling("12 months")),))
    member = Member(programme(rate(), tiers=by_visits))
    member.post(visited("2026-02-10 07:30", zone="Asia/Tokyo"))
    member.post(visited("2026-02-10 08:30", zone="Asia/Tokyo"))
    assert member.state.visits == 1
    assert member.state.standing.tier == ""
    member.post(visited("2026-02-11 07:30", zone="Asia/Tokyo"))
    assert member.state.standing.tier == "known"


def test_s03_a_calendar_year_begins_where_the_store_stands() -> None:
    """The evening of 31 December in Paris is New Year's morning in Tokyo."""
    yearly = ladder(tier("gold", eur("100")), metrics=(Metric("spend", Window("calendar_year")),))
    member = Member(programme(rate(), tiers=yearly))
    member.post(bought("2026-01-01 07:00", "60.00", zone="Asia/Tokyo"))
    member.post(bought("2026-06-01", "40.00", zone="Asia/Tokyo"))
    assert member.state.standing.tier == "gold"


def test_s03_a_rolling_cap_counts_days_of_the_store() -> None:
    member = Member(programme(rate(limits=(per_member(times=1, rolling="1 day"),))))
    member.post(bought("2026-02-10 07:30", "10.00", zone="Asia/Tokyo"))
    member.post(bought("2026-02-10 08:30", "10.00", zone="Asia/Tokyo"))
    assert member.balance() == 10
    member.post(bought("2026-02-11 07:30", "10.00", zone="Asia/Tokyo"))
    assert member.balance() == 20


def test_s03_a_rolling_cap_remembers_the_day_at_its_own_store() -> None:
    """1 March at noon in Tokyo is still 28 February in New York; it was bought on 1 March."""
    member = Member(programme(rate(limits=(per_member(times=1, rolling="1 month"),))))
    member.post(bought("2026-03-01 12:00", "10.00", zone="Asia/Tokyo"))
    member.post(bought("2026-03-29 11:00", "10.00", zone="America/New_York"))
    assert member.balance() == 10


def test_s03_a_fixed_end_is_an_instant() -> None:
    end = morning("2027-01-01")
    member = Member(programme(rate(), currencies=(points(expiry=ExpiresAt(end)),)))
    member.post(bought("2026-02-01", "10.00"))
    assert member.spendable_on(end - 1) == 10
    assert member.spendable_on(end) == 0
    member.post(bought("2027-02-01", "5.00"))
    assert member.state.lots[-1].expires_at is None
