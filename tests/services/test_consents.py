"""What members agree to: the newest answer counts, and every answer stays."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pytest

from habitue.domain.access import NOBODY, Actor, Kind, Role
from habitue.domain.consents import OFFERED, Channel, Purpose
from habitue.kit.instants import DAY, Instant
from habitue.selectors.consents import list_consents
from habitue.services.consents import record_consents
from habitue.services.members import close_member
from tests.services.access.cast import (
    ANALYST,
    MANAGER,
    Connection,
    actor,
    at_once,
    everything,
    refused,
    trail,
)
from tests.services.people import NOW, enrol
from tests.support.database import DatabaseForTests

MAIL = (Purpose.NEWS_AND_OFFERS, Channel.EMAIL)
TASTE = (Purpose.REMEMBERING, Channel.ON_SITE)


def answer(
    connection: Connection,
    who: Actor,
    given: Mapping[tuple[Purpose, Channel], bool],
    *,
    now: Instant = NOW,
) -> int:
    assert who.id is not None
    return record_consents(
        connection, actor=who, member_id=who.id, given=given, now=now, wording="As asked."
    )


def oneself(connection: Connection) -> Actor:
    member = enrol(connection, given_name="Marie")
    return Actor(kind=Kind.MEMBER, id=member.member_id, name="Marie")


def agreed(connection: Connection, who: Actor) -> set[tuple[Purpose, Channel]]:
    assert who.id is not None
    found = list_consents(connection, member_id=who.id)
    assert [(one.purpose, one.channel) for one in found] == list(OFFERED)
    return {(one.purpose, one.channel) for one in found if one.given}


def test_a_member_agrees_and_takes_it_back(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        marie = oneself(connection)
        assert agreed(connection, marie) == set()
        assert answer(connection, marie, {MAIL: True, TASTE: False}) == 1
        assert agreed(connection, marie) == {MAIL}
        # Never asked is no; the same answer is no new one.
        before = everything(connection)
        assert answer(connection, marie, {MAIL: True, TASTE: False}, now=NOW + DAY) == 0
        assert everything(connection) == before
        assert answer(connection, marie, {MAIL: False, TASTE: True}, now=NOW + DAY) == 2
        assert agreed(connection, marie) == {TASTE}
        assert answer(connection, marie, {MAIL: True}, now=NOW + 2 * DAY) == 1
        assert agreed(connection, marie) == {MAIL, TASTE}
        rows = connection.execute(
            "SELECT given, actor_kind, actor_name, wording FROM consent"
            " WHERE channel = 'email' ORDER BY at"
        ).fetchall()
        assert rows == [(one, "member", "Marie", "As asked.") for one in (True, False, True)]
        assert sorted(action for _, action, _ in trail(connection)) == [
            *["consent_given"] * 3,
            "consent_withdrawn",
        ]
        assert marie.id is not None
        newest = {
            (one.purpose, one.channel): (one.at, one.actor_name)
            for one in list_consents(connection, member_id=marie.id)
        }
        assert newest[MAIL] == (NOW + 2 * DAY, "Marie")
        assert newest[TASTE] == (NOW + DAY, "Marie")
        assert newest[Purpose.SURVEYS, Channel.SMS] == (None, "")


def test_a_colleague_notes_what_a_member_says(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        marie = oneself(connection)
        assert marie.id is not None
        serving = actor(Role.STAFF, name="Volodia", at_till=True)
        changed = record_consents(
            connection, actor=serving, member_id=marie.id, given={TASTE: True}, now=NOW
        )
        assert changed == 1
        assert trail(connection) == [("Volodia", "consent_given", "Marie")]


@pytest.mark.parametrize(
    "nobody",
    [ANALYST, NOBODY, Actor(kind=Kind.MEMBER, id=uuid4()), Actor(kind=Kind.DEVICE, id=uuid4())],
    ids=lambda who: who.kind.value,
)
def test_nobody_else_answers_for_a_member(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        marie = enrol(connection)
        before = everything(connection)
        assert refused(
            lambda: record_consents(
                connection, actor=nobody, member_id=marie.member_id, given={MAIL: True}, now=NOW
            )
        ) == ("not_permitted", "")
        assert everything(connection) == before


def test_what_is_not_asked_cannot_be_agreed_to(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        marie = oneself(connection)
        before = everything(connection)
        odd = {MAIL: True, (Purpose.REMEMBERING, Channel.SMS): True}
        assert refused(lambda: answer(connection, marie, odd)) == ("unknown_choice", "consent")
        assert everything(connection) == before


def test_only_members_answer(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        closed = enrol(connection)
        close_member(connection, member_id=closed.member_id, now=NOW)
        before = everything(connection)
        for member_id, code in ((closed.member_id, "member_closed"), (uuid4(), "unknown_member")):
            assert refused(
                lambda m=member_id: record_consents(
                    connection, actor=MANAGER, member_id=m, given={MAIL: True}, now=NOW
                )
            ) == (code, "member")
        assert everything(connection) == before


def test_the_same_answer_given_twice_at_once_is_one(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        marie = oneself(connection)
        outcomes = at_once(database, *[lambda c: answer(c, marie, {MAIL: True})] * 4)
        assert sorted(outcomes) == [0, 0, 0, 1]
        assert connection.execute("SELECT count(*) FROM consent").fetchone() == (1,)
