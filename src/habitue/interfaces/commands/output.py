"""How commands speak: one JSON document on standard output, everything else on standard error."""

import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import orjson
import typer
from rich.console import Console

from habitue.interfaces.commands.exit_codes import ExitCode

# For progress and messages. Highlighting would colour every number of a sentence.
console = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Say something to the person, on standard error."""
    console.print(text, markup=False, soft_wrap=True)


def print_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Print the one JSON document of a command that was asked for it."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.stdout.flush()


def stop(code: ExitCode, text: str = "") -> NoReturn:
    """End the command with a code and, where something is to be said, a sentence."""
    if text:
        say(text)
    raise typer.Exit(int(code))
