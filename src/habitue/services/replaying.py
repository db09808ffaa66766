"""The replay: the recorded events again, through the recorded versions (SEMANTICS 41).

Member after member, each from an empty state, in the order of recording, and every line that comes
out is compared with the line that was written.

Budgets are shared by all members, but no member has to wait for another here: each draw was written
with the budget's books before it, which the audit proves to be one unbroken chain.  So the first
draw that replays differently, in the order of recording, is found, whichever member it is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg import IsolationLevel
from psycopg.rows import tuple_row

from habitue.data.ledger.states import StateKey
from habitue.domain.engine.chronicle import Chronicle
from habitue.domain.engine.deciding import chronicle
from habitue.domain.engine.snapshot import state_to_json
from habitue.domain.engine.types import Allotment, Decision, MemberState
from habitue.domain.errors import Refusal
from habitue.domain.events import Event, MergeIn
from habitue.selectors.programmes import Compiled, get_compiled_by_id
from habitue.services.differences import Differences
from habitue.services.intake.desk import shared_facts
from habitue.services.intake.stock import add_periodic_stock, periodic_stock
from habitue.services.recorded_duplicates import RecordedDuplicates
from habitue.services.recorded_lines import (
    Line,
    Recorded,
    lines_of,
    read_recorded,
    read_recorded_at,
)

Connection: TypeAlias = psycopg.Connection[Any]

# Few enough that their events fit into memory, many enough that statements do not count.
_MEMBERS: Final = 200


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What the replay counted and found; ``ok`` where nothing differs."""

    members: int
    events: int
    lines: int
    differences: Differences

    @property
    def ok(self) -> bool:
        """Whether the ledger is what its events make of it."""
        return not self.differences.count


@dataclass(slots=True)
class _Run:
    """One member in one programme, replayed up to some event."""

    compiled: Compiled
    past: Chronicle
    state: MemberState = field(default_factory=MemberState)
    allotments: dict[tuple[str, str], Allotment] = field(default_factory=dict)
    lots: set[str] = field(default_factory=set)
    duplicates: RecordedDuplicates = field(default_factory=RecordedDuplicates)


def replay(connection: Connection) -> ReplayReport:
    """Replay the whole ledger; changes nothing and takes no locks.

    The connection must not be in a transaction: the replay needs one of its own to see one
    snapshot.
    """
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
            return _Replay(connection, cursor).run()
    finally:
        connection.isolation_level = before


class _Replay:
    """One replay over one snapshot."""

    def __init__(self, connection: Connection, cursor: psycopg.Cursor[Any]) -> None:
        self._connection = connection
        self._cursor = cursor
        self._found = Differences()
        self._programmes: dict[str, Compiled] = {}
        self._members = self._events = self._lines = 0

    def run(self) -> ReplayReport:
        """All members, a few at a time."""
        for keys in self._keys():
            for key, recorded in read_recorded(self._cursor, keys).items():
                self._replay(key, recorded)
        return ReplayReport(self._members, self._events, self._lines, self._found)

    def _keys(self) -> Iterator[Sequence[StateKey]]:
        after = (UUID(int=0), UUID(int=0))
        while True:
            self._cursor.execute(
                "SELECT member_id, programme_id FROM member_state"
                " WHERE (member_id, programme_id) > (%s, %s)"
                " ORDER BY member_id, programme_id LIMIT %s",
                [*after, _MEMBERS],
            )
            rows = self._cursor.fetchall()
            if not rows:
                return
            yield [(member.hex, programme.hex) for member, programme in rows]
            after = rows[-1]

    def _replay(self, key: StateKey, recorded: Recorded) -> None:
        compiled = self._programme(key[1])
        run = _Run(compiled, chronicle(compiled.versions, []))
        where = {"member": key[0], "programme": run.compiled.code}
        self._members += bool(recorded.events)
        for event in recorded.events:
            self._events += 1
            place = where | {"event": event.event_id}
            if isinstance(event.body, MergeIn):
                run.duplicates.join(self._cursor, key[1], event.body)
            try:
                decision = self._decide(key[0], run, event, recorded)
            except Refusal as refusal:
                self._found.add("event", place, expected="accepted", found=str(refusal))
                continue
            self._compare(place, run, event, decision, recorded)
            run.state = decision.state
            run.past.keep()
            for draw in decision.draws:
                run.allotments[(draw.event_id, draw.budget)] = Allotment(
                    draw.wanted, draw.granted, draw.granted_times
                )
        for line, times in recorded.left.items():
            self._found.add("line of no event", where, expected=0, found=[times, *line])
        state = orjson.loads(orjson.dumps(state_to_json(run.state)))
        if recorded.events or recorded.state is not None:
            self._found.compare("state", where, expected=state, found=recorded.state)

    def _decide(self, member: str, run: _Run, event: Event, recorded: Recorded) -> Decision:
        compiled = run.compiled
        # Where nothing was drawn the books do not matter: whatever would be drawn is a difference.
        books = dict.fromkeys(compiled.budgets, (0, 0)) | recorded.books.get(event.event_id, {})
        allotments = run.allotments
        if run.duplicates.allotments:
            allotments = run.duplicates.allotments | allotments
        shared = shared_facts(compiled, event, books, allotments)
        if periodic_stock(compiled, event) is not None:
            at = read_recorded_at(self._cursor, member, event.event_id)
            add_periodic_stock(self._cursor, compiled, event, books, shared, recorded_at=at)
        shared.duplicates = run.duplicates.histories
        return run.past.decide(event, shared)

    def _compare(
        self, place: dict[str, str], run: _Run, event: Event, decision: Decision, recorded: Recorded
    ) -> None:
        replayed = Counter(lines_of(event, decision, run.lots))
        self._lines += replayed.total()
        written: Counter[Line] = recorded.lines.pop(event.event_id, Counter())
        if replayed == written:
            return
        for line, times in (replayed - written).items():
            self._found.add("line", place, expected=[times, *line], found=None)
        for line, times in (written - replayed).items():
            self._found.add("line", place, expected=None, found=[times, *line])

    def _programme(self, programme: str) -> Compiled:
        if programme not in self._programmes:
            self._programmes[programme] = get_compiled_by_id(
                self._connection, programme_id=UUID(programme)
            )
        return self._programmes[programme]
