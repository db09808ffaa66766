"""A database server for a run of benchmarks: durable as in production, and gone afterwards."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from habitue.interfaces.commands.benching.processes import cpu_of, run

Connection: TypeAlias = psycopg.Connection[Any]

SUPERUSER: Final = "postgres"
TEMPLATE: Final = "habitue"
ROLE: Final = "habitue"
# What decides how dear a commit is, and how much is kept in memory.
SHOWN_SETTINGS: Final = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_compression",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
)


@dataclass(frozen=True, slots=True)
class BenchDatabase:
    """One database of the server, empty or migrated."""

    server: BenchServer
    name: str

    @property
    def url(self) -> str:
        """The address for the programme's own role."""
        return _with_database(self.server.url, self.name)

    def connect(self) -> Connection:
        """A connection of the programme's role."""
        return psycopg.connect(self.url)

    def superuser(self) -> Connection:
        """A connection of the superuser, outside transactions."""
        return self.server.superuser(self.name)

    def settle(self, *tables: str) -> None:
        """Bring the database to rest: statistics are fresh and nothing is left to be written."""
        with self.superuser() as connection:
            for table in tables:
                connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
            connection.execute("CHECKPOINT")

    def count(self, table: str, *, source: str) -> int:
        """How many rows of a table came from one source."""
        with self.connect() as connection:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {} WHERE source = %s").format(sql.Identifier(table)),
                [source],
            ).fetchone()
        assert row is not None, "a count has one row"
        return int(row[0])

    def arguments(self, *arguments: str) -> list[str]:
        """The command line of a `habitue` command on this database."""
        return self.server.arguments(*arguments, database_url=self.url)


class BenchServer:
    """An embedded server in a temporary folder; stopped and removed at the end."""

    def __init__(self) -> None:
        self.home = Path()
        self.url = ""
        self._pid = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        """Start it with a migrated template; this takes some seconds."""
        self._before = signal.signal(signal.SIGTERM, _end)
        self.home = Path(tempfile.mkdtemp(prefix="habitue-bench-"))
        # The server's account, which may be another one, walks through it.
        self.home.chmod(0o711)
        try:
            self._habitue("database", "start")
            self._habitue("migrate")
            self.url = self._habitue("database", "url").strip()
            with self.superuser() as connection:
                self._pid = psutil.Process(connection.info.backend_pid).ppid()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it and remove everything."""
        self._close()

    def _close(self) -> None:
        try:
            self._habitue("database", "stop")
        finally:
            shutil.rmtree(self.home, ignore_errors=True)
            signal.signal(signal.SIGTERM, self._before)

    @contextmanager
    def database(self, name: str, *, migrated: bool = True) -> Iterator[BenchDatabase]:
        """A database for one benchmark, removed at its end."""
        made = f"bench_{name}"
        template = TEMPLATE if migrated else "template1"
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(made), sql.Identifier(template), sql.Identifier(ROLE)
                )
            )
        try:
            yield BenchDatabase(self, made)
        finally:
            with self.superuser() as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made))
                )

    def arguments(self, *arguments: str, database_url: str = "") -> list[str]:
        """The command line of a `habitue` command for this installation.

        The settings stand in the command line, so that those of this process stay as they are.
        """
        address = [f"DATABASE_URL={database_url}"] if database_url else []
        settings = ["env", "-u", "DATABASE_URL", f"HABITUE_HOME={self.home}", *address]
        return [*settings, sys.executable, "-m", "habitue", *arguments]

    def _habitue(self, *arguments: str) -> str:
        return run(self.arguments(*arguments)).output

    def superuser(self, database: str = "postgres") -> Connection:
        """A connection of the superuser, outside transactions."""
        address = _with_database(self.url or self._habitue("database", "url").strip(), database)
        return psycopg.connect(address, user=SUPERUSER, autocommit=True)

    def cpu_seconds(self) -> float:
        """CPU seconds that the server has used so far, with all its processes."""
        return cpu_of(self._pid)

    def settings(self) -> dict[str, str]:
        """The settings that decide about speed and durability, as they are in force."""
        with self.superuser() as connection:
            rows = connection.execute(
                "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)",
                [list(SHOWN_SETTINGS)],
            ).fetchall()
        return dict(sorted(rows))


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _end(number: int, frame: FrameType | None) -> None:
    del frame
    raise SystemExit(128 + number)
