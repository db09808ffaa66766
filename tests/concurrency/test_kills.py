"""Writers and servers that are killed: every acknowledged event is in the ledger exactly once,
and none is there that was not sent (SEMANTICS 31, 40)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg

from habitue.kit.clock import SystemClock
from habitue.services.auditing import audit
from habitue.services.replaying import replay
from tests.concurrency.writer import BATCH
from tests.services.till import Till
from tests.support.database import DatabaseForTests, DurableServer

PROJECT = Path(__file__).resolve().parents[2]
CARDS = 7
WRITERS = 3


class Writers:
    """Writer processes, and what each of them saw acknowledged."""

    def __init__(self, url: str, folder: Path) -> None:
        self._outputs = [folder / f"writer{n}" for n in range(WRITERS)]
        self.processes = []
        for n, output in enumerate(self._outputs):
            with output.open("wb") as file, self._faults(output).open("wb") as faults:
                self.processes.append(
                    subprocess.Popen(
                        [
                            sys.executable,
                            "-m",
                            "tests.concurrency.writer",
                            url,
                            f"w{n}",
                            str(CARDS),
                        ],
                        stdout=file,
                        stderr=faults,
                        cwd=PROJECT,
                    )
                )

    def wait_for(self, batches: int) -> None:
        """Wait until every writer has seen so many batches acknowledged."""
        deadline = time.monotonic() + 120
        while min(len(self._lines(output)) for output in self._outputs) < batches:
            for process, output in zip(self.processes, self._outputs, strict=True):
                assert process.poll() is None, self._faults(output).read_text()
            assert time.monotonic() < deadline, f"the writers are stuck: {self.acknowledged()}"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill all writers, and wait until they are gone."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()

    def acknowledged(self) -> dict[str, int]:
        """The number of the latest acknowledged event of each writer."""
        return {
            f"w{n}": max(map(int, self._lines(output)), default=0)
            for n, output in enumerate(self._outputs)
        }

    @staticmethod
    def _faults(output: Path) -> Path:
        return output.with_suffix(".faults")

    @staticmethod
    def _lines(output: Path) -> list[str]:
        # A line that was cut by the kill was not seen whole.
        return output.read_text().split("\n")[:-1]


def prepare(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """A programme and its members."""
    till = Till(connection)
    till.publish()
    till.clock.at = SystemClock().now()
    for n in range(CARDS):
        till.enrol(f"CARD{n:04d}")


def check(connection: psycopg.Connection[tuple[object, ...]], acknowledged: dict[str, int]) -> None:
    """Everything acknowledged is there once; beyond it at most the batch that was under way."""
    for writer, latest in acknowledged.items():
        rows = connection.execute(
            "SELECT external_id::int FROM ledger_event WHERE source = %s ORDER BY 1", [writer]
        ).fetchall()
        found = [number for (number,) in rows]
        assert found == list(range(1, len(found) + 1)), f"{writer}: gaps or doubles"
        assert len(found) in (latest, latest + BATCH), f"{writer}: {latest} seen, {len(found)} kept"
    total = connection.execute("SELECT sum(amount), count(*) FROM entry").fetchone()
    events = connection.execute("SELECT count(*) FROM ledger_event").fetchone()
    assert total is not None
    assert events is not None
    assert total == (2 * int(str(events[0])), events[0])
    assert audit(connection).ok
    assert replay(connection).ok


def test_killed_writers_leave_a_sound_ledger(database: DatabaseForTests, tmp_path: Path) -> None:
    with database.connect(autocommit=True) as connection:
        prepare(connection)
        writers = Writers(database.url, tmp_path)
        try:
            writers.wait_for(4)
        finally:
            writers.kill()
        check(connection, writers.acknowledged())


def test_a_killed_database_keeps_what_was_acknowledged(
    durable_server: DurableServer, tmp_path: Path
) -> None:
    with durable_server.connect(autocommit=True) as connection:
        prepare(connection)
    writers = Writers(durable_server.url, tmp_path)
    try:
        writers.wait_for(4)
        durable_server.kill9()
        for process in writers.processes:
            assert process.wait(timeout=30) != 0
    finally:
        writers.kill()
    durable_server.start()
    with durable_server.connect(autocommit=True) as connection:
        check(connection, writers.acknowledged())
