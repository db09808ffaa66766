"""What a command may ask of the installation that it runs in.

The composition root hands an object of this form to Typer; a command gets it with
`installation(context)`. So commands never look for the clock, the database or a folder.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import typer

from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `doctor` looked at."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    """What to do; empty where nothing is wrong."""


class Installation(Protocol):
    """The installation, as commands see it."""

    @property
    def clock(self) -> Clock:
        """The clock of this installation."""

    @property
    def home(self) -> Path:
        """The folder in which the installation keeps its things."""

    @property
    def country(self) -> str:
        """The country in whose form numbers are read that name none; may be empty."""

    @property
    def phones(self) -> PhoneReader:
        """The reader of telephone numbers."""

    @property
    def database_url(self) -> str:
        """The address of the database, which need not run yet."""

    def set_up_words(self) -> None:
        """Prepare this process to speak in the languages of pages; nothing is connected by it."""

    def open(self) -> str:
        """Make sure that the database runs; return its address."""

    def close(self) -> None:
        """Give up what `open` took."""

    def open_migrated(self) -> str:
        """Open the database and bring it to the present form; return its address."""

    def migrate(self) -> Sequence[str]:
        """Bring the open database to the present form; return what was applied."""

    def program(self, name: str) -> Path:
        """Return the path of a program that comes with the embedded server, such as pgbench."""

    def examine(self) -> Sequence[Finding]:
        """Look whether everything is in place; makes nothing that is not there."""

    def serve(self, *, host: str, port: int, workers: int, with_worker: bool = True) -> None:
        """Serve until interrupted, with a worker beside."""

    def work(self, *, parent: int) -> None:
        """Do what the house does by itself, until interrupted; or, where a parent process is named
        (0: none), until that is gone."""

    def load_demo(
        self, *, members: int, years: int, seed: int, watch: Callable[[int, int], None]
    ) -> Mapping[str, Any]:
        """Load the demonstration into the open database where it is not there; say what it is."""

    def demo_doors(self) -> Sequence[tuple[str, str, str]]:
        """Make a sign-in link for each person: who it is, their name, and the path of the link."""

    def demo_key(self) -> str:
        """Make a key for the demonstration's API; return its text."""

    def start_database(self) -> bool:
        """Start the embedded server and let it stay; False where there is none."""

    def stop_database(self) -> bool:
        """Stop the embedded server for everybody; False where none ran."""


def installation(context: typer.Context) -> Installation:
    """Return the installation that the composition root has handed over."""
    found: Installation = context.obj
    return found
