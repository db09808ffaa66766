"""`habitue partner`: what is due between a programme and its partners."""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, TypeAlias

import psycopg
import typer

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Refusal
from habitue.domain.settling import Account
from habitue.interfaces.commands.documents import stop_with
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import format_instant
from habitue.kit.money import format_amount, format_decimal
from habitue.selectors.settlements import (
    SettledLine,
    SettledPeriod,
    get_settlement,
    list_settled_lines,
)

app = typer.Typer(no_args_is_help=True, help="Partners, and what is due between you and them.")

ProgrammeCode: TypeAlias = Annotated[str, typer.Argument(help="The code of a published programme.")]
PeriodText: TypeAlias = Annotated[
    str, typer.Argument(help="The period of recording: 2026, 2026-Q2 or 2026-06.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_POINTS = (
    *("issued", "reversed", "redeemed", "restored", "corrected"),
    *("opening", "expired", "moved", "closing"),
)
_MONEY = ("due_from", "due_to", "net", "brought_forward", "carried_forward")
_NOBODY = "own stores"


@app.command()
def show(
    context: typer.Context, programme: ProgrammeCode, period: PeriodText, as_json: AsJson = False
) -> None:
    """Show what is due for a period, also one that is not over yet; as CSV, or as JSON."""
    _print(_settled(context, programme, period), as_json=as_json)


@app.command()
def settle(
    context: typer.Context, programme: ProgrammeCode, period: PeriodText, as_json: AsJson = False
) -> None:
    """Show what is due for a period that is over: whenever it is asked again, it says the same.

    Exits with 75 while something may still be recorded in the period.
    """
    settled = _settled(context, programme, period)
    if not settled.final:
        stop(
            ExitCode.TRY_AGAIN,
            f"{period} is not over, or has been for less than an hour. Try again after"
            f" {date.fromordinal(settled.last_day).isoformat()}, or look at it with show.",
        )
    _print(settled, as_json=as_json)


@app.command()
def lines(
    context: typer.Context,
    programme: ProgrammeCode,
    period: PeriodText,
    partner: Annotated[str, typer.Argument(help="The code of the partner.")],
    as_json: AsJson = False,
) -> None:
    """List the lines of the ledger behind a partner's account, in the order of recording."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            now = house.clock.now()
            asked: dict[str, Any] = {
                "actor": SYSTEM,
                "programme": programme,
                "period": period,
                "now": now,
            }
            settled = get_settlement(connection, **asked)
            found = list_settled_lines(connection, partner=partner, **asked)
    except Refusal as refusal:
        stop_with(refusal)
    plain = [_line(one, settled) for one in found]
    if as_json:
        print_json({"programme": programme, "partner": partner, "lines": plain})
        return
    _table(plain)


def _settled(context: typer.Context, programme: str, period: str) -> SettledPeriod:
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            return get_settlement(
                connection, actor=SYSTEM, programme=programme, period=period, now=house.clock.now()
            )
    except Refusal as refusal:
        stop_with(refusal)


def _print(settled: SettledPeriod, *, as_json: bool) -> None:
    accounts = [_account(one, settled) for one in settled.settlement.accounts.values()]
    flows = list(_flows(settled))
    if as_json:
        print_json(
            {
                "programme": settled.programme.code,
                "period": settled.period,
                "first_day": date.fromordinal(settled.first_day).isoformat(),
                "last_day": date.fromordinal(settled.last_day).isoformat(),
                "final": settled.final,
                "money": settled.programme.currency,
                "accounts": accounts,
                "flows": flows,
            }
        )
        return
    _table(accounts)
    for flow in flows:
        given, spent = flow["given_at"] or _NOBODY, flow["spent_at"] or _NOBODY
        say(f"{flow['units']} {flow['currency']} given at {given} were spent at {spent}.")
    if not settled.final:
        say(f"{settled.period} is not over: what is recorded until then is added.")


def _account(account: Account, settled: SettledPeriod) -> dict[str, Any]:
    decimals = _decimals(account.currency, settled)
    money = settled.programme.currency
    return {
        "partner": account.partner,
        "currency": account.currency,
        **{name: format_decimal(getattr(account, name), decimals) for name in _POINTS},
        **{name: format_amount(getattr(account, name), money) for name in _MONEY},
    }


def _flows(settled: SettledPeriod) -> Iterator[dict[str, Any]]:
    for (currency, given, spent), units in settled.settlement.flows.items():
        shown = format_decimal(units, _decimals(currency, settled))
        yield {"currency": currency, "given_at": given, "spent_at": spent, "units": shown}


def _line(line: SettledLine, settled: SettledPeriod) -> dict[str, Any]:
    movement = line.movement
    return {
        "entry": str(line.entry_id),
        "member": str(line.member_id),
        "recorded_at": format_instant(line.recorded_at),
        "effective_at": format_instant(line.effective_at),
        "kind": movement.kind,
        "currency": movement.currency,
        "units": format_decimal(movement.units, _decimals(movement.currency, settled)),
        "given_at": line.given_at,
        "correction": movement.late,
        "source": line.source,
        "external_id": line.external_id,
    }


def _decimals(currency: str, settled: SettledPeriod) -> int:
    points = settled.programme.points.get(currency)
    return 0 if points is None else points.decimals


def _table(rows: list[dict[str, Any]]) -> None:
    """The rows as CSV on standard output; the programme's own stores have no code there."""
    if not rows:
        say("There is nothing to settle.")
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
