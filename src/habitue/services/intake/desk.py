"""The desk at which a batch is decided: members' states and budgets, locked, changed, written.

Order of locks, always: new identifiers, natural keys, receipts, members by id, budgets by key.
The instant of recording is taken after the locks and made later than everything recorded under
them, so that (``recorded_at``, ``batch_id``, ``position``) is a total order in which every decision
saw exactly what stands before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from habitue.data.bulk import write_together
from habitue.data.ledger.duplicates import Histories, merged_in, read_duplicates
from habitue.data.ledger.history import read_allotments, read_histories
from habitue.data.ledger.states import (
    WRITE_STATES,
    StateKey,
    StoredState,
    fetch_states,
    hold_members,
    lock_states,
    make_states,
    read_states,
    state_arrays,
)
from habitue.data.programme.sharing import (
    BudgetKey,
    StoredBudget,
    read_budgets,
    write_budgets,
)
from habitue.domain.engine.chronicle import Chronicle
from habitue.domain.engine.deciding import (
    chronicle,
    decide,
    decide_with_history,
    needs_history,
)
from habitue.domain.engine.snapshot import state_from_json, state_to_json
from habitue.domain.engine.types import (
    Allotment,
    Decision,
    Draw,
    MemberState,
    SharedFacts,
)
from habitue.domain.events import Event, MergeIn, MergeOut, OrderKey
from habitue.kit.ids import new_id
from habitue.kit.instants import FAR_FUTURE, Instant, format_instant
from habitue.selectors.programmes import Compiled
from habitue.services.intake.answering import content_of
from habitue.services.intake.pasts import PASTS
from habitue.services.intake.pricing import prices_of
from habitue.services.intake.rows import Position, Rows
from habitue.services.intake.stock import add_periodic_stock
from habitue.services.intake.transacting import MergedMeanwhileError

# No budgets, nothing shared; the engine only reads it.
_NOTHING_SHARED: Final = SharedFacts()

# Programmes whose latest batch in this process drew on a budget: the next one probably will too.
# It only decides when budgets are locked, never what is decided.
_drawing: set[str] = set()


@dataclass(slots=True)
class Account:
    """One member in one programme, as the batch has left them so far.

    ``duplicates`` are the histories of those merged into the member, once ``past`` is there.
    """

    compiled: Compiled
    state: MemberState
    latest_recorded_at: Instant = 0
    past: Chronicle | None = None
    allotments: dict[tuple[str, str], Allotment] = field(default_factory=dict)
    duplicates: Histories = field(default_factory=dict)
    changed: bool = False


class Desk:
    """Decides events of locked members and keeps what is to be written until ``write``.

    A ``patient`` desk only reads budgets at first, as most batches draw on none and should not
    wait for those that do; ``hold_budgets`` then says whether what it read was still true.  Only
    one that is ``merging`` serves members who were merged: nothing is ever recorded for them.
    """

    def __init__(
        self,
        cursor: psycopg.Cursor[Any],
        *,
        announce: bool = True,
        patient: bool = False,
        merging: bool = False,
    ) -> None:
        self._cursor = cursor
        self._merging = merging
        self._patient = patient
        self._read: dict[BudgetKey, StoredBudget] | None = None
        self._announce = announce
        self._accounts: dict[StateKey, Account] = {}
        self._budgets: dict[BudgetKey, StoredBudget] = {}
        self._drawn: set[BudgetKey] = set()
        self._rows = Rows(UUID(int=0))
        self._foreseeing = False
        self.recorded_at: Instant = 0
        self.recorded_at_text = ""

    def open(
        self,
        members: Mapping[StateKey, Compiled],
        *,
        now: Callable[[], Instant],
        lock: bool = True,
    ) -> None:
        """Lock the members, then the budgets of their programmes; then settle when it is.

        Without ``lock`` nothing is going to be recorded: what is decided is only foreseen.
        """
        self._foreseeing = not lock
        self._open_members(members, lock=lock)
        keys = {
            (compiled.programme_id, key)
            for compiled in members.values()
            for key in compiled.budgets
        }
        if keys:
            later = self._patient and all(programme not in _drawing for programme, _ in keys)
            self._budgets = read_budgets(self._cursor, keys, lock=lock and not later)
            if later:
                self._read = {key: replace(budget) for key, budget in self._budgets.items()}
        latest = max(
            [
                *(account.latest_recorded_at for account in self._accounts.values()),
                *(budget.latest_recorded_at for budget in self._budgets.values()),
            ],
            default=0,
        )
        self.recorded_at = max(now(), latest + 1)
        self.recorded_at_text = format_instant(self.recorded_at)
        self._rows = Rows(new_id(self.recorded_at))

    def hold_budgets(self) -> bool:
        """Lock the budgets that were drawn on, if they are not locked yet.

        False where somebody else drew on one of them since it was read: then everything has to be
        decided again.
        """
        programmes = {programme for programme, _ in self._budgets}
        drawing = {programme for programme, _ in self._drawn}
        _drawing.difference_update(programmes - drawing)
        _drawing.update(drawing)
        if self._read is None or not drawing:
            return True
        keys = [key for key in self._budgets if key[0] in drawing]
        locked = read_budgets(self._cursor, keys, lock=True)
        return all(locked[key] == self._read[key] for key in self._drawn)

    def _open_members(self, members: Mapping[StateKey, Compiled], *, lock: bool) -> None:
        if not members:
            return
        keys = list(members)
        stored = self._lock_members(keys) if lock else self._read_members(keys)
        if lock and not self._merging:
            fresh = [key[0] for key in keys if key not in stored or stored[key].state is None]
            if fresh and not hold_members(self._cursor, fresh):
                raise MergedMeanwhileError
        for key, compiled in members.items():
            found = stored.get(key)
            if found is None or found.state is None:
                latest = 0 if found is None else found.latest_recorded_at
                past = chronicle(compiled.versions, [])
                self._accounts[key] = Account(compiled, MemberState(), latest, past)
            else:
                state = state_from_json(orjson.loads(found.state))
                if _is_merged(state) and not self._merging:
                    raise MergedMeanwhileError
                past = None
                if lock and not compiled.budgets:
                    past = PASTS.take(
                        key, recorded_at=found.latest_recorded_at, version=compiled.latest_number
                    )
                self._accounts[key] = Account(compiled, state, found.latest_recorded_at, past)

    def _read_members(self, keys: Sequence[StateKey]) -> dict[StateKey, StoredState]:
        read_states(self._cursor, keys)
        return fetch_states(self._cursor)

    def _lock_members(self, keys: Sequence[StateKey]) -> dict[StateKey, StoredState]:
        lock_states(self._cursor, keys)
        stored = fetch_states(self._cursor)
        missing = [key for key in keys if key not in stored]
        if missing:
            # Newcomers to the programme.  Nobody can hold a row that is not there, so locking them
            # after the others lets no two batches wait for each other in a circle; whoever makes
            # one of them first is waited for here.
            make_states(self._cursor, missing)
            lock_states(self._cursor, missing)
            stored |= fetch_states(self._cursor)
        return stored

    def remember(self) -> None:
        """Keep the histories that were folded, after the commit, for the next batch."""
        for key, account in self._accounts.items():
            alone = not account.compiled.budgets and not account.duplicates
            if account.past is not None and alone:
                PASTS.put(
                    key,
                    account.past,
                    recorded_at=self.recorded_at if account.changed else account.latest_recorded_at,
                    version=account.compiled.latest_number,
                )

    def account(self, key: StateKey) -> Account:
        """An opened member."""
        return self._accounts[key]

    def expect(self, events: Iterable[tuple[StateKey, Event]]) -> None:
        """Read the histories that these events will need, decided in this order."""
        latest: dict[StateKey, OrderKey] = {}
        needed: set[StateKey] = set()
        merged: dict[StateKey, set[str]] = {}
        for key, event in events:
            if isinstance(event.body, MergeIn):
                merged.setdefault(key, set()).add(event.body.from_member)
            account = self._accounts[key]
            if account.past is None:
                before = latest.get(key)
                late = before is not None and event.order_key < before
                if late or needs_history(account.state, event):
                    needed.add(key)
            latest[key] = max(latest.get(key, event.order_key), event.order_key)
        if not needed and not merged:
            return
        keys = sorted(needed)
        for key, history in read_histories(self._cursor, keys).items() if keys else ():
            account = self._accounts[key]
            account.past = chronicle(account.compiled.versions, history)
            if taken := merged_in(history):
                merged.setdefault(key, set()).update(taken)
        drawing = [key for key in keys if self._accounts[key].compiled.budgets]
        if drawing:
            for key, allotments in read_allotments(self._cursor, drawing).items():
                self._accounts[key].allotments = allotments
        if merged:
            self._read_duplicates(merged)

    def _read_duplicates(self, merged: Mapping[StateKey, Iterable[str]]) -> None:
        """Read the histories of duplicates, and what their events were granted from budgets."""
        for key, duplicates in read_duplicates(self._cursor, merged).items():
            account = self._accounts[key]
            account.duplicates |= duplicates
            if account.compiled.budgets and duplicates:
                keys = [(member, key[1]) for member in sorted(duplicates)]
                for allotments in read_allotments(self._cursor, keys).values():
                    account.allotments |= allotments

    def decide(self, key: StateKey, event: Event) -> tuple[Decision, dict[str, Any]]:
        """Decide about one event; the decision and its answer.  A ``Refusal`` changes nothing."""
        account = self._accounts[key]
        compiled = account.compiled
        shared = self._shared(account, event)
        if account.past is not None:
            decision = account.past.decide(event, shared)
        else:
            decision = decide(compiled.versions, account.state, event, shared)
        content = content_of(
            event,
            decision,
            programme=compiled.versions[event.version_number],
            member=key[0],
            before=account.state,
            recorded_at=self.recorded_at_text,
        )
        if self._foreseeing and decision.prices is not None:
            currency = compiled.versions[event.version_number].currency
            content["prices"] = prices_of(decision.prices, currency=currency)
        return decision, content

    def keep(
        self,
        key: StateKey,
        event: Event,
        decision: Decision,
        *,
        payload: bytes,
        content: dict[str, Any],
    ) -> None:
        """Take a decision over: the next event of the batch sees it, ``write`` writes it."""
        account = self._accounts[key]
        before = [self._draw(account, draw) for draw in decision.draws]
        at = Position(key, event, self.recorded_at)
        self._rows.add(at, decision, before, payload, content)
        if self._announce:
            self._rows.announce(at, content)
        account.state = decision.state
        account.changed = True
        if account.past is not None:
            account.past.keep()

    def keep_anonymous(
        self,
        event: Event,
        *,
        programme: str,
        receipt: str | None,
        payload: bytes,
        answer: bytes,
    ) -> None:
        """Take over an anonymous purchase, or (with its ``receipt``) a return of one."""
        self._rows.add_anonymous(
            event,
            programme=programme,
            receipt=receipt,
            recorded_at=self.recorded_at,
            payload=payload,
            answer=answer,
        )

    def _draw(self, account: Account, draw: Draw) -> tuple[int, int]:
        """Book a draw; answers the budget's books before it."""
        key = (account.compiled.programme_id, draw.budget)
        book = self._budgets[key]
        before = (book.units_taken, book.times_taken)
        book.units_taken += draw.taken
        book.times_taken += draw.times
        self._drawn.add(key)
        account.allotments[(draw.event_id, draw.budget)] = Allotment(
            draw.wanted, draw.granted, draw.granted_times
        )
        return before

    def _shared(self, account: Account, event: Event) -> SharedFacts:
        compiled = account.compiled
        if not compiled.budgets:
            if account.duplicates:
                return SharedFacts(duplicates=account.duplicates)
            return _NOTHING_SHARED
        books = {
            key: (book.units_taken, book.times_taken)
            for key in compiled.budgets
            if (book := self._budgets.get((compiled.programme_id, key))) is not None
        }
        shared = shared_facts(compiled, event, books, account.allotments)
        add_periodic_stock(
            self._cursor, compiled, event, books, shared, recorded_at=self.recorded_at
        )
        shared.duplicates = account.duplicates
        return shared

    def write(self) -> None:
        """Write everything that was kept, all tables in one statement (and one for budgets)."""
        states = [
            (
                key[0],
                key[1],
                orjson.dumps(state_to_json(account.state)),
                account.state.horizon or None,
                account.state.next_due if account.state.next_due < FAR_FUTURE else None,
                account.state.standing.tier,
                self.recorded_at,
            )
            for key, account in self._accounts.items()
            if account.changed
        ]
        inserts = self._rows.inserts()
        if states:
            write_together(
                self._cursor, inserts, final=WRITE_STATES, parameters=state_arrays(states)
            )
        else:
            write_together(self._cursor, inserts)
        drawn = [(key, self._budgets[key]) for key in sorted(self._drawn)]
        write_budgets(self._cursor, drawn, recorded_at=self.recorded_at)


def _is_merged(state: MemberState) -> bool:
    """Whether the latest that happened to the member is that another one took everything over."""
    return state.latest is not None and state.latest[1] == MergeOut.rank


def shared_facts(
    compiled: Compiled,
    event: Event,
    books: Mapping[str, tuple[int, int]],
    allotments: dict[tuple[str, str], Allotment],
) -> SharedFacts:
    """What is left of each budget, by the caps that the event's version sees; of what is counted by
    periods ``add_periodic_stock`` says it."""
    shared = SharedFacts(allotments=allotments)
    for key, (units, times) in books.items():
        budget = compiled.budget(key, event.version_number)
        if budget is None or budget.every is not None:
            continue
        if budget.units is not None:
            shared.remaining_units[key] = budget.units - units
        if budget.times is not None:
            shared.remaining_times[key] = budget.times - times
    return shared


def decide_anonymous(compiled: Compiled, events: Sequence[Event], event: Event) -> Decision:
    """Decide about a return of an anonymous purchase as if it had a member of its own."""
    return decide_with_history(compiled.versions, events, event, _NOTHING_SHARED)
