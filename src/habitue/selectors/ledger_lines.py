"""A member's ledger as people read it: each line with the balance after it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.kit.paging import Page, decode_moment, page_of
from habitue.selectors.ledger import EntryRecord, entry_of

Connection: TypeAlias = psycopg.Connection[Any]

_LARGEST_LIMIT: Final = 500

# Filters leave lines out, never what they changed: the sums run over all lines of a currency.
_LINES: Final = f"""
WITH running AS (
    SELECT entry_id, effective_at, kind, sum(amount) OVER (
        PARTITION BY currency ORDER BY effective_at, entry_id
    )::bigint AS balance
    FROM entry
    WHERE member_id = %(member)s AND programme_id = %(programme)s
      AND (%(currency)s::text IS NULL OR currency = %(currency)s)
), page AS (
    SELECT entry_id, balance FROM running
    WHERE (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
      AND (%(entry)s::uuid IS NULL OR (effective_at, entry_id)
           < ('epoch'::timestamptz + %(at)s * '1 microsecond'::interval, %(entry)s))
    ORDER BY effective_at DESC, entry_id DESC
    LIMIT %(limit)s
)
SELECT e.entry_id, %(code)s, e.currency, e.lot_id, e.kind, e.amount, {micros("e.effective_at")},
       {micros("e.recorded_at")}, e.event_id, e.recorded_by, e.version_number, e.rule, e.against,
       e.reason::text, v.kind, v.source, v.external_id, page.balance
FROM page
JOIN entry e ON e.member_id = %(member)s AND e.entry_id = page.entry_id
LEFT JOIN ledger_event v ON v.member_id = e.member_id AND v.event_id = e.event_id
ORDER BY e.effective_at DESC, e.entry_id DESC
"""  # noqa: S608 - constants.


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line, and the balance of its currency after it, in smallest units."""

    entry: EntryRecord
    balance: int


def list_ledger_lines(
    connection: Connection,
    *,
    member_id: UUID,
    programme_id: UUID,
    code: str,
    currency: str | None = None,
    kinds: Collection[str] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[LedgerLine]:
    """The lines of a member in a programme, the latest in business time first, a page at a time;
    only of one ``currency`` of points, only of some ``kinds``.

    One statement.  Raises ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    at, entry = 0, None
    if cursor:
        at, entry = decode_moment("ledger lines", cursor=cursor)
    parameters = {
        "member": member_id,
        "programme": programme_id,
        "code": code,
        "currency": currency,
        "kinds": None if kinds is None else sorted(kinds),
        "at": at,
        "entry": entry,
        "limit": limit + 1,
    }
    with connection.cursor(row_factory=tuple_row) as rows:
        found = rows.execute(_LINES.encode(), parameters).fetchall()
    return page_of(
        [LedgerLine(entry_of(fields), balance) for *fields, balance in found],
        limit=limit,
        listing="ledger lines",
        place_of=lambda line: (line.entry.effective_at, line.entry.entry_id.hex),
    )
