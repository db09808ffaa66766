"""For every level: no network, warnings fatal, random streams that can be repeated.

Databases belong to the levels that say so in their own conftest.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis.database import DirectoryBasedExampleDatabase

PROJECT = Path(__file__).resolve().parents[1]

# Settled before anything of ours is imported, in the controller and in each worker alike.
os.environ.setdefault("PYTEST_HABITUE_SERVER", os.environ.get("DATABASE_URL", ""))
os.environ["DATABASE_URL"] = "postgresql://nobody@/none?host=%2Fnonexistent"
os.environ["HABITUE_SECRET_KEY"] = "for tests only, and long enough to be accepted"
os.environ["HABITUE_HOME"] = str(PROJECT / "var" / "test" / "home")
os.environ.setdefault("HABITUE_LOG_LEVEL", "warning")

# A failure prints the way to repeat it: @reproduce_failure, or --hypothesis-seed.
for name, examples in (("default", 60), ("thorough", 2000)):
    hypothesis.settings.register_profile(
        name,
        deadline=None,
        max_examples=examples,
        print_blob=True,
        derandomize=False,
        database=DirectoryBasedExampleDatabase(PROJECT / "var" / "cache" / "hypothesis"),
    )
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class NetworkForbiddenError(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # A Unix socket's path.
    host = str(address[0])
    return host in ("", "localhost", "::1", "0.0.0.0") or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def _network_is_closed() -> Iterator[None]:
    """Let tests reach this machine's loopback and Unix sockets, and nothing else."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse(address: Any) -> None:
        if not _is_here(address):
            raise NetworkForbiddenError(f"a test tried to reach {address!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        refuse((host.decode() if isinstance(host, bytes) else host or "",))
        return look_up(host, *arguments, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()


def _shared() -> Path:
    return Path(os.environ.get("HABITUE_SHARED") or PROJECT.parent / "shared")


def _shared_data() -> Path:
    return Path(os.environ.get("HABITUE_SHARED_DATA") or _shared() / "data")


def _acceptance() -> Path:
    return _shared() / "acceptance"


NEEDS = {"shared_data": _shared_data, "acceptance": _acceptance}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, visibly, what reads files that are not here; in CI their absence is a failure.

    What takes long is run in CI and where it is asked for, and else deselected, visibly too.
    """
    in_ci = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    if not in_ci and not config.option.markexpr and not _is_named(config):
        long = [item for item in items if item.get_closest_marker("long") is not None]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item.get_closest_marker("long") is None]
    for name, place in NEEDS.items():
        if in_ci or place().is_dir():
            continue
        reason = f"reads {place()}, which is absent; {name} files lie beside the project"
        for item in items:
            if item.get_closest_marker(name) is not None:
                item.add_marker(pytest.mark.skip(reason=reason))


def _is_named(config: pytest.Config) -> bool:
    """Whether a test is asked for by its name."""
    return any("::" in argument for argument in config.args)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data files; ask for it in tests marked `shared_data`."""
    folder = _shared_data()
    assert folder.is_dir(), f"{folder} is absent; in CI the real data files must be there"
    return folder


@pytest.fixture(scope="session")
def acceptance() -> Path:
    """The folder of the known answers; ask for it in tests marked `acceptance`."""
    folder = _acceptance()
    assert folder.is_dir(), f"{folder} is absent; in CI the known answers must be there"
    return folder
