"""The embedded PostgreSQL: an ordinary server, started when needed and stopped by its last user.

Every process that uses the server holds a shared lock on `users`; whoever ends as the last one
stops it. The operating system frees the lock of a process that was killed, so a crash leaves at
worst a running server, which the next command finds and uses. The programme itself connects as
the role `habitue`, which is no superuser: what is revoked from it stays revoked.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from habitue.config.embedded_places import (
    EmbeddedError,
    Places,
    choose_places,
    usable_binaries,
)
from habitue.config.embedded_tuning import HOST_BASED_ACCESS, Tuning, configuration

__all__ = ["EmbeddedError", "EmbeddedServer", "Tuning", "binary", "embedded_server"]

SUPERUSER: Final = "postgres"
ROLE: Final = "habitue"
DATABASE: Final = "habitue"
# Recovery after a crash replays up to max_wal_size of log; a slow disk needs its time.
START_SECONDS: Final = 600
STOP_SECONDS: Final = 120
# Orphans of a killed server hold its shared memory until they notice, which takes moments.
RETRY_SECONDS: Final = 30
LOG_BYTES: Final = 16 * 1024 * 1024
NO_PROCESS: Final = 2**31 - 2


@dataclass(slots=True)
class EmbeddedServer:
    """One embedded server, kept in one folder; any number of processes may use it at once."""

    base: Path
    tuning: Tuning = field(default_factory=Tuning)
    _places: Places | None = None
    _user: IO[bytes] | None = None
    _process: int = 0

    @property
    def places(self) -> Places:
        """The server's folders; decided and made at the first use."""
        if self._places is None:
            self._places = choose_places(self.base)
        return self._places

    def address(self, *, database: str = DATABASE, role: str = ROLE) -> str:
        """Return the address of a database, in the form that `DATABASE_URL` takes."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.places.socket), safe='')}"

    def start(self) -> Self:
        """Make sure that the server runs and has its role and database; register as a user.

        Idempotent and safe from several processes. Raises `EmbeddedError` with the server's own
        words when it cannot be started.
        """
        if self._user is not None and self.is_running():
            return self
        places = self.places
        with self._alone():
            self._register()
            if not self.is_running():
                self._make_cluster(places)
                self._launch(places)
            self._make_role_and_database()
        return self

    def release(self) -> None:
        """Stop being a user; the last user stops the server, unless it was asked to stay."""
        # A forked child shares its parent's lock and must not give it up.
        if self._user is None or self._process != os.getpid():
            return
        with self._alone():
            user, self._user = self._user, None
            try:
                if not self.keeps_running() and _try_lock(user, fcntl.LOCK_EX):
                    self._stop_server("fast")
            finally:
                user.close()
        atexit.unregister(self.release)

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server for everybody; return whether it ran.

        `mode` is PostgreSQL's own: `smart`, `fast`, or `immediate` for one that is thrown away.
        """
        with self._alone():
            self.keep_running(wanted=False)
            ran = self.is_running()
            self._stop_server(mode)
        return ran

    def keep_running(self, *, wanted: bool) -> None:
        """Say whether the server stays when its last user ends."""
        marker = self.places.base / "keep"
        if wanted:
            marker.touch()
        else:
            marker.unlink(missing_ok=True)

    def keeps_running(self) -> bool:
        """Tell whether the server was asked to stay when its last user ends."""
        return (self.places.base / "keep").exists()

    def exists(self) -> bool:
        """Tell whether the server has ever been made."""
        return (self.places.data / "PG_VERSION").exists()

    def is_running(self) -> bool:
        """Tell whether the server answers."""
        try:
            self._superuser_connection().close()
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        """Return the process id of the server, None when its file names none."""
        try:
            return int((self.places.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def kill9(self) -> None:
        """Kill the server as a crash would, without a checkpoint; for durability tests."""
        pid = self.pid()
        if pid is None:
            raise EmbeddedError(f"no server runs in {self.places.data}")
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + RETRY_SECONDS
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)

    def superuser_address(self, database: str = "postgres") -> str:
        """Return the address for maintenance: the superuser, never used by the programme."""
        return self.address(database=database, role=SUPERUSER)

    def _superuser_connection(self) -> psycopg.Connection:
        return psycopg.connect(self.superuser_address(), autocommit=True, connect_timeout=10)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock under which the server is started and stopped."""
        with (self.places.base / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _register(self) -> None:
        if self._user is None:
            # Closed by `release`, and by the system when the process dies.
            self._user = (self.places.base / "users").open("ab")
            fcntl.flock(self._user, fcntl.LOCK_SH)
            self._process = os.getpid()
            atexit.register(self.release)

    def _make_cluster(self, places: Places) -> None:
        if not self.exists():
            fresh = places.data.with_name("data.new")
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            if places.account is not None:
                os.chown(fresh, places.account.uid, places.account.gid)
            # A builtin locale never changes with the machine's, so no index ever breaks by it.
            _run(
                places,
                "initdb",
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *([] if self.tuning.durable else ["--no-sync"]),
            )
            fresh.rename(places.data)
        settings = configuration(self.tuning, socket=places.socket)
        _write(places, "postgresql.conf", settings)
        _write(places, "pg_hba.conf", HOST_BASED_ACCESS)
        if not (places.data / "operator.conf").exists():
            _write(places, "operator.conf", "# Settings here win over those of Habitué.\n")

    def _launch(self, places: Places) -> None:
        log = places.data / "server.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            _forget_dead_server(places)
            before = log.stat().st_size if log.exists() else 0
            try:
                _run(
                    places,
                    "pg_ctl",
                    "start",
                    "--wait",
                    "--silent",
                    f"--timeout={START_SECONDS}",
                    f"--pgdata={places.data}",
                    f"--log={log}",
                )
            except EmbeddedError as error:
                words = log.read_bytes()[before:].decode(errors="replace") if log.exists() else ""
                dying = "still in use" in words or "already exists" in words
                if not dying or time.monotonic() > deadline:
                    raise EmbeddedError(f"{error}\n{words}".strip()) from None
                time.sleep(0.1)
            else:
                return

    def _stop_server(self, mode: str) -> None:
        if self.pid() is not None and self.is_running():
            _run(
                self.places,
                "pg_ctl",
                "stop",
                "--wait",
                "--silent",
                f"--mode={mode}",
                f"--timeout={STOP_SECONDS}",
                f"--pgdata={self.places.data}",
            )

    def _make_role_and_database(self) -> None:
        with self._superuser_connection() as connection:
            found = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s),"
                " EXISTS (SELECT 1 FROM pg_database WHERE datname = %s)",
                [ROLE, DATABASE],
            ).fetchone()
            assert found is not None
            role_exists, database_exists = found
            if not role_exists:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER").format(sql.Identifier(ROLE))
                )
            if not database_exists:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(ROLE)
                    )
                )


def embedded_server(home: Path, *, shared_buffers_mb: int = 0) -> EmbeddedServer:
    """Return the server of an installation, which lives in `home`/postgres; nothing starts."""
    return EmbeddedServer(home / "postgres", Tuning(shared_buffers_mb=shared_buffers_mb))


def binary(name: str) -> Path:
    """Return the path of a program that comes with the embedded server: psql, pgbench, pg_dump."""
    path = usable_binaries() / name
    if not path.exists():
        raise EmbeddedError(f"the embedded PostgreSQL has no program {name!r}")
    return path


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(places: Places, program: str, *arguments: str) -> None:
    account = places.account
    result = subprocess.run(  # noqa: S603 - the arguments are our own; no shell is involved.
        [str(places.binaries / program), *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=places.socket if account is None else "/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )
    if result.returncode != 0:
        raise EmbeddedError(f"{program} failed: {(result.stderr or result.stdout).strip()}")


def _write(places: Places, name: str, text: str) -> None:
    path = places.data / name
    fresh = path.with_name(f"{name}.new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    if places.account is not None:
        os.chown(fresh, places.account.uid, places.account.gid)
    fresh.replace(path)


def _forget_dead_server(places: Places) -> None:
    """Disarm the mark of a killed server whose process id is a zombie or another program by now.

    PostgreSQL takes any living process with that number, and the same account, for a server.
    Only the number is replaced, by one that no process can have: from the rest of the mark
    PostgreSQL still sees whether orphans of the killed server hold its memory, and then waits.
    """
    mark = places.data / "postmaster.pid"
    try:
        number, rest = mark.read_text().split("\n", 1)
        process = psutil.Process(int(number))
        alive = process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
    if not alive:
        _write(places, mark.name, f"{NO_PROCESS}\n{rest}")
