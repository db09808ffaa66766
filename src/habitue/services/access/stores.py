"""Stores made and changed by people, with the trail."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.kit.instants import Instant
from habitue.services.access.rights import require
from habitue.services.stores import put_store
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def change_store(
    connection: Connection, *, actor: Actor, code: str, zone: str, name: str, now: Instant
) -> None:
    """Make or change a store.  Refuses ``NOT_PERMITTED`` (also a store in which the actor does not
    work) and a zone that does not exist.  Writes the trail."""
    require(actor, Permission.STORES_WRITE, code)
    with connection.transaction():
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
