"""`habitue members`: find members, show what is known of one, and merge duplicates."""

from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer
from rich.markup import escape
from rich.table import Table

from habitue.domain.errors import Refusal
from habitue.domain.identity.cards import format_number
from habitue.interfaces.commands import merging
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.one_member import the_one
from habitue.interfaces.commands.output import console, print_json, say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.kit.instants import format_instant
from habitue.kit.money import format_decimal
from habitue.selectors.balances import Balances, get_balances
from habitue.selectors.members import (
    IdentifierRecord,
    Match,
    MemberRecord,
    list_identifiers,
    search_members,
)
from habitue.selectors.programmes import get_one_compiled, list_programmes

app = typer.Typer(
    help="Find members, show what is known of one, and merge duplicates.", no_args_is_help=True
)
app.command("merge")(merging.merge)
app.command("unmerge")(merging.unmerge)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def find(
    context: typer.Context,
    query: Annotated[
        str,
        typer.Argument(
            help="A name or several words of one, in any order and incomplete; a phone number, "
            "e-mail address, card or customer's id, or how it begins."
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many to show at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find members. Exits with 1 where there is none."""
    house = installation(context)
    with psycopg.connect(house.open_migrated()) as connection:
        found = search_members(
            connection, query=query, phones=house.phones, country=house.country, limit=limit
        )
    if as_json:
        print_json([_plain_match(match) for match in found])
    elif found:
        table = Table("Number", "Name", "Found by", "Joined", "Id", box=None)
        for match in found:
            member = match.member
            joined = format_instant(member.joined_at)[:10]
            number = format_number(member.number)
            name = escape(member.shown_name)
            table.add_row(number, name, match.matched, joined, str(member.member_id))
        console.print(table)
    if not found:
        stop(ExitCode.FOUND_WRONG, "Nobody fits. Fewer or shorter words find more.")


@app.command()
def show(
    context: typer.Context,
    member: Annotated[
        str, typer.Argument(help="The member's number or id, or anything that identifies them.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show a member: details, identifiers, and what they hold in each programme."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            record = the_one(connection, house, member)
            identifiers = list_identifiers(connection, member_id=record.member_id)
            holdings = _holdings(connection, record.member_id, now=house.clock.now())
    except Refusal as refusal:
        words = refusal_text(
            refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
        )
        stop(ExitCode.FOUND_WRONG, words.detail)
    if as_json:
        print_json(
            {
                **_plain(record),
                "identifiers": [_plain_identifier(each) for each in identifiers],
                "programmes": holdings,
            }
        )
        return
    _print(record, identifiers, holdings)


def _holdings(
    connection: psycopg.Connection[Any], member_id: UUID, *, now: int
) -> list[dict[str, Any]]:
    """What the member holds in each programme, amounts as decimal texts."""
    shown = []
    for programme in list_programmes(connection):
        compiled = get_one_compiled(connection, code=programme.code)
        balances = get_balances(
            connection, member_id=member_id, programme=programme.code, as_of=now
        )
        shown.append(_plain_balances(balances, dict(compiled.conventions.points)))
    return shown


def _plain_balances(balances: Balances, decimals: dict[str, int]) -> dict[str, Any]:
    points = {}
    for code, held in balances.points.items():
        places = decimals.get(code, 0)
        points[code] = {
            "balance": format_decimal(held.balance, places),
            "available": format_decimal(held.available, places),
            "pending": format_decimal(held.pending, places),
        }
    shown = {"programme": balances.programme, "tier": balances.tier, "points": points}
    return shown | ({"tiers": dict(balances.tiers)} if balances.tiers else {})


def _print(
    record: MemberRecord, identifiers: tuple[IdentifierRecord, ...], holdings: list[dict[str, Any]]
) -> None:
    table = Table(show_header=False, box=None)
    for name, value in _plain(record).items():
        if value not in (None, "", {}):
            table.add_row(name, escape(str(value)))
    for identifier in identifiers:
        shown = f"{identifier.value} (may {identifier.trust.label})"
        table.add_row(identifier.kind, escape(shown))
    for held in holdings:
        points = ", ".join(
            f"{amounts['balance']} {code} ({amounts['available']} available)"
            for code, amounts in held["points"].items()
        )
        tiers = ", ".join(filter(None, held.get("tiers", {"": held["tier"]}).values()))
        table.add_row(held["programme"], escape(" - ".join(filter(None, [tiers, points]))))
    console.print(table)
    say(f"Member {format_number(record.number)}.")


def _plain(record: MemberRecord) -> dict[str, Any]:
    return {
        "member_id": str(record.member_id),
        "number": record.number,
        "name": record.shown_name,
        "given_name": record.given_name,
        "family_name": record.family_name,
        "display_name": record.display_name,
        "language": record.language,
        "birth_date": None if record.birth_date is None else record.birth_date.isoformat(),
        "joined_at": format_instant(record.joined_at),
        "status": record.status,
        "merged_into": None if record.merged_into is None else str(record.merged_into),
        "store": record.store,
        "attributes": record.attributes,
    }


def _plain_match(match: Match) -> dict[str, Any]:
    trust = None if match.trust is None else match.trust.label
    return {**_plain(match.member), "matched": match.matched, "trust": trust}


def _plain_identifier(record: IdentifierRecord) -> dict[str, Any]:
    return {
        "identifier_id": str(record.identifier_id),
        "kind": record.kind,
        "value": record.value,
        "trust": record.trust.label,
        "added_at": format_instant(record.added_at),
    }
