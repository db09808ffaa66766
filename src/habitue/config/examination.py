"""What `habitue doctor` looks at. Each check is independent: one failure never hides another."""

import shutil
import stat
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg

from habitue.config import environment
from habitue.config.composition import House
from habitue.config.embedded import EmbeddedError
from habitue.interfaces.commands.installation import Finding
from habitue.kit.instants import MINUTE, Instant
from habitue.selectors.figures import get_settled_until, has_unsettled

OLDEST_PYTHON: Final = (3, 11)
OLDEST_POSTGRES: Final = 15
LEAST_FREE_GB: Final = 1.0
FIGURES_MAY_LAG: Final[Instant] = 10 * MINUTE
SET_UP: Final = "Run script/bootstrap."


def examine(house: House) -> list[Finding]:
    """Return one finding for each thing that must be in place."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _locks,
        _settings,
        lambda: _disk(house),
        lambda: _secret_key(house),
        _zones,
    ]
    return [*(check() for check in checks), *_database(house)]


def _python() -> Finding:
    found = sys.version.split()[0]
    fine = sys.version_info >= OLDEST_PYTHON
    return Finding("python", fine, found, "" if fine else "Install Python 3.11 or newer.")


def _locks() -> Finding:
    """The environment holds a copy of the locks that it was made from."""
    locks = environment.PROJECT / "requirements"
    if not locks.is_dir():
        return Finding("dependencies", ok=True, found="installed as a package, without its locks")
    prefix = Path(sys.prefix)
    for name in ("uv.txt", "lock.txt"):
        copy = prefix / f"habitue-{name}"
        if not copy.exists() or copy.read_bytes() != (locks / name).read_bytes():
            return Finding("dependencies", ok=False, found=f"{name} differs", remedy=SET_UP)
    return Finding("dependencies", ok=True, found="as locked")


def _settings() -> Finding:
    problems = environment.check_all()
    return Finding(
        "settings",
        not problems,
        "; ".join(problems) or "all can be used",
        "Correct the environment; see docs/operator/settings.md." if problems else "",
    )


def _disk(house: House) -> Finding:
    free = shutil.disk_usage(house.home).free / 1e9
    fine = free >= LEAST_FREE_GB
    remedy = "" if fine else f"Free some space, or point {environment.HOME.name} elsewhere."
    return Finding("disk", fine, f"{free:.1f} GB free in {house.home}", remedy)


def _secret_key(house: House) -> Finding:
    if environment.SECRET_KEY.value():
        return Finding("secret key", ok=True, found=f"from {environment.SECRET_KEY.name}")
    path = house.home / "secret-key"
    if not path.exists():
        return Finding("secret key", ok=True, found="will be made at the first start")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(
            "secret key", ok=False, found=f"{path} is open to others", remedy=f"chmod 600 '{path}'"
        )
    return Finding("secret key", ok=True, found=f"kept in {path}")


def _zones() -> Finding:
    known = zoneinfo.available_timezones()
    fine = {"Europe/Paris", "Europe/Bucharest"} <= known
    return Finding("time zones", fine, f"{len(known)} known", "" if fine else SET_UP)


def _database(house: House) -> Iterator[Finding]:
    """Open the database if there is one; an embedded one that was never made is not made here."""
    server = house.server
    if server is not None and not server.exists():
        yield Finding(
            "database", ok=False, found="none yet", remedy="Run `habitue migrate`, or script/demo."
        )
        return
    try:
        url = house.open()
        with psycopg.connect(url, connect_timeout=5) as connection:
            yield from _server(connection, embedded=server is not None)
            migrations = _migrations(house)
            yield migrations
            if migrations.ok:
                yield _figures(connection, now=house.clock.now())
    except (psycopg.Error, EmbeddedError) as error:
        remedy = (
            f"Check that the server of {environment.DATABASE_URL.name} runs and lets you in."
            if server is None
            else f"Read server.log in {server.places.data}."
        )
        yield Finding("database", ok=False, found=str(error).strip(), remedy=remedy)


def _server(connection: psycopg.Connection, *, embedded: bool) -> Iterator[Finding]:
    version = connection.info.server_version
    fine = version >= OLDEST_POSTGRES * 10_000
    kind = "embedded" if embedded else "your own"
    yield Finding(
        "database",
        fine,
        f"PostgreSQL {version // 10_000}.{version % 10_000}, {kind}",
        "" if fine else f"Use PostgreSQL {OLDEST_POSTGRES} or newer.",
    )
    row = connection.execute(
        "SELECT current_user, rolsuper, has_schema_privilege('public', 'CREATE')"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    role, is_superuser, may_create = row
    remedy = ""
    if is_superuser:
        remedy = "Use a role that is no superuser: a superuser passes over every revoked right."
    elif not may_create:
        remedy = f"Make '{role}' the owner of the database, so that it may migrate."
    manner = "a superuser" if is_superuser else "no superuser"
    yield Finding("role", not remedy, f"{role}, {manner}", remedy)
    yield from _durability(connection)
    yield _encoding(connection)


def _durability(connection: psycopg.Connection) -> Iterator[Finding]:
    settings: dict[str, str] = dict(
        connection.execute(
            "SELECT name, setting FROM pg_settings"
            " WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        ).fetchall()
    )
    off = sorted(name for name, value in settings.items() if value == "off")
    yield Finding(
        "durability",
        not off,
        f"{', '.join(off)} off" if off else "kept",
        f"Switch {', '.join(off)} on: an acknowledged purchase could be lost." if off else "",
    )


def _encoding(connection: psycopg.Connection) -> Finding:
    row = connection.execute("SHOW server_encoding").fetchone()
    assert row is not None
    fine = row[0] == "UTF8"
    remedy = "" if fine else "Make the database with ENCODING 'UTF8'."
    return Finding("encoding", fine, str(row[0]), remedy)


def _migrations(house: House) -> Finding:
    pending = house.pending_migrations()
    found = f"{len(pending)} not applied" if pending else "all applied"
    return Finding("migrations", not pending, found, "Run `habitue migrate`." if pending else "")


def _figures(connection: psycopg.Connection, *, now: Instant) -> Finding:
    """Far behind, pages are still right, and slow."""
    settled_until = get_settled_until(connection)
    if not has_unsettled(connection):
        return Finding("figures", ok=True, found="settled to the latest event")
    behind = None if settled_until is None else max(now - settled_until, 0)
    ago = "never settled" if behind is None else f"settled up to {behind // MINUTE} minutes ago"
    fine = behind is not None and behind < FIGURES_MAY_LAG
    remedy = "" if fine else "Run `habitue worker`, or `habitue serve` without --no-worker."
    return Finding("figures", fine, ago, remedy)
