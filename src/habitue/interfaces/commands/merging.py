"""`habitue members merge` and `unmerge`: two members who are one, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import Installation, installation
from habitue.interfaces.commands.one_member import the_one
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.kit.instants import format_instant
from habitue.selectors.merges import MergeRecord
from habitue.services.merging import merge_members, undo_merge

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_NAMED = "The number or id of a member, or anything that identifies them: "


def merge(
    context: typer.Context,
    duplicate: Annotated[str, typer.Argument(help=f"{_NAMED}who is to go.")],
    into: Annotated[str, typer.Argument(help=f"{_NAMED}who is to stay.")],
    as_json: AsJson = False,
) -> None:
    """Merge a duplicate into a member: points with their dates, history, limits, the higher tier,
    and all that identifies them. The same two again change nothing."""
    with _connected(context) as (house, connection):
        made = merge_members(
            connection,
            actor=SYSTEM,
            duplicate=the_one(connection, house, duplicate).member_id,
            into=the_one(connection, house, into).member_id,
            clock=house.clock,
        )
    if as_json:
        print_json(_plain(made))
    else:
        say(f"Merged. To undo it: habitue members unmerge {made.merge_id}")


def unmerge(
    context: typer.Context,
    merge_id: Annotated[str, typer.Argument(help="The id of the merge, as `merge` printed it.")],
    as_json: AsJson = False,
) -> None:
    """Undo a merge: both members stand as if it had not been."""
    with _connected(context) as (house, connection):
        undone = undo_merge(connection, actor=SYSTEM, merge_id=_read(merge_id), clock=house.clock)
    if as_json:
        print_json(_plain(undone))
    else:
        say("Undone: both are members again, each with their own.")


def _read(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(Code.UNKNOWN_MERGE, "merge", value=text[:80]) from None


@contextmanager
def _connected(
    context: typer.Context,
) -> Iterator[tuple[Installation, psycopg.Connection[Any]]]:
    """The installation and a connection; a refusal ends the command with its words."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            yield house, connection
    except Refusal as refusal:
        words = refusal_text(
            refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
        )
        stop(ExitCode.TRY_AGAIN if refusal.code is Code.BUSY else ExitCode.BAD_INPUT, words.detail)


def _plain(record: MergeRecord) -> dict[str, Any]:
    return {
        "merge_id": str(record.merge_id),
        "duplicate": str(record.duplicate_id),
        "into": str(record.into_id),
        "merged_at": format_instant(record.merged_at),
        "merged_by": record.merged_by,
        "undone_at": None if record.undone_at is None else format_instant(record.undone_at),
    }
