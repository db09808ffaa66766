"""Counting attempts, so that nobody guesses for long; shared by all processes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import SECOND, Instant, datetime_of

Connection: TypeAlias = psycopg.Connection[Any]


def count_attempt(
    connection: Connection, *, key: str, limit: int, seconds: int, now: Instant
) -> None:
    """Count one attempt; refuses (``RATE_LIMITED``, with the seconds to wait) beyond ``limit`` in
    a span of ``seconds``.

    Commits by itself where no transaction is open: an attempt counts whatever becomes of it, so do
    not call it inside one that may roll back.  Locks the key's row.
    """
    begins, span = _window(seconds, now)
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "INSERT INTO attempt (key_hash, window_starts_at, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (key_hash, window_starts_at)"
            " DO UPDATE SET count = attempt.count + 1 RETURNING count",
            [_hash(key), datetime_of(begins)],
        ).fetchone()
    assert row is not None, "an upsert returns its row"
    if row[0] > limit:
        raise Refusal(Code.RATE_LIMITED, seconds=(begins + span - now) // SECOND + 1)


def forgive_attempt(connection: Connection, *, key: str, seconds: int, now: Instant) -> None:
    """Take back one attempt of the present span: it was no guess.  Locks the key's row."""
    begins, _span = _window(seconds, now)
    connection.execute(
        "UPDATE attempt SET count = greatest(count - 1, 0)"
        " WHERE key_hash = %s AND window_starts_at = %s",
        [_hash(key), datetime_of(begins)],
    )


def _window(seconds: int, now: Instant) -> tuple[Instant, Instant]:
    """When the present span began, and how long it is."""
    span = seconds * SECOND
    return now - now % span, span


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()
