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

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from habitue.domain.engine.advancing import advance as advance_state
from habitue.domain.engine.caps import BudgetDesk
from habitue.domain.engine.folding import Fold, apply_earning_event, cause_of
from habitue.domain.engine.lots import Books
from habitue.domain.engine.merging import apply_merge_in, apply_merge_out
from habitue.domain.engine.restoring import apply_confirmation, apply_undo
from habitue.domain.engine.returning import apply_return
from habitue.domain.engine.spending import (
    apply_adjustment,
    apply_redemption,
    apply_transfer_in,
    apply_transfer_out,
)
from habitue.domain.engine.types import (
    Allotment,
    Decision,
    Draw,
    LotOpened,
    MemberState,
    Posting,
    SharedFacts,
    TierMove,
)
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    Adjustment,
    Advance,
    Body,
    Confirmation,
    Enrolment,
    Event,
    MergeIn,
    MergeOut,
    Purchase,
    Redemption,
    Return,
    TransferIn,
    TransferOut,
    Undo,
    Unmerge,
    Visit,
)
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant


def _apply_advance(fold: Fold, event: Event) -> None:
    fold.finish(fold.begin(event), event, cause_of(event))


_APPLY: dict[type[Body], Callable[[Fold, Event], None]] = {
    Purchase: apply_earning_event,
    Visit: apply_earning_event,
    Enrolment: apply_earning_event,
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
    Advance: _apply_advance,
}

_NEED_HISTORY = (Return, Undo, Confirmation, MergeIn, Unmerge)


def needs_history(state: MemberState, event: Event) -> bool:
    """Whether the event must be decided with the member's whole history."""
    if isinstance(event.body, _NEED_HISTORY):
        return True
    return state.latest is not None and event.order_key < state.latest


def decide(
    programmes: Mapping[int, Programme], state: MemberState, event: Event, shared: SharedFacts
) -> Decision:
    """Decide about an event in order from the member's state alone.

    ``state`` is not changed; the decision carries the next one.  Raises ``Refusal``.
    """
    assert not needs_history(state, event), "this event needs the member's history"
    fold = Fold(programmes, state.copy(), BudgetDesk.open(shared, frozen=False))
    fold.strict = event.event_id
    _APPLY[type(event.body)](fold, event)
    return _decision(fold, event, fold.books.postings, fold.books.opened, fold.moves)


def decide_with_history(
    programmes: Mapping[int, Programme],
    history: Sequence[Event],
    event: Event,
    shared: SharedFacts,
) -> Decision:
    """Decide about any event, given all events of the member recorded before, in any order.

    The decision holds the event's own lines and, where it is late, the corrections of what it
    touched: the difference between the folds with and without it.  Raises ``Refusal``.
    """
    ordered = sorted(history, key=lambda known: known.order_key)
    place = _place(ordered, event)
    _refuse_return_before_purchase(ordered[place:], event)
    if isinstance(event.body, Unmerge):
        return _decide_unmerge(programmes, ordered, place, event, shared)
    fold = _fold(programmes, ordered[:place], shared, frozen=place == len(ordered))
    if place == len(ordered):
        before = (len(fold.books.postings), len(fold.books.opened), len(fold.moves))
        fold.desk = BudgetDesk.open(shared, frozen=False)
        fold.strict = event.event_id
        _APPLY[type(event.body)](fold, event)
        return _decision(
            fold,
            event,
            fold.books.postings[before[0] :],
            fold.books.opened[before[1] :],
            fold.moves[before[2] :],
        )
    return _decide_late(programmes, ordered, place, event, shared)


