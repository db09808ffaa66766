"""Codes by e-mail: who guesses gets nowhere, and who asks learns nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.instants import MINUTE, SECOND, Instant
from habitue.services.access.codes import (
    DIGITS,
    TRIES,
    VALID,
    Asked,
    Entered,
    Purpose,
    enter_code,
    request_code,
)
from habitue.services.members import close_member, revoke_identifier
from tests.services.access.cast import Connection, at_once, everything, refused
from tests.services.people import NOW, enrol
from tests.support.database import DatabaseForTests

MARIE = "marie@example.org"


def ask(
    connection: Connection,
    email: str = MARIE,
    *,
    purpose: Purpose = "sign_in",
    caller: str = "192.0.2.7",
    now: Instant = NOW,
) -> Asked:
    return request_code(connection, email=email, purpose=purpose, caller=caller, now=now)


def enter(
    connection: Connection, asked: Asked, code: str = "", *, caller: str = "x", now: Instant = NOW
) -> Entered:
    return enter_code(
        connection, code_id=asked.code_id, code=code or asked.code, caller=caller, now=now
    )


def wrong(asked: Asked, step: int = 1) -> str:
    """Another code than the right one."""
    return f"{(int(asked.code) + step) % 10**DIGITS:0{DIGITS}}"


def test_a_member_signs_in_once_by_a_code(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        member = enrol(connection, ("email", MARIE), given_name="Marie", language="fr")
        asked = ask(connection, "  Marie@EXAMPLE.org ")
        assert asked.email == MARIE
        assert len(asked.code) == DIGITS
        assert asked.code.isdecimal()
        assert (asked.send, asked.member_id, asked.language) == (True, member.member_id, "fr")
        assert enter(connection, asked) == Entered(MARIE, member.member_id)
        assert refused(lambda: enter(connection, asked)) == ("code_expired", "")


def test_a_code_may_be_typed_with_spaces_and_dashes(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection, purpose="join")
        typed = f" {asked.code[:3]} - {asked.code[3:]}\u200f"
        assert enter(connection, asked, typed) == Entered(MARIE, None)


@pytest.mark.parametrize("purpose", ["join", "new_email"])
def test_a_code_that_proves_an_address_is_sent_to_anybody(
    database: DatabaseForTests, purpose: Purpose
) -> None:
    with database.connect(autocommit=True) as connection:
        assert ask(connection, purpose=purpose).send


def test_a_new_address_is_proved_for_whoever_wants_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        member = enrol(connection, given_name="Marie")
        asked = request_code(
            connection,
            email=MARIE,
            purpose="new_email",
            caller="x",
            now=NOW,
            member_id=member.member_id,
        )
        assert enter(connection, asked) == Entered(MARIE, member.member_id)


def test_an_unknown_address_is_answered_like_a_known_one(database: DatabaseForTests) -> None:
    """But nothing is sent, and its code is a code like any other: stored, tried, run out."""
    with database.connect(autocommit=True) as connection:
        enrol(connection, ("email", MARIE))
        known, unknown = ask(connection), ask(connection, "nobody@example.org")
        assert (known.send, unknown.send) == (True, False)
        same: dict[str, Any] = {"code_id": known.code_id, "code": known.code, "email": known.email}
        assert replace(unknown, **same, send=True, member_id=known.member_id) == known
        for asked in (known, unknown):
            assert refused(lambda a=asked: enter(connection, a, wrong(a))) == ("wrong_code", "code")
            late = NOW + VALID
            assert refused(lambda a=asked, at=late: enter(connection, a, now=at)) == (
                "code_expired",
                "",
            )
        rows = connection.execute("SELECT attempts, used_at FROM sign_in_code").fetchall()
        assert rows == [(1, None), (1, None)]
        assert enter(connection, unknown) == Entered("nobody@example.org", None)


def test_an_address_that_was_taken_back_lets_nobody_in(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        revoked, closed = (
            enrol(connection, ("email", MARIE)),
            enrol(connection, ("email", "c@d.ef")),
        )
        (found,) = connection.execute(
            "SELECT identifier_id FROM identifier WHERE value = %s", [MARIE]
        ).fetchone() or (None,)
        assert found is not None
        revoke_identifier(connection, member_id=revoked.member_id, identifier_id=found, now=NOW)
        close_member(connection, member_id=closed.member_id, now=NOW)
        for address in (MARIE, "c@d.ef"):
            asked = ask(connection, address)
            assert (asked.send, asked.member_id, asked.language) == (False, None, "")


def test_the_newest_code_alone_counts(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        older, joining, newer = ask(connection), ask(connection, purpose="join"), ask(connection)
        assert refused(lambda: enter(connection, older)) == ("code_expired", "")
        assert enter(connection, newer).email == MARIE
        # What is asked for another purpose stays.
        assert enter(connection, joining).email == MARIE


def test_a_code_runs_out_after_ten_minutes(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection)
        before = everything(connection)
        late = NOW + 10 * MINUTE
        assert refused(lambda: enter(connection, asked, now=late)) == ("code_expired", "")
        assert everything(connection) == before
        assert enter(connection, asked, now=late - 1).email == MARIE


def test_a_code_takes_five_tries(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection)
        for step in range(1, TRIES + 1):
            assert refused(lambda s=step: enter(connection, asked, wrong(asked, s)))[0] == (
                "wrong_code"
            )
        assert refused(lambda: enter(connection, asked)) == ("code_expired", "")


@pytest.mark.parametrize("typed", ["x", "000", "१२३४५६", "0" * 10_000, "<script>"])
def test_what_is_no_code_is_a_wrong_one(database: DatabaseForTests, typed: str) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection)
        assert refused(lambda: enter(connection, asked, typed)) == ("wrong_code", "code")


def test_tries_at_the_same_time_do_not_share_a_count(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection)
        guesses = [
            lambda c, s=step: enter(c, asked, wrong(asked, s)) for step in range(1, 2 * TRIES + 1)
        ]
        outcomes = at_once(database, *guesses)
        assert sorted(outcomes) == ["code_expired"] * TRIES + ["wrong_code"] * TRIES
        assert refused(lambda: enter(connection, asked)) == ("code_expired", "")


def test_of_two_who_enter_a_code_one_comes_in(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for _ in range(4):
            asked = ask(connection, purpose="join")
            outcomes = at_once(database, *[lambda c, a=asked: enter(c, a)] * 2)
            assert sorted(outcomes, key=str) == [Entered(MARIE, None), "code_expired"]


def test_of_codes_asked_for_at_the_same_time_one_counts(database: DatabaseForTests) -> None:
    asked = at_once(database, *[ask] * 4)
    with database.connect(autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM sign_in_code").fetchone() == (1,)
    outcomes = at_once(database, *[lambda c, a=one: enter(c, a).email for one in asked])
    assert sorted(outcomes) == ["code_expired"] * 3 + [MARIE]


def test_asking_for_one_address_is_throttled_whoever_asks(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for place in range(5):
            ask(connection, caller=f"192.0.2.{place}")
        before = everything(connection)
        assert refused(lambda: ask(connection, caller="192.0.2.99"))[0] == "rate_limited"
        assert everything(connection) == before
        ask(connection, "somebody@else.example")
        ask(connection, now=NOW + 15 * MINUTE)


def test_one_caller_does_not_ask_for_many_addresses(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for place in range(30):
            ask(connection, f"guest{place}@example.org")
        for _ in range(8):
            assert refused(lambda: ask(connection))[0] == "rate_limited"
        # Whoever asked too much has not kept others from asking for the same address.
        ask(connection, caller="198.51.100.1")


def test_one_caller_does_not_try_many_codes(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = [ask(connection, f"g{place}@example.org", caller=f"{place}") for place in range(13)]
        for one in asked[:12]:
            for step in range(1, TRIES + 1):
                refused(lambda o=one, s=step: enter(connection, o, wrong(o, s)))
        assert refused(lambda: enter(connection, asked[12]))[0] == "rate_limited"
        assert enter(connection, asked[12], caller="y").email == "g12@example.org"


@pytest.mark.parametrize(
    "email", ["", "marie", "a@b", "a@b.c\n", "x" * 10_000, "<b>@b.cd", "\u202ea@b.cd"]
)
def test_what_is_no_address_is_refused_and_counts_nothing(
    database: DatabaseForTests, email: str
) -> None:
    with database.connect(autocommit=True) as connection:
        assert refused(lambda: ask(connection, email)) == ("invalid_identifier", "email")
        assert connection.execute("SELECT count(*) FROM attempt").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM sign_in_code").fetchone() == (0,)


def test_an_unknown_code_is_an_expired_one(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = replace(ask(connection), code_id=uuid4())
        assert refused(lambda: enter(connection, asked)) == ("code_expired", "")


def test_neither_codes_nor_callers_are_stored(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        asked = ask(connection, caller="203.0.113.77", now=NOW + SECOND)
        text = str(everything(connection))
        counted = connection.execute("SELECT a::text FROM attempt a").fetchall()
    assert asked.code not in text.replace("-", " ").split()
    assert "203.0.113.77" not in text + str(counted)
    assert MARIE not in str(counted)
    assert SYSTEM.name not in text
