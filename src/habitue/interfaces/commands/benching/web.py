"""Durable purchases through HTTP against the minimal transaction, in turns."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from habitue.interfaces.commands.benching.floor import Floor, FloorRound
from habitue.interfaces.commands.benching.processes import ProcessFailedError, cpu_of, run
from habitue.interfaces.commands.benching.report import Result, add_costs, middle, percentile, split
from habitue.interfaces.commands.benching.server import BenchDatabase, BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import HOUR, MINUTE, Instant
from habitue.selectors.keys import Permission
from habitue.services.benching.members import fill_members, make_members
from habitue.services.benching.programme import PROGRAMME, prepare_programme
from habitue.services.keys import create_key

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = 64
BUDGET: Final = 0.5
_START_SECONDS: Final = 60.0
# More than any round can send: each request is rendered before the clock starts.
_MOST_PER_SECOND: Final = 8_000


@dataclass(frozen=True, slots=True)
class WebRound:
    """One round through HTTP."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cores: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The round as plain data."""
        return {
            "per_second": round(self.per_second, 1),
            "p50_ms": round(self.p50_ms, 2),
            "p99_ms": round(self.p99_ms, 2),
            "cores": split(self.cores),
        }


class Web:
    """A running server with a key, and the orders for the client."""

    def __init__(
        self, database: BenchDatabase, *, port: int, pid: int, key: str, cards: Sequence[str]
    ) -> None:
        self._database = database
        self._port = port
        self._pid = pid
        self._key = key
        self._cards = cards

    def run(
        self, source: str, seconds: float, *, seed: int, begin: Instant, connections: int
    ) -> WebRound:
        """One round of purchases within the minute that begins at ``begin``.

        Raises ``ProcessFailedError`` where an answer was not the expected one, or where the ledger
        does not hold exactly what was acknowledged.
        """
        order = {
            "host": HOST,
            "port": self._port,
            "connections": connections,
            "seconds": seconds,
            "key": self._key,
            "programme": PROGRAMME,
            "cards": self._cards,
            "count": int(_MOST_PER_SECOND * max(seconds, 1.0)),
            "seed": seed,
            "source": source,
            "begin": begin,
            "end": begin + MINUTE,
        }
        before = self._cpu()
        module = "habitue.interfaces.commands.benching.load_generator"
        ended = run([sys.executable, "-m", module], given=orjson.dumps(order))
        after = self._cpu()
        seen = orjson.loads(ended.output)
        if seen["others"]:
            raise ProcessFailedError(f"{seen['others']} other answers: {seen['first_other']}")
        kept = self._database.count("ledger_event", source=source)
        if kept != seen["recorded"]:
            raise ProcessFailedError(f"{seen['recorded']} acknowledged, {kept} in the ledger")
        took = seen["seconds"]
        cores = {name: (after[name] - before[name]) / took for name in before}
        return WebRound(
            per_second=seen["recorded_in_time"] / took,
            p50_ms=percentile(seen["latencies"], 0.5) * 1000,
            p99_ms=percentile(seen["latencies"], 0.99) * 1000,
            cores={"client": seen["cpu_seconds"] / took, **cores},
        )

    def _cpu(self) -> dict[str, float]:
        return {"habitue": cpu_of(self._pid), "postgresql": self._database.server.cpu_seconds()}


def bench_http(server: BenchServer, conditions: Conditions) -> Result:
    """Rounds of pgbench and of HTTP in turns; the ratio of their medians."""
    members, seconds = conditions.pick(10_000, 500), conditions.pick(12, 1)
    result = Result(
        "http",
        f"durable purchases through HTTP, {CONNECTIONS} connections, against pgbench",
        {
            "members": members,
            "seconds": seconds,
            "rounds": conditions.rounds,
            "workers": conditions.workers,
        },
    )
    floors: list[FloorRound] = []
    rounds: list[WebRound] = []
    with (
        server.database("floor", migrated=False) as beside,
        server.database("http") as database,
        serving(database, conditions, members=members) as web,
    ):
        floor = Floor(beside, pgbench=conditions.pgbench, accounts=members)
        floor.prepare()
        begin = conditions.now - HOUR
        warm = conditions.pick(3, 1)
        web.run("warm", warm, seed=conditions.seed, begin=begin, connections=CONNECTIONS)
        if not conditions.quick:
            floor.run(1, seed=conditions.seed)
        for number in range(conditions.rounds):
            seed = conditions.seed + 1 + number
            floors.append(floor.run(seconds, seed=seed))
            begin += MINUTE
            rounds.append(
                web.run(f"round-{number}", seconds, seed=seed, begin=begin, connections=CONNECTIONS)
            )
        begin += MINUTE
        # One client that waits for each answer: what a single till sees.
        alone = web.run("alone", warm, seed=conditions.seed + 99, begin=begin, connections=1)
    reached = middle([each.per_second for each in rounds])
    least = middle([each.per_second for each in floors])
    result.add("ratio", reached / least, "× pgbench", at_least=BUDGET)
    result.add("http", reached, "purchases/s")
    result.add("pgbench", least, "transactions/s")
    result.add("p50", middle([each.p50_ms for each in rounds]), "ms")
    result.add("p99", middle([each.p99_ms for each in rounds]), "ms")
    result.add("alone p50", alone.p50_ms, "ms")
    result.add("alone p99", alone.p99_ms, "ms")
    add_costs(result, floors, rounds, what="purchase through HTTP")
    result.details = {
        "pgbench_rounds": [each.as_json() for each in floors],
        "http_rounds": [each.as_json() for each in rounds],
    }
    return result


@contextmanager
def serving(database: BenchDatabase, conditions: Conditions, *, members: int) -> Iterator[Web]:
    """A server on a database with members, the programme and a key; ended at the end."""
    key = prepare(database, conditions, members=members)
    cards = [made.number for made in islice(make_members(members, seed=conditions.seed), members)]
    with serving_process(database, workers=conditions.workers) as (process, port):
        yield Web(database, port=port, pid=process.pid, key=key, cards=cards)


@contextmanager
def serving_process(
    database: BenchDatabase, *options: str, workers: int
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server on a database, and its port; ended at the end."""
    port = free_port()
    arguments = database.arguments(
        "serve", "--host", HOST, "--port", str(port), "--workers", str(workers), *options
    )
    words = database.server.home / "serve.log"
    with words.open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log)  # noqa: S603 - our own command line; no shell is involved.
    try:
        wait_until_served(process, port, words.read_text)
        yield process, port
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prepare(database: BenchDatabase, conditions: Conditions, *, members: int) -> str:
    """Fill the database; the text of a key without a limit."""
    with database.connect() as connection:
        prepare_programme(connection, now=conditions.now)
        fill_members(connection, members, conditions.seed)
        _, token = create_key(
            connection,
            name="bench",
            scopes=[each.value for each in Permission],
            now=conditions.now,
            requests_per_minute=0,
        )
        connection.commit()
    database.settle()
    return token


def free_port() -> int:
    """A port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_served(process: subprocess.Popen[bytes], port: int, words: Any) -> None:
    """Wait until the server answers; raises ``ProcessFailedError`` where it does not."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        asked = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            asked.request("GET", "/api/v1/health")
            if asked.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            asked.close()
        time.sleep(0.05)
    raise ProcessFailedError(f"the server does not answer:\n{words()}")
