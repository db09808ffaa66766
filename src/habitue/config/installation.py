"""The installation as the commands see it: the house, its doctor and its server."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from habitue.config import composition, examination, serving
from habitue.interfaces.commands.installation import Finding, Installation


class House(composition.House):
    """A house that can also be examined and served."""

    def set_up_words(self) -> None:
        """Prepare this process to speak in the languages of pages; nothing is connected by it."""
        self.set_up_django()

    def examine(self) -> Sequence[Finding]:
        """Look whether everything is in place; makes nothing that is not there."""
        return examination.examine(self)

    def serve(self, *, host: str, port: int, workers: int, with_worker: bool = True) -> None:
        """Serve until interrupted; an embedded database and the worker are watched meanwhile."""
        serving.serve(
            host=host, port=port, workers=workers, database=self.server, with_worker=with_worker
        )

    def work(self, *, parent: int) -> None:
        """Do what the house does by itself, until interrupted or until its parent is gone."""
        _later("habitue.config.working").work(
            url=self.database_url, clock=self.clock, parent=parent
        )

    def load_demo(
        self, *, members: int, years: int, seed: int, watch: Callable[[int, int], None]
    ) -> Mapping[str, Any]:
        """Load the demonstration into the open database where it is not there; say what it is."""
        loaded: Mapping[str, Any] = _demonstration().load(
            self, members=members, years=years, seed=seed, watch=watch
        )
        return loaded

    def demo_doors(self) -> Sequence[tuple[str, str, str]]:
        """Make a sign-in link for each person: who it is, their name, and the path of the link."""
        doors: Sequence[tuple[str, str, str]] = _demonstration().open_doors(self)
        return doors

    def demo_key(self) -> str:
        """Make a key for the demonstration's API; return its text."""
        token: str = _demonstration().make_key(self)
        return token


def _demonstration() -> Any:
    return _later("habitue.config.demonstration")


def _later(module: str) -> Any:
    # It imports services and these import models, which Django must know by then.
    return importlib.import_module(module)


def as_seen_by_commands(house: House) -> Installation:
    """Return the same object; the type checker proves here that it fits."""
    return house
