"""The installation as the commands see it: the house, its doctor and its server."""

from collections.abc import Sequence

from habitue.config import composition, examination, serving
from habitue.interfaces.commands.installation import Finding, Installation


class House(composition.House):
    """A house that can also be examined and served."""

    def examine(self) -> Sequence[Finding]:
        """Look whether everything is in place; makes nothing that is not there."""
        return examination.examine(self)

    def serve(self, *, host: str, port: int, workers: int) -> None:
        """Serve until interrupted; an embedded database is watched meanwhile."""
        serving.serve(host=host, port=port, workers=workers, database=self.server)


def as_seen_by_commands(house: House) -> Installation:
    """Return the same object; the type checker proves here that it fits."""
    return house
