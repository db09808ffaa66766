"""Several processes that share the receipts of an import, divided by whose they are.

This process reads the file and hands out receipts; each other process translates and records those
of its own members, in their order, over a connection of its own.  A receipt of nobody goes by its
number.  Where two receipts touch one another across that division (a return that names no customer,
one number twice), the later one waits until the earlier one is recorded, so that nothing is refused
that one process alone would have taken.

The processes are forks: they have the programme and the mapping already.  They end with this one,
however it ends: the pipe between them closes, and an open transaction is rolled back.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from zlib import crc32

from habitue.domain.errors import Refusal
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.kit.instants import Instant
from habitue.kit.processes import peak_memory
from habitue.services.importing.clerk import MOST_LINES, Clerk, Done
from habitue.services.importing.generic import RETURN_SUFFIX
from habitue.services.importing.grouping import Group, gathered
from habitue.services.importing.mapping import Mapping

# One batch in work and one that waits for it: nobody idles, and memory stays bounded.
_MOST_SENT: Final = 2
_STOP_SECONDS: Final = 5
# Bytes of files that take about ten seconds; two processes need some tenths to begin.
_WORTH_IT: Final = 1_000_000


class ColleagueLostError(RuntimeError):
    """A process of the crew has ended before its time; what it had committed stays."""


@dataclass(slots=True)
class _Colleague:
    """One process, as seen from here."""

    process: BaseProcess
    pipe: Connection
    waiting: list[Group] = field(default_factory=list)
    lines: int = 0
    keys: list[str] = field(default_factory=list)
    # The keys of each batch that was sent and not answered yet.
    sent: deque[list[str]] = field(default_factory=deque)
    batches: int = 0

    @property
    def idle(self) -> bool:
        """Whether everything that it was given is done."""
        return not self.waiting and not self.sent


class Crew:
    """So many processes, each with a clerk that ``make`` makes there.

    ``owner`` makes of a customer's text what is the same for all spellings of one customer.
    """

    def __init__(
        self,
        size: int,
        make: Callable[[], AbstractContextManager[Clerk]],
        *,
        owner: Callable[[str], str],
        batch_size: int,
    ) -> None:
        self._size = size
        self._make = make
        self._owner = lru_cache(maxsize=65_536)(owner)
        self._batch_size = batch_size
        self._colleagues: list[_Colleague] = []
        # Who has a receipt's number in hand, and in which of its batches.
        self._held: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("fork")
        for _ in range(self._size):
            ours, theirs = context.Pipe()
            # A fork has every open end; only when it has closed ours will it notice our end.
            foreign = [ours, *(each.pipe for each in self._colleagues)]
            process = context.Process(target=_work, args=(theirs, foreign, self._make), daemon=True)
            process.start()
            theirs.close()
            self._colleagues.append(_Colleague(process, ours))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in self._colleagues:
            each.pipe.close()
        for each in self._colleagues:
            each.process.join(_STOP_SECONDS)
            if each.process.is_alive():
                each.process.kill()
                each.process.join()

    def dismiss(self) -> int:
        """Let the processes end, everything being done; the most bytes they held, together."""
        peak = 0
        for each in self._colleagues:
            assert each.idle, "only whoever has done everything may go"
            each.pipe.send(None)
            peak += self._answer(each)
        return peak

    def begin(self, now: Instant) -> None:
        """The next receipts are those of another file."""
        for each in self._colleagues:
            each.pipe.send(now)

    def take(self, group: Group) -> list[Done]:
        """Hand a receipt to whose it is; answers what was done meanwhile."""
        keys = _keys(group)
        holders = {self._held[key][0] for key in keys if key in self._held}
        place = self._place(group, keys, holders)
        done: list[Done] = []
        for other in holders - {place}:
            done += self._settle(self._colleagues[other])
        colleague = self._colleagues[place]
        for key in keys:
            self._held[key] = (place, colleague.batches)
        colleague.keys += keys
        colleague.waiting.append(group)
        colleague.lines += group.size
        if len(colleague.waiting) >= self._batch_size or colleague.lines >= MOST_LINES:
            self._send(colleague)
            done += self._receive()
            while len(colleague.sent) > _MOST_SENT:
                done += self._receive(block=True)
        return done

    def finish(self) -> list[Done]:
        """Wait until everything is done."""
        for each in self._colleagues:
            self._send(each)
        done: list[Done] = []
        while any(each.sent for each in self._colleagues):
            done += self._receive(block=True)
        return done

    def drop(self) -> list[Done]:
        """Forget what was not sent yet, and wait for what was."""
        for each in self._colleagues:
            each.waiting, each.keys, each.lines = [], [], 0
        done = self.finish()
        self._held.clear()
        return done

    def _place(self, group: Group, keys: Sequence[str], holders: set[int]) -> int:
        customers = {cell for cell in group.column("customer") if isinstance(cell, str)}
        if customers:
            return crc32(self._owner(min(customers)).encode()) % self._size
        if holders:
            return min(holders)
        return crc32(keys[-1].encode()) % self._size

    def _send(self, colleague: _Colleague) -> None:
        if colleague.waiting:
            try:
                colleague.pipe.send(gathered(colleague.waiting))
            except OSError:
                # It has ended: the last thing that it said tells why.
                while True:
                    self._answer(colleague)
            colleague.sent.append(colleague.keys)
            colleague.batches += 1
            colleague.waiting, colleague.keys, colleague.lines = [], [], 0

    def _settle(self, colleague: _Colleague) -> list[Done]:
        self._send(colleague)
        done = []
        while colleague.sent:
            done.append(self._take_back(colleague))
        return done

    def _receive(self, *, block: bool = False) -> list[Done]:
        """What was answered by now; with ``block`` there is something to wait for."""
        working = {each.pipe: each for each in self._colleagues if each.sent}
        ready = wait(list(working), None if block else 0)
        return [self._take_back(working[pipe]) for pipe in ready if isinstance(pipe, Connection)]

    def _take_back(self, colleague: _Colleague) -> Done:
        done: Done = self._answer(colleague)
        keys = colleague.sent.popleft()
        held = (self._colleagues.index(colleague), colleague.batches - len(colleague.sent) - 1)
        for key in keys:
            if self._held.get(key) == held:
                del self._held[key]
        return done

    def _answer(self, colleague: _Colleague) -> Any:
        try:
            answer = colleague.pipe.recv()
        except (EOFError, ConnectionResetError):
            colleague.process.join(_STOP_SECONDS)
            code = colleague.process.exitcode
            raise ColleagueLostError(f"a process of the import ended with {code}") from None
        if isinstance(answer, _Failure):
            raise answer.error()
        return answer


def suitable_workers(files: Sequence[Path], *, cores: int) -> int:
    """How many processes are worth their start: one for each core, and one for little to read.

    A file that is not there counts as empty; whoever opens it says so.
    """
    size = sum(path.stat().st_size for path in files if path.is_file())
    # Libraries of macOS do not survive a fork.
    return cores if size >= _WORTH_IT and sys.platform != "darwin" else 1


def customer_key(customer: str, *, mapping: Mapping, phones: PhoneReader) -> str:
    """What is the same for all spellings of one customer."""
    try:
        return normalise_identifier(mapping.identifier, mapping.names(customer), phones=phones)[1]
    except Refusal:
        return customer


def _keys(group: Group) -> list[str]:
    """The numbers of the receipts that a group of lines touches: its own, and the one whose goods
    came back.  Whoever has one of them in hand must have the others."""
    own = group.number.removesuffix(RETURN_SUFFIX)
    named = {cell for cell in group.column("original_invoice") if isinstance(cell, str)}
    return [own, *sorted(named - {own})]


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error on its way to the process that can tell somebody about it."""

    refusal: dict[str, Any] | None
    other: BaseException | None

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """What can be sent of an error."""
        if isinstance(error, Refusal):
            return cls({"code": error.code, "path": error.path, **error.parameters}, None)
        return cls(None, error)

    def error(self) -> BaseException:
        """The error again."""
        if self.refusal is not None:
            return Refusal(**self.refusal)
        assert self.other is not None, "it is one or the other"
        return self.other


