"""`habitue bench`: figures as ratios, each measured with its floor in one run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from habitue.interfaces.commands.benching.machine import machine
from habitue.interfaces.commands.benching.processes import ProcessFailedError
from habitue.interfaces.commands.benching.report import Result, show
from habitue.interfaces.commands.benching.server import BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.interfaces.commands.benching.web import bench_http
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import format_instant

Bench: TypeAlias = Callable[[BenchServer, Conditions], Result]

BENCHES: Final[dict[str, Bench]] = {
    "http": bench_http,
}