def _decide_late(
    programmes: Mapping[int, Programme],
    ordered: Sequence[Event],
    place: int,
    event: Event,
    shared: SharedFacts,
) -> Decision:
    without = _fold(programmes, ordered, shared, frozen=True)
    fold = _fold(programmes, ordered[:place], shared, frozen=False)
    fold.strict = event.event_id
    _APPLY[type(event.body)](fold, event)
    own = (fold.outcomes, fold.line_points, fold.matched, fold.portions)
    for later in ordered[place:]:
        _APPLY[type(later.body)](fold, later)
    _refuse_new_shortfall(event, without, fold)
    fold.outcomes, fold.line_points, fold.matched, fold.portions = own
    return _decision(
        fold,
        event,
        _difference(without.books.postings, fold.books.postings),
        _opened(without.books.opened, fold.books.opened),
        _moved(without.moves, fold.moves),
    )


def _decide_unmerge(
    programmes: Mapping[int, Programme],
    ordered: Sequence[Event],
    place: int,
    event: Event,
    shared: SharedFacts,
) -> Decision:
    """The difference between the folds with and without the merge; shortfalls follow the policy."""
    body = event.body
    assert isinstance(body, Unmerge), "only for unmerging"
    merges = [known for known in ordered if _merge_of(known) == body.merge]
    if not merges or body.merge in _undone_merges(ordered):
        raise Refusal(Code.UNKNOWN_EVENT, "merge", value=body.merge)
    without = _fold(programmes, ordered, shared, frozen=True)
    both = [*ordered[:place], event, *ordered[place:]]
    result = _fold(programmes, both, shared, frozen=False)
    return _decision(
        result,
        event,
        _difference(without.books.postings, result.books.postings),
        _opened(without.books.opened, result.books.opened),
        _moved(without.moves, result.moves),
    )


def _merge_of(event: Event) -> str:
    body = event.body
    return body.merge if isinstance(body, MergeIn | MergeOut) else ""


def _undone_merges(events: Iterable[Event]) -> set[str]:
    return {event.body.merge for event in events if isinstance(event.body, Unmerge)}


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
    ordered = sorted(events, key=lambda known: known.order_key)
    if until is not None:
        ordered = [event for event in ordered if event.occurred_at <= until]
    result = _fold(programmes, ordered, shared, frozen=True)
    if until is not None and ordered:
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


def apply_draws(shared: SharedFacts, draws: Iterable[Draw]) -> None:
    """Bring shared facts up to date after a decision, for the next one in the same batch."""
    for draw in draws:
        if draw.budget in shared.remaining_units:
            shared.remaining_units[draw.budget] -= draw.taken
        if draw.budget in shared.remaining_times:
            shared.remaining_times[draw.budget] -= draw.times
        shared.allotments[(draw.event_id, draw.budget)] = Allotment(
            draw.wanted, draw.granted, draw.granted_times
        )


def _fold(
    programmes: Mapping[int, Programme],
    ordered: Sequence[Event],
    shared: SharedFacts,
    *,
    frozen: bool,
) -> Fold:
    result = Fold(programmes, MemberState(), BudgetDesk.open(shared, frozen=frozen), remember=True)
    result.history_of = partial(_history_of, programmes, shared)
    undone = _undone_merges(ordered)
    for event in ordered:
        if _merge_of(event) not in undone or not undone:
            _APPLY[type(event.body)](result, event)
    return result


def _history_of(
    programmes: Mapping[int, Programme], shared: SharedFacts, member: str, merge: str
) -> Fold | None:
    """The fold of a duplicate up to the merge; ``None`` where its events are not at hand."""
    events = shared.duplicates.get(member)
    if events is None:
        return None
    ordered = sorted(events, key=lambda known: known.order_key)
    end = next(
        (
            place
            for place, event in enumerate(ordered)
            if isinstance(event.body, MergeOut) and event.body.merge == merge
        ),
        len(ordered),
    )
    return _fold(programmes, ordered[:end], shared, frozen=True)


def _place(ordered: Sequence[Event], event: Event) -> int:
    place = len(ordered)
    while place and ordered[place - 1].order_key > event.order_key:
        place -= 1
    return place


