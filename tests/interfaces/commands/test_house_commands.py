"""Commands that look after the house: settings, migrations, the doctor, the server."""

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from habitue.interfaces.commands.exit_codes import ExitCode
from tests.support.command_line import habitue
from tests.support.database import DatabaseForTests


@pytest.fixture
def empty_home() -> Iterator[dict[str, str]]:
    """The environment of an installation that was never used and has no DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="habitue-") as name:
        Path(name).chmod(0o711)
        yield {"HABITUE_HOME": name, "DATABASE_URL": "", "HABITUE_SECRET_KEY": ""}


def test_a_bad_setting_ends_every_command_and_is_named() -> None:
    said = habitue("doctor", environment={"HABITUE_PORT": "many"})
    assert said.code == ExitCode.BAD_SETTING
    assert said.err.startswith("HABITUE_PORT: 'many' cannot be used")
    assert said.out == ""


def test_an_unknown_command_is_a_wrong_usage() -> None:
    assert habitue("no-such-command").code == ExitCode.USAGE


def test_a_database_that_does_not_answer_has_a_code_of_its_own() -> None:
    gone = {"DATABASE_URL": "postgresql://habitue@127.0.0.1:1/habitue"}
    said = habitue("migrate", environment=gone)
    assert said.code == ExitCode.NO_DATABASE
    assert "habitue doctor" in said.err


def test_migrating_twice_applies_nothing(database: DatabaseForTests) -> None:
    del database
    said = habitue("migrate", "--json")
    assert (said.code, said.document) == (ExitCode.FINE, {"applied": []})


def test_the_doctor_finds_a_database_in_order(database: DatabaseForTests) -> None:
    """All but durability: the server for tests has given that up."""
    del database
    said = habitue("doctor", "--json")
    wrong = [check["name"] for check in said.document["checks"] if not check["ok"]]
    assert wrong in ([], ["durability"])
    assert said.code == (ExitCode.FOUND_WRONG if wrong else ExitCode.FINE)


def test_the_doctor_refuses_a_superuser(database: DatabaseForTests) -> None:
    address = database.server.superuser_address(database.name)
    said = habitue("doctor", "--json", environment={"DATABASE_URL": address})
    role = next(check for check in said.document["checks"] if check["name"] == "role")
    assert not role["ok"]
    assert "no superuser" in role["remedy"]
    assert said.code == ExitCode.FOUND_WRONG


def test_an_installation_from_nothing(empty_home: dict[str, str]) -> None:
    """The doctor says what to do, the command does it, and the doctor is content."""
    before = habitue("doctor", "--json", environment=empty_home)
    database = next(check for check in before.document["checks"] if check["name"] == "database")
    assert before.code == ExitCode.FOUND_WRONG
    assert "habitue migrate" in database["remedy"]

    assert habitue("migrate", environment=empty_home).code == ExitCode.FINE

    after = habitue("doctor", "--json", environment=empty_home)
    assert [check for check in after.document["checks"] if not check["ok"]] == []
    assert after.code == ExitCode.FINE
    key = Path(empty_home["HABITUE_HOME"], "secret-key")
    assert key.stat().st_mode & 0o077 == 0
    assert len(key.read_text()) >= 32
    # Nobody uses the database any more, so nothing is left running.
    assert not any(
        empty_home["HABITUE_HOME"] in " ".join(process.info["cmdline"] or [])
        for process in psutil.process_iter(["cmdline"])
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answer(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def _wait_until_alive(port: int, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            assert _answer(port, "/healthz") == (200, "alive\n")
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def served(database: DatabaseForTests) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server in its own processes, on the test's database."""
    del database
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "habitue", "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_alive(port)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def test_the_server_joins_both_kinds_of_doors(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    _process, port = served
    assert _answer(port, "/api/v1/docs")[0] == 200
    assert _answer(port, "/")[0] == 302
    assert _answer(port, "/nothing-here")[0] == 404
    status, body = _answer(port, "/api/v1/nothing-here")
    assert status == 404
    assert '"type"' in body, "the API answers with a problem document of its own"


def test_no_worker_outlives_a_killed_supervisor(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = served
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive
    with pytest.raises(OSError, match="refused"):
        _answer(port, "/healthz")
