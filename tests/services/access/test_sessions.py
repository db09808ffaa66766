"""Sessions: everybody ends their own, those who may end others', and what has run out goes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from habitue.domain.access import NOBODY, SYSTEM, Actor, Kind, Role
from habitue.kit.instants import DAY, HOUR, SECOND, datetime_of
from habitue.selectors.web_sessions import SessionRecord, list_sessions
from habitue.services.access.codes import request_code
from habitue.services.access.links import make_link
from habitue.services.access.sessions import end_session, end_sessions_of, purge_expired
from tests.services.access.cast import (
    MANAGER,
    OWNER,
    QUAI_OWNER,
    Connection,
    acting,
    actor,
    colleague,
    everything,
    open_stores,
    refused,
    session_of,
    sessions,
    trail,
)
from tests.services.people import NOW, enrol
from tests.support.database import DatabaseForTests


def handle(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def listed(connection: Connection, who: Actor, owner_id: UUID, own_key: str = "") -> list[str]:
    found = list_sessions(connection, actor=who, owner_id=owner_id, now=NOW, own_key=own_key)
    return [one.handle for one in found]


def test_everybody_sees_and_ends_their_own(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        for key in ("here", "there"):
            session_of(connection, key, staff_id=who.staff_id)
        session_of(connection, "over", staff_id=who.staff_id, expires_at=NOW)
        session_of(connection, "other", staff_id=uuid4())
        found = list_sessions(
            connection, actor=acting(who), owner_id=who.staff_id, now=NOW, own_key="here"
        )
        assert {one.handle: one.is_this for one in found} == {
            handle("here"): True,
            handle("there"): False,
        }
        assert found[0] == SessionRecord(
            handle=found[0].handle,
            created_at=NOW - DAY,
            seen_at=NOW,
            user_agent="Firefox",
            address="192.0.2.7",
            is_this=found[0].is_this,
        )
        assert "there" not in str(found)
        own: dict[str, Any] = {"actor": acting(who), "owner_id": who.staff_id, "now": NOW}
        assert end_session(connection, handle=handle("there"), **own)
        assert sessions(connection) == ["here", "other", "over"]
        assert trail(connection)[-1] == ("Quai", "session_ended", "Quai")
        before = everything(connection)
        for gone in ("there", "other"):
            assert not end_session(connection, handle=handle(gone), **own)
        assert not end_session(connection, handle="here", **own)
        assert everything(connection) == before


def test_all_but_this_one_are_ended(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        for key in ("here", "there", "everywhere"):
            session_of(connection, key, staff_id=who.staff_id)
        own: dict[str, Any] = {"actor": acting(who), "owner_id": who.staff_id, "now": NOW}
        assert end_sessions_of(connection, **own, except_key="here") == 2
        assert sessions(connection) == ["here"]
        before = everything(connection)
        assert end_sessions_of(connection, **own, except_key="here") == 0
        assert everything(connection) == before


def test_a_member_ends_their_own_and_nobody_elses(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        member, other = enrol(connection, given_name="Marie"), enrol(connection)
        oneself = Actor(kind=Kind.MEMBER, id=member.member_id, name="Marie")
        session_of(connection, "a", member_id=member.member_id)
        session_of(connection, "b", member_id=other.member_id)
        # A colleague with the same browser: their session is not the member's.
        session_of(connection, "c", staff_id=member.member_id)
        assert listed(connection, oneself, member.member_id) == [handle("a")]
        before = everything(connection)
        for owner in (other.member_id, uuid4()):
            assert refused(lambda o=owner: listed(connection, oneself, o))[0] == "not_permitted"
            assert refused(
                lambda o=owner: end_sessions_of(connection, actor=oneself, owner_id=o, now=NOW)
            ) == ("not_permitted", "")
        assert everything(connection) == before
        assert end_sessions_of(connection, actor=oneself, owner_id=member.member_id, now=NOW) == 1
        assert sessions(connection) == ["b", "c"]
        row = connection.execute("SELECT member_id, subject_kind FROM trail").fetchall()
        assert row == [(member.member_id, "member")]


def test_who_may_ends_those_of_colleagues(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        own = colleague(connection, "Own", stores=("quai",))
        other = colleague(connection, "Other", stores=("marche",))
        for who in (own, other):
            session_of(connection, who.name, staff_id=who.staff_id)
        assert listed(connection, QUAI_OWNER, own.staff_id) == [handle("Own")]
        before = everything(connection)
        for verb in (
            lambda: listed(connection, QUAI_OWNER, other.staff_id),
            lambda: end_sessions_of(connection, actor=QUAI_OWNER, owner_id=other.staff_id, now=NOW),
            lambda: end_session(
                connection,
                actor=QUAI_OWNER,
                handle=handle("Other"),
                owner_id=other.staff_id,
                now=NOW,
            ),
        ):
            assert refused(verb) == ("unknown_staff", "staff")
        assert everything(connection) == before
        assert end_session(
            connection, actor=OWNER, handle=handle("Other"), owner_id=other.staff_id, now=NOW
        )
        assert sessions(connection) == ["Own"]
        assert trail(connection)[-1] == ("Hélène", "session_ended", "Other")


@pytest.mark.parametrize(
    "nobody",
    [MANAGER, actor(Role.OWNER, at_till=True), NOBODY, Actor(kind=Kind.DEVICE, id=uuid4())],
    ids=lambda who: who.kind.value,
)
def test_who_may_not_ends_none(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        session_of(connection, "a", staff_id=who.staff_id)
        before = everything(connection)
        for verb in (
            lambda: listed(connection, nobody, who.staff_id),
            lambda: end_sessions_of(connection, actor=nobody, owner_id=who.staff_id, now=NOW),
        ):
            assert refused(verb) == ("not_permitted", "")
        assert everything(connection) == before


def test_what_has_run_out_is_removed_and_nothing_else(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        session_of(connection, "over", expires_at=NOW - SECOND)
        session_of(connection, "goes on", expires_at=NOW + SECOND)
        for key, expires_at in (("over", NOW - SECOND), ("kept", NOW + SECOND)):
            connection.execute(
                "INSERT INTO cache (cache_key, value, expires) VALUES (%s, '', %s)",
                [key, datetime_of(expires_at)],
            )
        for place, made in enumerate((NOW - 3 * DAY, NOW)):
            request_code(connection, email=f"m{place}@b.cd", purpose="join", caller="x", now=made)
            make_link(
                connection,
                kind="staff",
                subject_id=uuid4(),
                purpose="invitation",
                now=made,
                expires_at=made + HOUR,
            )
        # A session, a cached value, a code, a link, and the counts of an address and of a caller.
        assert purge_expired(connection, now=NOW) == 6
        assert sessions(connection) == ["goes on"]
        assert connection.execute("SELECT cache_key FROM cache").fetchall() == [("kept",)]
        assert connection.execute("SELECT email FROM sign_in_code").fetchall() == [("m1@b.cd",)]
        assert connection.execute("SELECT count(*) FROM sign_in_link").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM attempt").fetchone() == (2,)
        assert purge_expired(connection, now=NOW) == 0
        assert SYSTEM.name not in str(trail(connection))
