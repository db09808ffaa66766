"""Which reader a file needs, by what it holds and not by its name.

The readers of Parquet and XLSX are imported when such a file is met: their libraries take half a
second to load, which no other command of the command line should wait for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from habitue.integrations.files.csv_tables import CsvTable
from habitue.integrations.files.tables import FileFault, FileProblem, Reading, Table, Wish

_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20


def open_table(path: Path, wishes: Sequence[Wish], reading: Reading) -> Table:
    """Open a file and find the wished columns in it.

    Raises ``FileProblem`` where it is missing, a directory, empty, in no known format, broken, or
    lacks a required column.
    """
    head = _head(path)
    if not head:
        raise FileProblem(FileFault.EMPTY_FILE, path)
    if head == _PARQUET:
        return _table("parquet_tables.ParquetTable", path, wishes, reading)
    if head == _ZIP:
        return _table("xlsx_tables.XlsxTable", path, wishes, reading)
    if head == _OLD_OFFICE:
        raise FileProblem(FileFault.UNKNOWN_FORMAT, path, found="an old Office document (.xls)")
    return CsvTable(path, wishes, reading)


def _table(name: str, path: Path, wishes: Sequence[Wish], reading: Reading) -> Table:
    module, _, kind = name.partition(".")
    found = import_module(f"habitue.integrations.files.{module}")
    table: Table = getattr(found, kind)(path, wishes, reading)
    return table


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise FileProblem(
            FileFault.NOT_READABLE, path, detail=error.strerror or str(error)
        ) from error
    return digest.hexdigest()


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except FileNotFoundError:
        raise FileProblem(FileFault.NO_SUCH_FILE, path) from None
    except IsADirectoryError:
        raise FileProblem(FileFault.IS_A_DIRECTORY, path) from None
    except OSError as error:
        raise FileProblem(
            FileFault.NOT_READABLE, path, detail=error.strerror or str(error)
        ) from error
