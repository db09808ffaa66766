"""Bulk import through the engine into the ledger, against the minimal transaction, in turns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from habitue.interfaces.commands.benching.floor import Floor, FloorRound
from habitue.interfaces.commands.benching.processes import ProcessFailedError, run
from habitue.interfaces.commands.benching.profiling import functions_of, statements_of
from habitue.interfaces.commands.benching.report import Result, add_costs, middle, split
from habitue.interfaces.commands.benching.server import BenchDatabase, BenchServer, Connection
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import DAY, Instant
from habitue.services.benching.members import fill_members, make_members
from habitue.services.benching.programme import (
    LONGEST_PAST,
    PROGRAMME,
    RETAIL,
    RETAIL_DOCUMENT,
    prepare_programme,
)
from habitue.services.benching.purchases import make_purchases
from habitue.services.intake import Envelope, record

BUDGET: Final = 2.0
BATCH: Final = 2_000
ONLINE_RETAIL: Final = (
    "online_retail_2009_2010.parquet",
    "online_retail_2010_2011.parquet",
)


@dataclass(frozen=True, slots=True)
class ImportRound:
    """One round of purchases recorded in batches."""

    per_second: float
    cores: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The round as plain data."""
        return {"per_second": round(self.per_second, 1), "cores": split(self.cores)}


def bench_import(server: BenchServer, conditions: Conditions) -> Result:
    """Rounds of pgbench and of import in turns; then real files, where there are any."""
    members, seconds = conditions.pick(5_000, 200), conditions.pick(10, 1)
    count = conditions.pick(30_000, 400)
    result = Result(
        "import",
        f"purchases through the engine into the ledger, {BATCH} to a batch, against pgbench",
        {
            "members": members,
            "purchases": f"{conditions.rounds} × {count}",
            "rounds": conditions.rounds,
        },
    )
    with (
        server.database("floor", migrated=False) as beside,
        server.database("import") as database,
    ):
        floor = Floor(beside, pgbench=conditions.pgbench, accounts=members)
        floor.prepare()
        floors, rounds, profile = _rounds(
            floor, database, conditions, members=members, count=count, seconds=seconds
        )
    reached = middle([each.per_second for each in rounds])
    least = middle([each.per_second for each in floors])
    result.add("ratio", reached / least, "× pgbench", at_least=BUDGET)
    result.add("import", reached, "purchases/s")
    result.add("pgbench", least, "transactions/s")
    add_costs(result, floors, rounds, what="imported purchase")
    result.details = {
        "pgbench_rounds": [each.as_json() for each in floors],
        "import_rounds": [each.as_json() for each in rounds],
        "profile": profile,
    }
    files = [] if conditions.files is None else [conditions.files / name for name in ONLINE_RETAIL]
    if files and not conditions.quick and all(file.exists() for file in files):
        with server.database("retail") as database:
            with database.connect() as connection:
                prepare_programme(connection, now=conditions.now, document=RETAIL_DOCUMENT)
            _import_files(result, database, files, least=least)
    return result


def _rounds(
    floor: Floor,
    database: BenchDatabase,
    conditions: Conditions,
    *,
    members: int,
    count: int,
    seconds: int,
) -> tuple[list[FloorRound], list[ImportRound], dict[str, Any]]:
    floors: list[FloorRound] = []
    rounds: list[ImportRound] = []
    length = LONGEST_PAST // (conditions.rounds + 1)
    begin = conditions.now - LONGEST_PAST
    with database.connect() as connection:
        cards = prepare(connection, conditions, members=members)
        database.settle()
        # The statements are prepared, the programme is compiled, the pages are in memory.
        warm = purchases(cards, BATCH, source="warm", seed=conditions.seed, begin=begin, end=begin)
        import_round(database, connection, conditions, warm)
        for number in range(conditions.rounds):
            seed = conditions.seed + 1 + number
            floors.append(floor.run(seconds, seed=seed))
            envelopes = purchases(
                cards,
                count,
                source=f"round-{number}",
                seed=seed,
                begin=begin + number * length + DAY,
                end=begin + (number + 1) * length,
            )
            rounds.append(import_round(database, connection, conditions, envelopes))
        begin += conditions.rounds * length + DAY
        profile = _profile(database, connection, conditions, cards, begin=begin)
    return floors, rounds, profile


