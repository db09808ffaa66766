"""`habitue programme`: check, show, explain, compare and publish programme documents."""

import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from habitue.domain.errors import Refusal
from habitue.domain.programme.canonical import document_hash, plain_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.showing import outline
from habitue.interfaces.commands.documents import (
    faults_of,
    has_errors,
    load_or_stop,
    say_faults,
    stop_with,
    written_of,
)
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, stop
from habitue.interfaces.commands.programme_changing import apply, diff
from habitue.interfaces.commands.programme_explaining import explain
from habitue.interfaces.commands.programme_versions import history as list_history
from habitue.interfaces.commands.programme_versions import rollback
from habitue.interfaces.commands.simulating import history_of, simulate
from habitue.selectors.programmes import get_version, get_written
from habitue.services.documents import write_programme_document

app = typer.Typer(
    help="Check, show, explain, compare and publish programme documents.", no_args_is_help=True
)

ACTOR = "command line"

app.command()(explain)
app.command("history")(list_history)
app.command()(rollback)
app.command()(simulate)
app.command()(diff)
app.command()(apply)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="YAML files, or JSON files (.json).")],
    history: Annotated[
        bool,
        typer.Option(
            "--history",
            help="Also ask what last year's purchases say: rewards beyond reach, budgets and "
            "stock that would have run out.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check documents: faults, and what surely does harm or nothing, with an example.

    Exits with 1 where a document has an error; warnings and notes are no errors.
    """
    reports = {file: faults_of(file) for file in files}
    if history:
        for file, faults in reports.items():
            if not has_errors(faults):
                faults.extend(history_of(context, file))
    fine = not any(has_errors(faults) for faults in reports.values())
    if as_json:
        entries = [
            {
                "file": str(file),
                "ok": not has_errors(faults),
                "faults": [fault.as_json() for fault in faults],
            }
            for file, faults in reports.items()
        ]
        print_json({"ok": fine, "files": entries})
    else:
        for file, faults in reports.items():
            say_faults(file, faults)
    if not fine:
        stop(ExitCode.FOUND_WRONG)


@app.command()
def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A file, or the code of a published programme.")],
    version: Annotated[
        int | None, typer.Option(min=1, help="The version to show; the newest if left out.")
    ] = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="The YAML, with the comments of its author.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the outline of a document, or with --json the document itself."""
    number = version or 1
    written: str | None = None
    if Path(what).exists():
        document = load_or_stop(Path(what))
        written = written_of(Path(what))
    else:
        try:
            with psycopg.connect(installation(context).open_migrated()) as connection:
                record = get_version(connection, code=what, number=version)
                written = get_written(connection, code=what, number=record.number)
        except Refusal as refusal:
            stop_with(refusal)
        document, number = record.document, record.number
    if as_written:
        sys.stdout.write(written or write_programme_document(document))
        return
    try:
        text = outline(document, number=number)
    except InvalidDocument as refusal:
        say_faults(Path(what), refusal.faults)
        stop(ExitCode.BAD_INPUT)
    if as_json:
        print_json(
            {
                "number": number,
                "hash": document_hash(document),
                "document": plain_document(document),
            }
        )
    else:
        sys.stdout.write(text)
