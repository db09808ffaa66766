"""`habitue worker`: what the house does by itself, until interrupted."""

from typing import Annotated

import typer

from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import say


def worker(
    context: typer.Context,
    parent: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Keep figures current, book what has become true, purge what has expired; until Ctrl-C.

    `habitue serve` runs one already; a second one, on another machine, is welcome.
    """
    house = installation(context)
    if parent:
        # Whoever started it has opened the database and brought it up to date.
        house.open()
    else:
        house.open_migrated()
        say("The worker works.")
    house.work(parent=parent)
