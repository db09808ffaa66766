"""`habitue figures`: settle what pages count, or make it anew."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import psycopg
import typer

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import Instant, format_instant
from habitue.services.figures import Settled, rebuild_figures, settle_figures

app = typer.Typer(help="Figures beside the ledger: sums, sets and rows that pages read.")

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Connection: TypeAlias = psycopg.Connection[Any]


@app.command()
def settle(context: typer.Context, as_json: AsJson = False) -> None:
    """Add what was recorded lately. The worker does so every few seconds."""
    _do(context, lambda connection, now: settle_figures(connection, now=now), as_json=as_json)


@app.command()
def rebuild(context: typer.Context, as_json: AsJson = False) -> None:
    """Throw the figures away and make them from the ledger, in one transaction."""
    _do(context, lambda connection, now: rebuild_figures(connection, now=now), as_json=as_json)


def _do(
    context: typer.Context,
    work: Callable[[Connection, Instant], Settled | None],
    *,
    as_json: bool,
) -> None:
    house = installation(context)
    with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
        settled = work(connection, house.clock.now())
    if settled is None:
        stop(ExitCode.TRY_AGAIN, "A worker is settling the figures just now. Try again.")
    until = format_instant(settled.settled_until)
    if as_json:
        print_json({"settled_until": until, "members": settled.members})
    else:
        say(f"Figures are settled up to {until}; rows of {settled.members} members were renewed.")
