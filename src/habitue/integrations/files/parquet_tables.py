"""Parquet files as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from habitue.integrations.files.cells import Converter, converter
from habitue.integrations.files.tables import (
    Batch,
    FileFault,
    FileProblem,
    Reading,
    Wish,
    find_columns,
)

_ONE_THREAD_EACH = False


class ParquetTable:
    """A Parquet file; line numbers are row numbers, the first row is 1."""

    def __init__(self, path: Path, wishes: Sequence[Wish], reading: Reading) -> None:
        self.path = path
        try:
            # Without buffering, a whole row group of compressed pages would be held at once.
            self._file = pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise FileProblem(FileFault.BROKEN_FILE, path, detail=_one_line(error)) from error
        try:
            self._names = _columns(path, self._file.schema_arrow, wishes)
            self.total = _row_count(path, self._file)
        except BaseException:
            self._file.close()
            raise
        self.fields = frozenset(self._names)
        self._converters: dict[str, Converter] = {
            wish.field: converter(wish, reading) for wish in wishes if wish.field in self.fields
        }

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def batches(self, size: int) -> Iterator[Batch]:
        """Read on, ``size`` rows at a time."""
        done = 0
        try:
            for piece in self._file.iter_batches(
                size, columns=list(self._names.values()), use_threads=_ONE_THREAD_EACH
            ):
                count = piece.num_rows
                columns = {
                    field: _values(piece.column(name), self._converters[field])
                    for field, name in self._names.items()
                }
                yield Batch(
                    lines=range(done + 1, done + count + 1), columns=columns, done=done + count
                )
                done += count
        except (pa.ArrowException, OSError) as error:
            raise FileProblem(
                FileFault.BROKEN_FILE, self.path, detail=_one_line(error), line=done + 1
            ) from error


def _columns(path: Path, schema: Any, wishes: Sequence[Wish]) -> dict[str, str]:
    """The name of each wished column, all of types that can be read."""
    names: dict[str, str] = {}
    for field, place in find_columns(path, schema.names, wishes).items():
        kind = schema.field(place).type
        names[field] = schema.names[place]
        if not _is_supported(kind):
            raise FileProblem(
                FileFault.UNSUPPORTED_COLUMN, path, column=names[field], found=str(kind)
            )
    return names


def _row_count(path: Path, file: Any) -> int:
    count: int = file.metadata.num_rows
    if count == 0:
        raise FileProblem(FileFault.EMPTY_FILE, path)
    return count


def _is_supported(kind: Any) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _is_supported(kind.value_type)
    return any(
        test(kind)
        for test in (
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_integer,
            types.is_floating,
            types.is_decimal,
            types.is_boolean,
            types.is_timestamp,
            types.is_date,
            types.is_null,
        )
    )


def _values(column: Any, convert: Converter) -> list[Any]:
    """The converted cells of a column.  Each distinct value is converted once per batch."""
    if pa.types.is_null(column.type):
        return [None] * len(column)
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        # Python's datetimes end at microseconds, and so do instants.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    distinct = [convert[value] for value in column.dictionary.to_pylist()]
    # Where a cell is null, so is its index; the last place of the list then stands for it.
    places = column.indices
    if places.null_count:
        distinct.append(convert[None])
        places = places.fill_null(len(distinct) - 1)
    return [distinct[place] for place in places.to_pylist()]


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
