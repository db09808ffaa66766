"""Time passing: activation, expiry, lapse and the end of tier validity (SEMANTICS 2).

They are facts at a moment.  ``advance`` books them in the order in which they become true; at one
instant activation comes first (it may settle a debt), then expiry, then the tier.
"""

from __future__ import annotations

from collections.abc import Mapping

from habitue.domain.engine.lots import Books, Cause, effective_expiry, lapse_at
from habitue.domain.engine.tiers import Ladder, next_tenure
from habitue.domain.engine.types import MemberState, TierMove
from habitue.domain.programme.model import Programme
from habitue.kit.instants import FAR_FUTURE, Instant, local_day


def next_due(programme: Programme, state: MemberState) -> Instant:
    """The next instant at which something becomes true by itself; ``FAR_FUTURE``: nothing will."""
    due = FAR_FUTURE
    for tiers in programme.structures:
        due = min(due, state.standing_in(tiers.key).valid_until)
        if state.enrolled_at is not None:
            due = min(due, next_tenure(programme, tiers, state))
    horizon = state.horizon
    for lot in state.lots:
        expires, activates = lot.expires_at, lot.activates_at
        if expires is not None and expires < due:
            due = expires
        if horizon < activates < due:
            due = activates
        if lot.inactive:
            due = min(due, effective_expiry(programme, state, lot))
    # A tier that protected lots from lapsing may end after their time: they lapse then, not before.
    return max(due, horizon)


def in_force(programmes: Mapping[int, Programme], at: Instant) -> Programme:
    """The version in force at an instant: the newest that had taken effect, else the oldest."""
    if len(programmes) == 1:
        return next(iter(programmes.values()))
    started = [number for number, version in programmes.items() if version.effective_at <= at]
    return programmes[max(started) if started else min(programmes)]


def advance(
    programmes: Mapping[int, Programme],
    state: MemberState,
    books: Books,
    moves: list[TierMove],
    until: Instant,
) -> None:
    """Book everything that becomes true up to and including ``until``.

    Such postings are about no event (their ``event_id`` is empty), stand at their own instant and
    follow the version in force then, so that they are the same whichever event caused them to be
    booked.
    """
    while state.next_due <= until:
        at = state.next_due
        programme = in_force(programmes, at)
        if in_force(programmes, until) is programme:
            latest = _latest_of_activations(programme, state, until)
            if latest >= at:
                # Nothing but activations, and nothing waits for them: one step for all.
                state.horizon = latest
                state.next_due = next_due(programme, state)
                continue
        state.horizon = at
        _step(programme, state, books, moves, at)
        state.next_due = next_due(programme, state)


def _latest_of_activations(programme: Programme, state: MemberState, until: Instant) -> Instant:
    """The latest activation up to ``until`` where nothing else becomes true by then and no debt
    waits for what becomes active; 0 otherwise."""
    if state.debts:
        return 0
    for tiers in programme.structures:
        if state.standing_in(tiers.key).valid_until <= until or tiers.by_tenure:
            return 0
    latest = 0
    for lot in state.lots:
        expires, activates = lot.expires_at, lot.activates_at
        if lot.inactive or (expires is not None and expires <= until):
            return 0
        if latest < activates <= until:
            latest = activates
    return latest


def _step(
    programme: Programme,
    state: MemberState,
    books: Books,
    moves: list[TierMove],
    at: Instant,
) -> None:
    cause = Cause("", programme.number, at)
    for currency in list(state.debts):
        books.settle(programme, currency, cause)
    for lot in list(state.lots):
        if lot.inactive:
            lapses = lapse_at(programme, state, lot)
            if lapses is not None and lapses <= at:
                books.expire(lot, cause)
                continue
        if lot.expires_at is not None and lot.expires_at <= at:
            books.expire(lot, cause)
    for tiers in programme.structures:
        ladder = Ladder(programme, tiers, state, moves)
        if ladder.standing.valid_until <= at:
            ladder.end_validity(event_id="")
        if tiers.by_tenure:
            ladder.rise(at=at, day=local_day(at, programme.zone), event_id="")
