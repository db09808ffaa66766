"""The micro-batch: whatever waits is written together, in one transaction, as soon as can be.

A writer is a thread with a connection of its own.  When it is free it takes everything that
waits, up to a limit, and writes it as one batch; so a batch grows with the load and nobody waits
for it to fill.  Who waits is told after the commit, one wake-up of the event loop for the batch.

One writer writes; the others stand by and step in when something has waited for too long, because
a batch hangs on a lock that somebody else holds.  Two that shared the work at all times would
halve the batches and, in one process, gain nothing.

A lost connection or a serialisation conflict repeats the whole batch: events carry natural keys,
so that what was committed already is found and answered the same.  A caller who goes away changes
nothing: its event is written once, as if it had stayed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

import psycopg

from habitue.domain.errors import Code, Refusal

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Connection: TypeAlias = psycopg.Connection[Any]

# An item, who waits for it, and since when.
_Waiting: TypeAlias = tuple[Item, asyncio.Future[Outcome], float]

LARGEST_BATCH: Final = 256
MOST_WAITING: Final = 4096
WRITERS: Final = 2
# The second writer steps in after this long, the third after twice as long.
STANDBY_AFTER: Final = 0.25
# A repetition waits this long, then twice as long, and so on.
FIRST_PAUSE: Final = 0.05
# After this long without a database, those who wait are told that the server is busy.
GIVE_UP_AFTER: Final = 10.0

_log = logging.getLogger(__name__)


class Batcher(Generic[Item, Outcome]):
    """Collects single items from one event loop and writes them in batches.

    ``record`` writes a batch in one transaction, commits it, and returns one outcome per item.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], Connection],
        record: Callable[[Connection, Sequence[Item]], Sequence[Outcome]],
        writers: int = WRITERS,
        largest: int = LARGEST_BATCH,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._connect = connect
        self._record = record
        self._largest = largest
        self._most_waiting = most_waiting
        self._waiting: deque[_Waiting[Item, Outcome]] = deque()
        self._wake = threading.Condition()
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = [
            threading.Thread(
                target=self._write_on, args=(number,), name=f"writer-{number}", daemon=True
            )
            for number in range(writers)
        ]

    def start(self) -> None:
        """Start the writers; to be called from the event loop that will submit."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    async def close(self) -> None:
        """Take nothing more, write what waits, and end the writers."""
        with self._wake:
            self._ended.set()
            self._wake.notify()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def submit(self, item: Item) -> Outcome:
        """The outcome of one item, after its batch was committed.

        Refuses (``BUSY``) when too many wait, when the server is closing, or when the database
        stays away.
        """
        assert self._loop is not None, "the writers have not been started"
        future: asyncio.Future[Outcome] = self._loop.create_future()
        with self._wake:
            if self._ended.is_set() or len(self._waiting) >= self._most_waiting:
                raise busy()
            self._waiting.append((item, future, time.monotonic()))
            if len(self._waiting) == 1:
                # Only the first writer waits for this; more than one item finds it busy.
                self._wake.notify()
        return await future

    def _take(self, number: int) -> list[_Waiting[Item, Outcome]]:
        """What is for this writer to write; an empty list when it should end."""
        if number:
            patience = number * STANDBY_AFTER
            while not self._ended.wait(patience):
                with self._wake:
                    if self._waiting and time.monotonic() - self._waiting[0][2] >= patience:
                        return self._cut()
            with self._wake:
                return self._cut()
        with self._wake:
            while not self._waiting and not self._ended.is_set():
                self._wake.wait()
            return self._cut()

    def _cut(self) -> list[_Waiting[Item, Outcome]]:
        count = min(len(self._waiting), self._largest)
        return [self._waiting.popleft() for _ in range(count)]

    def _write_on(self, number: int) -> None:
        connection: Connection | None = None
        while batch := self._take(number):
            connection = self._write(connection, batch)
        if connection is not None:
            connection.close()

    def _write(
        self, connection: Connection | None, batch: list[_Waiting[Item, Outcome]]
    ) -> Connection | None:
        items = [item for item, _, _ in batch]
        end = time.monotonic() + GIVE_UP_AFTER
        pause = FIRST_PAUSE
        while True:
            try:
                if connection is None or connection.closed:
                    connection = self._connect()
                outcomes = self._record(connection, items)
            except psycopg.OperationalError as error:
                # A lost connection, a deadlock, a conflict or a lock that others hold too long.
                connection = _calmed(connection)
                if time.monotonic() + pause > end:
                    _log.warning("a batch of %d was given up: %s", len(items), error)
                    self._deliver([(future, None, busy()) for _, future, _ in batch])
                    return connection
                time.sleep(pause)
                pause *= 2
            except Refusal as refusal:
                # Of the batch as a whole: its locks were not to be had in time.
                self._deliver([(future, None, refusal) for _, future, _ in batch])
                return _calmed(connection)
            except Exception as error:  # noqa: BLE001  # a writer that dies would hang all callers
                connection = _calmed(connection)
                if len(batch) == 1:
                    _log.exception("an event could not be written")
                    self._deliver([(batch[0][1], None, error)])
                    return connection
                # One bad item must not take the others down: each alone.
                for one in batch:
                    connection = self._write(connection, [one])
                return connection
            else:
                assert len(outcomes) == len(batch), "every item has its outcome"
                pairs = zip(batch, outcomes, strict=True)
                self._deliver([(future, outcome, None) for (_, future, _), outcome in pairs])
                return connection

    def _deliver(
        self, results: list[tuple[asyncio.Future[Outcome], Outcome | None, Exception | None]]
    ) -> None:
        assert self._loop is not None, "the writers have been started"
        try:
            self._loop.call_soon_threadsafe(_resolve, results)
        except RuntimeError:  # The loop has been closed: nobody waits any more.
            _log.warning("%d written events found nobody waiting", len(results))


def busy() -> Refusal:
    """The refusal that asks the client to come again."""
    return Refusal(Code.BUSY, seconds=1)


def _resolve(results: Sequence[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    for future, outcome, error in results:
        if future.done():  # The caller went away; what it sent is written all the same.
            continue
        if error is None:
            future.set_result(outcome)
        else:
            future.set_exception(error)


def _calmed(connection: Connection | None) -> Connection | None:
    """The connection without what failed in it; ``None`` where it is of no use any more."""
    if connection is None or connection.closed:
        return None
    try:
        connection.rollback()
    except psycopg.Error:
        connection.close()
        return None
    return connection
