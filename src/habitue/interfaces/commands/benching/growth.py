"""What one event costs as the ledger grows: the same batches at one, five and twenty million."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import orjson

from habitue.interfaces.commands.benching.imports import ImportRound, import_round
from habitue.interfaces.commands.benching.processes import run
from habitue.interfaces.commands.benching.report import Result, middle
from habitue.interfaces.commands.benching.server import BenchDatabase, BenchServer, Connection
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import DAY, HOUR, MINUTE, Instant
from habitue.services.benching.ballast import TABLES, add_copies, keep_template, shown_as
from habitue.services.benching.members import fill_members, make_members
from habitue.services.benching.programme import (
    LONGEST_PAST,
    PROGRAMME,
    UNSHARED_DOCUMENT,
    prepare_programme,
)
from habitue.services.benching.purchases import make_purchases
from habitue.services.intake import Envelope

BUDGET: Final = 1.2
BATCH: Final = 500
_MICRO: Final = 1_000_000


@dataclass(slots=True)
class Ledger:
    """The ledger being grown."""

    database: BenchDatabase
    connection: Connection
    externals: Sequence[str]
    lines_each: int
    copies: int = 0

    @property
    def lines(self) -> int:
        """How many lines the ledger has, without those of the batches that were measured."""
        return self.lines_each * (self.copies + 1)

    def grow(self, lines: int) -> None:
        """Add copies until there are so many lines, and bring the database to rest."""
        wanted = max(self.copies, -(-lines // self.lines_each) - 1)
        add_copies(self.connection, first=self.copies + 1, latest=wanted)
        self.copies = wanted
        self.database.settle(*TABLES)

    def envelopes(self, count: int, *, source: str, seed: int, begin: Instant) -> list[Envelope]:
        """Purchases of members from the whole ledger, the same number at every size."""
        random = Random(seed)  # noqa: S311 - data for measuring must be repeatable, not secret.
        members = [
            shown_as(random.choice(self.externals), copy=random.randint(0, self.copies))
            for _ in range(count)
        ]
        made = make_purchases(
            members,
            count,
            seed=seed,
            source=source,
            begin=begin,
            end=begin + MINUTE,
            kind="external",
        )
        return [Envelope(PROGRAMME, "purchase", content) for content in made]


def bench_growth(server: BenchServer, conditions: Conditions) -> Result:
    """Microseconds per event at each size, and their ratio to the smallest."""
    sizes = conditions.pick((1_000_000, 5_000_000, 20_000_000), (1_000, 3_000))
    members, each = conditions.pick(1_000, 30), conditions.pick(12, 4)
    result = Result(
        "growth",
        f"cost per event as the ledger grows, batches of {BATCH}",
        {"lines": ", ".join(f"{size:,}" for size in sizes), "template": f"{members} × {each}"},
    )
    costs: list[float] = []
    with server.database("growth") as database, database.connect() as connection:
        ledger = _template(database, connection, conditions, members=members, each=each)
        for number, size in enumerate(sizes):
            began = time.perf_counter()
            ledger.grow(size)
            filled = time.perf_counter() - began
            rounds = _measure(ledger, conditions, number)
            per_event = [_MICRO / round_.per_second for round_ in rounds]
            costs.append(middle(per_event))
            name = f"{ledger.lines / 1_000_000:.3g} million"
            result.add(f"{name} lines", costs[-1], "µs an event")
            if number:
                result.add(f"{name}, ratio", costs[-1] / costs[0], "× the smallest", at_most=BUDGET)
            result.details[name] = _detail(database, ledger, rounds, filled)
        result.details["audit"] = _audit(database)
    return result


def _template(
    database: BenchDatabase,
    connection: Connection,
    conditions: Conditions,
    *,
    members: int,
    each: int,
) -> Ledger:
    """What the engine decides for the members that are then copied."""
    prepare_programme(connection, now=conditions.now, document=UNSHARED_DOCUMENT)
    fill_members(connection, members, conditions.seed)
    externals = [
        value
        for made in make_members(members, seed=conditions.seed)
        for kind, value in made.identifiers
        if kind == "external"
    ]
    made = make_purchases(
        externals,
        members * each,
        seed=conditions.seed,
        source="template",
        begin=conditions.now - LONGEST_PAST,
        end=conditions.now - DAY,
        kind="external",
    )
    envelopes = [Envelope(PROGRAMME, "purchase", content) for content in made]
    import_round(database, connection, conditions, envelopes)
    return Ledger(database, connection, externals, keep_template(connection))


def _measure(ledger: Ledger, conditions: Conditions, number: int) -> list[ImportRound]:
    """Batches after a warm-up; each is a round of its own."""
    begin = conditions.now - HOUR + number * 5 * MINUTE
    batches, batch = conditions.pick((16, BATCH), (2, 50))
    warm = ledger.envelopes(
        batch * conditions.pick(6, 1), source=f"warm-{number}", seed=conditions.seed, begin=begin
    )
    import_round(ledger.database, ledger.connection, conditions, warm, batch=batch)
    rounds = []
    for place in range(batches):
        envelopes = ledger.envelopes(
            batch,
            source=f"size-{number}-{place}",
            seed=conditions.seed + 1 + place,
            begin=begin + MINUTE + place * MINUTE // 8,
        )
        rounds.append(
            import_round(ledger.database, ledger.connection, conditions, envelopes, batch=batch)
        )
    return rounds


def _detail(
    database: BenchDatabase, ledger: Ledger, rounds: Sequence[ImportRound], filled: float
) -> dict[str, Any]:
    with database.superuser() as connection:
        row = connection.execute("SELECT pg_database_size(%s)", [database.name]).fetchone()
    assert row is not None, "the database exists"
    return {
        "members": len(ledger.externals) * (ledger.copies + 1),
        "lines": ledger.lines,
        "database_gb": round(int(row[0]) / 1024**3, 2),
        "fill_seconds": round(filled, 1),
        "microseconds_of_each_batch": [round(_MICRO / each.per_second) for each in rounds],
        "cpu_microseconds": {
            name: round(middle([each.cores[name] / each.per_second * _MICRO for each in rounds]))
            for name in rounds[0].cores
        },
    }


def _audit(database: BenchDatabase) -> dict[str, Any]:
    """What `habitue audit` says of the ledger that was grown."""
    found: dict[str, Any] = orjson.loads(run(database.arguments("audit", "--json")).output)
    return {name: found[name] for name in ("ok", "members", "entries") if name in found}
