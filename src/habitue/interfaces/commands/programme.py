"""`habitue programme`: check, show, explain, compare and publish programme documents."""

import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from habitue.domain.errors import Refusal
from habitue.domain.programme.canonical import document_hash, plain_document
from habitue.domain.programme.differences import diff_documents
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.showing import outline
from habitue.interfaces.commands.documents import (
    faults_of,
    has_errors,
    instant_of_option,
    load_or_stop,
    say_faults,
    stop_with,
)
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.commands.programme_explaining import explain
from habitue.interfaces.commands.programme_versions import history, rollback
from habitue.interfaces.commands.simulating import simulate
from habitue.kit.instants import format_instant
from habitue.selectors.programmes import get_version
from habitue.services.programmes import publish_version

app = typer.Typer(
    help="Check, show, explain, compare and publish programme documents.", no_args_is_help=True
)

ACTOR = "command line"

app.command()(explain)
app.command()(history)
app.command()(rollback)
app.command()(simulate)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="YAML files, or JSON files (.json).")],
    as_json: AsJson = False,
) -> None:
    """Check documents: faults, and what surely does harm or nothing, with an example.

    Exits with 1 where a document has an error; warnings and notes are no errors.
    """
    reports = {file: faults_of(file) for file in files}
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
    as_json: AsJson = False,
) -> None:
    """Show the outline of a document, or with --json the document itself."""
    number = version or 1
    if Path(what).exists():
        document = load_or_stop(Path(what))
    else:
        try:
            with psycopg.connect(installation(context).open_migrated()) as connection:
                record = get_version(connection, code=what, number=version)
        except Refusal as refusal:
            stop_with(refusal)
        document, number = record.document, record.number
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


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The document before.")],
    new: Annotated[Path, typer.Argument(help="The document after.")],
    as_json: AsJson = False,
) -> None:
    """Show what changed from one document to another."""
    differences = diff_documents(load_or_stop(old), load_or_stop(new))
    if as_json:
        print_json({"differences": [difference.as_json() for difference in differences]})
        return
    for one in differences:
        sys.stdout.write(f"{one.change:8} {one.path}: {one.before!r} -> {one.after!r}\n")
    if not differences:
        say("The documents say the same.")


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A YAML file, or a JSON file (.json).")],
    effective_at: Annotated[
        str | None,
        typer.Option(
            "--effective-at",
            help="When it takes effect, as ISO 8601 with an offset; now if left out. Only the "
            "first version may take effect in the past.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a document as the next version of its programme.

    A document equal to the newest version changes nothing.
    """
    at = None if effective_at is None else instant_of_option("--effective-at", effective_at)
    document = load_or_stop(file)
    warnings = check_document(document)
    if has_errors(warnings):
        say_faults(file, warnings)
        if as_json:
            print_json({"ok": False, "faults": [fault.as_json() for fault in warnings]})
        stop(ExitCode.BAD_INPUT)
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            published = publish_version(
                connection,
                document=plain_document(document),
                effective_at=at,
                now=house.clock.now(),
                actor=ACTOR,
            )
    except Refusal as refusal:
        stop_with(refusal)
    if as_json:
        print_json(
            {
                "ok": True,
                "programme": published.code,
                "number": published.number,
                "effective_at": format_instant(published.effective_at),
                "unchanged": not published.created,
                "faults": [fault.as_json() for fault in warnings],
            }
        )
        return
    say_faults(file, warnings, silent_when_fine=True)
    state = "is published" if published.created else "was published before; nothing changed"
    say(
        f"Version {published.number} of {published.code} {state}. "
        f"It takes effect at {format_instant(published.effective_at)}."
    )
