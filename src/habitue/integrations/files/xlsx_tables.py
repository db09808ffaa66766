"""XLSX workbooks as tables."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from habitue.integrations.files.cells import Converter, converter
from habitue.integrations.files.tables import (
    Batch,
    FileFault,
    FileProblem,
    Reading,
    Wish,
    find_columns,
)

_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
)


class XlsxTable:
    """A workbook, read row by row.  Line numbers are those of the sheet; of several sheets that are
    read one after another, the numbers of the later ones go on where the earlier ones ended."""

    def __init__(self, path: Path, wishes: Sequence[Wish], reading: Reading) -> None:
        self.path = path
        self._wishes = wishes
        self._converters: dict[str, Converter] = {
            wish.field: converter(wish, reading) for wish in wishes
        }
        try:
            self._book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except _BROKEN as error:
            raise FileProblem(FileFault.BROKEN_FILE, path, detail=str(error)) from error
        try:
            self._sheets = self._chosen(reading)
            self._places = [self._header(sheet) for sheet in self._sheets]
        except BaseException:
            self._book.close()
            raise
        self.fields = frozenset(self._places[0])
        self.total = sum(sheet.max_row or 0 for sheet in self._sheets)

    def close(self) -> None:
        """Close the file."""
        self._book.close()

    def batches(self, size: int) -> Iterator[Batch]:
        """Read on, ``size`` rows at a time.  Blank rows are passed over."""
        before = 0
        for sheet, places in zip(self._sheets, self._places, strict=True):
            rows = self._rows(sheet)
            next(rows, None)
            number = 1
            while piece := list(islice(rows, size)):
                lines = []
                kept = []
                for row in piece:
                    number += 1
                    if any(cell is not None for cell in row):
                        lines.append(before + number)
                        kept.append(row)
                if kept:
                    yield Batch(
                        lines=lines,
                        columns={
                            field: _column(kept, place, self._converters[field])
                            for field, place in places.items()
                        },
                        done=before + number,
                    )
            before += number

    def _chosen(self, reading: Reading) -> list[Any]:
        sheets = list(self._book.worksheets)
        if reading.sheet is not None:
            named = [sheet for sheet in sheets if sheet.title == reading.sheet]
            if not named:
                raise FileProblem(
                    FileFault.NO_SUCH_SHEET,
                    self.path,
                    sheet=reading.sheet,
                    found=", ".join(sheet.title for sheet in sheets),
                )
            return named
        if not sheets:
            raise FileProblem(FileFault.EMPTY_FILE, self.path)
        return sheets if reading.all_sheets else sheets[:1]

    def _header(self, sheet: Any) -> dict[str, int]:
        first = next(self._rows(sheet), None)
        if first is None or all(cell is None for cell in first):
            raise FileProblem(FileFault.EMPTY_FILE, self.path, sheet=sheet.title)
        headers = ["" if cell is None else str(cell) for cell in first]
        return find_columns(self.path, headers, self._wishes)

    def _rows(self, sheet: Any) -> Iterator[tuple[Any, ...]]:
        number = 0
        try:
            for row in sheet.iter_rows(values_only=True):
                number += 1
                yield row
        except _BROKEN as error:
            raise FileProblem(
                FileFault.BROKEN_FILE,
                self.path,
                sheet=sheet.title,
                detail=str(error),
                line=number + 1,
            ) from error


def _column(rows: list[tuple[Any, ...]], place: int, convert: Converter) -> list[Any]:
    """One column.  A row may end before it; a truth value would be taken for 1 in a dictionary."""
    cells = [row[place] if place < len(row) else None for row in rows]
    return [convert[str(cell).lower() if isinstance(cell, bool) else cell] for cell in cells]
