"""Small files and the imports that read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from habitue.domain.received.normalising import Conventions
from habitue.integrations.files.tables import NUMBER_SCALE, Batch
from habitue.integrations.phones import Phones
from habitue.kit.clock import FixedClock
from habitue.kit.instants import parse_instant
from habitue.selectors.programmes import get_one_compiled
from habitue.services.documents import read_programme_document
from habitue.services.importing.counting import Counts
from habitue.services.importing.grouping import Group
from habitue.services.importing.importing import Import
from habitue.services.importing.mapping import load_mapping
from habitue.services.importing.receipts import Reject
from habitue.services.programmes import publish_version
from tests.support.database import DatabaseForTests

NOW = parse_instant("2026-06-01T12:00:00+00:00")
CONVENTIONS = Conventions("GBP", {"points": 0})

PROGRAMME = """
programme: shop
money: {currency: GBP}
zone: Europe/London
languages: [en]
points:
  points: {rounding: floor, pending: none, expires: never}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
returns: {without_purchase: %s}
"""


def millionths(number: float) -> int:
    """A number as readers give it."""
    scaled: int = round(number * NUMBER_SCALE)
    return scaled


def group_of(number: str, lines: Sequence[Mapping[str, Any]], first_line: int = 1) -> Group:
    """A receipt as the grouper hands it on; fields absent in every line are no columns."""
    fields = sorted({name for line in lines for name in line})
    columns = {name: [line.get(name) for line in lines] for name in fields}
    columns["invoice"] = [number] * len(lines)
    batch = Batch(range(first_line, first_line + len(lines)), columns, len(lines))
    return Group(number, [(batch, 0, len(lines))], len(lines) - 1, len(lines))


@dataclass
class Notes:
    """What an import told its watcher."""

    opened_files: list[Path] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    lines: int = 0

    def opened(self, path: Path, total: int) -> None:
        """A file is being read."""
        assert total >= 0
        self.opened_files.append(path)

    def read(self, lines: int, done: int) -> None:
        """Lines were read."""
        assert done >= 0
        self.lines += lines

    def rejected(self, path: Path, rejects: Iterable[Reject]) -> None:
        """Lines were not taken."""
        assert path in self.opened_files
        self.rejects += rejects

    @property
    def codes(self) -> list[tuple[int, str]]:
        """Line and code of each reject."""
        return [(reject.line, str(reject.code)) for reject in self.rejects]


def publish(database: DatabaseForTests, *, without_purchase: str = "match_or_average") -> None:
    """Publish the small programme, in effect since 2000."""
    with database.connect(autocommit=True) as connection:
        publish_version(
            connection,
            document=read_programme_document(PROGRAMME % without_purchase),
            now=NOW,
            actor="test",
            effective_at=parse_instant("2000-01-01T00:00:00+00:00"),
        )


def run_import(
    database: DatabaseForTests, *files: Path, mapping: str = "generic", **options: Any
) -> tuple[Counts, Notes]:
    """Import files into the small programme."""
    notes = Notes()
    dry = options.pop("dry_run", False)
    with database.connect(autocommit=True) as connection:
        job = Import(
            programme=get_one_compiled(connection, code="shop"),
            mapping=load_mapping(mapping, zone="Europe/London"),
            clock=FixedClock(NOW),
            phones=Phones("GB"),
            watcher=notes,
            connection=None if dry else connection,
            **options,
        )
        return job.run(files), notes


def rows(database: DatabaseForTests, statement: str) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with database.connect() as connection:
        cursor: psycopg.Cursor[Any] = connection.execute(statement)
        return cursor.fetchall()
