"""Links that let somebody in: invitations, and those of the demonstration.

A link's token has 256 random bits, and only its SHA-256 is stored: nobody can read it again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of

Connection: TypeAlias = psycopg.Connection[Any]
Kind: TypeAlias = Literal["staff", "member"]
Purpose: TypeAlias = Literal["invitation", "demonstration"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is valid now: whom it lets in, and for what."""

    kind: Kind
    subject_id: UUID
    purpose: Purpose
    single_use: bool


def make_link(
    connection: Connection,
    *,
    kind: Kind,
    subject_id: UUID,
    purpose: Purpose,
    now: Instant,
    expires_at: Instant,
    single_use: bool = True,
) -> str:
    """Make a link; answers its token, which cannot be read again.  Takes no locks."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        "INSERT INTO sign_in_link (token_hash, kind, subject_id, purpose, single_use, created_at,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            _hash(token),
            kind,
            subject_id,
            purpose,
            single_use,
            datetime_of(now),
            datetime_of(expires_at),
        ],
    )
    return token


def read_link(connection: Connection, *, token: str, now: Instant) -> Link:
    """The link of a token, without using it; refuses (``LINK_NOT_VALID``) an unknown, expired or
    used one without telling which."""
    return _found(
        connection,
        "SELECT kind, subject_id, purpose, single_use FROM sign_in_link"
        " WHERE token_hash = %s AND expires_at > %s AND (used_at IS NULL OR NOT single_use)",
        [_hash(token), datetime_of(now)],
    )


def use_link(connection: Connection, *, token: str, now: Instant) -> Link:
    """Use a link; of two who use a link for one, one is refused (``LINK_NOT_VALID``).

    Locks its row.
    """
    return _found(
        connection,
        "UPDATE sign_in_link SET used_at = %s"
        " WHERE token_hash = %s AND expires_at > %s AND (used_at IS NULL OR NOT single_use)"
        " RETURNING kind, subject_id, purpose, single_use",
        [datetime_of(now), _hash(token), datetime_of(now)],
    )


def withdraw_links(
    connection: Connection, *, kind: Kind, subject_id: UUID, purpose: Purpose | None = None
) -> None:
    """Make every link of somebody worthless, or those for one purpose.  Locks their rows."""
    connection.execute(
        "DELETE FROM sign_in_link WHERE kind = %s AND subject_id = %s"
        " AND (%s::text IS NULL OR purpose = %s)",
        [kind, subject_id, purpose, purpose],
    )


def _found(connection: Connection, statement: str, parameters: list[object]) -> Link:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement.encode(), parameters).fetchone()
    if row is None:
        raise Refusal(Code.LINK_NOT_VALID)
    return Link(*row)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
