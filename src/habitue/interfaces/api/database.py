"""Work on the database outside the event loop: a pool of connections, and a thread for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from habitue.interfaces.api.batching import busy
from habitue.interfaces.api.http import JSON, REPLAYED, Answer, Call
from habitue.kit.clock import Clock
from habitue.services.idempotency import Remembered, begin_request, check_key, remember_answer

T = TypeVar("T")
Connection: TypeAlias = psycopg.Connection[Any]

# Who waits longer than this for a connection is better told to come again.
WAIT_FOR_CONNECTION: Final = 5.0
# Requests that wait for a connection beyond this many per connection are refused at once.
_MOST_WAITING_EACH: Final = 32

_log = logging.getLogger(__name__)


class Database:
    """The connections of this process for everything that is not in the micro-batch."""

    def __init__(self, *, database_url: str, pool_size: int, clock: Clock) -> None:
        self._clock = clock
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            database_url,
            min_size=1,
            max_size=pool_size,
            timeout=WAIT_FOR_CONNECTION,
            max_waiting=pool_size * _MOST_WAITING_EACH,
            num_workers=1,
            open=False,
            # A server that was restarted has left dead connections behind.
            check=ConnectionPool.check_connection,
            name="api",
        )
        self._threads = ThreadPoolExecutor(pool_size, thread_name_prefix="database")

    def open(self) -> None:
        """Let the pool connect; it does so by itself and waits for nothing."""
        self._pool.open()

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._threads.shutdown(wait=True)
        self._pool.close()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run the work in a transaction, in a thread; it commits unless the work raises.

        Refuses (``BUSY``) where the database cannot be reached or a lock was not to be had.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, work)

    async def write(self, call: Call, work: Callable[[Connection], Answer]) -> Answer:
        """Run work that changes something; once per idempotency key, where the call has one."""
        if call.idempotency_key is None:
            return await self.run(work)
        key = call.idempotency_key
        check_key(key)
        key_scope = call.actor.key_id
        said = f"{call.method}\n{call.path}\n".encode() + call.query_string + b"\n" + call.body
        body_hash = sha256(said).digest()
        now = self._clock.now()

        def once(connection: Connection) -> Answer:
            before = begin_request(connection, key_scope=key_scope, key=key, body_hash=body_hash)
            if before is not None:
                return Answer(before.status, before.answer.encode(), JSON, (REPLAYED,))
            answer = work(connection)
            remember_answer(
                connection,
                key_scope=key_scope,
                key=key,
                body_hash=body_hash,
                given=Remembered(answer.status, answer.body.decode()),
                now=now,
            )
            return answer

        return await self.run(once)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._pool.connection() as connection:
                return work(connection)
        except psycopg.OperationalError as error:  # Also where the pool has no connection to give.
            _log.warning("the database could not be used: %s", error)
            raise busy() from None
