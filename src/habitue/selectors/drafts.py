"""Reading drafts of programmes: those of the programmes that are the reader's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import PERMISSIONS, Actor, Permission
from habitue.domain.drafts import State
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft without its document.

    ``base_number`` is the version that it began as, 0 for a new programme; ``revision`` counts its
    saves; ``published_number`` is the version that it became.
    """

    draft_id: UUID
    programme: str
    name: str
    base_number: int
    revision: int
    state: State
    notes: str
    author_id: UUID | None
    author_name: str
    created_at: Instant
    changed_at: Instant
    reviewer_id: UUID | None
    reviewer_name: str
    remark: str
    published_number: int | None


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """What a draft said after one save, and who saved it."""

    revision: int
    saved_at: Instant
    author_id: UUID | None
    author_name: str
    document: dict[str, Any]


_COLUMNS: Final = (
    "draft_id, programme, name, base_number, revision, state, notes, author_id, author_name,"
    " created_at, changed_at, reviewer_id, reviewer_name, remark, published_number"
)


def list_drafts(connection: Connection, *, actor: Actor) -> list[DraftRecord]:
    """The drafts of the actor's programmes, the latest changed first."""
    statement = f"SELECT {_COLUMNS} FROM programme_draft ORDER BY changed_at DESC, draft_id DESC"  # noqa: S608 - constant columns.
    with connection.cursor(row_factory=tuple_row) as cursor:
        records = [_record(row) for row in cursor.execute(statement).fetchall()]
    return [record for record in records if actor.in_programme(record.programme)]


def get_draft(connection: Connection, *, actor: Actor, draft_id: UUID) -> DraftRecord:
    """One draft; refuses (``UNKNOWN_DRAFT``) where there is none among the actor's programmes."""
    statement = f"SELECT {_COLUMNS} FROM programme_draft WHERE draft_id = %s"  # noqa: S608 - constant columns.
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement, [draft_id]).fetchone()
    record = None if row is None else _record(row)
    if record is None or not actor.in_programme(record.programme):
        raise Refusal(Code.UNKNOWN_DRAFT, "draft", value=str(draft_id))
    return record


def list_revisions(connection: Connection, *, draft_id: UUID) -> list[RevisionRecord]:
    """What a draft said over time, the latest first; empty where there is no such draft."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT revision, saved_at, author_id, author_name, document::text FROM draft_revision"
            " WHERE draft_id = %s ORDER BY revision DESC",
            [draft_id],
        ).fetchall()
    return [_revision(row) for row in rows]


def get_revision(connection: Connection, *, draft_id: UUID, revision: int) -> RevisionRecord:
    """One revision of a draft; refuses (``UNKNOWN_DRAFT``) where there is none."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT revision, saved_at, author_id, author_name, document::text FROM draft_revision"
            " WHERE draft_id = %s AND revision = %s",
            [draft_id, revision],
        ).fetchone()
    if row is None:
        raise Refusal(Code.UNKNOWN_DRAFT, "revision", value=revision)
    return _revision(row)


def needs_review(connection: Connection, *, code: str) -> bool:
    """Whether drafts of a programme take effect only once a second person has approved them; false
    where there is no such programme yet."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT needs_review FROM programme WHERE code = %s", [code]
        ).fetchone()
    return row is not None and bool(row[0])


def list_reviewers(connection: Connection, *, code: str) -> dict[UUID, str]:
    """The names, by id, of those who could approve a draft: active, with the right to write the
    programme, in all stores."""
    roles = [
        role.value for role, granted in PERMISSIONS.items() if Permission.PROGRAMME_WRITE in granted
    ]
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT staff_id, name FROM staff WHERE is_active AND roles && %s::text[]"
            " AND cardinality(stores) = 0 AND (cardinality(programmes) = 0 OR %s = ANY(programmes))"
            " ORDER BY name, staff_id",
            [roles, code],
        ).fetchall()
    return {row[0]: row[1] for row in rows}


def _record(row: tuple[Any, ...]) -> DraftRecord:
    (draft_id, programme, name, base, revision, state, notes, author_id, author_name) = row[:9]
    created_at, changed_at, reviewer_id, reviewer_name, remark, published = row[9:]
    return DraftRecord(
        draft_id,
        programme,
        name,
        base,
        revision,
        State(state),
        notes,
        author_id,
        author_name,
        instant_of(created_at),
        instant_of(changed_at),
        reviewer_id,
        reviewer_name,
        remark,
        published,
    )


def _revision(row: tuple[Any, ...]) -> RevisionRecord:
    number, saved_at, author_id, author_name, document = row
    return RevisionRecord(
        number,
        instant_of(saved_at),
        author_id,
        author_name,
        json.loads(document, parse_float=Decimal),
    )
