"""Properties of the engine over random programmes and random streams of events.

``HABITUE_PROPERTIES=long`` runs twenty times as many; ``HABITUE_SEED`` repeats a run whose seed a
failure printed.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from hypothesis import HealthCheck, Phase, assume, given, note, seed, settings
from hypothesis import strategies as st

from habitue.domain.engine.deciding import advance, fold
from habitue.domain.engine.types import MemberState
from habitue.domain.errors import Refusal
from habitue.domain.events import Event, Purchase, ReturnedLine
from habitue.domain.payloads import from_payload, to_payload
from habitue.domain.programme.model import Programme
from habitue.kit.instants import DAY, FAR_FUTURE, MINUTE
from tests.domain.engine.building import bought, item, points, programme, rate, returned
from tests.domain.engine.harness import Member, shared_of, snapshot, through_json
from tests.domain.engine.random_programmes import Shape
from tests.domain.engine.streams import Stream, streams
from tests.reference.ledger import Reference
from tests.reference.member import Member as Played

SEED = int(os.environ.get("HABITUE_SEED") or random.SystemRandom().randrange(10**9))
_MANY = 20 if os.environ.get("HABITUE_PROPERTIES") == "long" else 1

_Test = TypeVar("_Test", bound=Callable[..., None])


def examples(count: int) -> Callable[[_Test], _Test]:
    """Run a property on so many examples, from the printed seed, leaving nothing on the disk."""

    def decorate(test: _Test) -> _Test:
        configured = settings(
            max_examples=count * _MANY,
            deadline=None,
            database=None,
            # A stream is one number: there is nothing to shrink.
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        return seed(SEED)(configured(test))

    return decorate


def _post_all(member: Member, events: Sequence[Event]) -> list[Event]:
    """Post what is accepted, sending again what was refused; what stays refused is answered."""
    waiting = list(events)
    while True:
        refused: list[Event] = []
        for event in waiting:
            try:
                member.post(event)
            except Refusal:
                refused.append(event)
        if len(refused) in {0, len(waiting)}:
            return refused
        waiting = refused


def _in_order(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.order_key)


def _accepted(stream: Stream) -> Member:
    """The member after the stream in business order; what is refused is left out."""
    member = Member(*stream.versions)
    for event in _in_order(stream.events):
        try:
            member.post(event)
        except Refusal:
            continue
    return member


# --- 1: any order of arrival ----------------------------------------------------------------------


@examples(60)
@given(st.data(), streams(Shape()))
def test_s01_any_order_of_arrival_ends_in_the_same_state(
    data: st.DataObject, stream: Stream
) -> None:
    note(f"HABITUE_SEED={SEED}")
    straight = _accepted(stream)
    shuffled = data.draw(st.permutations(straight.events))
    other = Member(*stream.versions)
    refused = _post_all(other, shuffled)
    assert snapshot(other.state) == snapshot(fold(other.programmes, other.events, other.shared))
    # Only what takes points can come too late: others may have been given them meanwhile.
    spenders = {"redemption", "transfer_out", "adjustment", "purchase", "undo", "return"}
    assert {event.kind for event in refused} <= spenders
    if not refused:
        assert snapshot(other.state) == snapshot(straight.state)
        assert _lines(other) == _lines(straight)
        assert _moves(other) == _moves(straight)


@examples(40)
@given(st.data(), streams(Shape(spending=False)))
def test_s01_without_spending_every_order_is_accepted(data: st.DataObject, stream: Stream) -> None:
    note(f"HABITUE_SEED={SEED}")
    versions = tuple(_never_refusing(version) for version in stream.versions)
    events = [_without_points(event) for event in stream.events]
    straight = _accepted(Stream(versions, tuple(events)))
    other = Member(*versions)
    assert not _post_all(other, data.draw(st.permutations(straight.events)))
    assert snapshot(other.state) == snapshot(straight.state)


def _never_refusing(version: Programme) -> Programme:
    currencies = {
        code: replace(currency, negative="allow_negative")
        for code, currency in version.points.items()
    }
    if version.without_purchase.startswith("match"):
        return replace(version, points=currencies, without_purchase="match_or_average")
    return replace(version, points=currencies, without_purchase="average")


def _without_points(event: Event) -> Event:
    if not isinstance(event.body, Purchase):
        return event
    return replace(event, body=replace(event.body, points_paid=()))


def _lines(member: Member) -> Counter[tuple[object, ...]]:
    """What the ledger says in sum, wherever corrections stand."""
    sums: Counter[tuple[object, ...]] = Counter()
    for line in member.postings:
        sums[
            line.currency, line.lot_id, line.kind, line.effective_at, line.event_id, line.rule
        ] += line.amount
    return Counter({key: units for key, units in sums.items() if units})


def _moves(member: Member) -> Counter[tuple[object, ...]]:
    sums: Counter[tuple[object, ...]] = Counter()
    for move in member.moves:
        what = (move.structure, move.from_tier, move.to_tier, move.cause)
        sums[move.at, what, move.valid_until] += move.sign
    return Counter({key: times for key, times in sums.items() if times})


# --- 2: facts at a moment -------------------------------------------------------------------------


@examples(60)
@given(st.data(), streams(Shape()))
def test_s02_whether_and_when_jobs_ran_changes_no_answer(
    data: st.DataObject, stream: Stream
) -> None:
    note(f"HABITUE_SEED={SEED}")
    member = _accepted(stream)
    assume(member.events)
    start, end = member.events[-1].occurred_at, member.events[-1].occurred_at + 60 * DAY
    steps = data.draw(st.lists(st.integers(start, end), max_size=4))
    state = member.state
    for step in sorted(steps):
        state = advance(member.programmes, state, step)
    assert snapshot(advance(member.programmes, state, end)) == snapshot(member.on(end))


# --- 17: any split of a return --------------------------------------------------------------------


@examples(60)
@given(
    st.data(),
    st.sampled_from(["1", "1.7", "0.3", "10"]),
    st.sampled_from(["floor", "half_up", "half_even", "ceil"]),
    st.integers(1, 3000),
    st.integers(1, 5),
)
def test_s17_any_split_of_a_return_ends_in_the_same_state(
    data: st.DataObject, units: str, rounding: str, cents: int, pieces: int
) -> None:
    note(f"HABITUE_SEED={SEED}")
    versions = programme(rate(units), currencies=(points(rounding=rounding),))
    sale = bought(
        "2026-02-01",
        item("A", f"{cents / 100:.2f}", pieces=str(pieces)),
        item("B", "7.77", pieces="2"),
    )
    by_pieces = data.draw(st.booleans())
    whole_amount = pieces * 1000 if by_pieces else cents
    back = data.draw(st.integers(1, whole_amount))
    cuts = data.draw(st.lists(st.integers(0, back), max_size=5))
    edges = [0, *sorted(cuts), back]
    parts = [end - begin for begin, end in pairwise(edges) if end > begin]

    def line(part: int) -> ReturnedLine:
        if by_pieces:
            return ReturnedLine(line="A", quantity=part)
        return ReturnedLine(line="A", amount=part)

    at_once, split = Member(versions), Member(versions)
    at_once.post(sale, returned(sale.occurred_at + DAY, sale, line(back), name="whole"))
    split.post(sale)
    for number, part in enumerate(parts):
        when = sale.occurred_at + DAY - (len(parts) - 1 - number) * MINUTE
        split.post(returned(when, sale, line(part), name=f"part {number}"))
    assert split.balance() == at_once.balance()
    assert split.remaining() == at_once.remaining()
    assert split.posted("reverse") == at_once.posted("reverse")
    assert (split.state.earned, split.state.spent) == (at_once.state.earned, at_once.state.spent)


# --- 32: any split into batches, both ways of deciding --------------------------------------------


@examples(40)
@given(st.data(), streams(Shape(budgets=True)))
def test_s32_batches_snapshots_and_both_ways_of_deciding_agree(
    data: st.DataObject, stream: Stream
) -> None:
    note(f"HABITUE_SEED={SEED}")
    plain = Member(*stream.versions)
    stored = Member(*stream.versions)
    others = [Member(*stream.versions, way=way) for way in ("history", "chronicle")]
    for event in stream.events if data.draw(st.booleans()) else _in_order(stream.events):
        if data.draw(st.booleans()):
            stored.state = through_json(stored.state)
        if data.draw(st.integers(0, 3)) == 0:
            _only_ask(others[1], data.draw(st.sampled_from(stream.events)))
        expected = _answer(plain, event)
        for member in (stored, *others):
            assert _answer(member, event) == expected
    assert all(member.shared == plain.shared for member in (stored, *others))


def _only_ask(member: Member, event: Event) -> None:
    """Evaluate an event that is not there yet, and keep nothing of it."""
    if event in member.events:
        return
    with suppress(Refusal):
        member.decided(event)


def _answer(member: Member, event: Event) -> object:
    try:
        decision = member.post(event)
    except Refusal as refusal:
        return refusal.as_json()
    return (
        decision.postings,
        decision.lots,
        decision.moves,
        decision.draws,
        decision.line_points,
        snapshot(decision.state),
    )


@examples(40)
@given(streams(Shape(budgets=True)))
def test_s41_replay_from_payloads_gives_the_ledger_line_for_line(stream: Stream) -> None:
    note(f"HABITUE_SEED={SEED}")
    member = Member(*stream.versions)
    _post_all(member, stream.events)
    again = Member(*stream.versions)
    for event in member.events:
        payload = json.loads(json.dumps(to_payload(event)))
        copy = from_payload(
            event_id=event.event_id,
            key=event.key,
            kind=event.kind,
            occurred_at=event.occurred_at,
            version_number=event.version_number,
            payload=payload,
        )
        assert copy == event
        again.post(copy)
    assert again.postings == member.postings
    assert again.moves == member.moves
    assert snapshot(again.state) == snapshot(member.state)


# --- 8: shared budgets ----------------------------------------------------------------------------


@examples(40)
@given(st.data(), streams(Shape(budgets=True)), st.integers(2, 3))
def test_s08_budgets_are_never_exceeded_and_always_add_up(
    data: st.DataObject, stream: Stream, count: int
) -> None:
    note(f"HABITUE_SEED={SEED}")
    shared = shared_of(*stream.versions)
    start = dict(shared.remaining_units)
    members = [Member(*stream.versions, shared=shared) for _ in range(count)]
    for number, event in enumerate(stream.events):
        member = members[data.draw(st.integers(0, count - 1))]
        own = replace(event, event_id=f"{number:032x}")
        try:
            member.post(own)
        except Refusal:
            continue
        assert all(left >= 0 for left in shared.remaining_units.values())
        assert all(left >= 0 for left in shared.remaining_times.values())
    behind = {
        one.key: {rule.rule for rule in stream.versions[0].rules if one in rule.budgets}
        for one in stream.versions[0].budgets.values()
    }
    for key, left in shared.remaining_units.items():
        given_out = sum(
            line.amount
            for member in members
            for line in member.postings
            if line.rule in behind[key] and line.kind in {"earn", "reverse"}
        )
        absorbed = start[key] - left - given_out
        # What had expired before its purchase came back leaves the ledger without a reversal.
        assert (
            -sum(m.posted("expire", c) for m in members for c in ("points", "stamps")) >= -absorbed
        )
        assert absorbed <= 0


# --- the reference --------------------------------------------------------------------------------


@examples(120)
@given(st.data(), streams(Shape()))
def test_the_reference_agrees_on_every_answer(data: st.DataObject, stream: Stream) -> None:
    note(f"HABITUE_SEED={SEED}")
    member = Member(*stream.versions)
    reference = Reference(member.programmes)
    events = stream.events if data.draw(st.booleans()) else _in_order(stream.events)
    for event in events:
        try:
            member.post(event)
        except Refusal:
            continue
        reference.add(event)
        _agree(reference.played(), member.state, member)
    for _ in range(3):
        moment = data.draw(st.sampled_from(_moments(member)))
        _agree(reference.played(moment), member.on(moment), None)


@examples(60)
@given(streams(Shape(budgets=True)))
def test_the_reference_agrees_with_shared_budgets(stream: Stream) -> None:
    note(f"HABITUE_SEED={SEED}")
    member = Member(*stream.versions)
    for event in stream.events:
        try:
            member.post(event)
        except Refusal:
            continue
    grants = {place: granted.granted for place, granted in member.shared.allotments.items()}
    reference = Reference(member.programmes, grants)
    for event in member.events:
        reference.add(event)
    _agree(reference.played(), member.state, member)


def _moments(member: Member) -> list[int]:
    moments = {event.occurred_at for event in member.events} | {0}
    for lot in member.lots.values():
        moments |= {lot.activates_at, lot.expires_at or 0}
    moments |= {move.valid_until or 0 for move in member.moves}
    moments = {one for one in moments if one < FAR_FUTURE}
    latest = max(moments)
    return sorted(moments | {one - 1 for one in moments if one} | {latest + 90 * DAY})


_COLUMNS = (
    "earn",
    "reverse",
    "redeem",
    "restore",
    "expire",
    "write_off",
    "adjust",
    "transfer_in",
    "transfer_out",
)


def _agree(played: Played, state: MemberState, books: Member | None) -> None:
    """Every answer: lots with their dates, debts, balances, tier, counters and the books."""
    account = played.account
    lots = {
        lot.lot_id: (lot.currency, lot.remaining, lot.opened, lot.activates, lot.expires)
        for lot in account.lots
        if lot.remaining
    }
    engine = {
        lot.lot_id: (
            lot.currency,
            lot.remaining,
            lot.opened_at,
            lot.activates_at,
            lot.expires_at,
        )
        for lot in state.lots
        if lot.remaining
    }
    assert engine == lots
    assert {code: debt for code, debt in state.debts.items() if debt} == {
        code: debt for code, debt in account.debts.items() if debt
    }
    for key in ("", "beside"):
        place, standing = account.standing.place(key), state.standing_in(key)
        assert standing.tier == played.tier(key)
        assert (standing.valid_until, standing.grace) == (place.valid_until, place.grace)
    assert state.purchases == played.purchases
    assert state.spent == played.spent
    assert {code: units for code, units in state.earned.items() if units} == {
        code: units for code, units in played.earned.items() if units
    }
    for currency in ("points", "stamps"):
        assert state.balance(currency) == account.balance(currency)
        if books is not None:
            for kind in _COLUMNS:
                assert books.posted(kind, currency) == account.columns[currency, kind], kind
