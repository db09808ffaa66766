"""`habitue import`: files of other systems into the ledger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.import_report import (
    RejectFile,
    Reporter,
    show_summary,
)
from habitue.interfaces.commands.import_texts import file_text
from habitue.interfaces.commands.installation import Installation, installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.kit.instants import SECOND, format_instant
from habitue.kit.processes import peak_memory, usable_cores
from habitue.selectors.digests import get_digest
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.importing.crew import ColleagueLostError, suitable_workers
from habitue.services.importing.importing import FileProblem, Import
from habitue.services.importing.mapping import Mapping, MappingProblem, load_mapping, with_source
from habitue.services.importing.remembering import totals

app = typer.Typer(help="Bring files of other systems into the ledger.", no_args_is_help=True)

_SOURCE = re.compile(r"[^\s:]{1,64}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an import could not go on to the end."""

    exit_code: ExitCode
    facts: dict[str, Any]


Files = Annotated[list[Path], typer.Argument(help="CSV (also gzipped), XLSX or Parquet files.")]
Programme = Annotated[str, typer.Option(help="Code of the programme.")]
MappingName = Annotated[str, typer.Option(help="online-retail, generic, or a YAML file.")]
Source = Annotated[str, typer.Option(help="Name of the system that numbered the receipts.")]
RejectPath = Annotated[
    Path | None, typer.Option(help="Where rejected lines go: .csv, else JSON lines.")
]
BatchSize = Annotated[int, typer.Option(min=1, max=10_000, help="Receipts in one transaction.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=64, help="Processes; one for each core unless told, and 1 for small files."
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Read known files again.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read and check everything, record nothing.")
]
Totals = Annotated[
    bool, typer.Option("--totals/--no-totals", help="Count what the database holds at the end.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def transactions(
    context: typer.Context,
    files: Files,
    programme: Programme,
    mapping: MappingName = "generic",
    source: Source = "",
    reject_file: RejectPath = None,
    batch_size: BatchSize = 1_000,
    workers: Workers = None,
    again: Again = False,
    dry_run: DryRun = False,
    with_totals: Totals = True,
    as_json: AsJson = False,
) -> None:
    """Record the purchases and returns in FILES. Importing again continues, and changes nothing
    that was recorded. Exits with 1 where lines were rejected, with 65 where a file was refused."""
    house = installation(context)
    if source and _SOURCE.fullmatch(source) is None:
        stop(ExitCode.USAGE, "--source is one word of at most 64 characters, without a colon.")
    started = house.clock.now()
    url = house.open_migrated()
    connect = partial(psycopg.connect, url, autocommit=True, application_name="habitue-import")
    with connect() as connection:
        compiled, how = _prepared(connection, programme, mapping, source)
        rejects = _reject_file(house, reject_file)
        with Reporter(rejects) as reporter:
            job = Import(
                programme=compiled,
                mapping=how,
                clock=house.clock,
                phones=house.phones,
                country=house.country,
                watcher=reporter,
                connection=None if dry_run else connection,
                batch_size=batch_size,
                again=again,
                workers=workers or _workers(files, compiled),
                connect=connect,
            )
            problem = _run(job, files)
        summary: dict[str, Any] = {"ok": problem is None, **job.counts.as_json()}
        if with_totals and not dry_run:
            receipts, lines = totals(
                connection, programme_id=compiled.programme_id, source=how.source
            )
            summary |= {"recorded_invoices": receipts, "recorded_lines": lines}
    summary |= {
        "source": how.source,
        "dry_run": dry_run,
        "seconds": round((house.clock.now() - started) / SECOND, 3),
        "peak_memory_mb": (peak_memory() + job.peak_memory) >> 20,
        "reject_file": str(rejects.path) if rejects.count else None,
    }
    _finish(summary, problem, as_json=as_json)


def _workers(files: list[Path], programme: Compiled) -> int:
    """How many processes share the work, where nobody has said so.

    What members share goes to those who come first; only one process serves them in the order of
    the file.
    """
    return 1 if programme.budgets else suitable_workers(files, cores=usable_cores())


def _run(job: Import, files: list[Path]) -> Problem | None:
    """Import; answers why it could not go on to the end, where it could not."""
    try:
        job.run(files)
    except FileProblem as error:
        facts = {"code": error.fault.value, "file": str(error.path), **error.parameters}
        return Problem(ExitCode.BAD_INPUT, {**facts, "text": file_text(error)})
    except Refusal as error:
        code = ExitCode.TRY_AGAIN if error.code is Code.BUSY else ExitCode.BAD_INPUT
        return Problem(code, {**error.as_json(), "text": _sentence(error)})
    except ColleagueLostError as error:
        facts = {"code": "process_lost", "detail": str(error)}
        text = f"The import broke off: {error}. What was recorded stays; import again to go on."
        return Problem(ExitCode.BROKEN, {**facts, "text": text})
    return None


@app.command()
def digest(
    context: typer.Context,
    programme: Programme,
    identifier: Annotated[
        str, typer.Option(help="Kind of identifier that names the members.")
    ] = "external",
) -> None:
    """Print, as one JSON document, what a programme's ledger holds: members, points, tiers, and a
    hash that is equal wherever the same files were imported, in whatever order."""
    url = installation(context).open_migrated()
    with psycopg.connect(url, autocommit=True, application_name="habitue-digest") as connection:
        try:
            found = get_digest(connection, programme=programme, identifier=identifier)
        except Refusal as refusal:
            stop(ExitCode.BAD_INPUT, _sentence(refusal))
    print_json(found.as_json())


def _prepared(
    connection: psycopg.Connection[Any], programme: str, mapping: str, source: str
) -> tuple[Compiled, Mapping]:
    """The programme and the mapping; ends the command where one of them cannot be used."""
    try:
        compiled = get_one_compiled(connection, code=programme)
        zone = compiled.versions[compiled.latest_number].zone
        how = load_mapping(mapping, zone=zone)
    except Refusal as refusal:
        stop(ExitCode.BAD_INPUT, _sentence(refusal))
    except MappingProblem as problem:
        stop(ExitCode.BAD_INPUT, str(problem))
    return compiled, with_source(how, source) if source else how


def _reject_file(house: Installation, named: Path | None) -> RejectFile:
    if named is None:
        stamp = re.sub(r"\D", "", format_instant(house.clock.now()))[:14]
        return RejectFile(house.home / "rejects" / f"import-{stamp}.jsonl", at_once=False)
    try:
        return RejectFile(named, at_once=True)
    except OSError as error:
        stop(ExitCode.USAGE, f"--reject-file {named} cannot be written: {error.strerror}.")


def _sentence(refusal: Refusal) -> str:
    text = refusal_text(
        refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
    )
    return text.detail


def _finish(summary: dict[str, Any], problem: Problem | None, *, as_json: bool) -> None:
    if problem is not None:
        summary["problem"] = problem.facts
    if as_json:
        print_json(summary)
    else:
        show_summary(summary)
    if summary["reject_file"] is not None:
        say(f"Rejected lines, with reasons and remedies: {summary['reject_file']}")
    if problem is not None:
        stop(problem.exit_code, str(problem.facts["text"]))
    if summary["lines_rejected"]:
        stop(ExitCode.FOUND_WRONG)
