"""`habitue demo`: a believable business in the ledger, and the server that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from habitue.interfaces.commands.installation import Installation, installation
from habitue.interfaces.commands.output import console, print_json, say

DEFAULT_SEED = 20_261_122


def demo(
    context: typer.Context,
    members: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many members.")] = 3_000,
    years: Annotated[int, typer.Option(min=1, max=10, help="How many years of history.")] = 2,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same business.")
    ] = DEFAULT_SEED,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve it once it is loaded.")
    ] = True,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port of the server.")] = 8_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was loaded as JSON.")] = False,
) -> None:
    """Load the demonstration: a café-restaurant with two stores and a gift-ware shop's till file.

    A second start finds everything in place and serves at once.
    """
    house = installation(context)
    house.open_migrated()
    report = _load(house, members=members, years=years, seed=seed)
    if as_json:
        print_json(report)
    say(
        f"The demonstration holds {report['members']} members of the café with"
        f" {report['purchases']} purchases, and {report['gift_ware_lines']} lines of the gift shop."
    )
    if serve:
        here = f"http://127.0.0.1:{port}"
        say("")
        say("Come in as one of these people (the links are valid for a day):")
        for what, name, path in house.demo_doors():
            say(f"  {what + ':':<19} {name:<16} {here}{path}")
        say("At a paired till, Volodia's PIN is 4061.")
        say("")
        say(f"API: {here}/api/v1/docs  key: {house.demo_key()}")
        house.serve(host="127.0.0.1", port=port, workers=1)


def _load(house: Installation, *, members: int, years: int, seed: int) -> Mapping[str, Any]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("Members and their history", total=members)
        return house.load_demo(
            members=members,
            years=years,
            seed=seed,
            watch=lambda done, total: progress.update(task, completed=done, total=total),
        )
