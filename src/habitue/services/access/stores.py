"""Stores made and changed by people, with the trail."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.services.access.rights import require, require_stores
from habitue.services.stores import put_store
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_NAME: Final = 100


def add_store(
    connection: Connection, *, actor: Actor, code: str, zone: str, name: str, now: Instant
) -> bool:
    """Make a store; ``False``, and nothing is done, where one has this code already.

    Refuses ``NOT_PERMITTED`` (also to whoever works in some stores only), ``INVALID_TEXT`` and
    ``TOO_LONG`` for the name, and a zone that does not exist.  Writes the trail.
    """
    require_stores(actor, Permission.STORES_WRITE, [])
    _check_name(name)
    with connection.transaction():
        # Of two who choose the same code at the same time, one waits here for the other.
        connection.execute("LOCK TABLE store IN SHARE ROW EXCLUSIVE MODE")
        if _get(connection, code) is not None:
            return False
        _put(connection, actor, code=code, zone=zone, name=name, now=now)
    return True


def change_store(
    connection: Connection, *, actor: Actor, code: str, zone: str, name: str, now: Instant
) -> None:
    """Change what a store is called, and its clock; saying what is said already changes nothing.

    Refuses ``NOT_PERMITTED`` (also a store in which the actor does not work), ``UNKNOWN_STORE``,
    ``INVALID_TEXT`` and ``TOO_LONG`` for the name, and a zone that does not exist.  Locks the
    store.  Writes the trail.
    """
    require(actor, Permission.STORES_WRITE, code)
    _check_name(name)
    with connection.transaction():
        before = _get(connection, code)
        if before is None:
            raise Refusal(Code.UNKNOWN_STORE, "store", value=code[:80])
        if before != (name, zone):
            _put(connection, actor, code=code, zone=zone, name=name, now=now)


def _check_name(name: str) -> None:
    if not name or name != name.strip() or not name.isprintable():
        raise Refusal(Code.INVALID_TEXT, "name", value=name[:LONGEST_NAME])
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.TOO_LONG, "name", value=name[:LONGEST_NAME], limit=LONGEST_NAME)


def _get(connection: Connection, code: str) -> tuple[str, str] | None:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT name, zone FROM store WHERE code = %s FOR UPDATE", [code]
        ).fetchone()
    return None if row is None else (row[0], row[1])


def _put(
    connection: Connection, actor: Actor, *, code: str, zone: str, name: str, now: Instant
) -> None:
    put_store(connection, code=code, zone=zone, name=name)
    note_in_trail(
        connection,
        actor=actor,
        action=Action.STORE_CHANGED,
        now=now,
        subject_kind="store",
        subject_id=code,
        subject_name=name,
        store=code,
    )
