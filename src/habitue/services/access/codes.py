"""Codes by e-mail, with which members sign in, join, and confirm a new address.

A code has six digits, so guessing is what must be made hopeless: five tries for a code, ten
minutes, the newest code alone counts, and asking is throttled by address and by caller.  Whoever
asks for an address that no member has gets the same answer in the same way, and the code is made
all the same.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.emails import normal_email
from habitue.kit.ids import new_id
from habitue.kit.instants import MINUTE, Instant, datetime_of
from habitue.services.access.throttling import count_attempt

Connection: TypeAlias = psycopg.Connection[Any]
Purpose: TypeAlias = Literal["sign_in", "join", "new_email"]

DIGITS: Final = 6
VALID: Final[Instant] = 10 * MINUTE
TRIES: Final = 5
_QUARTER_SECONDS: Final = 15 * 60
_ASKED_PER_ADDRESS: Final = 5
_ASKED_PER_CALLER: Final = 30
_TRIED_PER_CALLER: Final = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A code that was made.

    ``code`` is to be sent to ``email`` where ``send`` says so: for signing in, only members get a
    message, and ``language`` is theirs.
    """

    code_id: UUID
    email: str
    code: str
    send: bool
    member_id: UUID | None
    language: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A code that was right: the address is proved, and whose it is (``None``: nobody's yet)."""

    email: str
    member_id: UUID | None


def request_code(
    connection: Connection,
    *,
    email: str,
    purpose: Purpose,
    caller: str,
    now: Instant,
    member_id: UUID | None = None,
) -> Asked:
    """Make a code for an address; earlier ones for it and this purpose are worth nothing then.

    ``caller`` stands for where the request comes from.  ``member_id`` is who wants to have a new
    address.  Refuses ``INVALID_IDENTIFIER`` and ``RATE_LIMITED``.  Locks the address's open code.
    """
    address = normal_email(email)
    if address is None:
        raise Refusal(Code.INVALID_IDENTIFIER, "email", value=email[:80], kind="email")
    for key, limit in (
        # By caller first: who asks for too many addresses keeps nobody else from asking for one.
        (f"ask {caller}", _ASKED_PER_CALLER),
        (f"ask {address}", _ASKED_PER_ADDRESS),
    ):
        count_attempt(connection, key=key, limit=limit, seconds=_QUARTER_SECONDS, now=now)
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    code_id = new_id(now)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        holder = cursor.execute(
            "SELECT m.member_id, m.language FROM identifier i"
            " JOIN member m ON m.member_id = i.member_id"
            " WHERE i.kind = 'email' AND i.value = %s AND i.revoked_at IS NULL"
            " AND m.status = 'active'",
            [address],
        ).fetchone()
        owner = member_id if member_id is not None else holder[0] if holder else None
        # One statement, so that of two who ask at the same time only one code stays.
        cursor.execute(
            "INSERT INTO sign_in_code (code_id, email, purpose, member_id, code_hash, attempts,"
            " created_at, expires_at) VALUES (%s, %s, %s, %s, %s, 0, %s, %s)"
            " ON CONFLICT (email, purpose) WHERE used_at IS NULL DO UPDATE"
            " SET code_id = EXCLUDED.code_id, member_id = EXCLUDED.member_id,"
            " code_hash = EXCLUDED.code_hash, attempts = 0, created_at = EXCLUDED.created_at,"
            " expires_at = EXCLUDED.expires_at",
            [
                code_id,
                address,
                purpose,
                owner,
                _hash(code_id, code),
                datetime_of(now),
                datetime_of(now + VALID),
            ],
        )
    language = str(holder[1]) if holder else ""
    send = purpose != "sign_in" or holder is not None
    return Asked(code_id, address, code, send, owner, language)


def enter_code(
    connection: Connection, *, code_id: UUID, code: str, caller: str, now: Instant
) -> Entered:
    """Try a code; it can be right once.

    Refuses ``RATE_LIMITED``, ``CODE_EXPIRED`` (too old, used, replaced by a newer one, or tried too
    often) and ``WRONG_CODE`` with the tries that are left.  Every try counts, whatever becomes of
    the caller's transaction; locks the code.
    """
    count_attempt(
        connection,
        key=f"try {caller}",
        limit=_TRIED_PER_CALLER,
        seconds=_QUARTER_SECONDS,
        now=now,
    )
    typed = "".join(letter for letter in code if letter.isdecimal() and letter.isascii())
    with connection.cursor(row_factory=tuple_row) as cursor:
        # One statement counts the try and reads what is needed, so that no two tries share a count.
        row = cursor.execute(
            "UPDATE sign_in_code SET attempts = attempts + 1"
            " WHERE code_id = %s AND used_at IS NULL AND expires_at > %s AND attempts < %s"
            " RETURNING email, member_id, code_hash, attempts",
            [code_id, datetime_of(now), TRIES],
        ).fetchone()
        if row is None:
            raise Refusal(Code.CODE_EXPIRED)
        email, member_id, wanted, attempts = row
        if not hmac.compare_digest(bytes(wanted), _hash(code_id, typed)):
            raise Refusal(Code.WRONG_CODE, "code", left=TRIES - attempts)
        used = cursor.execute(
            "UPDATE sign_in_code SET used_at = %s WHERE code_id = %s AND used_at IS NULL",
            [datetime_of(now), code_id],
        )
        if used.rowcount == 0:
            raise Refusal(Code.CODE_EXPIRED)
    return Entered(email, member_id)


def _hash(code_id: UUID, code: str) -> bytes:
    # The id salts it: a table of a million hashes is of no use.  Ten minutes and five tries do the
    # rest; whoever can read the table could sign in by other ways.
    return sha256(code_id.bytes + code.encode()).digest()
