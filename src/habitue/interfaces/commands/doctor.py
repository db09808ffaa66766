"""`habitue doctor`: is everything in place, and what to do if not."""

from typing import Annotated

import typer
from rich.table import Table

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import console, print_json, stop


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look whether everything is in place. Exits with 1 where something is not."""
    findings = installation(context).examine()
    fine = all(finding.ok for finding in findings)
    if as_json:
        checks = [
            {
                "name": finding.name,
                "ok": finding.ok,
                "found": finding.found,
                "remedy": finding.remedy,
            }
            for finding in findings
        ]
        print_json({"ok": fine, "checks": checks})
    else:
        table = Table("", "What", "Found", "What to do", box=None)
        for finding in findings:
            sign = "[green]ok[/]" if finding.ok else "[red]no[/]"
            table.add_row(sign, finding.name, finding.found, finding.remedy)
        console.print(table)
    if not fine:
        stop(ExitCode.FOUND_WRONG)
