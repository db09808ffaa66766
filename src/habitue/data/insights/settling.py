"""Writing figures: deltas added, rows of members made anew, sets of members united."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.insights.figures import (
    BUYERS,
    ENTRY_DELTAS,
    EVENT_DELTAS,
    PROJECTED,
    ROW_COLUMNS,
)
from habitue.domain.activity import Bits, bits_from, bits_of, bits_to_bytes, month_of

Cursor: TypeAlias = psycopg.Cursor[Any]
SetKey: TypeAlias = tuple[str, str, str, date]
"""Programme, store, unit and first day of a set of members."""

_SETS_AT_ONCE: Final = 400

# Whoever holds this settles; nobody waits for it.
_TURN: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('habitue figures', 0))"

# Recording takes its instant after it has begun to write, so a row that is not to be seen yet was
# recorded no earlier than the oldest transaction that has written began.
_FRONTIER: Final = """
SELECT least(%(now)s::timestamptz, min(xact_start)) - %(margin)s * '1 microsecond'::interval
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND backend_xid IS NOT NULL AND xact_start IS NOT NULL
"""

_ADD: Final = (
    "INSERT INTO daily_figure (programme_id, store, measure, currency, day, value)"
    " SELECT d.programme_id, d.store, d.measure, d.currency, d.day, d.value FROM ({}) AS d"
    " ON CONFLICT (programme_id, store, measure, currency, day)"
    " DO UPDATE SET value = daily_figure.value + EXCLUDED.value"
)
_ADD_EVENTS: Final = _ADD.format(EVENT_DELTAS)
_ADD_ENTRIES: Final = _ADD.format(ENTRY_DELTAS)
_ADD_ROWS: Final = _ADD.format(
    "SELECT * FROM unnest(%(programmes)s::uuid[], %(stores)s::text[], %(measures)s::text[],"
    " %(currencies)s::text[], %(days)s::date[], %(values)s::bigint[])"
    " AS u(programme_id, store, measure, currency, day, value)"
)
_JOINED: Final = _ADD.format(
    "SELECT j.programme_id,"
    " CASE WHEN grouping(j.store) = 1 THEN E'\\x1f' ELSE j.store END AS store,"
    " 'joined' AS measure, '' AS currency, j.joined_day AS day, sum(j.number)::bigint AS value"
    " FROM (SELECT programme_id, store, joined_day, 1 AS number FROM fresh WHERE status = 'active'"
    " UNION ALL SELECT programme_id, store, joined_day, -1 FROM old WHERE status = 'active') AS j"
    " GROUP BY GROUPING SETS"
    " ((j.programme_id, j.joined_day, j.store), (j.programme_id, j.joined_day))"
    " HAVING sum(j.number) <> 0"
)

_EACH: Final = [name.strip() for name in ROW_COLUMNS.split(",")]
_RENEW: Final = f"""
WITH fresh AS MATERIALIZED ({PROJECTED}),
old AS MATERIALIZED (
    SELECT member_id, programme_id, store, joined_day, status FROM member_figure
    WHERE member_id = ANY(%(members)s::uuid[]) AND programme_id = ANY(%(programmes)s::uuid[])
),
gone AS (
    DELETE FROM member_figure f USING old o
    WHERE f.member_id = o.member_id AND f.programme_id = o.programme_id
      AND NOT EXISTS (SELECT 1 FROM fresh p
                      WHERE p.member_id = o.member_id AND p.programme_id = o.programme_id)
),
counted AS ({_JOINED}),
latest AS MATERIALIZED (
    SELECT p.programme_id, (SELECT coalesce(max(f.place), -1) FROM member_figure f
                            WHERE f.programme_id = p.programme_id) AS place
    FROM unnest(%(programmes)s::uuid[]) AS p(programme_id)
)
INSERT INTO member_figure (member_id, programme_id, place, {ROW_COLUMNS})
SELECT p.member_id, p.programme_id,
       coalesce(p.place, t.place + row_number() OVER
           (PARTITION BY p.programme_id, p.place IS NULL ORDER BY p.member_id)),
       {", ".join(f"p.{name}" for name in _EACH)}
