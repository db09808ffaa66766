"""The root of the command line: every command, in one explicit list."""

import typer

from habitue import __version__
from habitue.interfaces.commands import database, doctor, importing, migrate, serve
from habitue.interfaces.commands.output import say

app = typer.Typer(
    name="habitue",
    help="Run a customer loyalty programme: an exact ledger, and rules that explain themselves.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# One function each.
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("doctor")(doctor.doctor)

# Groups of several.
app.add_typer(database.app, name="database")
app.add_typer(importing.app, name="import")


@app.command("version")
def version() -> None:
    """Say which version this is."""
    say(__version__)
