"""Anonymous purchases and their returns: read, locked, written, claimed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from habitue.data.bulk import Table, array, micros
from habitue.domain.events import Event, EventKey
from habitue.domain.payloads import from_payload

RECEIPTS: Final = Table(
    "receipt",
    (
        ("event_id", "uuid"),
        ("programme_id", "uuid"),
        ("version_number", "integer"),
        ("source", "text"),
        ("external_id", "text"),
        ("occurred_at", "instant"),
        ("recorded_at", "instant"),
        ("payload", "json"),
        ("answer", "json"),
    ),
)

RETURNS: Final = Table(
    "receipt_return",
    (
        ("event_id", "uuid"),
        ("receipt_id", "uuid"),
        ("programme_id", "uuid"),
        ("version_number", "integer"),
        ("source", "text"),
        ("external_id", "text"),
        ("occurred_at", "instant"),
        ("recorded_at", "instant"),
        ("payload", "json"),
        ("answer", "json"),
    ),
)


@dataclass(slots=True)
class StoredReceipt:
    """An anonymous purchase with its returns; ``claimed_by`` is ``None`` while nobody has it."""

    programme: str
    purchase: Event
    claimed_by: str | None
    returns: list[Event] = field(default_factory=list)


_COLUMNS: Final = (
    "event_id, source, external_id,"
    f" {micros('occurred_at')}, version_number, payload::text, programme_id"
)

_LOCK: Final = (
    f"SELECT {_COLUMNS}, claimed_by FROM receipt"  # noqa: S608  # constants
    " WHERE event_id = ANY(%s::uuid[]) ORDER BY event_id"
)

_RETURNS: Final = (
    f"SELECT {_COLUMNS}, receipt_id FROM receipt_return"  # noqa: S608  # constants
    " WHERE receipt_id = ANY(%s::uuid[])"
)


def read_receipts(
    cursor: psycopg.Cursor[Any], ids: Iterable[str], *, lock: bool
) -> dict[str, StoredReceipt]:
    """Receipts with their returns by event id, locked in the order of their ids if asked for."""
    wanted = array("uuid", sorted(set(ids)))
    cursor.execute(_LOCK + (" FOR UPDATE" if lock else ""), [wanted])
    found = {
        row[0].hex: StoredReceipt(
            row[6].hex, _event(row, "purchase"), None if row[7] is None else row[7].hex
        )
        for row in cursor.fetchall()
    }
    cursor.execute(_RETURNS, [wanted])
    for row in cursor.fetchall():
        found[row[7].hex].returns.append(_event(row, "return"))
    return found


def read_anonymous_answers(
    cursor: psycopg.Cursor[Any], ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The stored answers of anonymous purchases and their returns, by event id."""
    wanted = array("uuid", ids)
    cursor.execute(
        "SELECT event_id, answer::text FROM receipt WHERE event_id = ANY(%s::uuid[])"
        " UNION ALL"
        " SELECT event_id, answer::text FROM receipt_return WHERE event_id = ANY(%s::uuid[])",
        [wanted, wanted],
    )
    return {event.hex: orjson.loads(answer) for event, answer in cursor.fetchall()}


def mark_claimed(
    cursor: psycopg.Cursor[Any], *, receipt: str, member: str, claimed_at: Any
) -> None:
    """Note who claimed a locked receipt; its key and those of its returns are theirs from now."""
    member_id, receipt_id = UUID(member), UUID(receipt)
    cursor.execute(
        "UPDATE receipt SET claimed_by = %s, claimed_at = %s WHERE event_id = %s",
        [member_id, claimed_at, receipt_id],
    )
    cursor.execute(
        "UPDATE event_key k SET member_id = %s FROM ("
        " SELECT source, external_id FROM receipt WHERE event_id = %s UNION ALL"
        " SELECT source, external_id FROM receipt_return WHERE receipt_id = %s) AS r"
        " WHERE k.source = r.source AND k.external_id = r.external_id",
        [member_id, receipt_id, receipt_id],
    )


def _event(row: Sequence[Any], kind: str) -> Event:
    return from_payload(
        event_id=row[0].hex,
        key=EventKey(row[1], row[2]),
        kind=kind,
        occurred_at=row[3],
        version_number=row[4],
        payload=orjson.loads(row[5]),
    )
