"""CSV files, plain or gzipped, as tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from habitue.integrations.files.bytes_and_texts import TextSource
from habitue.integrations.files.cells import converter, shown
from habitue.integrations.files.tables import (
    Batch,
    FileFault,
    FileProblem,
    Reading,
    Unreadable,
    Wish,
    find_columns,
)

_DELIMITERS = (",", ";", "\t", "|")
# Lines looked at for the header; a quoted header may run over a few.
_HEADER_LINES = 20


class CsvTable:
    """A CSV file.  The first record is the header; fields may be quoted with ``"``."""

    def __init__(self, path: Path, wishes: Sequence[Wish], reading: Reading) -> None:
        self.path = path
        self.total = path.stat().st_size
        self._source = TextSource(path, reading.encoding)
        try:
            lines = self._source.lines()
            head = list(islice(lines, _HEADER_LINES))
            delimiter, headers, places = _header(path, head, wishes, reading.delimiter)
        except BaseException:
            self._source.close()
            raise
        self.fields = frozenset(places)
        self._places = places
        self._width = len(headers)
        self._reader = csv.reader(chain(head, lines), delimiter=delimiter, strict=True)
        self._converters = {
            wish.field: converter(wish, reading) for wish in wishes if wish.field in places
        }

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def batches(self, size: int) -> Iterator[Batch]:
        """Read on, ``size`` records at a time.  Blank lines are passed over."""
        next(self._reader)
        while True:
            numbers, rows, faults = self._rows(size)
            if not numbers:
                return
            columns = list(zip(*rows, strict=True))
            yield Batch(
                lines=numbers,
                columns={
                    field: [convert[cell] for cell in columns[self._places[field]]]
                    for field, convert in self._converters.items()
                },
                done=self._source.done,
                faults=faults,
            )

    def _rows(self, size: int) -> tuple[list[int], list[list[str]], dict[int, Unreadable]]:
        numbers: list[int] = []
        rows: list[list[str]] = []
        faults: dict[int, Unreadable] = {}
        width = self._width
        reader = self._reader
        while len(rows) < size:
            begins = reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise FileProblem(
                    FileFault.BROKEN_FILE, self.path, detail=str(error), line=begins
                ) from error
            if row is None:
                break
            if len(row) != width:
                if not row:
                    continue
                faults[len(rows)] = Unreadable(
                    "wrong_number_of_fields", f"{len(row)} instead of {width}: {shown(row)}"
                )
                # What stands where the receipt's number should be still tells whose line it is.
                row = (row + [""] * width)[:width]
            numbers.append(begins)
            rows.append(row)
        return numbers, rows, faults


def _header(
    path: Path, head: list[str], wishes: Sequence[Wish], delimiter: str | None
) -> tuple[str, list[str], dict[str, int]]:
    """The delimiter, the headers, and where the wishes stand.

    Where no delimiter is given, it is the one under which every required column is found.
    """
    if not any(line.strip() for line in head):
        raise FileProblem(FileFault.EMPTY_FILE, path)
    problem: FileProblem | None = None
    widest = -1
    for candidate in (delimiter,) if delimiter else _DELIMITERS:
        try:
            headers = next(csv.reader(head, delimiter=candidate, strict=True), [])
        except csv.Error as error:
            raise FileProblem(FileFault.BROKEN_FILE, path, detail=str(error), line=1) from error
        try:
            return candidate, headers, find_columns(path, headers, wishes)
        except FileProblem as found:
            if len(headers) > widest:
                problem, widest = found, len(headers)
    assert problem is not None
    raise problem
