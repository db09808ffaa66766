"""The engine's front: decide about one event of one member (DESIGN §1).

Two ways lead to the same answer.

* ``decide`` takes the member's compact state and an event that comes in order and looks at nothing
  but the present: purchases, visits, enrolments, adjustments, redemptions, transfers.
* ``decide_with_history`` folds all recorded events of the member once without and once with the new
  one, in business order, and posts the difference.  Late events take this way, and so does whatever
  refers to an earlier event (returns, undos, confirmations).

By induction the ledger always equals the fold of the recorded events, and therefore does not depend
on the order of their arrival (SEMANTICS 1).  Nothing here reads a clock, a database or a random
number; a ``Refusal`` leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from habitue.domain.engine.advancing import advance as advance_state
from habitue.domain.engine.caps import BudgetDesk
from habitue.domain.engine.chronicle import Chronicle
from habitue.domain.engine.contributing import apply_contribution, withdrawn_in
from habitue.domain.engine.differences import decision_of
from habitue.domain.engine.folding import Fold, apply_earning_event, cause_of
from habitue.domain.engine.lots import Books
from habitue.domain.engine.merging import apply_merge_in, apply_merge_out
from habitue.domain.engine.noting import apply_profile
from habitue.domain.engine.plans import apply_membership
from habitue.domain.engine.restoring import apply_confirmation, apply_undo
from habitue.domain.engine.returning import apply_return
from habitue.domain.engine.spending import (
    apply_adjustment,
    apply_redemption,
    apply_transfer_in,
    apply_transfer_out,
)
from habitue.domain.engine.types import (
    Decision,
    MemberState,
    SharedFacts,
)
from habitue.domain.events import (
    Adjustment,
    Advance,
    Anniversary,
    Birthday,
    Body,
    Confirmation,
    Contribution,
    Enrolment,
    Event,
    EventKey,
    Membership,
    MergeIn,
    MergeOut,
    Profile,
    Purchase,
    Redemption,
    Referral,
    Referred,
    Return,
    TransferIn,
    TransferOut,
    Undo,
    Unmerge,
    Visit,
    Withdrawal,
)
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant


def _apply_advance(fold: Fold, event: Event) -> None:
    fold.finish(fold.begin(event), event, cause_of(event))


_APPLY: dict[type[Body], Callable[[Fold, Event], None]] = {
    Purchase: apply_earning_event,
    Visit: apply_earning_event,
    Enrolment: apply_earning_event,
    Profile: apply_profile,
    Membership: apply_membership,
    Birthday: apply_earning_event,
    Anniversary: apply_earning_event,
    Referred: apply_earning_event,
    Referral: apply_earning_event,
    Return: apply_return,
    Adjustment: apply_adjustment,
    Redemption: apply_redemption,
    Undo: apply_undo,
    Confirmation: apply_confirmation,
    TransferOut: apply_transfer_out,
    TransferIn: apply_transfer_in,
    MergeOut: apply_merge_out,
    MergeIn: apply_merge_in,
    Unmerge: _apply_advance,
    Contribution: apply_contribution,
    Withdrawal: _apply_advance,
    Advance: _apply_advance,
}


def _apply(fold: Fold, event: Event) -> None:
    _APPLY[type(event.body)](fold, event)


_NEED_HISTORY = (Return, Undo, Confirmation, MergeIn, Unmerge, Contribution, Withdrawal)


def needs_history(state: MemberState, event: Event) -> bool:
    """Whether the event must be decided with the member's whole history."""
    if isinstance(event.body, _NEED_HISTORY):
        return True
    return state.latest is not None and event.order_key < state.latest


def decide(
    programmes: Mapping[int, Programme],
    state: MemberState,
    event: Event,
    shared: SharedFacts,
    *,
    quiet: bool = False,
) -> Decision:
    """Decide about an event in order from the member's state alone.

    ``state`` is not changed; the decision carries the next one.  A ``quiet`` decision is the same
    but for its explanation, which is left out.  Raises ``Refusal``.
    """
    assert not needs_history(state, event), "this event needs the member's history"
    result = Fold(programmes, state.copy(), BudgetDesk.open(shared, frozen=False))
    result.quiet = quiet
    result.strict = event.event_id
    _apply(result, event)
    return decision_of(result, event, result.books.postings, result.books.opened, result.moves)


def decide_with_history(
    programmes: Mapping[int, Programme],
    history: Sequence[Event],
    event: Event,
    shared: SharedFacts,
) -> Decision:
    """Decide about any event, given all events of the member recorded before, in any order.

    The decision holds the event's own lines and, where it is late, the corrections of what it
    touched: the difference between the folds with and without it.  Raises ``Refusal``.  Who decides
    several events of one member keeps a ``chronicle`` instead.
    """
    return chronicle(programmes, history).decide(event, shared)


def foresee_merge(
    programmes: Mapping[int, Programme],
    into: MemberState,
    duplicate: MemberState,
    *,
    version: Programme,
    at: Instant,
) -> MemberState:
    """The state in which a member would be, had the duplicate joined at an instant after all that
    either has done.  No history is looked at, and neither state is changed."""

    def event(body: Body) -> Event:
        return Event("", EventKey("", ""), at, version.zone, version.number, body)

    leaving = event(MergeOut("", ""))
    state = decide(programmes, duplicate, leaving, SharedFacts()).handed_over
    assert state is not None, "who leaves hands everything over"
    result = Fold(programmes, into.copy(), BudgetDesk.open(SharedFacts(), frozen=True))
    _apply(result, event(MergeIn("", "", state)))
    return result.state


def chronicle(
    programmes: Mapping[int, Programme], history: Sequence[Event], *, quiet: bool = False
) -> Chronicle:
    """The recorded events of one member, ready to be decided upon one after another; a ``quiet``
    one explains nothing."""
    return Chronicle(programmes, history, _apply, quiet=quiet)


def fold_events(
    programmes: Mapping[int, Programme],
    events: Iterable[Event],
    shared: SharedFacts,
    *,
    until: Instant | None = None,
) -> Fold:
    """Fold recorded events from nothing, in business order; settled grants come from ``shared``.

    ``until`` leaves out later events and then lets time pass up to it.
    """
    recorded = list(events)
    chosen = [event for event in recorded if until is None or event.occurred_at <= until]
    # What is withdrawn later had never been, then as now.
    result = Chronicle(programmes, chosen, _apply, withdrawn=withdrawn_in(recorded)).fold(shared)
    if until is not None and chosen:
        advance_state(programmes, result.state, result.books, result.moves, until)
        result.state.horizon = max(result.state.horizon, until)
    return result


def fold(
    programmes: Mapping[int, Programme],
    events: Iterable[Event],
    shared: SharedFacts,
    *,
    until: Instant | None = None,
) -> MemberState:
    """The state that recorded events lead to (``fold_events``)."""
    return fold_events(programmes, events, shared, until=until).state


def advance(programmes: Mapping[int, Programme], state: MemberState, at: Instant) -> MemberState:
    """The state as it stands at an instant not before its horizon, if nothing else happens."""
    later = state.copy()
    if programmes:
        advance_state(programmes, later, Books(later), [], at)
    later.horizon = max(later.horizon, at)
    return later
