"""The secret of each draw, made before anybody can enter."""

from __future__ import annotations

import secrets
from typing import Any, Final
from uuid import UUID

import psycopg

from habitue.domain.draws.lot import SECRET_BYTES, commitment_of
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, datetime_of, format_instant, instant_of

_COMMIT: Final = """
INSERT INTO draw (programme_id, code, secret, salt, commitment, committed_at, places, list, digest)
VALUES (%s, %s, %s, %s, %s, %s, 0, '', '') ON CONFLICT DO NOTHING
"""
_HELD: Final = """
SELECT code, closes_at FROM draw
WHERE programme_id = %s AND held_at IS NOT NULL AND code = ANY(%s)
"""


def commit_draws(
    cursor: psycopg.Cursor[Any], *, programme_id: UUID, version: Programme, now: Instant
) -> None:
    """Make the secrets of the draws that a version names first; those that are there stay.

    Call it in the transaction that publishes the version, which holds the programme.  Refuses
    (``VERSION_CONFLICT``) a draw that was held already and would now end at another time: a new
    draw takes a new code.
    """
    cursor.execute(_HELD, [programme_id, sorted(version.draws)])
    for code, closes_at in cursor.fetchall():
        ends_at, held = version.draws[code].ends_at, instant_of(closes_at)
        if ends_at != held:
            raise Refusal(
                Code.VERSION_CONFLICT,
                f"draws.{code}.until",
                value=format_instant(ends_at),
                expected=format_instant(held),
            )
    for code in version.draws:
        secret, salt = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES)
        cursor.execute(
            _COMMIT, [programme_id, code, secret, salt, commitment_of(secret), datetime_of(now)]
        )
