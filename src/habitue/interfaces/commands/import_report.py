"""How an import shows itself: a progress bar, a file of rejects, a table at the end."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

import orjson
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from habitue.interfaces.commands.import_texts import reject_text
from habitue.interfaces.commands.output import console
from habitue.services.importing.importing import Reject

_COLUMNS: Final = ("file", "line", "invoice", "code", "path", "reason", "remedy")


class RejectFile:
    """Rejected lines, one a row: CSV where the name ends so, else JSON lines.

    It is made with the first reject, or at once where the operator named it.
    """

    def __init__(self, path: Path, *, at_once: bool) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        self._csv: csv.DictWriter[str] | None = None
        if at_once:
            self._open()

    def add(self, file: Path, rejects: Iterable[Reject]) -> None:
        """Write rejects of a file."""
        out = self._file or self._open()
        for reject in rejects:
            reason, remedy = reject_text(reject)
            row = {
                "file": str(file),
                "line": reject.line,
                "invoice": reject.receipt,
                "code": str(reject.code),
                "path": reject.path,
                "reason": reason,
                "remedy": remedy,
            }
            if self._csv is not None:
                self._csv.writerow(row)
            else:
                out.write(orjson.dumps(row).decode() + "\n")
            self.count += 1

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> TextIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8", newline="")
        if self.path.suffix.lower() == ".csv":
            self._csv = csv.DictWriter(self._file, _COLUMNS)
            self._csv.writeheader()
        return self._file


class _Rate(ProgressColumn):
    """Lines so far, and how many a second."""

    def render(self, task: Task) -> Text:
        lines = int(task.fields["lines"])
        rate = lines / task.elapsed if task.elapsed else 0
        return Text(f"{lines:,} lines  {rate:,.0f}/s")


class Reporter:
    """Shows the progress on standard error, and hands rejects on to their file."""

    def __init__(self, rejects: RejectFile) -> None:
        self._rejects = rejects
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._lines = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()
        self._rejects.close()

    def opened(self, path: Path, total: int) -> None:
        """A file is being read."""
        self._lines = 0
        self._task = self._progress.add_task(path.name, total=total or None, lines=0)

    def read(self, lines: int, done: int) -> None:
        """So many more lines were read."""
        assert self._task is not None, "a file is opened before it is read"
        self._lines += lines
        self._progress.update(self._task, completed=done, lines=self._lines)

    def rejected(self, path: Path, rejects: Iterable[Reject]) -> None:
        """Lines were not taken."""
        self._rejects.add(path, rejects)


_ROWS: Final = (
    ("Read", "lines_read", None),
    ("Purchases of members", "lines_purchases", "purchases"),
    ("Anonymous receipts", "lines_receipts_anonymous", "receipts_anonymous"),
    ("Returns", "lines_returns", "returns"),
    ("Returns of nobody, set aside", "lines_returns_anonymous", "returns_anonymous"),
    ("Write-offs, set aside", "lines_write_off", "write_offs"),
    ("Adjustments, set aside", "lines_adjustment", "adjustments"),
    ("Already known", "lines_already_known", "invoices_already_known"),
    ("Rejected", "lines_rejected", "invoices_rejected"),
    ("New in all", "lines", "invoices"),
    ("In the database now", "recorded_lines", "recorded_invoices"),
)


def show_summary(document: Mapping[str, Any]) -> None:
    """The summary as a table, on standard error."""
    table = Table("", box=None)
    table.add_column("Lines", justify="right")
    table.add_column("Receipts", justify="right")
    for title, lines, receipts in _ROWS:
        if lines in document:
            count = "" if receipts is None else f"{document[receipts]:,}"
            table.add_row(title, f"{document[lines]:,}", count)
    console.print(table)
    console.print(
        f"Returns: {document['returns_matched']:,} matched,"
        f" {document['returns_unlinked']:,} at the average rate"
        f" ({document['returns_partly_matched']:,} in part),"
        f" {document['returns_rejected']:,} rejected."
        f" New members: {document['members_created']:,}."
        f" {document['seconds']:,} s, {document['peak_memory_mb']:,} MB."
    )
