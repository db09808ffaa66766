"""Set-based writing: many rows in one statement, whatever their number.

A statement takes one array per column.  The arrays are written as the text that PostgreSQL reads,
by joining: that is several times faster than adapting every value by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import psycopg

Kind: TypeAlias = Literal[
    "uuid", "text", "bigint", "integer", "smallint", "boolean", "bytea", "jsonb", "instant"
]


def _plain(values: Iterable[Any]) -> str:
    """Whole numbers and ids: nothing in them needs quotes."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _booleans(values: Iterable[bool]) -> str:
    return "{" + ",".join("t" if value else "f" for value in values) + "}"


def _texts(values: Iterable[str | None]) -> str:
    quoted = (
        "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for value in values
    )
    return "{" + ",".join(quoted) + "}"


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
    "uuid": _plain,
    "bigint": _plain,
    "integer": _plain,
    "smallint": _plain,
    "instant": _plain,
    "boolean": _booleans,
    "text": _texts,
    "bytea": _digests,
    "jsonb": _documents,
}

# Microseconds become a moment in whole-number arithmetic: exact for every date that is accepted.
_INSTANT: Final = "'epoch'::timestamptz + {} * '1 microsecond'::interval"


def micros(column: str) -> str:
    """SQL for a moment as an instant (microseconds since the epoch)."""
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


def array(kind: Kind, values: Iterable[Any]) -> str:
    """The text of an array of one kind, for a parameter that is cast to it."""
    return _WRITERS[kind](values if kind != "jsonb" else list(values))


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
    def _statement(self) -> str:
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

    def insert(self, cursor: psycopg.Cursor[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows with one statement; without rows nothing is sent."""
        if not rows:
            return
        arrays = [
            _WRITERS[kind](values)
            for (_, kind), values in zip(self.columns, zip(*rows, strict=True), strict=True)
        ]
        cursor.execute(self._statement, arrays, prepare=True)
