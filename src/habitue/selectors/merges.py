"""Reading merges of members: those into a member, and one of them."""

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
from habitue.selectors.members import MemberRecord

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """A merge: who was merged into whom, when, by whom; ``undone_at`` is ``None`` while it stands.

    ``identifiers`` are the ids of those that were moved, at the survivor; ``filled`` are the
    survivor's details that came from the duplicate, as plain data.
    """

    merge_id: UUID
    duplicate_id: UUID
    into_id: UUID
    merged_at: Instant
    merged_by: str
    undone_at: Instant | None
    identifiers: tuple[UUID, ...]
    filled: dict[str, str]
    duplicate_name: str
    duplicate_number: str


_NAMES: Final = ("given_name", "family_name", "display_name")
_GAPS: Final = ("birth_date", "language", "store")

_COLUMNS: Final = f"""
SELECT g.merge_id, g.duplicate_id, g.member_id, {micros("g.at")}, g.actor_name,
       {micros("u.at")}, g.moved::text,
       coalesce(nullif(d.display_name, ''), btrim(d.given_name || ' ' || d.family_name)), d.number
FROM member_merge g
JOIN member d ON d.member_id = g.duplicate_id
LEFT JOIN member_merge u
    ON u.member_id = g.member_id AND u.merge_id = g.merge_id AND u.step = 'undone'
"""  # noqa: S608 - constants.

# One statement of the constants above for each question.
_OF_SURVIVOR: Final = (
    f"{_COLUMNS} WHERE g.member_id = %s AND g.step = 'merged' AND (%s OR u.merge_id IS NULL)"
    " ORDER BY g.at DESC, g.merge_id DESC"
)
_ONE: Final = f"{_COLUMNS} WHERE g.merge_id = %s AND g.step = 'merged'"


def list_merges(
    connection: Connection, *, member_id: UUID, undone: bool = False
) -> tuple[MergeRecord, ...]:
    """The merges into a member that stand, the latest first; with ``undone``, the others too."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_OF_SURVIVOR.encode(), [member_id, undone]).fetchall()
    return tuple(_record(row) for row in rows)


def get_merge(connection: Connection, *, merge_id: UUID) -> MergeRecord:
    """A merge, undone or not; refuses (``UNKNOWN_MERGE``) where there is none."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_ONE.encode(), [merge_id]).fetchone()
    if row is None:
        raise Refusal(Code.UNKNOWN_MERGE, "merge", value=str(merge_id))
    return _record(row)


def missing_details(into: MemberRecord, duplicate: MemberRecord) -> dict[str, Any]:
    """The duplicate's details that the survivor lacks; a name only where there is none at all."""
    names = () if any(getattr(into, name) for name in _NAMES) else _NAMES
    return {
        name: value
        for name in (*names, *_GAPS)
        if not getattr(into, name) and (value := getattr(duplicate, name))
    }


def _record(row: Sequence[Any]) -> MergeRecord:
    merge_id, duplicate, into, at, by, undone_at, text, name, number = row
    moved = orjson.loads(text)
    identifiers = tuple(UUID(one) for one in moved["identifiers"])
    return MergeRecord(
        merge_id, duplicate, into, at, by, undone_at, identifiers, moved["filled"], name, number
    )
