"""Reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of, instant_of
from habitue.kit.paging import CursorError, Page, decode_cursor, page_of

Connection: TypeAlias = psycopg.Connection[Any]

_LARGEST_LIMIT: Final = 500
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is looked for; ``None`` or an empty text restricts nothing.  ``from_at`` is in,
    ``until_at`` is out."""

    action: str = ""
    actor_id: UUID | None = None
    member_id: UUID | None = None
    from_at: Instant | None = None
    until_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class TrailRecord:
    """Who did what, when, to whom."""

    trail_id: UUID
    at: Instant
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    subject_name: str
    member_id: UUID | None
    store: str | None
    details: dict[str, Any]


_COLUMNS: Final = (
    "trail_id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id,"
    " subject_name, member_id, store, details"
)


def list_trail(
    connection: Connection,
    *,
    actor: Actor,
    wanted: TrailFilter,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TrailRecord]:
    """What was done, the latest first; a page at a time.

    Whoever works in some stores sees what was done there.  Refuses ``NOT_PERMITTED``; raises
    ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    after: tuple[Instant, UUID] | None = None
    if cursor:
        after = _place_of(cursor)
    found = _read(connection, actor, wanted, after, limit + 1)
    return page_of(
        found, limit=limit, listing="trail", place_of=lambda one: (one.at, one.trail_id.hex)
    )


def _place_of(cursor: str) -> tuple[Instant, UUID]:
    at, trail_id = decode_cursor("trail", cursor=cursor, shape=(int, str))
    try:
        datetime_of(int(at))
        return int(at), UUID(str(trail_id))
    except (ValueError, OverflowError) as error:
        raise CursorError("a cursor of no place") from error


def iterate_trail(
    connection: Connection, *, actor: Actor, wanted: TrailFilter
) -> Iterator[TrailRecord]:
    """All of it, the latest first, in bounded memory; refuses ``NOT_PERMITTED``."""
    after: tuple[Instant, UUID] | None = None
    while True:
        found = _read(connection, actor, wanted, after, _CHUNK)
        yield from found
        if len(found) < _CHUNK:
            return
        after = (found[-1].at, found[-1].trail_id)


def _read(
    connection: Connection,
    actor: Actor,
    wanted: TrailFilter,
    after: tuple[Instant, UUID] | None,
    limit: int,
) -> list[TrailRecord]:
    if not actor.may(Permission.TRAIL_READ):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.TRAIL_READ.value)
    conditions: list[str] = []
    parameters: list[object] = []

    def add(condition: str, *values: object) -> None:
        conditions.append(condition)
        parameters.extend(values)

    if wanted.action:
        add("action = %s", wanted.action)
    if wanted.actor_id is not None:
        add("actor_id = %s", wanted.actor_id)
    if wanted.member_id is not None:
        add("member_id = %s", wanted.member_id)
    if wanted.from_at is not None:
        add("at >= %s", datetime_of(wanted.from_at))
    if wanted.until_at is not None:
        add("at < %s", datetime_of(wanted.until_at))
    if actor.stores:
        add("store = ANY(%s)", sorted(actor.stores))
    if after is not None:
        add("(at, trail_id) < (%s, %s)", datetime_of(after[0]), after[1])
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT {_COLUMNS} FROM trail{where} ORDER BY at DESC, trail_id DESC LIMIT %s"  # noqa: S608 - constants.
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(statement.encode(), [*parameters, limit]).fetchall()
    return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> TrailRecord:
    return TrailRecord(row[0], instant_of(row[1]), *row[2:])
