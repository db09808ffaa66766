"""`habitue programme explain`, `history` and `rollback`: a programme in words, and over time."""

import sys
from typing import Annotated, Literal

import psycopg
import typer

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.commands.documents import (
    instant_of_option,
    stop_with,
)
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say
from habitue.kit.instants import format_instant
from habitue.selectors.programmes import get_version, get_written, list_versions
from habitue.services.foreseeing import publish_and_move

ACTOR = "command line"

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Language = Literal["en", "fr", "de", "ro"]
Audience = Literal["members", "staff"]


def history(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code of a published programme.")],
    as_json: AsJson = False,
) -> None:
    """List the versions of a programme, the newest first."""
    try:
        with psycopg.connect(installation(context).open_migrated()) as connection:
            versions = list_versions(connection, code=code)
    except Refusal as refusal:
        stop_with(refusal)
    rows = [
        {
            "number": one.number,
            "effective_at": format_instant(one.effective_at),
            "published_at": format_instant(one.published_at),
            "published_by": one.published_by,
            "hash": one.document_hash,
        }
        for one in versions
    ]
    if as_json:
        print_json({"programme": code, "versions": rows})
        return
    for row in rows:
        sys.stdout.write(
            f"{row['number']:>4}  in effect from {row['effective_at']}, "
            f"published {row['published_at']} by {row['published_by']}\n"
        )


def rollback(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code of a published programme.")],
    to: Annotated[int, typer.Option("--to", min=1, help="The version to go back to.")],
    effective_at: Annotated[
        str | None,
        typer.Option(
            "--effective-at",
            help="When it takes effect, as ISO 8601 with an offset; now if left out.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish what an earlier version said as the next version.

    Nothing is taken back: what was recorded meanwhile keeps the version that it was recorded under.
    Members who deserve a higher tier by it have it at once. `programme diff` shows who would move.
    """
    at = None if effective_at is None else instant_of_option("--effective-at", effective_at)
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            wanted = get_version(connection, code=code, number=to)
            newest = get_version(connection, code=code)
            if wanted.document_hash == newest.document_hash:
                raise Refusal(  # noqa: TRY301  # answered like every other refusal
                    Code.VERSION_CONFLICT, "to", value=to, expected=newest.number
                )
            connection.execute("SET statement_timeout = 0")
            published, moved = publish_and_move(
                connection,
                document=wanted.document,
                written=get_written(connection, code=code, number=to),
                effective_at=at,
                expected_number=newest.number,
                clock=house.clock,
                actor=ACTOR,
            )
    except Refusal as refusal:
        stop_with(refusal)
    if as_json:
        print_json(
            {
                "ok": True,
                "programme": code,
                "number": published.number,
                "effective_at": format_instant(published.effective_at),
                "moved": moved,
            }
        )
        return
    say(
        f"Version {published.number} of {code} says what version {to} said. "
        f"It takes effect at {format_instant(published.effective_at)}."
    )
    if moved:
        say(f"{moved:,} members were moved up with it.")
