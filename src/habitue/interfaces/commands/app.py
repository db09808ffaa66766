"""The root of the command line: every command, in one explicit list."""

import typer

from habitue import __version__
from habitue.interfaces.commands import (
    audit,
    bench,
    chance,
    database,
    demo,
    doctor,
    draws,
    figures,
    importing,
    keys,
    members,
    migrate,
    partners,
    programme,
    serve,
    staff,
    worker,
)
from habitue.interfaces.commands.output import say

app = typer.Typer(
    name="habitue",
    help="Run a customer loyalty programme: an exact ledger, and rules that explain themselves.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# One function each.
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.command("doctor")(doctor.doctor)
app.command("audit")(audit.audit)
app.command("replay")(audit.replay)
app.command("bench")(bench.bench)

# Groups of several.
app.add_typer(database.app, name="database")
app.add_typer(members.app, name="members")
app.add_typer(importing.app, name="import")
app.add_typer(programme.app, name="programme")
app.add_typer(draws.app, name="draw")
app.add_typer(partners.app, name="partner")
app.add_typer(chance.app, name="chance")
app.add_typer(staff.app, name="staff")
app.add_typer(keys.app, name="keys")
app.add_typer(figures.app, name="figures")


@app.command("version")
def version() -> None:
    """Say which version this is."""
    say(__version__)
