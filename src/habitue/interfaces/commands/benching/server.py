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
from types import FrameType
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from habitue.interfaces.commands.benching.processes import cpu_of, run

Connection: TypeAlias = psycopg.Connection[Any]

SUPERUSER: Final = "postgres"
TEMPLATE: Final = "habitue"
ROLE: Final = "habitue"
_STOP_SECONDS: Final = 60
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
    """A running embedded server; its database `habitue` is the migrated template of all others."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.url = url
        with self.superuser() as connection:
            self._pid = psutil.Process(connection.info.backend_pid).ppid()

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
        """The command line of a `habitue` command on this server."""
        return _arguments(self.home, *arguments, database_url=database_url or self.url)

    def superuser(self, database: str = "postgres") -> Connection:
        """A connection of the superuser, outside transactions."""
        address = _with_database(self.url, database)
        return psycopg.connect(address, user=SUPERUSER, autocommit=True)

    def end(self) -> None:
        """Stop it at once: what it holds is thrown away."""
        try:
            process = psutil.Process(self._pid)
            process.send_signal(signal.SIGQUIT)
            process.wait(_STOP_SECONDS)
        except psutil.NoSuchProcess:
            pass

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


@contextmanager
def bench_server() -> Iterator[BenchServer]:
    """A server of its own in a temporary folder; stopped and removed at the end.

    Raises ``ProcessFailedError`` where it cannot be started.
    """
    before = signal.signal(signal.SIGTERM, _end)
    home = Path(tempfile.mkdtemp(prefix="habitue-bench-"))
    # The server's account, which may be another one, walks through it.
    home.chmod(0o711)
    try:
        server = _started(home)
        try:
            run(_arguments(home, "migrate"))
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(home, ignore_errors=True)
        signal.signal(signal.SIGTERM, before)


def _started(home: Path) -> BenchServer:
    url = run(_arguments(home, "database", "url")).output.strip()
    run(_arguments(home, "database", "start"))
    try:
        return BenchServer(home, url)
    except BaseException:
        run(_arguments(home, "database", "stop"))
        raise


def _arguments(home: Path, *arguments: str, database_url: str = "") -> list[str]:
    """A command line of `habitue`; its settings stand in it, so that ours stay as they are."""
    address = [f"DATABASE_URL={database_url}"] if database_url else []
    settings = ["env", "-u", "DATABASE_URL", f"HABITUE_HOME={home}", *address]
    return [*settings, sys.executable, "-m", "habitue", *arguments]


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _end(number: int, frame: FrameType | None) -> None:
    del frame
    raise SystemExit(128 + number)
