"""`habitue programme simulate`: what would have happened under another document."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from habitue.domain.errors import Refusal
from habitue.domain.programme.canonical import plain_document
from habitue.domain.programme.faults import Fault, InvalidDocument
from habitue.interfaces.commands.documents import load_or_stop, say_faults, stop_with
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import console, print_json, stop
from habitue.interfaces.commands.simulation_report import plain_simulation, show_simulation
from habitue.services.simulation import check_history
from habitue.services.simulation import simulate as run_simulation

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def simulate(
    context: typer.Context,
    draft: Annotated[Path, typer.Argument(help="A YAML file, or a JSON file (.json).")],
    against: Annotated[
        str, typer.Option(help="The published programme; that of the document if left out.")
    ] = "",
    since: Annotated[
        str, typer.Option(help="The first day on which it would have been in force: 2026-01-31.")
    ] = "",
    until: Annotated[str, typer.Option(help="The last such day; today if left out.")] = "",
    sample: Annotated[
        str, typer.Option(help="The share of the members to look at: 0.1. All if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fold what was recorded through a changed document, and show what would be different.

    Nothing is written. Customers are not made to behave otherwise: they buy what they bought.
    """
    first, last = _day("--since", since), _day("--until", until)
    share = _share(sample)
    document = plain_document(load_or_stop(draft))
    house = installation(context)
    try:
        with (
            psycopg.connect(house.open_migrated(), autocommit=True) as connection,
            Progress(
                TextColumn("Events decided: {task.completed:,.0f}"),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            ) as progress,
        ):
            connection.execute("SET statement_timeout = 0")
            task = progress.add_task("", total=None)
            found = run_simulation(
                connection,
                programme=against or str(document.get("programme", "")),
                document=document,
                now=house.clock.now(),
                since_date=first,
                until_date=last,
                sample=share,
                progress=lambda events: progress.advance(task, events),
            )
    except InvalidDocument as refusal:
        say_faults(draft, refusal.faults)
        stop(ExitCode.BAD_INPUT)
    except Refusal as refusal:
        stop_with(refusal)
    if as_json:
        print_json(plain_simulation(found))
    else:
        show_simulation(found)


def history_of(context: typer.Context, file: Path) -> list[Fault]:
    """What the last twelve months of its programme say of the document of a file."""
    document = plain_document(load_or_stop(file))
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            connection.execute("SET statement_timeout = 0")
            return check_history(
                connection,
                programme=str(document["programme"]),
                document=document,
                now=house.clock.now(),
            )
    except Refusal as refusal:
        stop_with(refusal)


def _day(option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(ExitCode.USAGE, f"{option} {text}: write a day as 2026-01-31.")


def _share(text: str) -> Fraction | None:
    if not text:
        return None
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1:
        stop(ExitCode.USAGE, f"--sample {text}: write a share above 0 and up to 1, as 0.1.")
    return share
