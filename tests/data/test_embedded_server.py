"""The embedded server: started by need, shared, stopped by its last user, surviving kills."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from habitue.config.embedded import EmbeddedError, EmbeddedServer, Tuning, binary
from habitue.config.embedded_places import SOCKET_NAME, SOCKET_PATH_LIMIT

QUICK = Tuning(shared_buffers_mb=128, max_connections=20, durable=False)

USE = """
import sys, time
from pathlib import Path
from habitue.config.embedded import EmbeddedServer, Tuning
server = EmbeddedServer(Path(sys.argv[1]), Tuning(128, 20, False)).start()
print(server.pid(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a space in its name, which the server's own account can reach."""
    with tempfile.TemporaryDirectory(prefix="habitue ") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def lasting_server() -> Iterator[EmbeddedServer]:
    """A server that several tests use one after another: making one takes a second."""
    with tempfile.TemporaryDirectory(prefix="habitue ") as name:
        Path(name).chmod(0o711)
        made = EmbeddedServer(Path(name) / "postgres", QUICK)
        yield made
        made.stop("immediate")
        made.release()


@pytest.fixture
def server(lasting_server: EmbeddedServer) -> EmbeddedServer:
    """The lasting server, running."""
    return lasting_server.start()


def _user(base: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(base)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _pid_seen_by(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def test_starting_again_changes_nothing(server: EmbeddedServer) -> None:
    before = server.pid()
    server.start()
    assert server.pid() == before


def test_processes_that_start_together_share_one_server(folder: Path) -> None:
    users = [_user(folder / "postgres") for _ in range(4)]
    try:
        assert len({_pid_seen_by(user) for user in users}) == 1
    finally:
        for user in users:
            user.communicate("\n", timeout=60)
    # The last of them has stopped it on leaving.
    assert not EmbeddedServer(folder / "postgres", QUICK).is_running()


def test_the_first_to_leave_stops_nothing(server: EmbeddedServer) -> None:
    other = _user(server.base)
    assert _pid_seen_by(other) == server.pid()
    other.communicate("\n", timeout=60)
    assert server.is_running()


def test_a_killed_user_leaves_a_server_that_the_next_one_uses(folder: Path) -> None:
    killed = _user(folder / "postgres")
    pid = _pid_seen_by(killed)
    killed.kill()
    killed.communicate()
    server = EmbeddedServer(folder / "postgres", QUICK).start()
    assert server.pid() == pid
    server.release()
    assert not server.is_running()


def test_a_killed_server_is_started_again(server: EmbeddedServer) -> None:
    before = server.pid()
    server.kill9()
    assert server.start().pid() != before
    assert server.is_running()


def test_a_mark_of_a_process_that_is_something_else_now_is_passed_over(
    server: EmbeddedServer,
) -> None:
    """The machine was restarted, and the number belongs to another program."""
    server.kill9()
    mark = server.places.data / "postmaster.pid"
    _number, rest = mark.read_text().split("\n", 1)
    mark.write_text(f"{os.getpid()}\n{rest}")
    assert server.start().is_running()


def test_a_server_asked_to_stay_stays(folder: Path) -> None:
    server = EmbeddedServer(folder / "postgres", QUICK).start()
    server.keep_running(wanted=True)
    server.release()
    try:
        assert server.is_running()
    finally:
        assert server.stop()
    assert not server.is_running()
    assert not server.keeps_running()


def test_a_path_too_long_for_a_socket_is_no_hindrance(folder: Path) -> None:
    deep = folder / ("long " * 20) / "postgres"
    (folder / ("long " * 20)).mkdir()
    server = EmbeddedServer(deep, QUICK).start()
    try:
        socket = server.places.socket / SOCKET_NAME
        assert len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT
        with psycopg.connect(server.address()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop("immediate")
        server.release()


def test_nobody_else_enters_the_socket(server: EmbeddedServer) -> None:
    assert server.places.socket.stat().st_mode & 0o077 == 0
    with psycopg.connect(server.address()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_the_operators_own_settings_win(server: EmbeddedServer) -> None:
    (server.places.data / "operator.conf").write_text("work_mem = '3MB'\n")
    server.stop()
    server.start()
    with psycopg.connect(server.address()) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("3MB",)
    (server.places.data / "operator.conf").write_text("")


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    server = EmbeddedServer(folder / "postgres", QUICK).start()
    server.release()
    (server.places.data / "operator.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        server.start()
    server.release()


def test_durable_is_what_it_is_unless_told(folder: Path) -> None:
    server = EmbeddedServer(folder / "postgres")
    server.start()
    try:
        with psycopg.connect(server.address()) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",), name
    finally:
        server.stop("immediate")
        server.release()


@pytest.mark.parametrize("name", ["psql", "pgbench", "pg_dump", "pg_restore"])
def test_its_programs_can_be_run(name: str) -> None:
    said = subprocess.run([binary(name), "--version"], check=True, capture_output=True, text=True)
    assert "PostgreSQL" in said.stdout


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(EmbeddedError, match="pg_nothing"):
        binary("pg_nothing")
