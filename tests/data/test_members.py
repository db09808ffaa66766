"""What the database itself keeps true about members and identifiers."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests.support.database import DatabaseForTests

MEMBER = uuid.UUID(int=1)


def put_identifier(connection: psycopg.Connection[Any], **columns: Any) -> None:
    row = {
        "identifier_id": uuid.uuid4(),
        "kind": "card",
        "value": "1234",
        "member_id": MEMBER,
        "trust": 3,
        "added_at": "2026-01-01T00:00Z",
        **columns,
    }
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    connection.execute(
        sql.SQL("INSERT INTO identifier ({}) VALUES ({})").format(names, marks), list(row.values())
    )


def put_member(connection: psycopg.Connection[Any], **columns: Any) -> None:
    row = {"member_id": uuid.uuid4(), "number": "X", "joined_at": "2026-01-01T00:00Z", **columns}
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    connection.execute(
        sql.SQL("INSERT INTO member ({}) VALUES ({})").format(names, marks), list(row.values())
    )


def test_an_identifier_is_active_once(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        put_identifier(connection)
        put_identifier(connection, kind="serial")
        put_identifier(connection, value="12345")
        with pytest.raises(errors.UniqueViolation, match="identifier_active_once"):
            put_identifier(connection, member_id=uuid.UUID(int=2))
        connection.execute("UPDATE identifier SET revoked_at = now() WHERE kind = 'card'")
        put_identifier(connection, member_id=uuid.UUID(int=2))
        put_identifier(connection, revoked_at="2026-01-02T00:00Z")


@pytest.mark.parametrize("trust", [0, 4, -1])
def test_trust_has_three_levels(database: DatabaseForTests, trust: int) -> None:
    with (
        database.connect(autocommit=True) as connection,
        pytest.raises(errors.CheckViolation, match="identifier_trust_known"),
    ):
        put_identifier(connection, trust=trust)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"status": "asleep"}, "member_status_known"),
        ({"status": "merged"}, "member_merged_into_another"),
        ({"status": "active", "merged_into": MEMBER}, "member_merged_into_another"),
    ],
)
def test_a_status_is_consistent(
    database: DatabaseForTests, columns: dict[str, Any], constraint: str
) -> None:
    with database.connect(autocommit=True) as connection:
        put_member(connection)
        put_member(connection, status="merged", merged_into=MEMBER)
        with pytest.raises(errors.CheckViolation, match=constraint):
            put_member(connection, **columns)


def test_keys_are_ordered_by_bytes_whatever_the_locale(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for key in ("1b a", "1ab", "1a b", "1é", "1z", "1山"):
            connection.execute("INSERT INTO member_search VALUES (%s, %s)", [key, MEMBER])
        rows = connection.execute("SELECT key FROM member_search ORDER BY key").fetchall()
    assert [key for (key,) in rows] == ["1a b", "1ab", "1b a", "1z", "1é", "1山"]
