"""What a duplicate brings along besides the books: identifiers, and details that were missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from habitue.data.bulk import array
from habitue.domain.identity.search import folded_name
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.members import MemberRecord, list_identifiers
from habitue.selectors.merges import MergeRecord, missing_details
from habitue.services.intake.transacting import Connection, Cursor
from habitue.services.member_making import give_number
from habitue.services.members import keys_of_member, write_search_keys


@dataclass(frozen=True, slots=True)
class Moved:
    """What a merge moved: identifiers (their ids at the survivor), and details as plain data."""

    identifiers: tuple[UUID, ...]
    filled: dict[str, str]


def take_over(
    connection: Connection,
    cursor: Cursor,
    *,
    duplicate: MemberRecord,
    into: MemberRecord,
    at: Instant,
) -> Moved:
    """Let the survivor be known by all that the duplicate was known by, and fill gaps of theirs.

    The duplicate becomes merged.  Both members are locked.
    """
    filled = missing_details(into, duplicate)
    renewal = _Renewal(connection, cursor, duplicate, into)
    cursor.execute(
        "UPDATE member SET status = 'merged', merged_into = %s, revision = revision + 1"
        " WHERE member_id = %s",
        [into.member_id, duplicate.member_id],
    )
    cursor.execute(
        "UPDATE identifier SET revoked_at = %s WHERE member_id = %s AND revoked_at IS NULL"
        " RETURNING kind, value, comparable, trust",
        [datetime_of(at), duplicate.member_id],
    )
    moved = _give(cursor, into.member_id, cursor.fetchall(), at)
    _write_details(cursor, into, filled)
    renewal.finish(replace(duplicate, status="merged"), _with_details(into, filled))
    return Moved(moved, {name: str(value) for name, value in filled.items()})


def give_back(
    connection: Connection,
    cursor: Cursor,
    *,
    merge: MergeRecord,
    duplicate: MemberRecord,
    into: MemberRecord,
    at: Instant,
) -> None:
    """Give back what the merge moved and is still the survivor's, and empty what it filled.

    The duplicate becomes active.  A duplicate whose number is not to be had any more gets a new
    one.  Both members are locked.
    """
    emptied: dict[str, Any] = {
        name: None if name in ("birth_date", "store") else ""
        for name, value in merge.filled.items()
        if str(getattr(into, name)) == value
    }
    renewal = _Renewal(connection, cursor, duplicate, into)
    cursor.execute(
        "UPDATE member SET status = 'active', merged_into = NULL, revision = revision + 1"
        " WHERE member_id = %s",
        [duplicate.member_id],
    )
    cursor.execute(
        "UPDATE identifier SET revoked_at = %s WHERE member_id = %s AND revoked_at IS NULL"
        " AND identifier_id = ANY(%s::uuid[]) RETURNING kind, value, comparable, trust",
        [datetime_of(at), into.member_id, array("uuid", (one.hex for one in merge.identifiers))],
    )
    _give(cursor, duplicate.member_id, cursor.fetchall(), at)
    _write_details(cursor, into, emptied)
    _renumber(cursor, duplicate, at)
    renewal.finish(replace(duplicate, status="active"), _with_details(into, emptied))


class _Renewal:
    """Brings both members' search keys to what they are known by in the end."""

    def __init__(self, connection: Connection, cursor: Cursor, *members: MemberRecord) -> None:
        self._connection, self._cursor = connection, cursor
        self._before = {member.member_id: self._keys(member) for member in members}

    def finish(self, *members: MemberRecord) -> None:
        """Write the difference."""
        for member in members:
            before = self._before[member.member_id]
            after = self._keys(member)
            write_search_keys(self._cursor, member.member_id, before=before, after=after)

    def _keys(self, member: MemberRecord) -> list[str]:
        if member.status != "active":
            return []
        identifiers = list_identifiers(self._connection, member_id=member.member_id)
        return keys_of_member(member, identifiers)


def _with_details(member: MemberRecord, changes: dict[str, Any]) -> MemberRecord:
    return replace(member, **changes)


def _write_details(cursor: Cursor, member: MemberRecord, changes: dict[str, Any]) -> None:
    after = _with_details(member, changes)
    birth_date: date | None = after.birth_date
    cursor.execute(
        "UPDATE member SET given_name = %s, family_name = %s, display_name = %s, folded_name = %s,"
        " language = %s, birth_date = %s, store = %s, revision = revision + 1 WHERE member_id = %s",
        [
            after.given_name,
            after.family_name,
            after.display_name,
            folded_name(after.given_name, after.family_name, after.display_name),
            after.language,
            birth_date,
            after.store,
            after.member_id,
        ],
    )


def _give(
    cursor: Cursor, member_id: UUID, rows: list[tuple[Any, ...]], at: Instant
) -> tuple[UUID, ...]:
    """Add identifiers that were just taken from the other member, in their order."""
    if not rows:
        return ()
    rows.sort()
    ids = tuple(new_id(at) for _ in rows)
    cursor.execute(
        "INSERT INTO identifier"
        " (identifier_id, kind, value, comparable, trust, member_id, added_at)"
        " SELECT identifier_id, kind, value, comparable, trust, %s, %s"
        " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::smallint[])"
        " AS u(identifier_id, kind, value, comparable, trust)",
        [
            member_id,
            datetime_of(at),
            array("uuid", (one.hex for one in ids)),
            array("text", (row[0] for row in rows)),
            array("text", (row[1] for row in rows)),
            array("text", (row[2] for row in rows)),
            array("smallint", (row[3] for row in rows)),
        ],
    )
    return ids


def _renumber(cursor: Cursor, duplicate: MemberRecord, at: Instant) -> None:
    """The survivor may have lost the duplicate's number; nobody is left without one."""
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE revoked_at IS NULL) FROM identifier"
        " WHERE member_id = %s AND kind = 'card' AND value = %s",
        [duplicate.member_id, duplicate.number],
    )
    ((known, active),) = cursor.fetchall()
    if known and not active:
        give_number(cursor, duplicate.member_id, at)
