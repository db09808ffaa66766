"""Reading merges of members: they stand in the ledger, as events of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """A merge that stands: who was merged into whom, when, in which programmes."""

    merge_id: UUID
    duplicate_id: UUID
    into_id: UUID
    merged_at: Instant
    programme_ids: tuple[UUID, ...]
    duplicate_name: str
    duplicate_number: str


_OF_SURVIVOR: Final = f"""
SELECT (e.payload -> 'body' ->> 'merge')::uuid AS merge_id, d.member_id, e.member_id,
       min({micros("e.occurred_at")}), array_agg(e.programme_id ORDER BY e.programme_id),
       coalesce(nullif(d.display_name, ''), btrim(d.given_name || ' ' || d.family_name)), d.number
FROM ledger_event e
JOIN member d ON d.member_id = (e.payload -> 'body' ->> 'from_member')::uuid
WHERE e.kind = 'merge_in' AND e.member_id = %s AND d.merged_into = e.member_id
  AND NOT EXISTS (
      SELECT 1 FROM ledger_event u WHERE u.member_id = e.member_id AND u.kind = 'unmerge'
      AND u.payload -> 'body' ->> 'merge' = e.payload -> 'body' ->> 'merge'
  )
GROUP BY 1, 2, 3, d.display_name, d.given_name, d.family_name, d.number
ORDER BY 4 DESC
"""  # noqa: S608 - constants.

# The key of an event of a merge begins with the merge's id, so no ledger has to be searched.
_SURVIVOR: Final = """
SELECT member_id FROM event_key
WHERE source = 'habitue:merge' AND external_id >= %s AND external_id < %s AND kind = 'merge_in'
LIMIT 1
"""


def list_merges(connection: Connection, *, member_id: UUID) -> tuple[MergeRecord, ...]:
    """The merges into a member that stand, the latest first."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_OF_SURVIVOR.encode(), [member_id]).fetchall()
    return tuple(_record(row) for row in rows)


def get_merge(connection: Connection, *, merge_id: UUID) -> MergeRecord:
    """A merge that stands; refuses (``UNKNOWN_MERGE``) where there is none, or it was undone."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            _SURVIVOR.encode(), [f"{merge_id.hex}:", f"{merge_id.hex};"]
        ).fetchone()
    if row is not None:
        for merge in list_merges(connection, member_id=row[0]):
            if merge.merge_id == merge_id:
                return merge
    raise Refusal(Code.UNKNOWN_MERGE, "merge", value=str(merge_id))


def _record(row: Sequence[Any]) -> MergeRecord:
    merge_id, duplicate, into, at, programmes, name, number = row
    return MergeRecord(merge_id, duplicate, into, at, tuple(programmes), name, number)
