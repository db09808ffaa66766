"""What imports remember beside the ledger: receipts set aside, and files read to their end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import Table
from habitue.kit.instants import Instant, datetime_of
from habitue.services.importing.receipts import Receipt

Connection: TypeAlias = psycopg.Connection[Any]

_SET_ASIDE = Table(
    "import_set_aside",
    (
        ("source", "text"),
        ("external_id", "text"),
        ("programme_id", "uuid"),
        ("sort", "text"),
        ("digest", "bytea"),
        ("lines", "integer"),
        ("recorded_at", "instant"),
    ),
    "ON CONFLICT (source, external_id) DO NOTHING RETURNING external_id",
)


def set_aside(
    connection: Connection,
    receipts: Sequence[Receipt],
    *,
    source: str,
    programme_id: str,
    now: Instant,
) -> tuple[set[str], set[str]]:
    """Note receipts that are no events, in one transaction.

    Answers the numbers that are new, and those that were noted before with another content.
    """
    if not receipts:
        return set(), set()
    rows = {
        receipt.number: (
            source,
            receipt.number,
            programme_id,
            receipt.sort.value,
            receipt.digest,
            len(receipt.lines),
            now,
        )
        for receipt in receipts
    }
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        _SET_ASIDE.insert(cursor, [rows[number] for number in sorted(rows)])
        fresh = {number for (number,) in cursor.fetchall()}
        cursor.execute(
            "SELECT external_id, digest FROM import_set_aside"
            " WHERE source = %s AND external_id = ANY(%s)",
            [source, sorted(rows.keys() - fresh)],
        )
        noted = {number: bytes(digest) for number, digest in cursor.fetchall()}
    differing = {
        receipt.number
        for receipt in receipts
        if receipt.number in noted and noted[receipt.number] != receipt.digest
    }
    return fresh, differing


def file_read_before(
    connection: Connection, *, programme_id: str, source: str, file: str, mapping: str
) -> tuple[int, int] | None:
    """Lines and receipts of a file that was read to its end; ``None`` where it was not."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(
            "SELECT lines, receipts FROM imported_file WHERE programme_id = %s AND source = %s"
            " AND file_digest = %s AND mapping_digest = %s",
            [programme_id, source, file, mapping],
        ).fetchone()


def remember_file(  # the columns of one row
    connection: Connection,
    *,
    programme_id: str,
    source: str,
    file: str,
    mapping: str,
    name: str,
    lines: int,
    receipts: int,
    now: Instant,
) -> None:
    """Note that a file was read to its end, and that every line of it was taken."""
    with connection.transaction():
        connection.execute(
            "INSERT INTO imported_file (programme_id, source, file_digest, mapping_digest, name,"
            " lines, receipts, finished_at) VALUES (%s,%s,%s,%s,%s,%s,%s,%s)"
            " ON CONFLICT DO NOTHING",
            [programme_id, source, file, mapping, name, lines, receipts, datetime_of(now)],
        )


_TOTALS = """
SELECT coalesce(sum(receipts), 0)::bigint, coalesce(sum(lines), 0)::bigint FROM (
    SELECT count(*), sum(json_array_length(e.payload::json->'body'->'lines'))
    FROM event_key k JOIN ledger_event e USING (member_id, event_id)
    WHERE k.source = %(source)s AND k.programme_id = %(programme)s AND NOT k.anonymous
    UNION ALL
    SELECT count(*), sum(json_array_length(r.payload::json->'body'->'lines'))
    FROM event_key k JOIN receipt r USING (event_id)
    WHERE k.source = %(source)s AND k.programme_id = %(programme)s
    UNION ALL
    SELECT count(*), sum(json_array_length(r.payload::json->'body'->'lines'))
    FROM event_key k JOIN receipt_return r USING (event_id)
    WHERE k.source = %(source)s AND k.programme_id = %(programme)s
    UNION ALL
    SELECT count(*), sum(lines) FROM import_set_aside
    WHERE source = %(source)s AND programme_id = %(programme)s
) AS parts(receipts, lines)
"""


def totals(connection: Connection, *, programme_id: str, source: str) -> tuple[int, int]:
    """Receipts and lines of a source that the database holds, whenever they were imported."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_TOTALS, {"source": source, "programme": programme_id}).fetchone()
    assert row is not None, "sums always have a row"
    return int(row[0]), int(row[1])
