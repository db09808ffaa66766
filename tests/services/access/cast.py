"""Who acts in the tests of access, and what they left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from habitue.domain.access import SYSTEM, Actor, Kind, Role
from habitue.domain.errors import Refusal
from habitue.kit.ids import new_id
from habitue.kit.instants import DAY, Instant, datetime_of
from habitue.selectors.staff import StaffRecord
from habitue.services.access.staff import StaffDetails, add_staff
from habitue.services.stores import put_store
from tests.services.people import NOW
from tests.support.database import DatabaseForTests

Connection = psycopg.Connection[Any]


def actor(
    *roles: Role, stores: tuple[str, ...] = (), programmes: tuple[str, ...] = (), **fields: Any
) -> Actor:
    """A colleague with an id of their own."""
    return Actor(
        kind=Kind.STAFF,
        id=fields.pop("id", new_id(NOW)),
        name=fields.pop("name", "Hélène"),
        roles=frozenset(roles),
        stores=frozenset(stores),
        programmes=frozenset(programmes),
        **fields,
    )


OWNER = actor(Role.OWNER)
MANAGER = actor(Role.MANAGER, name="Camille")
ANALYST = actor(Role.ANALYST, name="Greta")
QUAI_OWNER = actor(Role.OWNER, stores=("quai",), name="Odile")
QUAI_MANAGER = actor(Role.MANAGER, stores=("quai",), name="Mihai")


def open_stores(connection: Connection) -> None:
    """The two stores of these tests."""
    for code in ("marche", "quai"):
        put_store(connection, code=code, zone="Europe/Paris")


def colleague(
    connection: Connection, name: str, *roles: Role, stores: tuple[str, ...] = (), **fields: Any
) -> StaffRecord:
    """A colleague who is known; of no role that is named, one who serves."""
    words = [role.value for role in roles or (Role.STAFF,)]
    return add_staff(
        connection,
        actor=SYSTEM,
        email=f"{name.lower()}@quai.example",
        details=StaffDetails(name, words, stores, **fields),
        now=NOW,
    )


def acting(record: StaffRecord, **fields: Any) -> Actor:
    """A colleague who is known, as an actor."""
    return Actor(
        kind=Kind.STAFF, id=record.staff_id, name=record.name, roles=record.roles, **fields
    )


def session_of(
    connection: Connection,
    key: str,
    *,
    staff_id: UUID | None = None,
    member_id: UUID | None = None,
    device_id: UUID | None = None,
    expires_at: Instant = NOW + DAY,
) -> None:
    """A session of somebody."""
    connection.execute(
        "INSERT INTO web_session (session_key, session_data, expire_date, staff_id, member_id,"
        " device_id, created_at, seen_at, user_agent, address)"
        " VALUES (%s, '', %s, %s, %s, %s, %s, %s, 'Firefox', '192.0.2.7')",
        [
            key,
            datetime_of(expires_at),
            staff_id,
            member_id,
            device_id,
            datetime_of(NOW - DAY),
            datetime_of(NOW),
        ],
    )


def sessions(connection: Connection) -> list[str]:
    """The keys of the sessions that there are."""
    rows = connection.execute("SELECT session_key FROM web_session ORDER BY 1").fetchall()
    return [key for (key,) in rows]


def trail(connection: Connection) -> list[tuple[str, str, str]]:
    """Who did what to whom, the first first."""
    return connection.execute(
        "SELECT actor_name, action, subject_name FROM trail ORDER BY at, trail_id"
    ).fetchall()


def everything(connection: Connection) -> list[Any]:
    """All rows that people and access are made of: equal before and after what changed nothing."""
    tables = (
        *("staff", "device", "sign_in_code", "sign_in_link", "web_session", "api_key", "store"),
        *("trail", "consent", "member", "identifier", "ledger_event", "event_key", "entry"),
        "invitation",
    )
    rows = sql.SQL("SELECT t::text FROM {} t ORDER BY 1")
    return [connection.execute(rows.format(sql.Identifier(one))).fetchall() for one in tables]


def refused(verb: Callable[..., object]) -> tuple[str, str]:
    """The code and the place for which it was refused."""
    with pytest.raises(Refusal) as caught:
        verb()
    return caught.value.code.value, caught.value.path


def at_once(database: DatabaseForTests, *verbs: Callable[..., object]) -> list[Any]:
    """Do all of it at the same time, each by a connection of its own; what came of each."""
    barrier = threading.Barrier(len(verbs))
    outcomes: list[Any] = [None] * len(verbs)

    def do(place: int, verb: Callable[..., object]) -> None:
        with database.connect(autocommit=True) as connection:
            barrier.wait()
            try:
                outcomes[place] = verb(connection)
            except Refusal as refusal:
                outcomes[place] = refusal.code.value

    threads = [threading.Thread(target=do, args=(place, verb)) for place, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
