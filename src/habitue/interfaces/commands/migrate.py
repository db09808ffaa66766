"""`habitue migrate`: bring the database to the present form."""

from typing import Annotated

import typer

from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say


def migrate(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Apply the migrations that the database has not seen; starts the embedded one if need be."""
    house = installation(context)
    house.open()
    applied = house.migrate()
    if as_json:
        print_json({"applied": list(applied)})
    elif applied:
        say("Applied:\n" + "\n".join(f"  {name}" for name in applied))
    else:
        say("The database is up to date.")
