"""Ending sessions, and clearing away what has run out."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Kind, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY, Instant, datetime_of
from habitue.selectors.staff import get_staff
from habitue.services.access.rights import require
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def end_session(
    connection: Connection, *, actor: Actor, handle: str, owner_id: UUID, now: Instant
) -> bool:
    """End one session of somebody: their own, or a colleague's by the right to do so.

    ``handle`` is what ``selectors.web_sessions`` calls the session; its key never leaves the
    database.  ``False`` where it has ended already.  Refuses ``NOT_PERMITTED`` and
    ``UNKNOWN_STAFF``.  Writes the trail.
    """
    name = _name_of_owner(connection, actor, owner_id)
    column = "member_id" if actor.kind is Kind.MEMBER else "staff_id"
    with connection.transaction():
        ended = connection.execute(
            f"DELETE FROM web_session WHERE {column} = %s"  # noqa: S608 - one of two constants.
            " AND encode(sha256(convert_to(session_key, 'UTF8')), 'hex') = %s",
            [owner_id, handle],
        )
        if ended.rowcount:
            _note(connection, actor, owner_id, name, now)
    return bool(ended.rowcount)


def end_sessions_of(
    connection: Connection,
    *,
    actor: Actor,
    owner_id: UUID,
    now: Instant,
    except_key: str = "",
) -> int:
    """End all sessions of somebody but the one with this key; answers how many.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_STAFF``.  Writes the trail.
    """
    name = _name_of_owner(connection, actor, owner_id)
    column = "member_id" if actor.kind is Kind.MEMBER else "staff_id"
    with connection.transaction():
        ended = connection.execute(
            f"DELETE FROM web_session WHERE {column} = %s AND session_key <> %s",  # noqa: S608 - one of two constants.
            [owner_id, except_key],
        )
        if ended.rowcount:
            _note(connection, actor, owner_id, name, now)
    return ended.rowcount


def purge_expired(connection: Connection, *, now: Instant) -> int:
    """Remove sessions, codes, links and counts that can be of no use any more; answers how many
    rows.  Takes no lock that anybody waits for."""
    at, day_before = datetime_of(now), datetime_of(now - DAY)
    removed = 0
    for table, condition, moment in (
        ("web_session", "expire_date < %s", at),
        ("sign_in_code", "expires_at < %s", day_before),
        ("sign_in_link", "expires_at < %s", day_before),
        ("attempt", "window_starts_at < %s", day_before),
        ("cache", "expires < %s", at),
    ):
        removed += connection.execute(
            f"DELETE FROM {table} WHERE {condition}",  # noqa: S608 - constants.
            [moment],
        ).rowcount
    return removed


def _name_of_owner(connection: Connection, actor: Actor, owner_id: UUID) -> str:
    """Whose sessions they are; refuses whoever may not end them."""
    if actor.id == owner_id:
        return actor.name
    if actor.kind is not Kind.STAFF:
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.SESSIONS_END.value)
    require(actor, Permission.SESSIONS_END)
    return get_staff(connection, actor=actor, staff_id=owner_id).name


def _note(connection: Connection, actor: Actor, owner_id: UUID, name: str, now: Instant) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=Action.SESSION_ENDED,
        now=now,
        subject_kind="member" if actor.kind is Kind.MEMBER else "staff",
        subject_id=owner_id,
        subject_name=name,
        member_id=owner_id if actor.kind is Kind.MEMBER else None,
    )