FROM fresh p JOIN latest t ON t.programme_id = p.programme_id
ON CONFLICT (member_id, programme_id) DO UPDATE SET
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _EACH)}
"""  # noqa: S608  # constants

# What merged duplicates bought counts as the survivor's, along chains of merges as well.
_INHERIT: Final = """
WITH RECURSIVE heir(programme_id, member_id, at) AS (
    SELECT programme_id, merged_into, own_purchase_at FROM member_figure
    WHERE merged_into IS NOT NULL
    UNION
    SELECT h.programme_id, f.merged_into, h.at FROM heir h
    JOIN member_figure f ON f.member_id = h.member_id AND f.programme_id = h.programme_id
    WHERE f.merged_into IS NOT NULL
)
UPDATE member_figure f SET latest_purchase_at = h.at
FROM (SELECT programme_id, member_id, max(at) AS at FROM heir GROUP BY 1, 2) AS h
WHERE f.member_id = h.member_id AND f.programme_id = h.programme_id AND f.latest_purchase_at < h.at
"""
_READ_SETS: Final = """
SELECT a.programme_id, a.store, a.unit, a.first_day, a.members
FROM unnest(%(programmes)s::uuid[], %(stores)s::text[], %(units)s::text[], %(days)s::date[])
    AS k(programme_id, store, unit, first_day)
JOIN activity a USING (programme_id, store, unit, first_day)
"""
_WRITE_SETS: Final = """
INSERT INTO activity (programme_id, store, unit, first_day, members)
SELECT * FROM unnest(%(programmes)s::uuid[], %(stores)s::text[], %(units)s::text[],
                     %(days)s::date[], %(members)s::bytea[])
ON CONFLICT (programme_id, store, unit, first_day) DO UPDATE SET members = EXCLUDED.members
"""


def take_turn(cursor: Cursor) -> bool:
    """Whether nobody else is settling; until the end of the transaction nobody else will."""
    return bool(_one(cursor.execute(_TURN))[0])


def read_frontier(cursor: Cursor, *, now: Any, margin: int) -> Any:
    """Up to when everything that was recorded is there to be seen, a margin (in microseconds)
    left for clocks that differ.  The rows must be read after this, by later statements."""
    return _one(cursor.execute(_FRONTIER, {"now": now, "margin": margin}))[0]


def add_deltas(cursor: Cursor, parameters: Mapping[str, Any]) -> None:
    """Add what a stretch of recording changed in the sums of days."""
    cursor.execute(_ADD_EVENTS, parameters)
    cursor.execute(_ADD_ENTRIES, parameters)


def add_sums(cursor: Cursor, sums: Mapping[tuple[str, str, str, str, date], int]) -> None:
    """Add to the sums of days: by programme, store, measure, currency and day."""
    if not sums:
        return
    columns = list(zip(*sums, strict=True))
    names = ("programmes", "stores", "measures", "currencies", "days")
    parameters = dict(zip(names, map(list, columns), strict=True))
    cursor.execute(_ADD_ROWS, {**parameters, "values": list(sums.values())})


def renew_members(cursor: Cursor, parameters: Mapping[str, Any], members: list[UUID]) -> None:
    """Make the rows of some members anew; each is among them once."""
    cursor.execute(_RENEW, {**parameters, "members": members})


def inherit(cursor: Cursor) -> None:
    """Let survivors have what their duplicates bought."""
    cursor.execute(_INHERIT)


def unite_buyers(reading: Cursor, cursor: Cursor, parameters: Mapping[str, Any]) -> None:
    """Add who bought something in a stretch of recording to the sets of days and months.

    ``reading`` is a cursor of its own, so that memory is bounded by some sets at a time.
    """
    reading.execute(BUYERS, parameters)
    gathered: dict[SetKey, Bits] = {}
    for programme_id, store, day, places in reading:
        bits = bits_of(places)
        for unit, first_day in (("day", day), ("month", month_of(day))):
            key = (programme_id.hex, store, unit, first_day)
            gathered[key] = gathered.get(key, 0) | bits
        if len(gathered) >= _SETS_AT_ONCE:
            _unite(cursor, gathered)
            gathered = {}
    _unite(cursor, gathered)


def _unite(cursor: Cursor, gathered: Mapping[SetKey, Bits]) -> None:
    if not gathered:
        return
    sets = dict(gathered)
    keys = _columns(sets)
    cursor.execute(_READ_SETS, keys, binary=True)
    for programme_id, store, unit, first_day, members in cursor.fetchall():
        sets[(programme_id.hex, store, unit, first_day)] |= bits_from(members)
    members = [bits_to_bytes(bits) for bits in sets.values()]
    cursor.execute(_WRITE_SETS, {**keys, "members": members})


def _columns(keys: Iterable[SetKey]) -> dict[str, list[Any]]:
    columns = zip(*keys, strict=True)
    return dict(zip(("programmes", "stores", "units", "days"), map(list, columns), strict=True))


def _one(cursor: Cursor) -> Any:
    row = cursor.fetchone()
    assert row is not None, "one row was asked for"
    return row
