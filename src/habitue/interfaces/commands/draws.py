"""`habitue draw`: the draws of a programme, their proofs, and whether a proof holds."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import psycopg
import typer

from habitue.domain.draws.proof import Proof, UnreadableProofError, proof_of
from habitue.domain.draws.proof import verify as find_wrong
from habitue.domain.errors import Refusal
from habitue.interfaces.commands.documents import stop_with
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.kit.instants import format_instant
from habitue.selectors.draws import DrawRecord, get_proof, list_draws

app = typer.Typer(no_args_is_help=True, help="Draws that anybody can check.")

_WRONG: Final = {
    "commitment": "The secret is not the one that was committed to before the draw.",
    "order": "The list of entries is not in its order, or names somebody twice.",
    "digest": "The list of entries is not the one whose digest was published.",
    "winners": "The secret and the list lead to other winners.",
}


@app.command("list")
def list_all(
    context: typer.Context,
    programme: Annotated[str, typer.Argument(help="The code of a published programme.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the draws of a programme: commitments, entries, winners."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            draws = list_draws(connection, programme=programme, now=house.clock.now())
    except Refusal as refusal:
        stop_with(refusal)
    if as_json:
        print_json({"programme": programme, "draws": [_plain(one) for one in draws]})
        return
    for one in draws:
        sys.stdout.write(
            f"{one.draw.code}: {one.stage.replace('_', ' ')}; {one.entrants} entrants with"
            f" {one.entries} entries; {len(one.winners)} of {one.draw.places} prizes won\n"
        )


@app.command("proof")
def proof(
    context: typer.Context,
    programme: Annotated[str, typer.Argument(help="The code of a published programme.")],
    draw: Annotated[str, typer.Argument(help="The code of a draw that was held.")],
) -> None:
    """Print what is published of a draw that was held: the file that `verify` reads."""
    house = installation(context)
    try:
        with psycopg.connect(house.open_migrated(), autocommit=True) as connection:
            found = get_proof(connection, programme=programme, draw=draw)
    except Refusal as refusal:
        stop_with(refusal)
    print_json(found.as_json())


def _plain(record: DrawRecord) -> dict[str, Any]:
    return {
        "draw": record.draw.code,
        "stage": record.stage,
        "commitment": record.commitment,
        "committed_at": format_instant(record.committed_at),
        "closes_at": format_instant(record.draw.ends_at),
        "held_at": None if record.held_at is None else format_instant(record.held_at),
        "digest": record.digest,
        "entrants": record.entrants,
        "entries": record.entries,
        "winners": [
            {
                "place": one.place,
                "number": one.number,
                "entrant": one.entrant,
                "ticket": one.ticket,
                "reason": one.reason,
            }
            for one in record.winners
        ],
    }


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The proof of a draw, as JSON.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Draw again with what was published; exit 1 where it leads elsewhere.

    Needs the file and nothing else: no database, no network.
    """
    proof = _read(file)
    wrong = find_wrong(proof)
    if as_json:
        print_json({"ok": not wrong, "wrong": wrong, "winners": proof.as_json()["winners"]})
    for one in wrong:
        say(_WRONG[one])
    if wrong:
        stop(ExitCode.FOUND_WRONG)
    entries = sum(count for _, count in proof.entrants)
    say(
        f"{proof.draw} of {proof.programme}: {len(proof.winners)} winners among"
        f" {len(proof.entrants)} entrants with {entries} entries, as the recipe finds them."
    )


def _read(file: Path) -> Proof:
    try:
        return proof_of(json.loads(file.read_bytes()))
    except OSError as error:
        stop(ExitCode.BAD_INPUT, f"{file}: {error.strerror or error}.")
    except UnreadableProofError as error:
        stop(ExitCode.BAD_INPUT, f"{file}: this is no proof of a draw: look at {error}.")
    except ValueError:
        stop(ExitCode.BAD_INPUT, f"{file}: this is not JSON.")
