"""What a table in a file looks like to those who read it, whatever its format.

A caller says which columns it wants (``Wish``) and how texts are to be read (``Reading``); a
``Table`` then yields ``Batch`` after ``Batch`` of column lists.  A value that cannot be read stands
as an ``Unreadable`` in its place, so that one bad cell costs one line and not the file.  A file
that cannot be read at all raises ``FileProblem``.

Units: numbers are ``int`` millionths (``NUMBER_SCALE``), instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

NUMBER_DECIMALS = 6
NUMBER_SCALE = 10**NUMBER_DECIMALS

ColumnKind: TypeAlias = Literal["text", "number", "moment"]
Scalar: TypeAlias = str | int


class FileFault(StrEnum):
    """Why a file cannot be read."""

    NO_SUCH_FILE = "no_such_file"
    IS_A_DIRECTORY = "is_a_directory"
    NOT_READABLE = "not_readable"
    EMPTY_FILE = "empty_file"
    UNKNOWN_FORMAT = "unknown_format"
    UNKNOWN_ENCODING = "unknown_encoding"
    WRONG_ENCODING = "wrong_encoding"
    BROKEN_FILE = "broken_file"
    MISSING_COLUMN = "missing_column"
    AMBIGUOUS_COLUMN = "ambiguous_column"
    UNSUPPORTED_COLUMN = "unsupported_column"
    NO_SUCH_SHEET = "no_such_sheet"


class FileProblem(Exception):  # noqa: N818  # like Refusal: what it says, not that it is an error
    """A file that cannot be read (further).  ``parameters`` hold what the message needs: the
    column, the byte position, the line, the reader's own words in ``detail``."""

    def __init__(self, fault: FileFault, path: Path, **parameters: str | int) -> None:
        super().__init__(f"{fault.value}: {path}: {parameters}")
        self.fault = fault
        self.path = path
        self.parameters: dict[str, str | int] = parameters


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that is not what its column holds; ``reason`` is a refusal's code, ``limit`` what was
    exceeded (0: not applicable)."""

    reason: str
    value: str
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A column that is wanted: what it is called here, under which headers it may stand (case,
    blanks and underscores do not matter), and what it holds.  ``longest`` is the most characters
    that a text may have."""

    field: str
    headers: tuple[str, ...]
    kind: ColumnKind = "text"
    required: bool = True
    longest: int = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's texts are to be read.

    ``date_formats`` are tried in order: ``iso`` or a ``strptime`` pattern.  A local time that the
    clocks skipped is moved on by what they skipped; one that they showed twice is the first of the
    two.  ``delimiter`` and ``encoding`` are found out where absent.  ``sheet`` names one sheet of a
    workbook; without it the first sheet is read, or every sheet with ``all_sheets``.
    ``round_numbers``: more than six decimals are rounded half up; without it they are refused.
    """

    zone: str = "UTC"
    date_formats: tuple[str, ...] = ("iso",)
    decimal_mark: Literal[".", ","] = "."
    group_mark: str = ""
    round_numbers: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    all_sheets: bool = False


@dataclass(slots=True)
class Batch:
    """Some consecutive lines of a table.

    ``lines`` are their numbers in the file (a person's: the first line is 1; for CSV the line on
    which the record begins, for Parquet the row).  ``columns`` hold, per field found, one value per
    line: ``None`` where empty.  ``faults`` are lines (by index) that could not be split into
    columns; their cells cannot be relied on.  ``done`` says how far the file has been read, in
    the unit of ``Table.total``.
    """

    lines: Sequence[int]
    columns: dict[str, list[Any]]
    done: int
    faults: dict[int, Unreadable] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)


class Table(Protocol):
    """An open table.  ``fields`` are the wishes that were found; ``total`` is the size of the file
    in the unit of ``Batch.done`` (0 where unknown)."""

    path: Path
    fields: frozenset[str]
    total: int

    def batches(self, size: int) -> Iterator[Batch]:
        """Read on, ``size`` lines at a time; raises ``FileProblem`` where that is not possible."""

    def close(self) -> None:
        """Let go of the file."""


def plain_header(header: str) -> str:
    """A header without what people vary: case, blanks, underscores and hyphens."""
    return "".join(header.casefold().replace("_", "").replace("-", "").split())


def find_columns(path: Path, headers: Sequence[str], wishes: Sequence[Wish]) -> dict[str, int]:
    """Where each wish stands among the headers; wishes that are not required may be absent.

    Raises ``FileProblem`` (``missing_column``, ``ambiguous_column``).  A header written exactly as
    wished wins over one that differs in case or blanks.
    """
    places: dict[str, int] = {}
    plain = [plain_header(header) for header in headers]
    for wish in wishes:
        exact = [i for i, header in enumerate(headers) if header.strip() in wish.headers]
        wanted = {plain_header(header) for header in wish.headers}
        found = exact or [i for i, header in enumerate(plain) if header in wanted]
        if len(found) > 1:
            raise FileProblem(
                FileFault.AMBIGUOUS_COLUMN,
                path,
                column=wish.headers[0],
                found=", ".join(headers[i] for i in found),
            )
        if found:
            places[wish.field] = found[0]
        elif wish.required:
            raise FileProblem(
                FileFault.MISSING_COLUMN,
                path,
                column=wish.headers[0],
                found=", ".join(headers) or "none",
            )
    return places
