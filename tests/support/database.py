"""Database fixtures, imported by the conftest of each level that may use a database."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from habitue.config.composition import House
from habitue.config.embedded import EmbeddedServer
from tests.support.postgres import ServerForTests, run_habitue, server_for_tests

__all__ = [
    "DatabaseForTests",
    "DurableServer",
    "database",
    "durable_server",
    "started_server",
    "worker_database",
]

House().set_up_django()

# A table larger than this is emptied by making it anew.
_LARGE_BYTES = 32 * 1024


@dataclass
class DatabaseForTests:
    """A migrated database of this test process, seen as the programme and as the superuser."""

    server: ServerForTests
    name: str
    seeded: frozenset[str] = frozenset()
    """Tables that migrations filled; they are left alone between tests."""
    tables: tuple[str, ...] = ()
    cleaner: psycopg.Connection[tuple[Any, ...]] | None = None
    kept: dict[str, tuple[sql.Composed, Any]] = field(default_factory=dict)
    """How to put back what was kept, and what is to be known of it, by its name."""

    @property
    def url(self) -> str:
        """The address for the programme's own role, which is no superuser."""
        return self.server.application_url(self.name)

    def connect(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the programme's role."""
        return psycopg.connect(self.url, **options)

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the superuser: to tamper, and to look behind the rules."""
        return self.server.superuser(self.name)

    def clean(self) -> None:
        """Empty every table that a test has filled.

        Append-only tables refuse that to the programme, by trigger and by privilege; the
        superuser with triggers switched off is the only way round.  A few rows are deleted, since
        that makes no new files; what has grown is truncated, rows that are dead already included.
        """
        connection = self._cleaner()
        filled = self._filled(connection)
        if not filled:
            return
        large = [name for name, size in filled if size > _LARGE_BYTES]
        if large:
            names = sql.SQL(", ").join(sql.Identifier(name) for name in large)
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
        deletions = sql.SQL("; ").join(
            sql.SQL("DELETE FROM {}").format(sql.Identifier(name))
            for name, size in filled
            if size <= _LARGE_BYTES
        )
        # Sent as one text without parameters, so all of it is one transaction and one journey.
        connection.execute(deletions)

    def keep(self, name: str, known: Any) -> None:
        """Keep all that the tables hold now, and what is known of it, for later tests.

        What many tests begin with is built once by the services, and then copied within the
        database; the sequences go on from where they stood.
        """
        connection = self._cleaner()
        schema = sql.Identifier(f"kept_{name}")
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        steps: list[sql.Composable] = []
        for table, _ in self._filled(connection):
            place = sql.SQL("{}.{}").format(schema, sql.Identifier(table))
            columns = sql.SQL(", ").join(map(sql.Identifier, self._columns(connection, table)))
            connection.execute(
                sql.SQL("CREATE TABLE {} AS SELECT {} FROM {}").format(
                    place, columns, sql.Identifier(table)
                )
            )
            steps.append(
                sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE TABLE {}").format(
                    sql.Identifier(table), columns, place
                )
            )
        for sequence, value in connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences"
            " WHERE schemaname = 'public' AND last_value IS NOT NULL"
        ).fetchall():
            steps.append(
                sql.SQL("SELECT setval({}, {})").format(
                    sql.Literal(f'"{sequence}"'), sql.Literal(value)
                )
            )
        self.kept[name] = sql.SQL("; ").join(steps), known

    def put_back(self, name: str) -> Any:
        """Fill the empty tables with what was kept under a name, and tell what is known of it."""
        steps, known = self.kept[name]
        self._cleaner().execute(steps)
        return known

    def take_over(self) -> None:
        """Point Django and child processes at this database."""
        from django.db import connections

        from habitue.config.settings import database_settings

        os.environ["DATABASE_URL"] = self.url
        default = connections["default"]
        if default.settings_dict["NAME"] != self.name:
            default.close()
        default.settings_dict.update(database_settings(self.url))

    def close(self) -> None:
        """Give up the connection that cleans."""
        if self.cleaner is not None:
            self.cleaner.close()

    def _cleaner(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self.cleaner is None or self.cleaner.closed or self.cleaner.broken:
            self.cleaner = self.superuser()
            self.cleaner.execute("SET lock_timeout = '5s'")
            self.cleaner.execute("SET session_replication_role = replica")
        return self.cleaner

    @staticmethod
    def _columns(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> list[str]:
        """The columns of a table that can be written: none that the database makes by itself."""
        rows = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'"{table}"'],
        ).fetchall()
        return [name for (name,) in rows]

    def read_tables(self) -> None:
        """Learn which tables there are and which of them migrations have filled."""
        with self.superuser() as connection:
            rows = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            ).fetchall()
            self.tables = tuple(name for (name,) in rows)
            self.seeded = frozenset(name for name, _ in self._filled(connection))

    def _filled(self, connection: psycopg.Connection[tuple[Any, ...]]) -> list[tuple[str, int]]:
        """The tables with a row, and how many bytes each has."""
        tables = [name for name in self.tables if name not in self.seeded]
        if not tables:
            return []
        probe = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {0}, pg_relation_size({1}) WHERE EXISTS (SELECT 1 FROM {2})").format(
                sql.Literal(name), sql.Literal(f'"{name}"'), sql.Identifier(name)
            )
            for name in tables
        )
        return connection.execute(probe).fetchall()


@pytest.fixture(scope="session")
def worker_database() -> Iterator[DatabaseForTests]:
    """The database of this test process; Django and child processes are pointed at it."""
    from django.db import connections

    server = server_for_tests()
    found = DatabaseForTests(server, server.new_database())
    found.read_tables()
    before = os.environ["DATABASE_URL"]
    found.take_over()
    yield found
    connections.close_all()
    found.close()
    os.environ["DATABASE_URL"] = before
    server.drop(found.name)


@pytest.fixture
def database(worker_database: DatabaseForTests) -> Iterator[DatabaseForTests]:
    """A clean, migrated database; what a test commits is really committed."""
    from django.db import connections

    # Each level has a database of its own, and a process may go from one level to another and back.
    worker_database.take_over()
    worker_database.clean()
    yield worker_database
    # An open transaction would hold locks against the next test's cleaning.
    connections.close_all()


@dataclass
class DurableServer:
    """A server of its own with every promise of durability kept, to be killed and started."""

    embedded: EmbeddedServer
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address for the programme's own role."""
        return self.embedded.address()

    @property
    def superuser_url(self) -> str:
        """The address of the same database for the superuser."""
        return self.embedded.superuser_address("habitue")

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        pid = self.embedded.pid()
        assert pid is not None, "the server does not run"
        return pid

    def connect(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of the programme's role."""
        return psycopg.connect(self.url, **options)

    def kill9(self) -> None:
        """Kill the server as a crash would."""
        self.embedded.kill9()

    def start(self) -> None:
        """Start it again; returns when recovery is over and it answers."""
        self.embedded.start()


@contextmanager
def started_server() -> Iterator[DurableServer]:
    """A durable server, migrated and empty, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="habitue-") as folder:
        home = Path(folder)
        # The server's account, which is not root, walks through it.
        home.chmod(0o711)
        server = EmbeddedServer(home / "postgres")
        server.start()
        run_habitue("migrate", database_url=server.address())
        found = DurableServer(server, home)
        found.environment = {"DATABASE_URL": found.url, "HABITUE_HOME": str(home)}
        try:
            yield found
        finally:
            server.stop("immediate")
            server.release()


@pytest.fixture
def durable_server() -> Iterator[DurableServer]:
    """A durable server of this test alone, migrated and empty."""
    with started_server() as found:
        yield found
