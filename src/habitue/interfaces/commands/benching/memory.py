"""Peak memory of importing a file and one ten times as long."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import orjson

from habitue.interfaces.commands.benching.processes import ProcessFailedError, run
from habitue.interfaces.commands.benching.report import Result
from habitue.interfaces.commands.benching.server import BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import DAY
from habitue.services.benching.programme import LONGEST_PAST, PROGRAMME, prepare_programme
from habitue.services.benching.purchases import make_purchases

BUDGET: Final = 1.2
TIMES: Final = 10
_COLUMNS: Final = (
    "invoice", "date", "customer", "product", "category", "quantity", "amount", "currency",
)  # fmt: skip


def bench_memory(server: BenchServer, conditions: Conditions) -> Result:
    """The whole import command, each time in a process and a database of its own."""
    count, members = conditions.pick(6_000, 150), conditions.pick(2_000, 100)
    result = Result(
        "memory",
        f"peak memory of an import of a file and of one {TIMES} times as long",
        {"purchases": f"{count} and {count * TIMES}", "members": members},
    )
    peaks: list[float] = []
    for times in (1, TIMES):
        file = server.home / f"purchases-{times}.csv"
        lines = write_file(file, conditions, count=count * times, members=members)
        with server.database("memory") as database:
            with database.connect() as connection:
                prepare_programme(connection, now=conditions.now)
            ended = run(
                database.arguments(
                    "import", "transactions", str(file), "--programme", PROGRAMME, "--json"
                )
            )
        summary = orjson.loads(ended.output)
        if summary["purchases"] != count * times or summary["lines_rejected"]:
            raise ProcessFailedError(f"the import lost something: {ended.output}")
        peaks.append(ended.peak_memory_mb)
        name = "once" if times == 1 else f"{times} times"
        result.add(f"peak memory, {name}", ended.peak_memory_mb, "MB")
        result.details[name] = {
            "file_mb": round(file.stat().st_size / 1_000_000, 1),
            "lines": lines,
            "seconds": round(ended.seconds, 1),
            "peak_memory_mb": round(ended.peak_memory_mb, 1),
        }
        file.unlink()
    result.add("ratio", peaks[1] / peaks[0], f"× of a file {TIMES} times shorter", at_most=BUDGET)
    return result


def write_file(file: Path, conditions: Conditions, *, count: int, members: int) -> int:
    """Write a table of purchases as the generic mapping reads it; how many lines it has."""
    cards = [f"customer-{number:06d}" for number in range(members)]
    lines = 0
    with file.open("w", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(_COLUMNS)
        made = make_purchases(
            cards,
            count,
            seed=conditions.seed,
            source="file",
            begin=conditions.now - LONGEST_PAST,
            end=conditions.now - DAY,
        )
        for purchase in made:
            for line in purchase["lines"]:
                writer.writerow(
                    (
                        purchase["external_id"],
                        purchase["occurred_at"],
                        purchase["member"]["value"],
                        line["product"],
                        line["category"],
                        line["quantity"],
                        line["amount"],
                        purchase["currency"],
                    )
                )
                lines += 1
    return lines
