"""Answers that are remembered under the client's own key, so that a request can be repeated.

While a request is being worked on, its transaction holds an advisory lock on the key.  The lock
dies with the connection: no claim is ever left behind by a server that was killed.  Only answers
to requests that changed something are remembered; a refusal changed nothing, and asking again is
as harmless as the first time.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.types.json import Jsonb

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY, Instant, datetime_of

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_KEY: Final = 200
# A client that repeats a request after longer than this is told nothing about the first one.
REMEMBERED_FOR: Final[Instant] = 30 * DAY


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer as it was given: its status, and its body as text."""

    status: int
    answer: str


def check_key(key: str) -> None:
    """Refuse an idempotency key that is empty, long, or not of printable ASCII."""
    path = "Idempotency-Key"
    if not key or not key.isascii() or not key.isprintable():
        raise Refusal(Code.INVALID_TEXT, path, value=key[:64])
    if len(key) > LONGEST_KEY:
        raise Refusal(Code.TOO_LONG, path, value=key[:64], limit=LONGEST_KEY)


def begin_request(
    connection: Connection, *, key_scope: str, key: str, body_hash: bytes
) -> Remembered | None:
    """The answer that was given before; ``None`` where the caller is the first and may go on.

    Refuses ``REQUEST_IN_PROGRESS`` while another transaction works on the same key, and
    ``KEY_REUSED`` where the key came with another body.  Takes an advisory lock on the key until
    the end of the transaction; never waits for it.
    """
    taken = connection.execute(
        "SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(key_scope, key)]
    ).fetchone()
    if taken != (True,):
        raise Refusal(Code.REQUEST_IN_PROGRESS, "Idempotency-Key", value=key)
    row = connection.execute(
        "SELECT body_hash, status, answer FROM idempotency WHERE key_scope = %s AND key = %s",
        [key_scope, key],
    ).fetchone()
    if row is None:
        return None
    if bytes(row[0]) != body_hash:
        raise Refusal(Code.KEY_REUSED, "Idempotency-Key", value=key)
    return Remembered(status=row[1], answer=row[2])


def remember_answer(
    connection: Connection,
    *,
    key_scope: str,
    key: str,
    body_hash: bytes,
    given: Remembered,
    now: Instant,
) -> None:
    """Remember what was answered, in the transaction that ``begin_request`` was called in."""
    # The body is kept as a text within JSON: a JSON object would come back in another order.
    connection.execute(
        "INSERT INTO idempotency (key_scope, key, body_hash, status, answer, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [key_scope, key, body_hash, given.status, Jsonb(given.answer), datetime_of(now)],
    )


def forget_answers(connection: Connection, *, now: Instant) -> int:
    """Delete what is older than ``REMEMBERED_FOR``; the answer is how many there were."""
    done = connection.execute(
        "DELETE FROM idempotency WHERE created_at < %s", [datetime_of(now - REMEMBERED_FOR)]
    )
    return done.rowcount


def _lock_number(key_scope: str, key: str) -> int:
    digest = sha256(f"idempotency\x1f{key_scope}\x1f{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
