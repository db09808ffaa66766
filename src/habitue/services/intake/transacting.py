"""One transaction, tried again whole where it lost a conflict."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from habitue.data.bulk import array
from habitue.domain.errors import Code, Refusal

Connection: TypeAlias = psycopg.Connection[Any]
Cursor: TypeAlias = psycopg.Cursor[Any]
T = TypeVar("T")

_ATTEMPTS: Final = 6
_FIRST_PAUSE: Final = 0.004
# A lock that was not to be had in its time is not to be had a little later either.
_LOCK_ATTEMPTS: Final = 2
BUSY_SECONDS: Final = 1

# The plan must not depend on how large the tables were when the statement was first planned: every
# look-up goes by an index.  A lock timeout that the connection brings along is respected.
#
# Whoever records holds the programmes' versions still; whoever publishes one waits for them.  So a
# version never takes effect behind the back of a batch that has not seen it.
_BEGIN: Final = """
SELECT set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true),
       set_config('lock_timeout', CASE current_setting('lock_timeout') WHEN '0' THEN '5s'
                                  ELSE current_setting('lock_timeout') END, true),
       (SELECT count(pg_advisory_xact_lock_shared(hashtext('habitue.versions'), hashtext(code)))
        FROM unnest(%s::text[]) AS code)
"""
# The same for whoever has read which version is in force, and acts on it at length.
HOLD_STILL: Final = (
    "SELECT pg_advisory_xact_lock_shared(hashtext('habitue.versions'), hashtext(%s::text))"
)
HOLD_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtext('habitue.versions'), hashtext(%s::text))"


class MergedMeanwhileError(Exception):
    """A member was merged into another one between being found and being locked."""


def transact(
    connection: Connection, work: Callable[[Cursor], T], *, programmes: Iterable[str]
) -> T:
    """Run the work in one transaction and commit it, while no version of the programmes (their
    codes) is published.

    A deadlock, a serialisation failure or a lock timeout rolls back and tries again, after a short
    random pause; at last it refuses (``BUSY``).  So it does where a member was merged meanwhile.
    Inside an open transaction the work is a savepoint of it and is tried once: only the whole can
    be tried again.
    """
    held = array("text", sorted(set(programmes)))
    if connection.info.transaction_status != TransactionStatus.IDLE:
        try:
            return _once(connection, work, held)
        except MergedMeanwhileError:
            raise Refusal(Code.BUSY, seconds=BUSY_SECONDS) from None
    timeouts = 0
    for attempt in range(_ATTEMPTS):
        if attempt:
            # Two that met once must not meet again at the same moment.
            time.sleep(_FIRST_PAUSE * 2**attempt * (0.5 + secrets.randbelow(1000) / 1000))
        try:
            return _once(connection, work, held)
        except LockNotAvailable:
            timeouts += 1
            if timeouts == _LOCK_ATTEMPTS:
                break
        except (DeadlockDetected, SerializationFailure, MergedMeanwhileError):
            continue
    raise Refusal(Code.BUSY, seconds=BUSY_SECONDS)


def _once(connection: Connection, work: Callable[[Cursor], T], held: str) -> T:
    with (
        connection.pipeline(),
        connection.transaction(),
        connection.cursor(row_factory=tuple_row) as cursor,
    ):
        cursor.execute(_BEGIN, [held], prepare=True)
        return work(cursor)
