"""The recorded events of members, and what they were granted from shared budgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
import psycopg

from habitue.data.bulk import array, micros
from habitue.data.ledger.states import StateKey
from habitue.domain.engine.types import Allotment
from habitue.domain.events import Event, EventKey
from habitue.domain.payloads import from_payload

EVENT_COLUMNS: Final = (
    "e.event_id, e.source, e.external_id, e.kind,"
    f" {micros('e.occurred_at')}, e.version_number, e.payload::text"
)

_HISTORY: Final = (
    f"SELECT e.member_id, e.programme_id, {EVENT_COLUMNS} FROM ledger_event e"  # noqa: S608  # constants
    " JOIN unnest(%s::uuid[], %s::uuid[]) AS u(member_id, programme_id)"
    " ON e.member_id = u.member_id AND e.programme_id = u.programme_id"
)

_ALLOTMENTS: Final = (
    "SELECT d.member_id, d.programme_id, d.event_id, d.budget, d.wanted, d.granted,"
    " d.granted_times FROM budget_draw d"
    " JOIN unnest(%s::uuid[], %s::uuid[]) AS u(member_id, programme_id)"
    " ON d.member_id = u.member_id AND d.programme_id = u.programme_id"
    " ORDER BY d.recorded_at, d.batch_id, d.position"
)


def event_of(row: Sequence[Any]) -> Event:
    """The event of a row that begins with ``EVENT_COLUMNS``."""
    return from_payload(
        event_id=row[0].hex,
        key=EventKey(row[1], row[2]),
        kind=row[3],
        occurred_at=row[4],
        version_number=row[5],
        payload=orjson.loads(row[6]),
    )


def read_histories(
    cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]
) -> dict[StateKey, list[Event]]:
    """All recorded events of these members in these programmes, with one statement."""
    cursor.execute(_HISTORY, _pairs(keys), prepare=True)
    histories: dict[StateKey, list[Event]] = {key: [] for key in keys}
    for row in cursor.fetchall():
        histories[(row[0].hex, row[1].hex)].append(event_of(row[2:]))
    return histories


def read_allotments(
    cursor: psycopg.Cursor[Any], keys: Sequence[StateKey]
) -> dict[StateKey, dict[tuple[str, str], Allotment]]:
    """What each event of these members was granted by now, with one statement."""
    cursor.execute(_ALLOTMENTS, _pairs(keys), prepare=True)
    allotments: dict[StateKey, dict[tuple[str, str], Allotment]] = {key: {} for key in keys}
    for member, programme, event, budget, wanted, granted, times in cursor.fetchall():
        settled = Allotment(wanted, granted, times)
        allotments[(member.hex, programme.hex)][(event.hex, budget)] = settled
    return allotments


def read_answers(
    cursor: psycopg.Cursor[Any], keys: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stored answers of events given as (member, event): event and answer."""
    cursor.execute(
        "SELECT e.event_id, e.answer::text FROM ledger_event e"
        " JOIN unnest(%s::uuid[], %s::uuid[]) AS u(member_id, event_id)"
        " ON e.member_id = u.member_id AND e.event_id = u.event_id",
        _pairs(keys),
        prepare=True,
    )
    for event, answer in cursor.fetchall():
        yield event.hex, orjson.loads(answer)


def _pairs(keys: Sequence[tuple[str, str]]) -> list[str]:
    return [
        array("uuid", (first for first, _ in keys)),
        array("uuid", (second for _, second in keys)),
    ]
