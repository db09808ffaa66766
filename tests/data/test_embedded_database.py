"""The database that tests and small installations work on."""

import psycopg
import pytest

from tests.support.database import DatabaseForTests


def test_the_programme_is_no_superuser(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        row = connection.execute(
            "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (database.server.role, False, False, False, False)


def test_what_is_revoked_from_the_owner_is_refused(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (line int)")
        connection.execute("REVOKE UPDATE, DELETE, TRUNCATE ON kept FROM CURRENT_USER")
        connection.execute("INSERT INTO kept VALUES (1)")
        try:
            for statement in ("UPDATE kept SET line = 2", "DELETE FROM kept", "TRUNCATE kept"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        finally:
            connection.execute("DROP TABLE kept")


def test_time_is_utc_and_text_unicode(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        row = connection.execute("SELECT current_setting('timezone'), lower('ȘÉÀ')").fetchone()
    assert row == ("UTC", "șéà")


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_finds_empty_tables(database: DatabaseForTests, attempt: int) -> None:
    """Run twice in one process: the second finds nothing of the first."""
    with database.connect(autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM store").fetchone() == (0,)
        connection.execute(
            "INSERT INTO store (code, zone, name) VALUES (%s, 'Europe/Paris', 'Corner')",
            [f"corner {attempt}"],
        )


def test_django_uses_the_same_database(database: DatabaseForTests) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        assert cursor.fetchone() == (database.name, database.server.role)
