"""A member's whole history, folded, ready to take one more event wherever it belongs.

Data flow.  ``decide`` finds the event's place in business order.  At the end it is one more step of
the fold.  Earlier, the history is folded again from that place on, and the decision is the
difference between the lines after the place as they were and as they are now.

To make many late events of one member affordable (an older file imported after a newer one), the
chronicle keeps two folds: the whole, and the part up to the place where the latest late event went
in, which is where the next one usually goes.

Invariant: ``whole`` is the fold of ``events``; nothing is asked between ``decide`` and ``keep``.
A decision that is not kept, or a refusal, leaves the chronicle as it was (it may have to fold
again).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from habitue.domain.engine.caps import NO_CEILINGS, BudgetDesk
from habitue.domain.engine.contributing import (
    refuse_contribution,
    refuse_withdrawal,
    withdrawn_in,
)
from habitue.domain.engine.differences import (
    decision_of,
    lots_opened,
    moves_between,
    postings_between,
)
from habitue.domain.engine.folding import Fold
from habitue.domain.engine.types import (
    Decision,
    MemberState,
    SharedFacts,
)
from habitue.domain.engine.waiting import refuse_unknown
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    Adjustment,
    Contribution,
    Event,
    EventKey,
    MergeIn,
    MergeOut,
    Purchase,
    Redemption,
    Return,
    TransferOut,
    Unmerge,
    Withdrawal,
)
from habitue.domain.programme.model import Programme

Apply: TypeAlias = Callable[[Fold, Event], None]


@dataclass(frozen=True, slots=True)
class _Mark:
    """How many lines there were before an event."""

    postings: int
    opened: int
    moves: int


@dataclass(slots=True)
class _Proposal:
    events: list[Event]
    whole: Fold
    marks: list[_Mark]
    prefix: tuple[int, Fold] | None


class Chronicle:
    """All recorded events of one member in one programme."""

    def __init__(
        self,
        programmes: Mapping[int, Programme],
        events: Sequence[Event],
        apply: Apply,
        *,
        quiet: bool = False,
        withdrawn: frozenset[EventKey] = frozenset(),
    ) -> None:
        self._programmes = programmes
        self._apply = apply
        self._quiet = quiet
        # What a survivor has withdrawn of what this member, a duplicate, once contributed.
        self._withdrawn = withdrawn
        self._events = sorted(events, key=lambda event: event.order_key)
        self._whole: Fold | None = None
        self._marks: list[_Mark] = []
        self._prefix: tuple[int, Fold] | None = None
        self._proposal: _Proposal | None = None
        self._ceilings = NO_CEILINGS
        self._frozen = True
        # What members shared when something was asked latest: a merge looks its duplicate up there.
        self._shared = SharedFacts()

    @property
    def events(self) -> Sequence[Event]:
        """The events in business order."""
        return self._events

    @property
    def lines(self) -> int:
        """How much it holds: the lines of all receipts, and one for every other event."""
        return sum(
            len(event.body.lines) if isinstance(event.body, Purchase) else 1
            for event in self._events
        )

    def fold(self, shared: SharedFacts) -> Fold:
        """The fold of all events, with the grants that were settled; do not change it."""
        self._shared = shared
        return self._folded(shared)

    def decide(self, event: Event, shared: SharedFacts) -> Decision:
        """Decide about an event, wherever it belongs.  Raises ``Refusal``."""
        self._proposal, self._shared = None, shared
        place = len(self._events)
        while place and self._events[place - 1].order_key > event.order_key:
            place -= 1
        _refuse_return_before_purchase(self._events[place:], event)
        if isinstance(event.body, Unmerge):
            self._refuse_unmerge(event.body)
            return self._decide_without(place, event, shared)
        if isinstance(event.body, Withdrawal):
            return self._decide_withdrawal(place, event, shared)
        if isinstance(event.body, Contribution) and event.version_number in self._programmes:
            refuse_contribution(list(self._known()), event, self._programmes[event.version_number])
        if place == len(self._events):
            return self._decide_in_order(event, shared)
        return self._decide_late(place, event, shared)

    def keep(self) -> None:
        """Take the latest decision over."""
        proposal = self._proposal
        assert proposal is not None, "there is a decision to keep"
        self._events, self._whole = proposal.events, proposal.whole
        self._marks, self._prefix = proposal.marks, proposal.prefix
        self._proposal = None

    # --- the three ways ---------------------------------------------------------------------------

    def _decide_in_order(self, event: Event, shared: SharedFacts) -> Decision:
        whole = self._folded(shared)
        # The fold is changed in place; if the event is refused it is made again when needed.
        self._whole = None
        mark = _mark(whole)
        whole.desk = BudgetDesk.open(shared, frozen=False)
        self._step(whole, event, strict=True)
        refuse_unknown(whole, event)
        self._proposal = _Proposal(
            [*self._events, event], whole, [*self._marks, mark], self._prefix
        )
        return decision_of(
            whole,
            event,
            whole.books.postings[mark.postings :],
            whole.books.opened[mark.opened :],
            whole.moves[mark.moves :],
        )

    def _decide_late(self, place: int, event: Event, shared: SharedFacts) -> Decision:
        before = self._folded(shared)
        start, proposal = self._with_late(place, event, shared)
        result = proposal.whole
        refuse_unknown(result, event)
        _refuse_new_shortfall(event, before, result)
        self._proposal = proposal
        return _difference(event, before, result, self._marks[start])

    def _with_late(self, place: int, event: Event, shared: SharedFacts) -> tuple[int, _Proposal]:
        """The fold with a late event, and the place from which on it was folded; no budget gives
        more than it holds."""
        start, ceilings = place, NO_CEILINGS
        while True:
            result = self._up_to(start, shared)
            marks = self._marks[:start]
            result.desk = BudgetDesk.open(shared, frozen=False, ceilings=ceilings)
            for earlier in self._events[start:place]:
                marks.append(_mark(result))
                self._step(result, earlier)
            marks.append(_mark(result))
            self._step(result, event, strict=True)
            own = (result.outcomes, result.line_points, result.matched, result.portions)
            prices = result.prices
            prefix = (place + 1, result.copy())
            for later in self._events[place:]:
                marks.append(_mark(result))
                self._step(result, later)
            result.desk.release(known.event_id for known in self._events[start:])
            lowered = result.desk.lowered(event.event_id)
            if lowered is ceilings and (not start or not result.desk.overdrawn):
                result.outcomes, result.line_points, result.matched, result.portions = own
                result.prices = prices
                events = [*self._events[:place], event, *self._events[place:]]
                return start, _Proposal(events, result, marks, prefix)
            # What stands before the event may have to be lowered too: all is folded again.
            start, ceilings = 0, lowered

    def _refuse_unmerge(self, body: Unmerge) -> None:
        if not any(_merge_of(known) == body.merge for known in self._events) or (
            body.merge in _undone_merges(self._events)
        ):
            raise Refusal(Code.UNKNOWN_EVENT, "merge", value=body.merge)

    def _decide_withdrawal(self, place: int, event: Event, shared: SharedFacts) -> Decision:
        """As for a merge that is undone; refused where it would leave a debt in points of which the
        programme allows none."""
        meant = refuse_withdrawal(list(self._known()), event)
        before = _shortfalls(self._folded(shared))
        decision = self._decide_without(place, event, shared, meant.event_id)
        proposal = self._proposal
        assert proposal is not None, "the withdrawal was decided"
        points = proposal.whole.programme_of(meant).points
        for currency, short in _shortfalls(proposal.whole).items():
            strict = currency in points and points[currency].negative == "refuse"
            if strict and short > before.get(currency, 0):
                self._proposal = None
                raise Refusal(
                    Code.RETURN_EXCEEDS_BALANCE,
                    "contribution",
                    value=short,
                    limit=before.get(currency, 0),
                )
        return decision

    def _decide_without(
        self, place: int, event: Event, shared: SharedFacts, *released: str
    ) -> Decision:
        """The difference between the folds with and without what the event takes out; shortfalls
        follow the policy for negative balances.  Events of others that are ``released`` give back
        what they were granted."""
        before = self._folded(shared)
        both = Chronicle(
            self._programmes,
            [*self._events[:place], event, *self._events[place:]],
            self._apply,
            withdrawn=self._withdrawn,
        )
        # A merge that is undone gives to nobody anew; what a withdrawal leaves room for is given.
        both._frozen = isinstance(event.body, Unmerge)
        while True:
            after = both.fold(shared)
            after.desk.release([*(known.event_id for known in self._events), *released])
            lowered = after.desk.lowered(event.event_id)
            if lowered is both._ceilings:
                break
            both._ceilings, both._whole = lowered, None
        after.outcomes, after.line_points, after.matched, after.portions = [], {}, [], ()
        after.history_of = self._past_of
        self._proposal = _Proposal(both._events, after, both._marks, None)
        return _difference(event, before, after, _Mark(0, 0, 0))

    # --- folding ----------------------------------------------------------------------------------

    def _folded(self, shared: SharedFacts) -> Fold:
        if self._whole is None:
            self._whole = self._start(shared)
            self._marks = []
            for event in self._events:
                self._marks.append(_mark(self._whole))
                self._step(self._whole, event)
        return self._whole

    def _up_to(self, place: int, shared: SharedFacts) -> Fold:
        """A fold of the events before a place, free to be changed."""
        start = 0
        if self._prefix is not None and self._prefix[0] <= place:
            start, kept = self._prefix
            result = kept.copy()
            result.desk = BudgetDesk.open(shared, frozen=True)
        else:
            result = self._start(shared)
        for event in self._events[start:place]:
            self._step(result, event)
        return result

    def _start(self, shared: SharedFacts) -> Fold:
        result = Fold(
            self._programmes,
            MemberState(),
            BudgetDesk.open(shared, frozen=self._frozen, ceilings=self._ceilings),
            remember=True,
        )
        if self._whole is not None:
            result.baskets = self._whole.baskets
        result.undone_merges = _undone_merges(self._events)
        result.withdrawn = withdrawn_in(self._events) | self._withdrawn
        result.history_of = self._past_of
        return result

    def _past_of(self, member: str, merge: str) -> Fold | None:
        """The fold of a duplicate up to the merge; ``None``: its events are not at hand."""
        events = self._shared.duplicates.get(member)
        if events is None:
            return None
        ordered = sorted(events, key=lambda event: event.order_key)
        end = next(
            (
                place
                for place, event in enumerate(ordered)
                if isinstance(event.body, MergeOut) and event.body.merge == merge
            ),
            len(ordered),
        )
        events = ordered[:end]
        gone = withdrawn_in(self._events) | self._withdrawn
        past = Chronicle(self._programmes, events, self._apply, withdrawn=gone).fold(self._shared)
        left_out = gone - withdrawn_in(events)
        past.lacking = past.lacking or any(event.key in left_out for event in events)
        return past

    def _known(self) -> Iterator[Event]:
        """The events of the member, and of those whom merges that stand brought, in turn."""
        waiting: list[Sequence[Event]] = [self._events]
        while waiting:
            events = waiting.pop()
            undone = _undone_merges(events)
            yield from events
            for event in events:
                body = event.body
                if isinstance(body, MergeIn) and body.merge not in undone:
                    waiting.append(self._shared.duplicates.get(body.from_member, ()))

    def _step(self, result: Fold, event: Event, *, strict: bool = False) -> None:
        result.strict = event.event_id if strict else ""
        result.asked = event.event_id if strict else result.asked
        result.quiet = self._quiet or not strict
        if _merge_of(event) not in result.undone_merges and event.key not in result.withdrawn:
            self._apply(result, event)


def _difference(event: Event, before: Fold, after: Fold, since: _Mark) -> Decision:
    """The decision that leads from one fold to the other; up to a mark they are equal."""
    return decision_of(
        after,
        event,
        postings_between(
            before.books.postings[since.postings :], after.books.postings[since.postings :]
        ),
        lots_opened(before.books.opened[since.opened :], after.books.opened[since.opened :]),
        moves_between(before.moves[since.moves :], after.moves[since.moves :]),
    )


def _mark(result: Fold) -> _Mark:
    return _Mark(len(result.books.postings), len(result.books.opened), len(result.moves))


def _merge_of(event: Event) -> str:
    body = event.body
    return body.merge if isinstance(body, MergeIn | MergeOut) else ""


def _undone_merges(events: Sequence[Event]) -> frozenset[str]:
    return frozenset(event.body.merge for event in events if isinstance(event.body, Unmerge))


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
