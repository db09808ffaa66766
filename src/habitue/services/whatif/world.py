"""Members as they would stand under other versions: a desk that lives in memory only.

Data flow.  Recorded events come in the order of recording; each is decided by the same engine, with
what its member and the shared budgets hold *here*, and taken over.  ``finish`` lets time pass.

Invariants.
* With the recorded versions, and every event of everybody who shares something, it ends as the
  ledger does (SEMANTICS 41).
* An event that these versions refuse leaves no trace but in ``refused``; nothing that happened is
  ever a reason to stop.  What customers then did without is told, not guessed: a purchase stays a
  purchase when points cannot pay a part of it.
* What one member hands to another (a transfer, a merge) is what they have here, not what was
  recorded; so members who are linked are put before one ``World`` together.
* Budgets and stock are settled in the order of recording (SEMANTICS 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from habitue.data.ledger.duplicates import Histories, merged_in
from habitue.domain.engine.advancing import advance
from habitue.domain.engine.chronicle import Chronicle
from habitue.domain.engine.deciding import chronicle, decide
from habitue.domain.engine.lots import Books
from habitue.domain.engine.rewarding import reward_of
from habitue.domain.engine.types import (
    Allotment,
    Decision,
    Draw,
    MemberState,
    Posting,
    SharedFacts,
    TierMove,
)
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    Confirmation,
    Contribution,
    Event,
    MergeIn,
    MergeOut,
    OrderKey,
    Profile,
    Purchase,
    Redemption,
    Return,
    Scalar,
    TransferIn,
    Undo,
    Unmerge,
    Withdrawal,
)
from habitue.domain.programme.experience import BudgetPast
from habitue.domain.programme.fields import read_attribute
from habitue.kit.instants import Instant, day_start, local_day
from habitue.kit.periods import PeriodUnit, period_start
from habitue.selectors.programmes import Compiled
from habitue.services.intake.desk import shared_facts
from habitue.services.intake.stock import periodic_stock
from habitue.services.transfers import ARRIVALS

# Whoever has one of these is folded with the whole history at hand, from the beginning.
LOOKING_BACK: Final = (
    *(Return, Undo, Confirmation, MergeOut, MergeIn, Unmerge),
    *(Contribution, Withdrawal),
)

_NOTHING_SHARED: Final = SharedFacts()
_NO_POINTS: Final = frozenset({Code.NOT_ENOUGH_POINTS, Code.UNKNOWN_POINTS})
_NO_DISCOUNT: Final = frozenset(
    {Code.UNKNOWN_DISCOUNT, Code.DISCOUNT_LIMIT_REACHED, Code.DISCOUNT_USED_UP}
)


@dataclass(slots=True)
class Told:
    """What one event, or one member's whole history, wrote.

    ``events`` are those that the lines may be about, by their ids.
    """

    postings: list[Posting]
    moves: list[TierMove]
    events: dict[str, Event]


@dataclass(frozen=True, slots=True)
class Refused:
    """An event of the past that these versions would not have accepted, and why.

    ``kind`` is the kind of the event, or ``points_paid`` or ``discount`` where a purchase stood but
    no points could pay for it, or no discount was to be had.
    """

    kind: str
    code: Code
    reward: str


@dataclass(slots=True)
class _Account:
    state: MemberState = field(default_factory=MemberState)
    past: Chronicle | None = None
    allotments: dict[tuple[str, str], Allotment] = field(default_factory=dict)
    duplicates: Histories = field(default_factory=dict)


@dataclass(slots=True)
class _Use:
    """What was asked of a budget, net of what came back, and when it could first not give it."""

    wanted: int = 0
    ran_out_at: Instant | None = None


class World:
    """Some members of one programme under some versions of it.

    ``tell`` is called with what was written once nothing can change it any more; ``refuse`` with
    what was not accepted.
    """

    def __init__(
        self,
        compiled: Compiled,
        *,
        tell: Callable[[str, Told], None],
        refuse: Callable[[Event, Refused], None],
    ) -> None:
        self._compiled = compiled
        self._tell = tell
        self._refuse = refuse
        self._accounts: dict[str, _Account] = {}
        self._books: dict[str, tuple[int, int]] = dict.fromkeys(compiled.budgets, (0, 0))
        self._period_books: dict[tuple[str, PeriodUnit], tuple[Instant, int]] = {}
        self._uses: dict[str, _Use] = {}
        self._sent: dict[str, Decision] = {}
        self._handed_over: dict[str, dict[str, Any]] = {}

    def open(self, member: str, *, looks_back: bool) -> None:
        """Let a member in, with nothing; ``looks_back``: some event needs the history."""
        past = chronicle(self._compiled.versions, [], quiet=True) if looks_back else None
        self._accounts[member] = _Account(past=past)

    def take(self, member: str, event: Event, *, recorded_at: Instant) -> None:
        """Decide about one event and keep what comes of it."""
        given = self._as_it_would_be(event)
        if given is None:
            self._refuse(event, Refused(event.kind, Code.NOT_ENOUGH_POINTS, ""))
            return
        account = self._accounts[member]
        while True:
            try:
                decision = self._decide(account, given, recorded_at)
            except Refusal as refusal:
                lighter = _without_what_is_refused(given, refusal.code)
                if lighter is None:
                    body = given.body
                    reward = reward_of(body) if isinstance(body, Redemption) else ""
                    self._refuse(event, Refused(event.kind, refusal.code, reward))
                    return
                kind, given = lighter
                self._refuse(event, Refused(kind, refusal.code, ""))
            else:
                self._keep(member, account, given, decision, recorded_at)
                return

    def finish(self, member: str, *, until: Instant) -> MemberState:
        """Let time pass up to an instant, tell what is left to tell, and let the member go."""
        account = self._accounts.pop(member)
        programmes = self._compiled.versions
        state, events = account.state, {}
        postings: list[Posting] = []
        moves: list[TierMove] = []
        if account.past is not None:
            events = {event.event_id: event for event in account.past.events}
            fold = account.past.fold(self._shared_of_past(account))
            state, postings, moves = fold.state.copy(), [*fold.books.postings], [*fold.moves]
        if state.latest is not None and state.horizon < until:
            books = Books(state)
            advance(programmes, state, books, moves, until)
            state.horizon = max(state.horizon, until)
            postings += books.postings
        self._tell(member, Told(postings, moves, events))
        return state

    @property
    def budgets(self) -> dict[str, BudgetPast]:
        """What became of the budgets that something was asked of."""
        return {
            key: BudgetPast(self._books[key][0], use.wanted, use.ran_out_at)
            for key, use in self._uses.items()
        }

    # --- one event --------------------------------------------------------------------------------

    def _as_it_would_be(self, event: Event) -> Event | None:
        """The event with what other members send here, and without the price of another version;
        ``None`` where nobody sends anything."""
        body = event.body
        if isinstance(body, Redemption) and reward_of(body) and body.units:
            return replace(event, body=replace(body, units=0))
        if isinstance(body, TransferIn) and event.key.source == ARRIVALS:
            sent = self._sent.pop(event.key.external_id, None)
            if sent is None:
                return None
            return replace(event, body=replace(body, portions=sent.portions))
        if isinstance(body, Profile):
            return replace(event, attributes=self._declared(event))
        if isinstance(body, MergeIn) and body.merge in self._handed_over:
            return replace(event, body=replace(body, state=self._handed_over[body.merge]))
        return event

    def _declared(self, event: Event) -> dict[str, Scalar]:
        """What is noted of a member here: whatever is not declared is asked for by nobody."""
        version = self._compiled.versions.get(event.version_number)
        words = {} if version is None else version.member_attributes
        return {
            name: value
            for name, value in event.attributes.items()
            if name in words and (value == "" or read_attribute(value, words[name]) is not None)
        }

    def _decide(self, account: _Account, event: Event, recorded_at: Instant) -> Decision:
        if event.version_number not in self._compiled.versions:
            raise Refusal(Code.UNKNOWN_VERSION, value=event.version_number)
        if isinstance(event.body, MergeIn):
            self._join(account, event.body)
        shared = self._shared(account, event, recorded_at)
        if account.past is not None:
            return account.past.decide(event, shared)
        return decide(self._compiled.versions, account.state, event, shared, quiet=True)

    def _keep(
        self,
        member: str,
        account: _Account,
        event: Event,
        decision: Decision,
        recorded_at: Instant,
    ) -> None:
        account.state = decision.state
        if account.past is not None:
            account.past.keep()
        else:
            self._tell(member, Told(decision.postings, decision.moves, {event.event_id: event}))
        for draw in decision.draws:
            units, times = self._books[draw.budget]
            self._note_period(draw.budget, event, recorded_at)
            self._note_use(account, event, draw)
            self._books[draw.budget] = (units + draw.taken, times + draw.times)
            account.allotments[(draw.event_id, draw.budget)] = Allotment(
                draw.wanted, draw.granted, draw.granted_times
            )
        if event.kind == "transfer_out":
            self._sent[event.event_id] = decision
        if decision.handed_over is not None and isinstance(event.body, MergeOut):
            self._handed_over[event.body.merge] = decision.handed_over

    def _join(self, account: _Account, body: MergeIn) -> None:
        """Have at hand what a duplicate did up to now, and what theirs did."""
        waiting = {body.from_member: body.merge}
        while waiting:
            member, merge = waiting.popitem()
            other = self._accounts.get(member)
            if other is None or other.past is None:
                continue
            events = [event for event in other.past.events if not _leaves(event, merge)]
            account.duplicates[member] = events
            account.allotments = other.allotments | account.allotments
            waiting |= merged_in(events)

    # --- what members share -----------------------------------------------------------------------

    def _shared(self, account: _Account, event: Event, recorded_at: Instant) -> SharedFacts:
        compiled = self._compiled
        if not compiled.budgets:
            if account.duplicates:
                return SharedFacts(duplicates=account.duplicates)
            return _NOTHING_SHARED
        shared = shared_facts(compiled, event, self._books, account.allotments)
        stock = periodic_stock(compiled, event)
        if stock is not None and stock.every is not None and stock.times is not None:
            now = self._books[stock.key][1]
            since = self._period(stock.every, event, recorded_at)
            period, before = self._period_books.get((stock.key, stock.every), (since, now))
            taken = now - before if period == since else 0
            shared.remaining_times[stock.key] = stock.times - taken
        shared.duplicates = account.duplicates
        return shared

    def _note_period(self, key: str, event: Event, recorded_at: Instant) -> None:
        """Before a draw: what the books of a stock said when its period began."""
        budget = self._compiled.budget(key, event.version_number)
        if budget is None or budget.every is None:
            return
        since = self._period(budget.every, event, recorded_at)
        known = self._period_books.get((key, budget.every))
        if known is None or known[0] != since:
            self._period_books[(key, budget.every)] = (since, self._books[key][1])

    def _note_use(self, account: _Account, event: Event, draw: Draw) -> None:
        """Before a draw is booked: whether the budget itself is why less was granted."""
        use = self._uses.setdefault(draw.budget, _Use())
        before = account.allotments.get((draw.event_id, draw.budget))
        asked = draw.wanted - (0 if before is None else before.wanted)
        use.wanted += asked
        budget = self._compiled.budget(draw.budget, event.version_number)
        if (
            use.ran_out_at is not None
            or budget is None
            or asked <= 0
            or draw.granted >= draw.wanted
        ):
            return
        units, times = self._books[draw.budget]
        lacking = budget.units is not None and budget.units - units < asked
        if lacking or (budget.times is not None and budget.times <= times):
            use.ran_out_at = event.occurred_at

    def _period(self, every: PeriodUnit, event: Event, recorded_at: Instant) -> Instant:
        zone = self._compiled.versions[event.version_number].zone
        return day_start(period_start(local_day(recorded_at, zone), every), zone)

    def _shared_of_past(self, account: _Account) -> SharedFacts:
        return SharedFacts(allotments=account.allotments, duplicates=account.duplicates)


def _without_what_is_refused(event: Event, code: Code) -> tuple[str, Event] | None:
    """A purchase stands also where it is not paid with points, or has no discount of the programme:
    what it would then be without, and the purchase.  ``None`` for whatever else is refused."""
    body = event.body
    if not isinstance(body, Purchase):
        return None
    if body.points_paid and code in _NO_POINTS:
        # The customer would have paid with money instead.
        return "points_paid", replace(event, body=replace(body, points_paid=()))
    if body.discounts and code in _NO_DISCOUNT:
        return "discount", replace(event, body=replace(body, discounts=()))
    return None


def _leaves(event: Event, merge: str) -> bool:
    return isinstance(event.body, MergeOut) and event.body.merge == merge


def looks_back(events: Iterable[Event]) -> bool:
    """Whether one of these events of one member, in the order of recording, needs the history."""
    latest: OrderKey | None = None
    for event in events:
        if isinstance(event.body, LOOKING_BACK):
            return True
        if latest is not None and event.order_key < latest:
            return True
        latest = event.order_key
    return False
