"""The histories of duplicates as they stood when a merge was recorded, for the replay.

The ledger knows more by now: a merge may have been undone and the duplicate have gone on.  What was
recorded of a duplicate before the departure is what the survivor was decided with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from habitue.data.bulk import array
from habitue.data.ledger.duplicates import Histories, merged_in
from habitue.data.ledger.states import StateKey
from habitue.domain.engine.types import Allotment
from habitue.domain.events import Event, MergeIn, MergeOut
from habitue.services.recorded_lines import read_events

_DRAWS: Final = """
SELECT event_id, budget, wanted, granted, granted_times FROM budget_draw
WHERE member_id = %s AND programme_id = %s AND recorded_by = ANY(%s::uuid[])
ORDER BY recorded_at, batch_id, position
"""


@dataclass(slots=True)
class RecordedDuplicates:
    """What is at hand of the members who were merged into one, as its replay goes on."""

    histories: Histories = field(default_factory=dict)
    allotments: dict[tuple[str, str], Allotment] = field(default_factory=dict)

    def join(self, cursor: psycopg.Cursor[Any], programme: str, body: MergeIn) -> None:
        """Have at hand what the survivor knew of a duplicate, and of theirs, from this merge on."""
        for member, events in _joined(cursor, programme, body.from_member, body.merge):
            self.histories[member] = events
            self.allotments |= _allotments(cursor, (member, programme), events)


def _joined(
    cursor: psycopg.Cursor[Any], programme: str, member: str, merge: str
) -> Iterator[tuple[str, list[Event]]]:
    waiting = [(member, merge)]
    while waiting:
        duplicate, departure = waiting.pop()
        recorded = read_events(cursor, (duplicate, programme))
        events: list[Event] = []
        for event in recorded:
            if isinstance(event.body, MergeOut) and event.body.merge == departure:
                break
            events.append(event)
        yield duplicate, events
        waiting += merged_in(events).items()


def _allotments(
    cursor: psycopg.Cursor[Any], key: StateKey, events: list[Event]
) -> dict[tuple[str, str], Allotment]:
    ids = array("uuid", (event.event_id for event in events))
    cursor.execute(_DRAWS, [*key, ids], prepare=True)
    return {
        (event.hex, budget): Allotment(wanted, granted, times)
        for event, budget, wanted, granted, times in cursor.fetchall()
    }
