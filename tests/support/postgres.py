"""The server for tests: DATABASE_URL where it is set, else an embedded one shared by all runs.

The embedded server is kept in var/test between runs, without durability: starting it takes a
tenth of a second, and the template database is migrated only when a migration has changed. Every
test process works in a database of its own, cloned from the template.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from habitue.config.embedded import EmbeddedError, EmbeddedServer, Tuning

PROJECT = Path(__file__).resolve().parents[2]
STORE = PROJECT / "var" / "test"
PREFIX = "habitue_test_"
TEMPLATE = f"{PREFIX}template_"
# Set by the root conftest: the DATABASE_URL with which the run was started.
GIVEN_SERVER = "PYTEST_HABITUE_SERVER"
APPLICATION_ROLE = "habitue"


@dataclass
class ServerForTests:
    """A PostgreSQL on which databases may be made and thrown away."""

    superuser_url: str
    role: str = APPLICATION_ROLE
    password: str = ""

    def superuser(self, database: str = "") -> psycopg.Connection:
        """Return a connection that may do everything, outside a transaction."""
        url = _with_database(self.superuser_url, database) if database else self.superuser_url
        return psycopg.connect(url, autocommit=True)

    def superuser_address(self, database: str) -> str:
        """Return the address under which the superuser sees a database."""
        return _with_database(self.superuser_url, database)

    def application_url(self, database: str) -> str:
        """Return the address under which the programme itself sees a database."""
        parts = urlsplit(_with_database(self.superuser_url, database))
        place = parts.netloc.rpartition("@")[2]
        word = f":{quote(self.password, safe='')}" if self.password else ""
        return urlunsplit(parts._replace(netloc=f"{self.role}{word}@{place}"))

    def clone(self, template: str, name: str) -> None:
        """Make a database from another one."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(self.role)
                )
            )

    def drop(self, name: str) -> None:
        """Throw a database away, with whoever is still connected."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    @cached_property
    def version(self) -> int:
        """The server's version as a number."""
        with self.superuser() as connection:
            return connection.info.server_version

    def new_database(self) -> str:
        """Make a migrated, empty database for this process; return its name."""
        name = f"{PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
        with _alone("template"):
            self.clone(self._template(), name)
        return name

    def _template(self) -> str:
        """Return the name of a migrated database; made once per set of migrations."""
        wanted = f"{TEMPLATE}{_migrations_digest()}_{self.version}"
        with self.superuser() as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]
            ).fetchall()
            names = {name for (name,) in rows}
            for name in names - {wanted}:
                if not _belongs_to_living(name):
                    self.drop(name)
            if wanted not in names:
                making = f"{TEMPLATE}making"
                self.clone("template0", making)
                run_habitue("migrate", database_url=self.application_url(making))
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(making), sql.Identifier(wanted)
                    )
                )
        return wanted


def run_habitue(*arguments: str, database_url: str) -> str:
    """Run a command as an operator would, in a new process; return what it printed."""
    result = subprocess.run(
        [sys.executable, "-m", "habitue", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    if result.returncode != 0:
        said = f"{result.stdout}\n{result.stderr}"
        raise RuntimeError(f"`habitue {' '.join(arguments)}` failed:\n{said}")
    return result.stdout


def server_for_tests() -> ServerForTests:
    """Return the server for this run, started if it is the embedded one."""
    given = os.environ.get(GIVEN_SERVER, "")
    if given:
        return _given_server(given)
    server = EmbeddedServer(
        STORE / "postgres", Tuning(shared_buffers_mb=128, max_connections=300, durable=False)
    )
    with _alone("start"):
        try:
            server.start()
        except EmbeddedError:
            # Kept without durability, it may not survive a crash of the machine: begin anew.
            server.release()
            shutil.rmtree(server.places.data, ignore_errors=True)
            server.start()
    return ServerForTests(server.superuser_address())


def _given_server(url: str) -> ServerForTests:
    server = ServerForTests(url, role="habitue_tests", password=secrets.token_hex(16))
    password_file = STORE / "password"
    with _alone("password"):
        if password_file.exists():
            server.password = password_file.read_text()
        password_file.write_text(server.password)
        with server.superuser() as connection:
            row = connection.execute(
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            if row != (True,):
                raise RuntimeError("for tests, DATABASE_URL must name a superuser of the server")
            exists = connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [server.role]
            ).fetchone()
            verb = sql.SQL("ALTER" if exists else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(
                    verb, sql.Identifier(server.role), sql.Literal(server.password)
                )
            )
    return server


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    data = PROJECT / "src" / "habitue" / "data"
    for path in sorted([*data.glob("*/migrations/**/*.py"), *data.glob("**/*.sql")]):
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    digest.update((PROJECT / "requirements" / "lock.txt").read_bytes())
    return digest.hexdigest()[:16]


def _belongs_to_living(name: str) -> bool:
    owner = name.removeprefix(PREFIX).split("_")[0]
    return owner.isdigit() and psutil.pid_exists(int(owner))


@contextmanager
def _alone(name: str) -> Iterator[None]:
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / f"{name}.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
