"""The audit trail: written with the deed, read by those who may, a page at a time."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

from habitue.domain.access import NOBODY, SYSTEM, Actor, Kind, Role
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY, SECOND, Instant
from habitue.kit.paging import CursorError, encode_cursor
from habitue.selectors.trail import TrailFilter, TrailRecord, iterate_trail, list_trail
from habitue.services.trail import note_in_trail
from tests.services.access.cast import (
    MANAGER,
    OWNER,
    QUAI_MANAGER,
    Connection,
    actor,
    refused,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests

EVERYTHING = TrailFilter()
MEMBER = uuid4()


def note(
    connection: Connection,
    action: Action = Action.MEMBER_CHANGED,
    *,
    by: Actor = MANAGER,
    now: Instant = NOW,
    member_id: UUID | None = None,
    store: str | None = None,
) -> None:
    note_in_trail(connection, actor=by, action=action, now=now, member_id=member_id, store=store)


def read(connection: Connection, wanted: TrailFilter, *, by: Actor = OWNER) -> list[TrailRecord]:
    whole = list(iterate_trail(connection, actor=by, wanted=wanted))
    assert list(list_trail(connection, actor=by, wanted=wanted, limit=500).items) == whole
    return whole


def test_a_line_tells_who_did_what_where_and_to_whom(database: DatabaseForTests) -> None:
    till = uuid4()
    serving = actor(Role.STAFF, name="Volodia", device=till, at_till=True)
    with database.connect(autocommit=True) as connection:
        note_in_trail(
            connection,
            actor=serving,
            action=Action.POINTS_ADJUSTED,
            now=NOW,
            subject_kind="member",
            subject_id=MEMBER,
            subject_name="<b>Marie</b>\u202e",
            member_id=MEMBER,
            store="quai",
            details={"units": "-5", "who": MEMBER, "roles": ["a"]},
        )
        (line,) = read(connection, EVERYTHING)
        assert line == TrailRecord(
            trail_id=line.trail_id,
            at=NOW,
            actor_kind="staff",
            actor_id=serving.id,
            actor_name="Volodia",
            action="points_adjusted",
            subject_kind="member",
            subject_id=str(MEMBER),
            subject_name="<b>Marie</b>\u202e",
            member_id=MEMBER,
            store="quai",
            details={"units": "-5", "who": str(MEMBER), "roles": ["a"]},
        )
        assert connection.execute("SELECT device_id FROM trail").fetchone() == (till,)


def test_a_deed_that_fails_leaves_no_line(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:

        def fail() -> None:
            with connection.transaction():
                note(connection)
                raise Refusal(Code.BUSY)

        assert refused(fail) == ("busy", "")
        assert read(connection, EVERYTHING) == []


def test_lines_are_found_by_what_they_tell(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        note(connection, Action.MEMBER_ENROLLED, member_id=MEMBER)
        note(connection, Action.KEY_CREATED, by=OWNER, now=NOW + DAY)
        note(connection, Action.MEMBER_CHANGED, now=NOW + 2 * DAY, member_id=MEMBER)
        note(connection, Action.MEMBER_CHANGED, by=SYSTEM, now=NOW + 3 * DAY)
        for wanted, found in (
            (EVERYTHING, [3, 2, 1, 0]),
            (TrailFilter(action="member_changed"), [3, 2]),
            (TrailFilter(action="no such deed"), []),
            (TrailFilter(actor_id=MANAGER.id), [2, 0]),
            (TrailFilter(member_id=MEMBER), [2, 0]),
            (TrailFilter(member_id=MEMBER, action="member_enrolled"), [0]),
            (TrailFilter(from_at=NOW + DAY), [3, 2, 1]),
            (TrailFilter(until_at=NOW + DAY), [0]),
            (TrailFilter(from_at=NOW + DAY, until_at=NOW + 3 * DAY), [2, 1]),
        ):
            assert [(one.at - NOW) // DAY for one in read(connection, wanted)] == found, wanted


def test_pages_show_every_line_once_while_more_are_written(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for place in range(7):
            # Two of each instant, so that the id has to decide.
            note(connection, now=NOW + place // 2 * SECOND)
        whole = read(connection, EVERYTHING)
        assert whole == sorted(whole, key=lambda one: (one.at, one.trail_id), reverse=True)
        found: list[TrailRecord] = []
        cursor = None
        while True:
            page = list_trail(connection, actor=OWNER, wanted=EVERYTHING, cursor=cursor, limit=2)
            found += page.items
            note(connection, now=NOW + DAY)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == whole


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "x" * 10_000,
        encode_cursor("entries", place=(NOW, MEMBER.hex)),
        encode_cursor("trail", place=(NOW,)),
        encode_cursor("trail", place=(NOW, "no id")),
        encode_cursor("trail", place=(10**30, MEMBER.hex)),
        encode_cursor("trail", place=(-(10**18), MEMBER.hex)),
    ],
    # Cursors carry a new identifier in every process; names of tests must not.
    ids=["x", "long", "other list", "too short", "no id", "too late", "too early"],
)
def test_a_cursor_of_no_place_is_refused(database: DatabaseForTests, cursor: str) -> None:
    with database.connect(autocommit=True) as connection, pytest.raises(CursorError):
        list_trail(connection, actor=OWNER, wanted=EVERYTHING, cursor=cursor)


@pytest.mark.parametrize("limit", [-5, 0, 10**9])
def test_a_page_has_some_lines_and_not_too_many(database: DatabaseForTests, limit: int) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute(
            "INSERT INTO trail (trail_id, at, actor_kind, actor_name, action, subject_kind,"
            " subject_id, subject_name, details)"
            " SELECT gen_random_uuid(), now(), 'system', '', 'signed_in', '', '', '', '{}'"
            " FROM generate_series(1, 1100)"
        )
        page = list_trail(connection, actor=OWNER, wanted=EVERYTHING, limit=limit)
        assert len(page.items) == (500 if limit > 0 else 1)
        # Read in pieces, nothing is missed and nothing comes twice.
        whole = list(iterate_trail(connection, actor=OWNER, wanted=EVERYTHING))
        assert len({one.trail_id for one in whole}) == 1100


def test_who_works_in_some_stores_reads_what_was_done_there(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for store in ("quai", "marche", None):
            note(connection, store=store)
        assert [one.store for one in read(connection, EVERYTHING, by=QUAI_MANAGER)] == ["quai"]
        assert len(read(connection, EVERYTHING, by=MANAGER)) == 3


@pytest.mark.parametrize(
    "nobody",
    [
        actor(Role.STAFF),
        actor(Role.ANALYST),
        actor(Role.DEVELOPER),
        actor(Role.OWNER, at_till=True),
        Actor(kind=Kind.MEMBER, id=MEMBER),
        NOBODY,
    ],
    ids=lambda who: f"{who.kind.value} {sorted(who.roles)}",
)
def test_who_may_not_reads_none(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        note(connection)
        for verb in (
            lambda: list_trail(connection, actor=nobody, wanted=EVERYTHING),
            lambda: list(iterate_trail(connection, actor=nobody, wanted=EVERYTHING)),
        ):
            assert refused(verb) == ("not_permitted", "")


def test_lines_are_only_ever_added(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        note(connection)
        for statement in ("UPDATE trail SET action = 'x'", "DELETE FROM trail", "TRUNCATE trail"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        assert len(read(connection, EVERYTHING)) == 1