def _refuse_return_before_purchase(later: Sequence[Event], event: Event) -> None:
    body = event.body
    if not isinstance(body, Return) or body.purchase is None:
        return
    for known in later:
        if known.key == body.purchase:
            raise Refusal(
                Code.RETURN_BEFORE_PURCHASE,
                "occurred_at",
                value=event.occurred_at,
                limit=known.occurred_at,
            )


def _refuse_new_shortfall(event: Event, without: Fold, after: Fold) -> None:
    """A late spending must not cause debt or loss that would not be there without it.

    Late earning is never refused for what was spent since: its shortfall follows SEMANTICS 15.
    """
    body = event.body
    spends = isinstance(body, Redemption | TransferOut)
    spends = spends or (isinstance(body, Adjustment) and body.units < 0)
    spends = spends or (isinstance(body, Purchase) and bool(body.points_paid))
    if not spends:
        return
    before, now = _shortfalls(without), _shortfalls(after)
    for currency, short in now.items():
        if short > before.get(currency, 0):
            raise Refusal(
                Code.NOT_ENOUGH_POINTS,
                "units",
                value=short,
                limit=before.get(currency, 0),
                currency=currency,
            )


def _shortfalls(result: Fold) -> dict[str, int]:
    """What is owed or was written off, per currency."""
    short = dict(result.state.debts)
    for posting in result.books.postings:
        if posting.kind == "write_off":
            short[posting.currency] = short.get(posting.currency, 0) + posting.amount
    return short


def _decision(
    fold: Fold,
    event: Event,
    postings: list[Posting],
    lots: list[LotOpened],
    moves: list[TierMove],
) -> Decision:
    return Decision(
        event_id=event.event_id,
        postings=postings,
        lots=lots,
        moves=moves,
        draws=[draw for draw in fold.desk.draws.values() if _is_news(fold.desk.shared, draw)],
        outcomes=fold.outcomes,
        state=fold.state,
        line_points=fold.line_points,
        matched=fold.matched,
        portions=fold.portions,
        handed_over=fold.handed_over,
    )


def _is_news(shared: SharedFacts, draw: Draw) -> bool:
    settled = shared.allotments.get((draw.event_id, draw.budget))
    if settled is None:
        return bool(draw.wanted)
    return settled != Allotment(draw.wanted, draw.granted, draw.granted_times)


_PostingKey = tuple[str, str | None, str, Instant, str, int, str | None, str | None]


def _posting_key(posting: Posting) -> _PostingKey:
    return (
        posting.currency,
        posting.lot_id,
        posting.kind,
        posting.effective_at,
        posting.event_id,
        posting.version_number,
        posting.rule,
        posting.against,
    )


def _difference(before: Sequence[Posting], after: Sequence[Posting]) -> list[Posting]:
    """The lines that lead from one set of postings to another, in business order."""
    totals: dict[_PostingKey, int] = {}
    sample: dict[_PostingKey, Posting] = {}
    for sign, postings in ((-1, before), (1, after)):
        for posting in postings:
            key = _posting_key(posting)
            totals[key] = totals.get(key, 0) + sign * posting.amount
            sample[key] = posting
    lines = [replace(sample[key], amount=amount) for key, amount in totals.items() if amount]
    lines.sort(key=lambda line: (line.effective_at, line.event_id, line.currency))
    return lines


def _opened(before: Sequence[LotOpened], after: Sequence[LotOpened]) -> list[LotOpened]:
    known = {lot.lot_id for lot in before}
    return [lot for lot in after if lot.lot_id not in known]


def _moved(before: Sequence[TierMove], after: Sequence[TierMove]) -> list[TierMove]:
    count = Counter(after)
    count.subtract(Counter(before))
    moves: list[TierMove] = []
    for move, times in count.items():
        sign = 1 if times > 0 else -1
        moves.extend([replace(move, sign=sign)] * abs(times))
    moves.sort(key=lambda move: (move.at, -move.sign, move.from_tier))
    return moves
