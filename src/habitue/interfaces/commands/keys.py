"""`habitue keys`: make, list and revoke the keys with which machines use the API."""

import sys
from typing import Annotated, Any

import psycopg
import typer
from rich.table import Table

from habitue.domain.errors import Refusal
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import console, print_json, say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.kit.instants import DAY, datetime_of, format_instant
from habitue.selectors.keys import READING, Key, Permission, list_keys
from habitue.services.keys import DEFAULT_REQUESTS_PER_MINUTE, create_key, revoke_key

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for, such as 'till 2, Lyon'.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do, such as purchases:write; once for each. `all` is everything, "
            "`read` is everything that only reads."
        ),
    ] = None,
    programme: Annotated[
        list[str] | None, typer.Option(help="Restrict it to this programme; once for each.")
    ] = None,
    store: Annotated[
        list[str] | None, typer.Option(help="Restrict it to this store; once for each.")
    ] = None,
    limit: Annotated[
        int, typer.Option(help="Requests per minute in each server process; 0: no limit.")
    ] = DEFAULT_REQUESTS_PER_MINUTE,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=36_500, help="Days until it expires; never if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it. It is shown this once: only a hash of it is kept."""
    house = installation(context)
    now = house.clock.now()
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            key, token = create_key(
                connection,
                name=name,
                scopes=_scopes(scope or ["all"]),
                programmes=programme or (),
                stores=store or (),
                requests_per_minute=limit,
                expires_at=None if days is None else now + days * DAY,
                now=now,
            )
    except Refusal as refusal:
        words = refusal_text(
            refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
        )
        stop(ExitCode.BAD_INPUT, words.detail)
    if as_json:
        print_json({**_plain(key), "key": token})
        return
    say("Keep this key now; it cannot be shown again:")
    sys.stdout.write(token + "\n")


@app.command("list")
def list_(
    context: typer.Context,
    revoked: Annotated[bool, typer.Option("--revoked", help="Show revoked keys too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the keys: what they may do, where, and the latest day on which each was used."""
    with psycopg.connect(installation(context).open_migrated()) as connection:
        keys = list_keys(connection, revoked_too=revoked)
    if as_json:
        print_json([_plain(key) for key in keys])
        return
    if not keys:
        say("There are no keys. Make one with `habitue keys create NAME`.")
        return
    table = Table("Id", "Name", "May", "Programmes", "Stores", "Used on", "State")
    for key in keys:
        table.add_row(
            key.key_id,
            key.name,
            _shown_scopes(key),
            ", ".join(sorted(key.programmes)) or "all",
            ", ".join(sorted(key.stores)) or "all",
            str(key.latest_used_on or "never"),
            _state(key, installation(context).clock.now()),
        )
    console.print(table)


@app.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(help="The id of the key, as `habitue keys list` shows.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a key for ever. Running servers notice within seconds."""
    house = installation(context)
    with psycopg.connect(house.open_migrated()) as connection:
        done = revoke_key(connection, key_id=key_id, now=house.clock.now())
    if as_json:
        print_json({"key_id": key_id, "revoked": done})
    if not done:
        stop(ExitCode.FOUND_WRONG, f"There is no key {key_id} that could be revoked.")
    if not as_json:
        say(f"The key {key_id} is revoked.")


def _scopes(given: list[str]) -> list[str]:
    named = {"all": list(Permission), "read": sorted(READING)}
    return [one for text in given for one in named.get(text, [text])]


def _shown_scopes(key: Key) -> str:
    if key.scopes == frozenset(Permission):
        return "everything"
    return ", ".join(sorted(key.scopes))


def _state(key: Key, now: int) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if not key.in_force(now):
        return "expired"
    return "in force" if key.expires_at is None else f"until {datetime_of(key.expires_at).date()}"


def _plain(key: Key) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "programmes": sorted(key.programmes),
        "stores": sorted(key.stores),
        "requests_per_minute": key.requests_per_minute,
        "created_at": format_instant(key.created_at),
        "expires_at": None if key.expires_at is None else format_instant(key.expires_at),
        "revoked_at": None if key.revoked_at is None else format_instant(key.revoked_at),
        "latest_used_on": None if key.latest_used_on is None else str(key.latest_used_on),
    }
