"""What members share, as the intake reads and writes it: budgets, stores, the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.bulk import Table, array, micros
from habitue.kit.instants import Instant, datetime_of

Cursor: TypeAlias = psycopg.Cursor[Any]

BudgetKey = tuple[str, str]
"""Programme (32 hexadecimal digits) and the budget's key."""


@dataclass(slots=True)
class StoredBudget:
    """What was taken from a budget so far."""

    units_taken: int
    times_taken: int
    latest_recorded_at: int


_READ: Final = (
    "SELECT b.programme_id, b.key, b.units_taken, b.times_taken,"  # noqa: S608  # constants
    f" coalesce({micros('b.latest_recorded_at')}, 0)"
    " FROM budget b JOIN unnest(%s::uuid[], %s::text[]) AS u(programme_id, key)"
    " ON b.programme_id = u.programme_id AND b.key = u.key"
    " ORDER BY b.programme_id, b.key"
)

_LOCK: Final = _READ + " FOR UPDATE OF b"

_WRITE: Final = """
UPDATE budget b SET units_taken = u.units_taken, times_taken = u.times_taken,
    latest_recorded_at = 'epoch'::timestamptz + u.recorded_at * '1 microsecond'::interval
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS u(programme_id, key, units_taken, times_taken, recorded_at)
WHERE b.programme_id = u.programme_id AND b.key = u.key
"""

OUTBOX: Final = Table(
    "outbox",
    (
        ("outbox_id", "uuid"),
        ("topic", "text"),
        ("member_id", "uuid"),
        ("payload", "json"),
        ("created_at", "instant"),
    ),
)


def read_budgets(
    cursor: psycopg.Cursor[Any], keys: Iterable[BudgetKey], *, lock: bool
) -> dict[BudgetKey, StoredBudget]:
    """The books of budgets, locked in the order of their keys where asked for."""
    ordered = sorted(set(keys))
    cursor.execute(
        _LOCK if lock else _READ,
        [
            array("uuid", (programme for programme, _ in ordered)),
            array("text", (key for _, key in ordered)),
        ],
        prepare=True,
    )
    return {
        (programme.hex, key): StoredBudget(units, times, latest)
        for programme, key, units, times, latest in cursor.fetchall()
    }


def read_times_before(cursor: Cursor, programme_id: UUID, key: str, since: Instant) -> int | None:
    """How often a budget had been drawn on before its first draw since an instant; ``None`` where
    nothing was drawn since."""
    cursor.execute(
        "SELECT times_before FROM budget_draw"
        " WHERE programme_id = %s AND budget = %s AND recorded_at >= %s"
        " ORDER BY recorded_at, batch_id, position, draw_id LIMIT 1",
        [programme_id, key, datetime_of(since)],
        prepare=True,
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def write_budgets(
    cursor: psycopg.Cursor[Any],
    books: Sequence[tuple[BudgetKey, StoredBudget]],
    *,
    recorded_at: int,
) -> None:
    """Write the books of locked budgets."""
    if books:
        cursor.execute(
            _WRITE,
            [
                array("uuid", (key[0] for key, _ in books)),
                array("text", (key[1] for key, _ in books)),
                array("bigint", (book.units_taken for _, book in books)),
                array("bigint", (book.times_taken for _, book in books)),
                array("instant", (recorded_at for _ in books)),
            ],
            prepare=True,
        )


def find_zones(cursor: psycopg.Cursor[Any], codes: Iterable[str]) -> dict[str, str]:
    """The time zones of stores; unknown stores are absent."""
    cursor.execute("SELECT code, zone FROM store WHERE code = ANY(%s)", [sorted(set(codes))])
    return dict(cursor.fetchall())
