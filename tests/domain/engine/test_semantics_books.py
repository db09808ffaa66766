"""SEMANTICS 31, 32, 35, 39-41 as far as the pure engine goes; the database has its own tests."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from habitue.domain.engine.deciding import decide, decide_with_history, fold, needs_history
from habitue.domain.engine.types import MemberState
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, PointsPayment, Portion
from habitue.domain.payloads import from_payload, to_payload
from habitue.domain.programme.model import Programme
from habitue.kit.instants import DAY
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    back,
    bought,
    budget,
    confirmed,
    enrolled,
    eur,
    item,
    ladder,
    passed,
    per_member,
    points,
    programme,
    rate,
    received,
    redeemed,
    returned,
    sent,
    tier,
    times,
    undone,
    unlinked,
    visited,
)
from tests.domain.engine.harness import Member, Way, snapshot, through_json


def _rich() -> Programme:
    return programme(
        rate(budgets=(budget("rule:base", units=500),)),
        times("2", name="monthly", limits=(per_member(times=1, calendar="month"),)),
        currencies=(points(expiry=after("3 months")),),
        tiers=ladder(tier("silver", eur("60"), multiply="1.5")),
    )


def _year() -> list[Event]:
    sale = bought("2026-01-20", item("A", "30.00", pieces="3"), item("B", "40.00"))
    spent = redeemed("2026-02-10", 50)
    return [
        enrolled("2026-01-01"),
        sale,
        visited("2026-02-01"),
        spent,
        bought("2026-02-15", "12.50"),
        returned("2026-02-20", sale, back("A", pieces="1")),
        undone("2026-03-01", spent, 20),
        bought("2026-03-05", "9.99"),
        passed("2026-05-01"),
        adjusted("2026-05-02", 10),
        returned("2026-05-03", sale),
        bought("2026-06-01", "77.00"),
    ]


# --- 31, 32: sent again, sent twice, in any order -------------------------------------------------


def test_s31_the_same_question_gets_the_same_answer() -> None:
    """The engine is a function: deciding again, as a retry would, gives the very same decision."""
    member = Member(_rich())
    for event in _year():
        if needs_history(member.state, event):
            args = (member.programmes, tuple(member.events), event, member.shared)
            first, second = decide_with_history(*args), decide_with_history(*args)
        else:
            first = decide(member.programmes, member.state, event, member.shared)
            second = decide(member.programmes, member.state, event, member.shared)
        assert first == second
        member.post(event)


def test_s31_deciding_changes_nothing_by_itself() -> None:
    member = Member(_rich())
    for event in _year():
        before, events = snapshot(member.state), list(member.events)
        if needs_history(member.state, event):
            decide_with_history(member.programmes, member.events, event, member.shared)
        else:
            decide(member.programmes, member.state, event, member.shared)
        assert (snapshot(member.state), member.events) == (before, events)
        member.post(event)


def test_s32_reordered_events_end_in_the_same_state() -> None:
    events = [
        enrolled("2026-01-01"),
        bought("2026-01-20", "30.00"),
        bought("2026-02-15", "52.50"),
        bought("2026-03-05", "9.99"),
        visited("2026-03-06"),
    ]
    ends = set()
    for order in permutations(events):
        member = Member(_rich())
        member.post(*order)
        ends.add(snapshot(member.state))
    assert len(ends) == 1


@pytest.mark.parametrize("way", ["history", "chronicle"])
@pytest.mark.parametrize("late", [False, True])
def test_s32_every_way_of_deciding_agrees(way: Way, *, late: bool) -> None:
    straight, other = Member(_rich()), Member(_rich(), way=way)
    events = _year()
    if late:
        events = [*events[4:], *events[:4]]
    for event in events:
        try:
            one = straight.post(event)
        except Refusal as refusal:
            other.refuses(event, refusal.code)
            continue
        two = other.post(event)
        assert snapshot(one.state) == snapshot(two.state)
        assert (one.postings, one.lots) == (two.postings, two.lots)
        assert (one.moves, one.draws) == (two.moves, two.draws)


def test_s32_a_chronicle_forgets_what_was_only_asked() -> None:
    """Evaluating is not deciding: asked again and again, and then kept, nothing is different."""
    asked, plain = Member(_rich(), way="chronicle"), Member(_rich(), way="chronicle")
    for event in _year():
        for other in (bought("2026-01-10", "500.00", name="never"), event):
            asked.decided(other)
        assert snapshot(asked.post(event).state) == snapshot(plain.post(event).state)
    assert asked.postings == plain.postings


def test_s32_a_state_may_be_stored_between_any_two_events() -> None:
    plain, stored = Member(_rich()), Member(_rich())
    for event in _year():
        plain.post(event)
        stored.state = through_json(stored.state)
        stored.post(event)
        assert snapshot(plain.state) == snapshot(stored.state)
    assert through_json(MemberState()) == MemberState()


# --- 35: retroactive claim ------------------------------------------------------------------------


def _claimable(days: int | None) -> Member:
    return Member(programme(rate(), tiers=ladder(tier("gold", eur("100"))), claim_days=days))


def test_s35_a_claimed_purchase_counts_as_of_its_own_time() -> None:
    member = _claimable(30)
    member.post(bought("2026-02-10", "60.00"))
    member.post(bought("2026-02-01", "40.00", claimed_at=at("2026-02-20")))
    assert member.balance_on("2026-02-02") == 40
    assert member.tier_on("2026-02-10") == "gold"


@pytest.mark.parametrize(("days_later", "accepted"), [(0, True), (30, True), (31, False)])
def test_s35_within_n_days(*, days_later: int, accepted: bool) -> None:
    member = _claimable(30)
    claim = bought("2026-02-01", "40.00", claimed_at=at("2026-02-01") + days_later * DAY)
    if accepted:
        member.post(claim)
        assert member.balance() == 40
    else:
        member.refuses(claim, Code.CLAIM_TOO_LATE)


def test_s35_not_where_the_programme_has_no_claims() -> None:
    member = _claimable(None)
    claim = bought("2026-02-01", "40.00", claimed_at=at("2026-02-02"))
    member.refuses(claim, Code.CLAIM_NOT_ALLOWED)


# --- 39, 40: the books ----------------------------------------------------------------------------


def test_s39_what_was_posted_is_never_posted_differently() -> None:
    """Corrections are new lines: the ledger only grows, and every line stays as it was."""
    member = Member(_rich())
    seen: list[object] = []
    for event in reversed(_year()[:5]):
        member.post(event) if event.kind != "redemption" else None
        assert member.postings[: len(seen)] == seen
        seen = list(member.postings)


def test_s40_every_sum_agrees_after_every_event() -> None:
    """The harness checks lines, lots, debt and columns after each event; here over a year."""
    member = Member(_rich())
    member.post(*_year())
    columns = {
        kind: member.posted(kind)
        for kind in ("earn", "reverse", "redeem", "restore", "expire", "adjust", "write_off")
    }
    assert sum(columns.values()) == member.balance()
    assert all(columns[kind] for kind in ("earn", "reverse", "redeem", "restore", "expire"))


def test_s40_settling_moves_points_and_makes_none() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "100.00")
    member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
    decision = member.post(bought("2026-02-04", "30.00"))
    settled = [line for line in decision.postings if line.kind == "settle"]
    assert sum(line.amount for line in settled) == 0
    assert {line.lot_id is None for line in settled} == {True, False}


# --- 41: replay -----------------------------------------------------------------------------------


def _replayed(member: Member, *versions: Programme) -> Member:
    again = Member(*versions)
    for event in member.events:
        again.post(_through_payload(event))
    return again


def _through_payload(event: Event) -> Event:
    return from_payload(
        event_id=event.event_id,
        key=event.key,
        kind=event.kind,
        occurred_at=event.occurred_at,
        version_number=event.version_number,
        payload=json.loads(json.dumps(to_payload(event))),
    )


def test_s41_replay_gives_the_ledger_line_for_line() -> None:
    member = Member(_rich())
    late = bought("2026-01-10", "5.00")
    member.post(*_year(), late)
    again = _replayed(member, _rich())
    assert again.postings == member.postings
    assert again.moves == member.moves
    assert again.lots == member.lots
    assert snapshot(again.state) == snapshot(member.state)


def test_s41_the_fold_of_the_recorded_events_is_the_state() -> None:
    member = Member(_rich())
    for event in _year():
        member.post(event)
        assert snapshot(fold(member.programmes, member.events, member.shared)) == snapshot(
            member.state
        )


_SALE = bought(
    "2026-02-01",
    item("A", "10.00", tax="1.00", discount="2.00", category="x", brand="y"),
    item("B", "0.00", role="deposit"),
    order_discount="1.00",
    points_paid=(PointsPayment("points", 5, 50),),
    gift_card="2.00",
    claimed_at=at("2026-02-02"),
    store="paris-1",
    attributes={"colour": "red", "guests": 4, "inside": True},
)


@pytest.mark.parametrize(
    "event",
    [
        _SALE,
        returned("2026-02-02", _SALE),
        returned("2026-02-02", _SALE, back("A", pieces="1"), back("B", amount="0.00")),
        returned("2026-02-02", None, unlinked("A", pieces="0.5", amount="1.00")),
        visited("2026-02-02"),
        enrolled("2026-02-02"),
        adjusted("2026-02-02", -5),
        adjusted("2026-02-02", 5, expires_at=at("2026-03-01")),
        adjusted("2026-02-02", tier="gold"),
        adjusted("2026-02-02", tier=""),
        redeemed("2026-02-02", 5),
        undone("2026-02-02", redeemed("2026-02-02", 5)),
        undone("2026-02-02", redeemed("2026-02-02", 5), 3),
        confirmed("2026-02-02", _SALE),
        sent("2026-02-02", 5),
        received("2026-02-02", Portion(5, at("2026-01-01"), None), Portion(1, 0, at("2026-05-01"))),
        passed("2026-02-02"),
    ],
    ids=lambda event: event.key.external_id,
)
def test_s41_every_event_survives_its_payload(event: Event) -> None:
    assert _through_payload(event) == event
