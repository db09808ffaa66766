"""Reading the ledger: lines with their explanation, and events with their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.kit.paging import Page, decode_moment, page_of

Connection: TypeAlias = psycopg.Connection[Any]

_LARGEST_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One ledger line and why it is there.

    ``event_id`` is the event that it is about (``None``: only time passed), with the natural key
    and the kind of it; ``recorded_by`` is the event whose recording posted it.  Where the two
    differ, the line is a correction.  ``lot_opened_at`` and ``lot_expires_at`` are those of the lot
    that it changes, ``against_at`` is when the purchase or redemption was that it answers; ``None``
    where there is none.
    """

    entry_id: UUID
    programme: str
    currency: str
    lot_id: UUID | None
    kind: str
    amount: int
    effective_at: Instant
    recorded_at: Instant
    event_id: UUID | None
    recorded_by: UUID
    version: int
    rule: str | None
    against: UUID | None
    reason: dict[str, Any]
    event_kind: str | None
    source: str | None
    external_id: str | None
    lot_opened_at: Instant | None = None
    lot_expires_at: Instant | None = None
    against_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A recorded event, with the answer that was given to it."""

    event_id: UUID
    member_id: UUID | None
    kind: str
    source: str
    external_id: str
    occurred_at: Instant
    answer: dict[str, Any]


# The dates of a line's lot and of the event that it answers, as the last columns of a line.
LOT_AND_ANSWERED: Final = (
    f"{micros('l.opened_at')}, {micros('l.expires_at')}, {micros('o.occurred_at')}"
)
LOT_AND_ANSWERED_JOINS: Final = """
LEFT JOIN lot l ON l.member_id = e.member_id AND l.lot_id = e.lot_id
LEFT JOIN ledger_event o ON o.member_id = e.member_id AND o.event_id = e.against
"""

_ENTRIES: Final = f"""
SELECT e.entry_id, p.code, e.currency, e.lot_id, e.kind, e.amount, {micros("e.effective_at")},
       {micros("e.recorded_at")}, e.event_id, e.recorded_by, e.version_number, e.rule, e.against,
       e.reason::text, v.kind, v.source, v.external_id, {LOT_AND_ANSWERED}
FROM entry e
JOIN programme p ON p.programme_id = e.programme_id
LEFT JOIN ledger_event v ON v.member_id = e.member_id AND v.event_id = e.event_id
{LOT_AND_ANSWERED_JOINS}
WHERE e.member_id = %(member)s
  AND (%(programme)s::text IS NULL OR p.code = %(programme)s)
  AND (%(currency)s::text IS NULL OR e.currency = %(currency)s)
  AND (%(entry)s::uuid IS NULL OR (e.effective_at, e.entry_id)
       < ('epoch'::timestamptz + %(at)s * '1 microsecond'::interval, %(entry)s))
ORDER BY e.effective_at DESC, e.entry_id DESC
LIMIT %(limit)s
"""  # noqa: S608  # constants


def list_entries(
    connection: Connection,
    *,
    member_id: UUID,
    programme: str | None = None,
    currency: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[EntryRecord]:
    """The lines of a member, the latest in business time first; a page at a time.

    Raises ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    at, entry = 0, None
    if cursor is not None:
        at, entry = decode_moment("entries", cursor=cursor)
    parameters = {
        "member": member_id,
        "programme": programme,
        "currency": currency,
        "at": at,
        "entry": entry,
        "limit": limit + 1,
    }
    with connection.cursor(row_factory=tuple_row) as rows:
        rows.execute(_ENTRIES, parameters)
        found = [entry_of(row) for row in rows.fetchall()]
    return page_of(
        found,
        limit=limit,
        listing="entries",
        place_of=lambda entry: (entry.effective_at, entry.entry_id.hex),
    )


def entry_of(row: Sequence[Any]) -> EntryRecord:
    """The record of a row with the columns of the list of entries."""
    fields = [*row]
    fields[13] = orjson.loads(row[13])
    return EntryRecord(*fields)


_EVENT: Final = f"""
SELECT k.event_id, k.member_id, k.kind, k.source, k.external_id,
       {micros("coalesce(e.occurred_at, r.occurred_at, b.occurred_at)")},
       coalesce(e.answer, r.answer, b.answer)::text
FROM event_key k
LEFT JOIN ledger_event e ON e.member_id = k.member_id AND e.event_id = k.event_id
LEFT JOIN receipt r ON r.event_id = k.event_id
LEFT JOIN receipt_return b ON b.event_id = k.event_id
WHERE k.source = %s AND k.external_id = %s
"""  # noqa: S608  # constants


def get_event(connection: Connection, *, source: str, external_id: str) -> EventRecord:
    """A recorded event by its natural key; refuses (``UNKNOWN_EVENT``) where there is none."""
    with connection.cursor(row_factory=tuple_row) as rows:
        row = rows.execute(_EVENT, [source, external_id]).fetchone()
    if row is None or row[6] is None:
        value = f"{source}/{external_id}"[:80]
        raise Refusal(Code.UNKNOWN_EVENT, "external_id", value=value)
    fields = [*row]
    fields[6] = orjson.loads(row[6])
    return EventRecord(*fields)
