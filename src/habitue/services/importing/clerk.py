"""Whoever makes something of the lines of receipts: translates, records and counts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Compiled
from habitue.services.importing.counting import Counts
from habitue.services.importing.grouping import Group
from habitue.services.importing.mapping import Mapping
from habitue.services.importing.reading import translate
from habitue.services.importing.receipts import Receipt, Reject, Sort, Translator, rejects_of
from habitue.services.importing.recording import Recorded, record_receipts
from habitue.services.importing.remembering import set_aside

Connection: TypeAlias = psycopg.Connection[Any]

# Long receipts fill a batch before their number does.
MOST_LINES = 40_000


@dataclass(slots=True)
class Done:
    """What became of some receipts."""

    counts: Counts = field(default_factory=Counts)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, rejects: list[Reject]) -> None:
        """Lines were not taken."""
        if rejects:
            receipts = {reject.receipt for reject in rejects if reject.receipt}
            self.counts.rejected(lines=len(rejects), receipts=len(receipts))
            self.rejects += rejects


class Hands(Protocol):
    """Those who take the receipts of an import, one file after the other."""

    def begin(self, now: Instant) -> None:
        """The next receipts are those of another file, which is read ``now``."""

    def take(self, group: Group) -> list[Done]:
        """Take a receipt; answers what was done meanwhile, with this one or with earlier ones."""

    def finish(self) -> list[Done]:
        """Do everything that was taken and is not done yet."""

    def drop(self) -> list[Done]:
        """Forget what was taken and not begun yet; answers what was done."""


@dataclass(slots=True)
class Clerk:
    """Does it all in this process.  Without a ``connection`` nothing is recorded (a dry run)."""

    programme: Compiled
    mapping: Mapping
    clock: Clock
    phones: PhoneReader
    country: str
    connection: Connection | None
    batch_size: int
    _translator: Translator | None = None
    _waiting: list[Group] = field(default_factory=list)
    _lines: int = 0

    def begin(self, now: Instant) -> None:
        """The next receipts are those of another file."""
        self._translator = self.mapping.translator(
            self.mapping.source, self.programme.conventions, now
        )

    def take(self, group: Group) -> list[Done]:
        """Take a receipt, and record a batch once there are enough for one."""
        self._waiting.append(group)
        self._lines += group.size
        if len(self._waiting) < self.batch_size and self._lines < MOST_LINES:
            return []
        return self.finish()

    def finish(self) -> list[Done]:
        """Record what was taken."""
        groups = self._waiting
        self.drop()
        return [self.do(groups)] if groups else []

    def drop(self) -> list[Done]:
        """Forget what was taken."""
        self._waiting, self._lines = [], 0
        return []

    def do(self, groups: list[Group]) -> Done:
        """Translate receipts and record them in one transaction.

        Locks and raises as ``intake.record``.
        """
        assert self._translator is not None, "a file was begun"
        done = Done()
        receipts: list[Receipt] = []
        for group in groups:
            rejects: list[Reject] = []
            for result in translate(group, self._translator):
                if isinstance(result, Receipt):
                    receipts.append(result)
                else:
                    rejects.append(result)
            done.reject(rejects)
        self._record(receipts, done)
        return done

    def _record(self, receipts: list[Receipt], done: Done) -> None:
        if self.connection is None:
            for receipt in receipts:
                done.counts.recorded(receipt)
            return
        events = [receipt for receipt in receipts if receipt.event is not None]
        answers = record_receipts(
            self.connection,
            events,
            programme=self.programme.code,
            clock=self.clock,
            phones=self.phones,
            country=self.country,
        )
        for receipt, answer in zip(events, answers, strict=True):
            _count(receipt, answer, done)
        self._set_aside([receipt for receipt in receipts if receipt.event is None], done)

    def _set_aside(self, receipts: list[Receipt], done: Done) -> None:
        if not receipts:
            return
        assert self.connection is not None, "there is something to record"
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
                done.counts.recorded(receipt)
            elif receipt.number in differing:
                key = f"{self.mapping.source} {receipt.number}"
                done.reject(rejects_of(receipt, Refusal(Code.KEY_REUSED, value=key)))
            else:
                done.counts.known(receipt)


def _count(receipt: Receipt, answer: Recorded, done: Done) -> None:
    counts = done.counts
    counts.members_created += answer.member_created
    if answer.refusal is not None:
        counts.returns_rejected += receipt.sort is Sort.RETURN
        done.reject(rejects_of(receipt, answer.refusal))
    elif answer.known:
        counts.known(receipt)
    else:
        counts.recorded(receipt)
        if receipt.sort is Sort.RETURN:
            counts.returned(answer.matching)
