"""Files of transactions into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.integrations.files.opening import fingerprint, open_table
from habitue.integrations.files.tables import FileFault, FileProblem, Table
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Compiled
from habitue.services.importing.counting import Counts
from habitue.services.importing.mapping import Mapping
from habitue.services.importing.reading import LINES_AT_ONCE, Piece, first_moment, read_pieces
from habitue.services.importing.receipts import ImportFault, Receipt, Reject, Sort, rejects_of
from habitue.services.importing.recording import Recorded, record_receipts
from habitue.services.importing.remembering import file_read_before, remember_file, set_aside

__all__ = ["FileFault", "FileProblem", "Import", "ImportFault", "Reject", "Watcher"]

Connection: TypeAlias = psycopg.Connection[Any]

# Long receipts fill a batch before their number does.
_MOST_LINES = 40_000


class Watcher(Protocol):
    """Is told how an import proceeds."""

    def opened(self, path: Path, total: int) -> None:
        """A file is being read; ``total`` is its size in the units of ``read``."""

    def read(self, lines: int, done: int) -> None:
        """So many more lines were read; ``done`` is how far that is into the file."""

    def rejected(self, path: Path, rejects: Iterable[Reject]) -> None:
        """Lines were not taken."""


@dataclass(slots=True)
class Import:
    """What one import works with.

    ``batch_size`` is the most receipts in one transaction, ``lines_at_once`` how many lines are
    read before receipts are closed.  ``again`` reads files that are known.
    ``connection`` is absent for a dry run: everything is read and checked, nothing is recorded.
    """

    programme: Compiled
    mapping: Mapping
    clock: Clock
    phones: PhoneReader
    watcher: Watcher
    connection: Connection | None
    country: str = ""
    batch_size: int = 1_000
    again: bool = False
    lines_at_once: int = LINES_AT_ONCE
    counts: Counts = field(default_factory=Counts)
    _pending: list[Receipt] = field(default_factory=list)
    _pending_lines: int = 0

    def run(self, files: Sequence[Path]) -> Counts:
        """Read the files and record what is in them.

        Every file is opened before the first one is read, so that a wrong name or a missing column
        changes nothing.  They are read in the order of their first receipts, whatever the order in
        which they are named: a receipt that is older than what is recorded costs much more, and
        the result is the same (SEMANTICS 1).

        Each batch is one transaction: after an interruption, or where a file turns out to be broken
        further on, what was recorded stays, and reading again continues.

        Raises ``FileProblem``, and ``Refusal`` (``WRONG_CURRENCY``) where the mapping's money is
        not the programme's.  Locks what the intake locks, batch by batch.
        """
        self._check_currency()
        begins = {path: self._begins(path) for path in files}
        for path in sorted(files, key=lambda path: begins[path]):
            self._import(path)
        return self.counts

    def _check_currency(self) -> None:
        ours = self.programme.conventions.currency
        theirs = self.mapping.currency or ours
        if theirs != ours:
            raise Refusal(Code.WRONG_CURRENCY, "currency", value=theirs, expected=ours)

    def _open(self, path: Path) -> Table:
        return open_table(path, self.mapping.wishes, self.mapping.reading)

    def _begins(self, path: Path) -> Instant:
        table = self._open(path)
        try:
            return first_moment(table, self.mapping)
        finally:
            table.close()

    def _import(self, path: Path) -> None:
        digest = "" if self.connection is None else fingerprint(path)
        if self._is_known(digest):
            return
        lines, rejected = self.counts.lines_read, self.counts.lines_rejected
        receipts = 0
        table = self._open(path)
        try:
            self.watcher.opened(path, table.total)
            translator = self.mapping.translator(
                self.mapping.source, self.programme.conventions, self.clock.now()
            )
            for piece in read_pieces(
                table, self.mapping, translator, lines_at_once=self.lines_at_once
            ):
                receipts += len(piece.receipts)
                self._take(path, piece)
            self._flush(path)
        finally:
            self._pending.clear()
            self._pending_lines = 0
            table.close()
        if self.connection is not None and self.counts.lines_rejected == rejected:
            remember_file(
                self.connection,
                **self._memory(digest),
                name=path.name,
                lines=self.counts.lines_read - lines,
                receipts=receipts,
                now=self.clock.now(),
            )

    def _memory(self, digest: str) -> dict[str, str]:
        return {
            "programme_id": self.programme.programme_id,
            "source": self.mapping.source,
            "file": digest,
            "mapping": self.mapping.fingerprint,
        }

    def _is_known(self, digest: str) -> bool:
        if self.connection is None or self.again:
            return False
        known = file_read_before(self.connection, **self._memory(digest))
        if known is None:
            return False
        lines, receipts = known
        self.counts.files_already_known += 1
        self.counts.lines_read += lines
        self.counts.lines_already_known += lines
        self.counts.invoices_already_known += receipts
        return True

    def _take(self, path: Path, piece: Piece) -> None:
        self.counts.lines_read += piece.lines
        self._reject(path, piece.rejects)
        for receipt in piece.receipts:
            self._pending.append(receipt)
            self._pending_lines += len(receipt.lines)
            if len(self._pending) >= self.batch_size or self._pending_lines >= _MOST_LINES:
                self._flush(path)
        self.watcher.read(piece.lines, piece.done)

    def _reject(self, path: Path, rejects: list[Reject]) -> None:
        if rejects:
            receipts = {reject.receipt for reject in rejects if reject.receipt}
            self.counts.rejected(lines=len(rejects), receipts=len(receipts))
            self.watcher.rejected(path, rejects)

    def _flush(self, path: Path) -> None:
        pending, self._pending, self._pending_lines = self._pending, [], 0
        if self.connection is None:
            for receipt in pending:
                self.counts.recorded(receipt)
            return
        events = [receipt for receipt in pending if receipt.event is not None]
        answers = record_receipts(
            self.connection,
            events,
            programme=self.programme.code,
            clock=self.clock,
            phones=self.phones,
            country=self.country,
        )
        for receipt, answer in zip(events, answers, strict=True):
            self._count(path, receipt, answer)
        self._set_aside(path, [receipt for receipt in pending if receipt.event is None])

    def _count(self, path: Path, receipt: Receipt, answer: Recorded) -> None:
        counts = self.counts
        counts.members_created += answer.member_created
        if answer.refusal is not None:
            counts.returns_rejected += receipt.sort is Sort.RETURN
            self._reject(path, rejects_of(receipt, answer.refusal))
        elif answer.known:
            counts.known(receipt)
        else:
            counts.recorded(receipt)
            if receipt.sort is Sort.RETURN:
                counts.returned(answer.matching)

    def _set_aside(self, path: Path, receipts: list[Receipt]) -> None:
        if not receipts:
            return
        assert self.connection is not None
        fresh, differing = set_aside(
            self.connection,
            receipts,
            source=self.mapping.source,
            programme_id=self.programme.programme_id,
            now=self.clock.now(),
        )
        for receipt in receipts:
            if receipt.number in fresh:
                fresh.discard(receipt.number)
                self.counts.recorded(receipt)
            elif receipt.number in differing:
                key = f"{self.mapping.source} {receipt.number}"
                self._reject(path, rejects_of(receipt, Refusal(Code.KEY_REUSED, value=key)))
            else:
                self.counts.known(receipt)
