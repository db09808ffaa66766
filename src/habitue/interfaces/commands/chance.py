"""`habitue chance`: what was promised of gifts by chance, and whether it was kept."""

import re
import sys
from typing import Annotated

import psycopg
import typer
from pydantic_core import PydanticCustomError

from habitue.domain.chance import commitment_of, falls, number_of
from habitue.domain.errors import Refusal
from habitue.domain.programme.chances import read_chance
from habitue.interfaces.commands.documents import stop_with
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import format_instant
from habitue.selectors.seals import list_seals

app = typer.Typer(help="Check gifts by chance: commitments, seeds, and whom they fell to.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_SEED = re.compile(r"[0-9a-f]{64}")


@app.command("seals")
def seals(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The code of a published programme.")],
    as_json: AsJson = False,
) -> None:
    """List the commitment of every month, and the seeds that may be told by now."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            found = list_seals(connection, code=code, now=house.clock.now())
    except Refusal as refusal:
        stop_with(refusal)
    rows = [
        {
            "month": one.month,
            "commitment": one.commitment,
            "told_at": format_instant(one.told_at),
            "seed": one.seed or None,
        }
        for one in found
    ]
    if as_json:
        print_json({"programme": code, "months": rows})
        return
    for row in rows:
        sealed = row["seed"] or f"sealed until {row['told_at']}"
        sys.stdout.write(f"{row['month']}  commitment {row['commitment']}  seed {sealed}\n")


@app.command("verify")
def verify(
    seed: Annotated[str, typer.Option(help="The seed of the month: 64 hexadecimal digits.")],
    rule: Annotated[str, typer.Option(help="The code of the rule.")],
    event: Annotated[str, typer.Option(help="The id of the event: 32 hexadecimal digits.")],
    chance: Annotated[str, typer.Option(help="The chance of the rule, such as '1 in 20'.")],
    commitment: Annotated[str, typer.Option(help="What was published before the month.")] = "",
    as_json: AsJson = False,
) -> None:
    """Compute whether a chance fell to an event; exit 1 where the seed is not the one that was
    committed to.  Needs no database."""
    seed, event = seed.lower(), event.lower().replace("-", "")
    if not _SEED.fullmatch(seed):
        stop(ExitCode.BAD_INPUT, "A seed has 64 hexadecimal digits.")
    try:
        share = read_chance(chance)
    except PydanticCustomError as error:
        stop(ExitCode.BAD_INPUT, error.message())
    number = number_of(bytes.fromhex(seed), rule=rule, event_id=event)
    found = commitment_of(bytes.fromhex(seed))
    kept = None if not commitment else found == commitment.lower()
    fell = falls(number, share)
    if as_json:
        print_json({"number": number, "fell": fell, "commitment": found, "committed": kept})
    say(f"The number is {number}; the chance {'fell' if fell else 'did not fall'} to the event.")
    if kept is False:
        stop(ExitCode.FOUND_WRONG, f"The seed belongs to another commitment: {found}.")
    if kept:
        say("The seed is the one that was committed to.")
