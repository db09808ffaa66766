"""`habitue audit` and `habitue replay`: does the ledger agree with itself and with its events?"""

from dataclasses import asdict
from typing import Annotated

import psycopg
import typer

from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.services.auditing import audit as run_audit
from habitue.services.differences import Differences
from habitue.services.replaying import replay as run_replay

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def audit(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Recompute balances, lots, budgets and totals from the lines alone; exit 1 on a difference."""
    with psycopg.connect(installation(context).open_migrated(), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        report = run_audit(connection)
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "members": report.members,
                "events": report.events,
                "entries": report.entries,
                "differences": [one.as_json() for one in report.differences.first],
                "difference_count": report.differences.count,
                "totals": [asdict(one) for one in report.totals],
            }
        )
    for one in report.totals:
        say(
            f"{one.programme} {one.currency}: {one.issued} issued - {one.redeemed} redeemed"
            f" - {one.expired} expired - {one.reversed} reversed - {one.written_off} written off"
            f" = {one.outstanding} outstanding"
        )
    say(f"{report.members} members, {report.events} events, {report.entries} lines.")
    _conclude(report.differences, "The ledger reconciles.")


def replay(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Run the recorded events again and compare every line; exit 1 on a difference."""
    with psycopg.connect(installation(context).open_migrated(), autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        report = run_replay(connection)
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "members": report.members,
                "events": report.events,
                "lines": report.lines,
                "differences": [one.as_json() for one in report.differences.first],
                "difference_count": report.differences.count,
            }
        )
    say(f"{report.members} members, {report.events} events, {report.lines} lines replayed.")
    _conclude(report.differences, "The ledger is what its events make of it.")


def _conclude(differences: Differences, fine: str) -> None:
    if not differences.count:
        say(fine)
        return
    for one in differences.first:
        where = ", ".join(f"{name} {value}" for name, value in one.where.items())
        say(f"{one.what} ({where}): expected {one.expected}, found {one.found}")
    stop(ExitCode.FOUND_WRONG, f"{differences.count} differences.")
