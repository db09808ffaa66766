"""Lists as files: CSV for every tool, XLSX for people; written row by row in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Final, Literal, TypeAlias

from asgiref.sync import sync_to_async
from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from habitue.domain.errors import Code, Refusal

Cell: TypeAlias = str | int | Decimal | date | datetime | None
Format: TypeAlias = Literal["csv", "xlsx"]

FORMATS: Final[tuple[Format, ...]] = ("csv", "xlsx")
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet runs what begins with one of these as a formula (CWE-1236).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_XLSX_ROWS: Final = 1_048_575


class Download(FileResponse):
    """A file that is sent in pieces, also by an asynchronous server: it must not read it whole."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, each read in a thread."""
        assert self.file_to_stream is not None, "a download has a file"
        read = sync_to_async(self.file_to_stream.read)
        while piece := await read(self.block_size):
            yield piece


def read_format(text: str) -> Format:
    """The format that an address names; refuses (``UNKNOWN_CHOICE``) any other."""
    for known in FORMATS:
        if text == known:
            return known
    raise Refusal(Code.UNKNOWN_CHOICE, "format", value=text[:20], allowed=", ".join(FORMATS))


def as_file(
    *, name: str, kind: Format, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Download:
    """The answer that downloads the rows as ``name.csv`` or ``name.xlsx``."""
    # The answer owns the file and closes it.
    file = TemporaryFile()  # noqa: SIM115 - closed by the answer that sends it.
    _WRITERS[kind](file, headings, rows)
    file.seek(0)
    response = Download(
        file, as_attachment=True, filename=f"{name}.{kind}", content_type=_TYPES[kind]
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _write_csv(file: io.IOBase, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    # The mark tells Excel that it is UTF-8; every other tool knows it too.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # type: ignore[type-var]  # a temporary file is a buffer
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(_plain(rows))
    text.flush()
    text.detach()


def _write_xlsx(file: io.IOBase, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    bold = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, value=heading)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for number, row in enumerate(rows):
        if number == _XLSX_ROWS:
            break
        sheet.append([_sheet_value(value) for value in row])
    book.save(file)


def _plain(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str]]:
    for row in rows:
        yield [_text(value) for value in row]


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text


def _sheet_value(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, str):
        text = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return value


_WRITERS: Final[
    dict[Format, Callable[[io.IOBase, Sequence[str], Iterable[Sequence[Cell]]], None]]
] = {"csv": _write_csv, "xlsx": _write_xlsx}
