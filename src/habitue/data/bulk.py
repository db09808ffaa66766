"""Set-based writing: many rows in one statement, whatever their number.

A statement takes one array per column.  The arrays are written as the text that PostgreSQL reads,
by joining: that is several times faster than adapting every value by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Literal, TypeAlias

import psycopg

Kind: TypeAlias = Literal[
    "uuid", "text", "bigint", "integer", "smallint", "boolean", "bytea", "json", "instant"
]


def _ids(values: Collection[Any]) -> str:
    """Ids, mostly as the hexadecimal digits of which nothing needs quotes."""
    try:
        return "{" + ",".join(values) + "}"
    except TypeError:  # Some are null, or still objects.
        return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _numbers(values: Collection[int | None]) -> str:
    """Whole numbers, by way of the text of a list, which Python makes in one go."""
    return "{" + str(list(values))[1:-1].replace("None", "NULL") + "}"


def _booleans(values: Iterable[bool]) -> str:
    return "{" + ",".join("t" if value else "f" for value in values) + "}"


def _texts(values: Collection[str | None]) -> str:
    if values and None not in values:
        joined = "\x1f".join(values)  # type: ignore[arg-type]  # no value is None
        if joined.count("\x1f") == len(values) - 1:
            quoted = joined.replace("\\", "\\\\").replace('"', '\\"')
            return '{"' + quoted.replace("\x1f", '","') + '"}'
    each = (
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    )
    return "{" + ",".join(each) + "}"


def _digests(values: Iterable[bytes]) -> str:
    return "{" + ",".join('"\\\\x' + value.hex() + '"' for value in values) + "}"


def _documents(values: Sequence[bytes]) -> str:
    """JSON as ``orjson`` writes it.  A control character cannot occur in it, so one of them may
    stand between two documents while the whole is quoted at once."""
    if not values:
        return "{}"
    joined = b"\x1f".join(values).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return '{"' + joined.replace(b"\x1f", b'","').decode() + '"}'


_WRITERS: Final[dict[str, Callable[[Any], str]]] = {
    "uuid": _ids,
    "bigint": _numbers,
    "integer": _numbers,
    "smallint": _numbers,
    "instant": _numbers,
    "boolean": _booleans,
    "text": _texts,
    "bytea": _digests,
    "json": _documents,
}

# Microseconds become a moment in whole-number arithmetic: exact for every date that is accepted.
_INSTANT: Final = "'epoch'::timestamptz + {} * '1 microsecond'::interval"


def micros(column: str) -> str:
    """SQL for a moment as an instant (microseconds since the epoch)."""
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


def array(kind: Kind, values: Iterable[Any]) -> str:
    """The text of an array of one kind, for a parameter that is cast to it."""
    return _WRITERS[kind](list(values))


def array_type(kind: Kind) -> str:
    """The type to which such a parameter is cast."""
    return "bigint[]" if kind == "instant" else f"{kind}[]"


@dataclass(frozen=True)
class Table:
    """A table with the columns that are written, in the order of the rows' values."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    ending: str = ""

    @cached_property
    def statement(self) -> str:
        """The statement that inserts any number of rows."""
        names = ", ".join(name for name, _ in self.columns)
        values = ", ".join(
            _INSTANT.format(f"u.{name}") if kind == "instant" else f"u.{name}"
            for name, kind in self.columns
        )
        arrays = ", ".join(f"%s::{array_type(kind)}" for _, kind in self.columns)
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {values}"  # noqa: S608  # constant names
            f" FROM unnest({arrays}) AS u({names}) {self.ending}"
        )

    def arrays(self, rows: Sequence[tuple[Any, ...]]) -> list[str]:
        """The parameters of the statement for some rows, at least one."""
        return [
            _WRITERS[kind](values)
            for (_, kind), values in zip(self.columns, zip(*rows, strict=True), strict=True)
        ]

    def insert(self, cursor: psycopg.Cursor[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows with one statement; without rows nothing is sent."""
        if rows:
            cursor.execute(self.statement, self.arrays(rows), prepare=True)


@lru_cache(maxsize=256)
def _together(tables: tuple[Table, ...], final: str) -> str:
    parts = ", ".join(f"w{place} AS ({table.statement})" for place, table in enumerate(tables))
    return f"WITH {parts} {final}" if parts else final


def write_together(
    cursor: psycopg.Cursor[Any],
    inserts: Sequence[tuple[Table, Sequence[tuple[Any, ...]]]],
    *,
    final: str = "SELECT",
    parameters: Sequence[str] = (),
) -> None:
    """Insert into several tables, and run a final statement, in one: each statement that is sent by
    itself costs a small batch more than what it does."""
    filled = [(table, rows) for table, rows in inserts if rows]
    arrays = [array for table, rows in filled for array in table.arrays(rows)]
    statement = _together(tuple(table for table, _ in filled), final)
    cursor.execute(statement, [*arrays, *parameters], prepare=True)
