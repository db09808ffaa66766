"""Ledger lines in a form in which what was written and what is replayed can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg

from habitue.data.bulk import array, micros
from habitue.data.ledger.history import EVENT_COLUMNS, event_of
from habitue.data.ledger.states import StateKey
from habitue.domain.engine.types import Decision
from habitue.domain.events import Event
from habitue.kit.instants import FAR_FUTURE, Instant, instant_of

Line: TypeAlias = tuple[Any, ...]
"""The name of a table, then what the line says, without its own id."""


@dataclass(slots=True)
class Recorded:
    """Everything that was recorded of one member in one programme.

    ``lines`` are by the event whose recording posted them; ``books`` are the budgets' before the
    first draw of each recording.
    """

    state: Any = None
    events: list[Event] = field(default_factory=list)
    lines: dict[str, Counter[Line]] = field(default_factory=dict)
    books: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    @property
    def left(self) -> dict[Line, int]:
        """Lines that no event has claimed."""
        return {line: times for counter in self.lines.values() for line, times in counter.items()}

    def add(self, recorded_by: str, line: Line) -> None:
        """Note a written line."""
        self.lines.setdefault(recorded_by, Counter())[line] += 1


_OF: Final = (
    " JOIN unnest(%s::uuid[], %s::uuid[]) AS u(member_id, programme_id)"
    " ON t.member_id = u.member_id AND t.programme_id = u.programme_id"
)
_EVENTS: Final = (
    f"SELECT e.member_id, e.programme_id, {EVENT_COLUMNS} FROM ledger_event e"  # noqa: S608  # constants
    f"{_OF.replace('t.', 'e.')} ORDER BY e.recorded_at, e.batch_id, e.position"
)
_STATES: Final = f"SELECT t.member_id, t.programme_id, t.state::text FROM member_state t{_OF}"  # noqa: S608  # constants
_ENTRIES: Final = (
    "SELECT t.member_id, t.programme_id, t.recorded_by, t.currency, t.lot_id, t.kind, t.amount,"  # noqa: S608  # constants
    f" {micros('t.effective_at')}, t.event_id, t.version_number, t.rule, t.against, t.reason::text"
    f" FROM entry t{_OF}"
)
_LOTS: Final = (
    "SELECT t.member_id, t.programme_id, t.recorded_by, t.lot_id, t.currency,"  # noqa: S608  # constants
    f" {micros('t.opened_at')}, {micros('t.activates_at')}, {micros('t.expires_at')}, t.event_id"
    f" FROM lot t{_OF}"
)
_MOVES: Final = (
    f"SELECT t.member_id, t.programme_id, t.recorded_by, {micros('t.at')}, t.from_tier,"  # noqa: S608  # constants
    f" t.to_tier, t.cause, t.event_id, {micros('t.valid_until')}, t.sign, t.structure"
    f" FROM tier_move t{_OF}"
)
_DRAWS: Final = (
    "SELECT t.member_id, t.programme_id, t.recorded_by, t.budget, t.event_id, t.wanted,"  # noqa: S608  # constants
    " t.granted, t.granted_times, t.taken, t.times, t.units_before, t.times_before"
    f" FROM budget_draw t{_OF} ORDER BY t.draw_id"
)


def read_recorded(
    cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]
) -> dict[StateKey, Recorded]:
    """Everything that was recorded of some members, with one statement for each table."""
    found = {key: Recorded() for key in keys}
    pairs = [array("uuid", (key[0] for key in keys)), array("uuid", (key[1] for key in keys))]

    def rows(statement: str) -> Iterator[tuple[Recorded, Sequence[Any]]]:
        cursor.execute(statement, pairs, prepare=True)
        for row in cursor.fetchall():
            yield found[(row[0].hex, row[1].hex)], row[2:]

    for recorded, row in rows(_STATES):
        recorded.state = None if row[0] is None else orjson.loads(row[0])
    for recorded, row in rows(_EVENTS):
        recorded.events.append(event_of(row))
    for recorded, row in rows(_ENTRIES):
        by, currency, lot, kind, amount, effective, event, version, rule, against, reason = row
        line = (currency, _hex(lot), kind, amount, effective, _hex(event), version, rule)
        recorded.add(by.hex, ("entry", *line, _hex(against), _canonical(orjson.loads(reason))))
    for recorded, row in rows(_LOTS):
        by, lot, currency, opened, activates, expires, event = row
        recorded.add(by.hex, ("lot", lot.hex, currency, opened, activates, expires, _hex(event)))
    for recorded, row in rows(_MOVES):
        by, at, before, after, cause, event, valid, sign, structure = row
        move = (at, before, after, cause, _hex(event), valid, sign, structure)
        recorded.add(by.hex, ("tier_move", *move))
    for recorded, row in rows(_DRAWS):
        by, budget, event, *numbers, units, times = row
        recorded.add(by.hex, ("budget_draw", budget, event.hex, *numbers))
        recorded.books.setdefault(by.hex, {}).setdefault(budget, (units, times))
    return found


def read_recorded_at(cursor: psycopg.Cursor[Any], member: str, event_id: str) -> Instant:
    """When an event of a member was recorded."""
    row = cursor.execute(
        "SELECT recorded_at FROM ledger_event WHERE member_id = %s AND event_id = %s",
        [UUID(member), UUID(event_id)],
    ).fetchone()
    assert row is not None, "the event was recorded"
    return instant_of(row[0])


def read_events(cursor: psycopg.Cursor[Any], key: StateKey) -> list[Event]:
    """The events of one member in one programme, in the order of recording."""
    cursor.execute(_EVENTS, [array("uuid", [key[0]]), array("uuid", [key[1]])], prepare=True)
    return [event_of(row[2:]) for row in cursor.fetchall()]


def lines_of(event: Event, decision: Decision, lots: set[str]) -> Iterator[Line]:
    """The lines that a decision posts.  ``lots`` are those opened before: they are kept once."""
    assert decision.event_id == event.event_id, "the decision is about this event"
    for lot in decision.lots:
        if lot.lot_id not in lots:
            lots.add(lot.lot_id)
            activates = _end(lot.activates_at)
            times = (lot.opened_at, activates, lot.expires_at)
            yield ("lot", lot.lot_id, lot.currency, *times, lot.event_id or None)
    for line in decision.postings:
        yield (
            "entry",
            line.currency,
            line.lot_id,
            line.kind,
            line.amount,
            line.effective_at,
            line.event_id or None,
            line.version_number,
            line.rule,
            line.against,
            _canonical(line.reason),
        )
    for move in decision.moves:
        valid = None if move.valid_until is None else _end(move.valid_until)
        tiers = (move.from_tier, move.to_tier, move.cause)
        event_id, sign = move.event_id or None, move.sign
        yield ("tier_move", move.at, *tiers, event_id, valid, sign, move.structure)
    for draw in decision.draws:
        numbers = (draw.wanted, draw.granted, draw.granted_times, draw.taken, draw.times)
        yield ("budget_draw", draw.budget, draw.event_id, *numbers)


def _end(at: Instant) -> Instant | None:
    return None if at == FAR_FUTURE else at


def _hex(value: Any) -> str | None:
    return None if value is None else str(value.hex)


def _canonical(reason: Any) -> str:
    return orjson.dumps(reason, option=orjson.OPT_SORT_KEYS).decode()
