"""`habitue draw`: whether a draw was held as it was promised."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from habitue.domain.draws.proof import Proof, UnreadableProofError, proof_of
from habitue.domain.draws.proof import verify as find_wrong
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.output import print_json, say, stop

app = typer.Typer(no_args_is_help=True, help="Draws that anybody can check.")

_WRONG: Final = {
    "commitment": "The secret is not the one that was committed to before the draw.",
    "order": "The list of entries is not in its order, or names somebody twice.",
    "digest": "The list of entries is not the one whose digest was published.",
    "winners": "The secret and the list lead to other winners.",
}


@app.callback()
def draw() -> None:
    """Draws that anybody can check."""


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
