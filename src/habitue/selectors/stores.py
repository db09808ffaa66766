"""Reading stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor
from habitue.domain.errors import Code, Refusal

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A place where members buy; ``zone`` decides what day it is there."""

    code: str
    name: str
    zone: str


def list_stores(connection: Connection, *, actor: Actor) -> tuple[StoreRecord, ...]:
    """The stores in which the actor works, by name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute("SELECT code, name, zone FROM store ORDER BY name, code").fetchall()
    return tuple(StoreRecord(*row) for row in rows if actor.works_in(row[0]))


def get_store(connection: Connection, *, actor: Actor, code: str) -> StoreRecord:
    """One store; refuses (``UNKNOWN_STORE``) where there is none among the actor's."""
    for store in list_stores(connection, actor=actor):
        if store.code == code:
            return store
    raise Refusal(Code.UNKNOWN_STORE, "store", value=code[:80])
