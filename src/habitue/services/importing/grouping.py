"""The lines of one receipt, brought together while a file streams by.

Lines of one receipt need not follow one another: files that are sorted by time interleave
receipts that were open in the same minute.  A receipt stays open until ``window`` lines have gone
by since its latest line; then it is handed on.  So the memory needed depends on the window and the
batch, not on the file.  Lines of a receipt that come later still form a second group of the same
number; the ledger refuses that group (another body under the same key), which a reject explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from habitue.integrations.files.tables import Batch

# No till prints longer receipts; and a column that was mistaken for the receipt's number would
# otherwise hold a whole file in memory.
LONGEST_RECEIPT = 20_000


@dataclass(slots=True)
class Group:
    """The lines of one receipt, as stretches of the batches they were read in."""

    number: str
    pieces: list[tuple[Batch, int, int]] = field(default_factory=list)
    latest: int = 0
    size: int = 0

    def column(self, name: str) -> list[Any]:
        """One column of the receipt's lines, in the file's order; empty where there is none."""
        if len(self.pieces) == 1:
            batch, start, stop = self.pieces[0]
            values = batch.columns.get(name)
            return values[start:stop] if values is not None else []
        return list(
            chain.from_iterable(
                batch.columns[name][start:stop]
                for batch, start, stop in self.pieces
                if name in batch.columns
            )
        )

    def lines(self) -> list[int]:
        """The lines' numbers in the file."""
        return list(
            chain.from_iterable(batch.lines[start:stop] for batch, start, stop in self.pieces)
        )

    def faults(self) -> Iterator[int]:
        """The places of lines that could not be split into columns."""
        before = 0
        for batch, start, stop in self.pieces:
            if batch.faults:
                yield from (before + i - start for i in batch.faults if start <= i < stop)
            before += stop - start


def gathered(groups: Sequence[Group]) -> list[Group]:
    """The same groups, their lines alone in one batch.

    A group refers to the batches that it was read in, most of whose lines are others'; this is the
    form in which some groups can be sent elsewhere.
    """
    lines: list[int] = []
    # Sheets of one workbook need not have the same columns.
    names = {name for group in groups for batch, _, _ in group.pieces for name in batch.columns}
    columns: dict[str, list[Any]] = {name: [] for name in sorted(names)}
    batch = Batch(lines, columns, 0)
    moved = []
    for group in groups:
        start = len(lines)
        for source, first, stop in group.pieces:
            if source.faults:
                for place in range(first, stop):
                    if place in source.faults:
                        batch.faults[len(lines) + place - first] = source.faults[place]
            lines += source.lines[first:stop]
            for name, column in columns.items():
                cells = source.columns.get(name)
                column.extend([None] * (stop - first) if cells is None else cells[first:stop])
        moved.append(Group(group.number, [(batch, start, len(lines))], group.latest, group.size))
    return moved


class Grouper:
    """Groups the lines of one file.  ``key`` is the column that holds the receipt's number."""

    def __init__(self, key: str, window: int) -> None:
        self._key = key
        self._window = window
        # In the order of their latest lines, so that the first one is the first to close.
        self._open: dict[str, Group] = {}
        self._full: list[Group] = []
        self._position = 0

    def add(self, batch: Batch) -> Iterator[Group]:
        """Take in a batch; yields the receipts that are complete now.

        Lines without a readable number are passed over: they are the caller's to report.
        """
        numbers = batch.columns[self._key]
        start = 0
        current = numbers[0]
        for index, number in enumerate(numbers):
            if number != current:
                self._extend(current, batch, start, index)
                current = number
                start = index
        self._extend(current, batch, start, len(numbers))
        self._position += len(numbers)
        yield from self._full
        self._full.clear()
        oldest = self._position - self._window
        while self._open:
            group = next(iter(self._open.values()))
            if group.latest >= oldest:
                break
            yield self._open.pop(group.number)

    def finish(self) -> Iterator[Group]:
        """The receipts that were still open at the end of the file."""
        while self._open:
            yield self._open.pop(next(iter(self._open)))

    def _extend(self, number: object, batch: Batch, start: int, stop: int) -> None:
        if not isinstance(number, str):
            return
        group = self._open.pop(number, None) or Group(number)
        group.pieces.append((batch, start, stop))
        group.latest = self._position + stop - 1
        group.size += stop - start
        if group.size < LONGEST_RECEIPT:
            self._open[number] = group
        else:
            self._full.append(group)
