"""`habitue database`: the embedded server as something to start and stop by hand."""

from typing import Annotated

import typer

from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say

app = typer.Typer(help="Start, stop and find the embedded database.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def start(context: typer.Context) -> None:
    """Start the embedded database and let it run until `stop`."""
    if installation(context).start_database():
        say("The embedded database runs, and stays until `habitue database stop`.")
    else:
        say("DATABASE_URL names a server of your own; there is no embedded one to start.")


@app.command()
def stop(context: typer.Context) -> None:
    """Stop the embedded database for everybody."""
    ran = installation(context).stop_database()
    say("The embedded database is stopped." if ran else "No embedded database was running.")


@app.command()
def url(context: typer.Context, as_json: AsJson = False) -> None:
    """Print the address of the database, for psql and other tools."""
    address = installation(context).database_url
    if as_json:
        print_json({"url": address})
    else:
        typer.echo(address)
