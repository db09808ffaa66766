"""`habitue worker`, and the worker beside `habitue serve`; the doctor sees when neither works."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

from habitue.interfaces.commands.exit_codes import ExitCode
from tests.services.till import CORNER, Till
from tests.support.command_line import habitue
from tests.support.database import DatabaseForTests


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(what: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def _running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "habitue", *arguments], stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _workers(server: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(server.pid).children()
        if child.status() != psutil.STATUS_ZOMBIE and "--parent" in child.cmdline()
    ]


def _settled(database: DatabaseForTests) -> bool:
    with database.connect() as connection:
        found = connection.execute("SELECT count(*) FROM figure_watermark").fetchone()
    return found == (1,)


def test_a_worker_works_until_it_is_told_to_stop(database: DatabaseForTests) -> None:
    with _running("worker") as process:
        _wait(lambda: _settled(database))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == ExitCode.FINE


def test_a_worker_beside_the_server_comes_back_and_ends_with_it(
    database: DatabaseForTests,
) -> None:
    with _running("serve", "--port", str(_free_port())) as server:
        _wait(lambda: _settled(database))
        (first,) = _workers(server)
        first.kill()
        _wait(lambda: [one for one in _workers(server) if one.pid != first.pid])
        (second,) = _workers(server)
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        _wait(lambda: not second.is_running(), seconds=20)


def test_a_server_can_do_without(database: DatabaseForTests) -> None:
    port = _free_port()
    with _running("serve", "--no-worker", "--port", str(port)) as server:
        _wait(lambda: _answers(port))
        assert _workers(server) == []
        assert not _settled(database)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(("settled", "ok"), [("never", False), ("long ago", False), ("now", True)])
def test_the_doctor_says_when_figures_lag_behind(
    database: DatabaseForTests, *, settled: str, ok: bool
) -> None:
    with database.connect(autocommit=True) as connection:
        till = Till(connection)
        till.publish(CORNER)
        till.enrol("CARD0001")
        till.ok(till.purchase("CARD0001", "10.00"))
        ages = {"long ago": "10 years", "now": "0 years"}
        if settled in ages:
            connection.execute(
                "INSERT INTO figure_watermark VALUES (1, now() - %s::interval)", [ages[settled]]
            )
    said = habitue("doctor", "--json")
    found = next(check for check in said.document["checks"] if check["name"] == "figures")
    assert found["ok"] is ok
    assert ("habitue worker" in found["remedy"]) is not ok
