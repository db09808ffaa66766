"""`habitue bench`: figures as ratios, each measured with its floor in one run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from habitue.interfaces.commands.benching.engine import bench_engine
from habitue.interfaces.commands.benching.figures import bench_figures
from habitue.interfaces.commands.benching.growth import bench_growth
from habitue.interfaces.commands.benching.imports import bench_import
from habitue.interfaces.commands.benching.lookup import bench_lookup
from habitue.interfaces.commands.benching.machine import machine
from habitue.interfaces.commands.benching.memory import bench_memory
from habitue.interfaces.commands.benching.pages import bench_pages
from habitue.interfaces.commands.benching.processes import ProcessFailedError
from habitue.interfaces.commands.benching.report import Result, show
from habitue.interfaces.commands.benching.rules import bench_rules
from habitue.interfaces.commands.benching.server import BenchServer, bench_server
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.interfaces.commands.benching.web import bench_http
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import format_instant

Bench: TypeAlias = Callable[[BenchServer, Conditions], Result]

BENCHES: Final[dict[str, Bench]] = {
    "engine": bench_engine,
    "rules": bench_rules,
    "http": bench_http,
    "import": bench_import,
    "lookup": bench_lookup,
    "figures": bench_figures,
    "pages": bench_pages,
    "memory": bench_memory,
    "growth": bench_growth,
}
SEED: Final = 20_240_229


def bench(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"What to measure: {', '.join(BENCHES)}. All of them, in this order, if left out; "
            "that takes about an hour, most of it for `growth`, `figures` and `pages`.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes: shows that it works, measures nothing.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Repeats the generated data.")] = SEED,
    workers: Annotated[
        int,
        typer.Option(min=0, max=64, help="Server processes of `http`; 0: one for each core."),
    ] = 0,
    online_retail: Annotated[
        Path,
        typer.Option(help="Folder with the Online Retail II files; `import` measures them too."),
    ] = Path("../shared/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure speed and memory on a database server of its own, which is removed afterwards."""
    wanted = list(dict.fromkeys(names or BENCHES))
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        stop(ExitCode.USAGE, f"There is no benchmark {unknown[0]!r}; choose {', '.join(BENCHES)}.")
    house = installation(context)
    conditions = Conditions(
        clock=house.clock,
        phones=house.phones,
        pgbench=house.program("pgbench"),
        now=house.clock.now(),
        seed=seed,
        quick=quick,
        workers=workers or os.cpu_count() or 1,
        files=online_retail if online_retail.is_dir() else None,
    )
    about = {"measured_at": format_instant(conditions.now), "seed": seed, "quick": quick}
    about["machine"] = machine()
    say(", ".join(f"{name} {value}" for name, value in machine().items()) + f"; seed {seed}")
    results: dict[str, Any] = {}
    try:
        with bench_server() as server:
            about["postgresql"] = server.settings()
            for name in wanted:
                say(f"Measuring {name} …")
                result = BENCHES[name](server, conditions)
                show(result)
                results[name] = result.as_json()
    except ProcessFailedError as error:
        stop(ExitCode.BROKEN, str(error))
    if as_json:
        print_json({**about, "benchmarks": results})