def _profile(
    database: BenchDatabase,
    connection: Connection,
    conditions: Conditions,
    cards: Sequence[str],
    *,
    begin: Instant,
) -> dict[str, Any]:
    """Where the time goes, in large batches and in such as HTTP makes; not part of the rounds."""
    profile: dict[str, Any] = {}
    for place, (batch, count) in enumerate(
        conditions.pick(((BATCH, 3 * BATCH), (32, 1_280)), ((32, 64),))
    ):
        start = begin + place * 3 * DAY
        watched, profiled = (
            purchases(
                cards,
                count,
                source=f"{name}-{batch}",
                seed=conditions.seed + batch,
                begin=start + after * DAY,
                end=start + (after + 1) * DAY,
            )
            for after, name in enumerate(("statements", "functions"))
        )
        profile[f"batches of {batch}"] = {
            "statements": statements_of(
                connection,
                partial(import_round, database, connection, conditions, watched, batch=batch),
                events=count,
            ),
            **functions_of(
                partial(import_round, database, connection, conditions, profiled, batch=batch),
                events=count,
            ),
        }
    return profile


def prepare(connection: Connection, conditions: Conditions, *, members: int) -> list[str]:
    """Fill the database; the numbers of the members' cards."""
    prepare_programme(connection, now=conditions.now)
    fill_members(connection, members, conditions.seed)
    return [made.number for made in make_members(members, seed=conditions.seed)]


def purchases(
    cards: Sequence[str], count: int, *, source: str, seed: int, begin: Instant, end: Instant
) -> list[Envelope]:
    """Generated purchases as envelopes."""
    made = make_purchases(cards, count, seed=seed, source=source, begin=begin, end=end)
    return [Envelope(PROGRAMME, "purchase", content) for content in made]


def import_round(
    database: BenchDatabase,
    connection: Connection,
    conditions: Conditions,
    envelopes: Sequence[Envelope],
    *,
    batch: int = BATCH,
) -> ImportRound:
    """Record all envelopes; raises ``ProcessFailedError`` where one was not recorded."""
    before = database.server.cpu_seconds()
    began, own = time.perf_counter(), time.process_time()
    for start in range(0, len(envelopes), batch):
        answers = record(
            connection,
            envelopes[start : start + batch],
            clock=conditions.clock,
            phones=conditions.phones,
            announce=False,
        )
        wrong = [answer for answer in answers if answer.status != "recorded"]
        if wrong:
            raise ProcessFailedError(f"{len(wrong)} were not recorded, first: {wrong[0]}")
    seconds, own = time.perf_counter() - began, time.process_time() - own
    cores = {
        "habitue": own / seconds,
        "postgresql": (database.server.cpu_seconds() - before) / seconds,
    }
    return ImportRound(len(envelopes) / seconds, cores)


def _import_files(
    result: Result, database: BenchDatabase, files: Sequence[Path], *, least: float
) -> None:
    """The whole command on the two real files, from opening them to the last commit."""
    began = time.perf_counter()
    ended = run(
        database.arguments(
            "import",
            "transactions",
            *(str(file) for file in files),
            "--programme",
            RETAIL,
            "--mapping",
            "online-retail",
            "--json",
        )
    )
    summary = orjson.loads(ended.output)
    seconds = time.perf_counter() - began
    result.add("online retail", summary["invoices"] / seconds, "receipts/s")
    result.add("online retail ratio", summary["invoices"] / seconds / least, "× pgbench")
    result.add("online retail lines", summary["lines"] / seconds, "lines/s")
    result.add("online retail peak memory", ended.peak_memory_mb, "MB")
    result.details["online_retail"] = {
        "seconds": round(seconds, 1),
        "cores_of_habitue": round(ended.cpu_seconds / ended.seconds, 2),
        "summary": summary,
    }
