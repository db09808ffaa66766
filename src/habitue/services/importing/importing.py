"""Files of transactions into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
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
from habitue.services.importing.clerk import Clerk, Done, Hands
from habitue.services.importing.counting import Counts
from habitue.services.importing.crew import Crew, customer_key
from habitue.services.importing.mapping import Mapping
from habitue.services.importing.reading import LINES_AT_ONCE, Piece, first_moment, read_pieces
from habitue.services.importing.receipts import ImportFault, Reject
from habitue.services.importing.remembering import file_read_before, remember_file

__all__ = ["FileFault", "FileProblem", "Import", "ImportFault", "Reject", "Watcher"]

Connection: TypeAlias = psycopg.Connection[Any]


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
    With more than one of ``workers`` so many processes share the receipts, each with a connection
    that it gets from ``connect``; then no other thread may run in this process.
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
    workers: int = 1
    connect: Callable[[], Connection] | None = None
    counts: Counts = field(default_factory=Counts)
    peak_memory: int = 0
    """The most bytes that the other processes have held, all together; known at the end."""

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
        if self.workers == 1 or self.connect is None or self.connection is None:
            self._import_all(files, self._clerk(self.connection))
            return self.counts
        # The processes begin before a library that reads files has threads of its own.
        with Crew(
            self.workers,
            partial(self._colleague, self.connect),
            owner=partial(customer_key, mapping=self.mapping, phones=self.phones),
            batch_size=self.batch_size,
        ) as crew:
            self._import_all(files, crew)
            self.peak_memory = crew.dismiss()
        return self.counts

    def _import_all(self, files: Sequence[Path], hands: Hands) -> None:
        begins = {path: self._begins(path) for path in files}
        for path in sorted(files, key=lambda path: begins[path]):
            self._import(path, hands)

    def _clerk(self, connection: Connection | None) -> Clerk:
        return Clerk(
            programme=self.programme,
            mapping=self.mapping,
            clock=self.clock,
            phones=self.phones,
            country=self.country,
            connection=connection,
            batch_size=self.batch_size,
        )

    @contextmanager
    def _colleague(self, connect: Callable[[], Connection]) -> Iterator[Clerk]:
        with connect() as connection:
            yield self._clerk(connection)

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

    def _import(self, path: Path, hands: Hands) -> None:
        digest = "" if self.connection is None else fingerprint(path)
        if self._is_known(digest):
            return
        lines, rejected = self.counts.lines_read, self.counts.lines_rejected
        receipts = self.counts.invoices_read
        table = self._open(path)
        try:
            self.watcher.opened(path, table.total)
            hands.begin(self.clock.now())
            for piece in read_pieces(table, self.mapping, lines_at_once=self.lines_at_once):
                self._take(path, piece, hands)
            self._note(path, hands.finish())
        except FileProblem:
            self._note(path, hands.drop())
            raise
        finally:
            table.close()
        if self.connection is not None and self.counts.lines_rejected == rejected:
            remember_file(
                self.connection,
                **self._memory(digest),
                name=path.name,
                lines=self.counts.lines_read - lines,
                receipts=self.counts.invoices_read - receipts,
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

    def _take(self, path: Path, piece: Piece, hands: Hands) -> None:
        self.counts.lines_read += piece.lines
        by_themselves = Done()
        by_themselves.reject(piece.rejects)
        self._note(path, [by_themselves])
        for group in piece.groups:
            self._note(path, hands.take(group))
        self.watcher.read(piece.lines, piece.done)

    def _note(self, path: Path, done: list[Done]) -> None:
        for each in done:
            self.counts.add(each.counts)
            if each.rejects:
                self.watcher.rejected(path, each.rejects)
