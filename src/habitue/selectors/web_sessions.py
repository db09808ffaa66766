"""Reading sessions, so that their owner can see and end them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Kind, Permission
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of, instant_of
from habitue.selectors.staff import get_staff

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session; ``handle`` names it without being its key, ``is_this`` is the reader's own."""

    handle: str
    created_at: Instant
    seen_at: Instant
    user_agent: str
    address: str
    is_this: bool


def list_sessions(
    connection: Connection, *, actor: Actor, owner_id: UUID, now: Instant, own_key: str = ""
) -> tuple[SessionRecord, ...]:
    """The sessions of the actor, or of a colleague by the right to end them; the latest first.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_STAFF``.
    """
    if actor.id != owner_id:
        if not actor.may(Permission.SESSIONS_END):
            raise Refusal(Code.NOT_PERMITTED, scope=Permission.SESSIONS_END.value)
        get_staff(connection, actor=actor, staff_id=owner_id)
    column = "member_id" if actor.kind is Kind.MEMBER else "staff_id"
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT encode(sha256(convert_to(session_key, 'UTF8')), 'hex'), created_at, seen_at,"  # noqa: S608 - one of two constants.
            " user_agent, address, session_key = %s FROM web_session"
            f" WHERE {column} = %s AND expire_date > %s ORDER BY seen_at DESC LIMIT 200",
            [own_key, owner_id, datetime_of(now)],
        ).fetchall()
    return tuple(
        SessionRecord(handle, instant_of(created), instant_of(seen), agent, address, is_this)
        for handle, created, seen, agent, address, is_this in rows
    )
