"""The ledger is append-only, by privilege and by trigger (SEMANTICS 39)."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.support.database import DatabaseForTests

TABLES = [
    *("ledger_event", "lot", "entry", "tier_move", "budget_draw", "programme_version"),
    *("trail", "consent"),
]
# A column of each; that of most is the same.
COLUMNS = {"trail": "at", "consent": "at"}
STATEMENTS = ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_s39_the_programme_may_not_change_lines(
    database: DatabaseForTests, table: str, statement: str
) -> None:
    with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(composed(table, statement))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_s39_the_database_refuses_the_superuser_too(
    database: DatabaseForTests, table: str, statement: str
) -> None:
    with (
        database.superuser() as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(composed(table, statement))


def composed(table: str, statement: str) -> sql.Composed:
    """The statement on a table; the column is one that the table has."""
    name, column = sql.Identifier(table), sql.Identifier(COLUMNS.get(table, "programme_id"))
    places = statement.count("{}")
    return sql.SQL(statement).format(*[name, column, column][:places])


def test_s39_a_line_of_nothing_or_of_no_kind_is_refused(database: DatabaseForTests) -> None:
    line = (
        "INSERT INTO entry (member_id, entry_id, programme_id, currency, kind, amount,"
        " effective_at, recorded_at, recorded_by, version_number, reason)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'points', %s, %s,"
        " now(), now(), gen_random_uuid(), 1, '{}')"
    )
    with database.connect(autocommit=True) as connection:
        for kind, amount in (("earn", 0), ("gift", 5)):
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(line, [kind, amount])
        connection.execute(line, ["earn", 5])