def _work(
    pipe: Connection,
    foreign: Sequence[Connection],
    make: Callable[[], AbstractContextManager[Clerk]],
) -> None:
    """What each process does until it is told to stop."""
    # Ctrl-C reaches the whole group; the first process decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in foreign:
        each.close()
    # Messages are taken from the pipe at once: whoever sends must never wait for a batch.
    messages: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_listen, args=(pipe, messages), daemon=True).start()
    try:
        with make() as clerk:
            while (message := messages.get()) is not None:
                if isinstance(message, list):
                    pipe.send(clerk.do(message))
                else:
                    clerk.begin(message)
        pipe.send(peak_memory())
    except BaseException as error:  # noqa: BLE001  # whatever it is, the first process tells it
        with contextlib.suppress(OSError):
            _report(pipe, error)


def _listen(pipe: Connection, messages: queue.Queue[Any]) -> None:
    with contextlib.suppress(OSError, EOFError):
        while True:
            messages.put(message := pipe.recv())
            if message is None:
                return
    # The first process is gone: nobody waits for an answer, and what is open is rolled back.
    os._exit(1)


def _report(pipe: Connection, error: BaseException) -> None:
    try:
        pipe.send(_Failure.of(error))
    except Exception:  # noqa: BLE001  # an error that cannot be sent is told in words
        words = "".join(traceback.format_exception(error))
        pipe.send(_Failure.of(RuntimeError(words)))
