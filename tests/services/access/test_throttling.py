"""Attempts are counted exactly, by all processes together, and are forgotten by the clock."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import MINUTE, SECOND, Instant, parse_instant
from habitue.services.access.throttling import count_attempt, forgive_attempt
from tests.services.access.cast import Connection, at_once
from tests.support.database import DatabaseForTests

START: Instant = parse_instant("2026-03-14T15:00:00+00:00")


def count(connection: Connection, *, now: Instant = START, key: str = "door") -> Any:
    """Whether it went through: otherwise the seconds to wait."""
    try:
        count_attempt(connection, key=key, limit=3, seconds=60, now=now)
    except Refusal as refusal:
        if refusal.code is not Code.RATE_LIMITED:
            raise
        return refusal.parameters["seconds"]
    return "through"


def test_so_many_go_through_in_a_span(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        assert [count(connection) for _ in range(3)] == ["through"] * 3
        assert count(connection, now=START + 50 * SECOND) == 11
        assert count(connection, key="window") == "through"
        assert count(connection, now=START + MINUTE - 1) == 1
        assert count(connection, now=START + MINUTE) == "through"


def test_who_waits_as_told_goes_through(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        now = START + 37 * SECOND + 123_456
        waits = [count(connection, now=now) for _ in range(4)][3]
        assert count(connection, now=now + waits * SECOND) == "through"


def test_what_was_no_guess_is_taken_back(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for _ in range(10):
            assert count(connection) == "through"
            forgive_attempt(connection, key="door", seconds=60, now=START)
        # Never below nothing: nobody saves attempts up.
        forgive_attempt(connection, key="door", seconds=60, now=START)
        forgive_attempt(connection, key="other", seconds=60, now=START)
        assert [count(connection) for _ in range(4)][:3] == ["through"] * 3
        assert count(connection) != "through"


def test_nobody_slips_through_beside_others(database: DatabaseForTests) -> None:
    outcomes = at_once(database, *[count] * 8)
    assert sorted(map(str, outcomes)) == ["61"] * 5 + ["through"] * 3


def test_an_attempt_counts_though_what_follows_fails(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                assert count(connection) == 1 / 0
        assert count(connection) != "through"


def test_no_key_can_be_read_back(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        count(connection, key="ask marie@example.org")
        rows = str(connection.execute("SELECT a::text FROM attempt a").fetchall())
    assert "marie" not in rows
    assert b"marie".hex() not in rows
