"""One member at the till: every event goes through the public engine, and the books are checked
after each of them (SEMANTICS 40)."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import pytest

from habitue.domain.engine.deciding import (
    advance,
    chronicle,
    decide,
    decide_with_history,
    fold,
    needs_history,
)
from habitue.domain.engine.snapshot import state_from_json, state_to_json
from habitue.domain.engine.types import (
    Allotment,
    Decision,
    LotOpened,
    MemberState,
    Posting,
    SharedFacts,
    TierMove,
)
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant
from tests.domain.engine.building import at

# What only moves points inside one member's account, and so must sum to nothing.
_ACROSS = ("issued", "redeemed", "expired", "reversed", "written_off", "other")
_COLUMN = {
    "earn": "issued",
    "reverse": "reversed",
    "redeem": "redeemed",
    "restore": "redeemed",
    "expire": "expired",
    "write_off": "written_off",
    "adjust": "other",
    "transfer_in": "other",
    "transfer_out": "other",
    "activate": "inside",
    "settle": "inside",
}


def snapshot(state: MemberState) -> str:
    """A state as text, for comparisons."""
    return json.dumps(state_to_json(state), sort_keys=True)


Way: TypeAlias = Literal["straight", "history", "chronicle"]


class Member:
    """Events in, decisions out; keeps what a ledger would keep.

    ``way``: decide from the state and look back only where that is needed, always with the whole
    history, or with a chronicle that is kept from event to event.
    """

    def __init__(
        self,
        *versions: Programme,
        shared: SharedFacts | None = None,
        way: Way = "straight",
    ) -> None:
        self.programmes: Mapping[int, Programme] = {one.number: one for one in versions}
        self.shared = shared or shared_of(*versions)
        self.way = way
        self.chronicle = chronicle(self.programmes, ())
        self.state = MemberState()
        self.events: list[Event] = []
        self.postings: list[Posting] = []
        self.lots: dict[str, LotOpened] = {}
        self.moves: list[TierMove] = []
        self.decisions: dict[str, Decision] = {}

    def post(self, *events: Event) -> Decision:
        """Decide events one after another and keep what they wrote; the latest decision."""
        decision: Decision | None = None
        for event in events:
            decision = self.decided(event)
            self._keep(event, decision)
        assert decision is not None
        return decision

    def refuses(self, event: Event, code: Code) -> Refusal:
        """The event is refused with this code, and nothing at all changes."""
        before, shared = snapshot(self.state), copy.deepcopy(self.shared)
        with pytest.raises(Refusal) as caught:
            self.decided(event)
        assert caught.value.code is code, caught.value
        assert snapshot(self.state) == before
        assert self.shared == shared
        return caught.value

    def decided(self, event: Event) -> Decision:
        """The decision about an event, which is not kept."""
        if self.way == "chronicle":
            return self.chronicle.decide(event, self.shared)
        if self.way == "history" or needs_history(self.state, event):
            return decide_with_history(self.programmes, tuple(self.events), event, self.shared)
        return decide(self.programmes, copy.deepcopy(self.state), event, self.shared)

    def _keep(self, event: Event, decision: Decision) -> None:
        check_decision(self.state, decision)
        if self.way == "chronicle":
            self.chronicle.keep()
        for draw in decision.draws:
            if draw.budget in self.shared.remaining_units:
                self.shared.remaining_units[draw.budget] -= draw.taken
            if draw.budget in self.shared.remaining_times:
                self.shared.remaining_times[draw.budget] -= draw.times
            self.shared.allotments[draw.event_id, draw.budget] = Allotment(
                draw.wanted, draw.granted, draw.granted_times
            )
        self.events.append(event)
        self.postings += decision.postings
        self.lots |= {lot.lot_id: lot for lot in decision.lots}
        self.moves += decision.moves
        self.decisions[event.event_id] = decision
        self.state = decision.state
        check_books(self.state, self.postings, self.lots)

    # --- answers ----------------------------------------------------------------------------------

    def balance(self, currency: str = "points") -> int:
        """Balance as the state has it now."""
        return self.state.balance(currency)

    def on(self, when: str | Instant) -> MemberState:
        """The member as of an instant, from the events until then."""
        instant = at(when) if isinstance(when, str) else when
        state = fold(self.programmes, self.events, self.shared, until=instant)
        return advance(self.programmes, state, instant)

    def balance_on(self, when: str | Instant, currency: str = "points") -> int:
        """Balance as of an instant."""
        return self.on(when).balance(currency)

    def spendable_on(self, when: str | Instant, currency: str = "points") -> int:
        """What could be spent at an instant."""
        instant = at(when) if isinstance(when, str) else when
        return self.on(instant).spendable(currency, instant)

    def pending_on(self, when: str | Instant, currency: str = "points") -> int:
        """What waits at an instant."""
        instant = at(when) if isinstance(when, str) else when
        return self.on(instant).pending(currency, instant)

    def tier_on(self, when: str | Instant) -> str:
        """The tier held at an instant."""
        return self.on(when).standing.tier

    def posted(self, kind: str, currency: str = "points") -> int:
        """The sum of the ledger lines of one kind."""
        return sum(
            line.amount for line in self.postings if line.kind == kind and line.currency == currency
        )

    def remaining(self, currency: str = "points") -> list[int]:
        """What each lot still holds, oldest lot first, empty ones left out."""
        lots = sorted(self.state.lots, key=lambda lot: (lot.opened_at, lot.lot_id))
        return [lot.remaining for lot in lots if lot.currency == currency and lot.remaining]


def shared_of(*versions: Programme) -> SharedFacts:
    """What the budgets of these versions hold before anyone took from them."""
    facts = SharedFacts()
    for version in versions:
        for budget in version.budgets.values():
            if budget.units is not None:
                facts.remaining_units[budget.key] = budget.units
            if budget.times is not None:
                facts.remaining_times[budget.key] = budget.times
    return facts


def balances_of(state: MemberState) -> dict[str, int]:
    """Balance by currency, zeros left out."""
    currencies = {lot.currency for lot in state.lots} | set(state.debts)
    return {code: units for code in sorted(currencies) if (units := state.balance(code))}


def check_decision(before: MemberState, decision: Decision) -> None:
    """The lines of a decision sum to what it changes, currency by currency and lot by lot."""
    after = decision.state
    held_before, held_after = _held(before), _held(after)
    changed: Counter[tuple[str, str | None]] = Counter()
    for line in decision.postings:
        changed[line.currency, line.lot_id] += line.amount
    for place in set(changed) | set(held_before) | set(held_after):
        difference = held_after.get(place, 0) - held_before.get(place, 0)
        assert changed[place] == difference, (place, changed[place], difference)


def _held(state: MemberState) -> dict[tuple[str, str | None], int]:
    held: dict[tuple[str, str | None], int] = {
        (lot.currency, lot.lot_id): lot.remaining for lot in state.lots
    }
    for currency, debt in state.debts.items():
        held[currency, None] = -debt
    return held


def check_books(
    state: MemberState, postings: Iterable[Posting], opened: Mapping[str, LotOpened]
) -> None:
    """Sum of ledger lines = balance = what the lots hold − debt; and nothing below zero."""
    by_place: Counter[tuple[str, str | None]] = Counter()
    columns: dict[str, Counter[str]] = {}
    for line in postings:
        by_place[line.currency, line.lot_id] += line.amount
        columns.setdefault(line.currency, Counter())[_COLUMN[line.kind]] += line.amount
    held = _held(state)
    for place in set(by_place) | set(held):
        assert by_place[place] == held.get(place, 0), (place, by_place[place], held.get(place))
    assert all(lot.remaining >= 0 for lot in state.lots)
    assert all(debt >= 0 for debt in state.debts.values())
    for place in held:
        assert place[1] is None or place[1] in opened, f"lot {place[1]} was never opened"
    for currency, sums in columns.items():
        assert sums["inside"] == 0, f"{currency}: settling must move points, not make them"
        assert sum(sums[name] for name in _ACROSS) == state.balance(currency)


def through_json(state: MemberState) -> MemberState:
    """The state after a trip to the database and back."""
    return state_from_json(json.loads(json.dumps(state_to_json(state))))
