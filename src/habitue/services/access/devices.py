"""Tills: added with a pairing code, paired once, revoked for ever."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Kind, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.ids import new_id
from habitue.kit.instants import HOUR, Instant, datetime_of
from habitue.services.access.rights import require
from habitue.services.access.throttling import count_attempt
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

# Without letters and digits that look alike.
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH: Final = 8
PAIRING_VALID: Final[Instant] = 24 * HOUR
LONGEST_NAME: Final = 60
_TRIES: Final = 10
_TRY_SECONDS: Final = 15 * 60


@dataclass(frozen=True, slots=True)
class Paired:
    """A till that was just paired; ``secret`` is what it shows from now on."""

    device_id: UUID
    name: str
    store: str
    secret: str


def add_device(
    connection: Connection, *, actor: Actor, name: str, store: str, now: Instant
) -> tuple[UUID, str]:
    """Make a till of a store; answers its id and the pairing code, which is valid for a day.

    Refuses ``NOT_PERMITTED``, ``INVALID_TEXT``, ``TOO_LONG`` and ``UNKNOWN_STORE``.  Writes the
    trail.
    """
    require(actor, Permission.DEVICES_WRITE, store)
    if not name or name != name.strip() or not name.isprintable():
        raise Refusal(Code.INVALID_TEXT, "name", value=name[:LONGEST_NAME])
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.TOO_LONG, "name", value=name[:LONGEST_NAME], limit=LONGEST_NAME)
    device_id, code = new_id(now), _code()
    with connection.transaction():
        if not connection.execute("SELECT 1 FROM store WHERE code = %s", [store]).fetchone():
            raise Refusal(Code.UNKNOWN_STORE, "store", value=store[:80])
        connection.execute(
            "INSERT INTO device (device_id, name, store, pairing_hash, pairing_expires_at,"
            " created_at, created_by) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                device_id,
                name,
                store,
                _hash(code),
                datetime_of(now + PAIRING_VALID),
                datetime_of(now),
                actor.name,
            ],
        )
        _note(connection, actor, Action.DEVICE_ADDED, device_id, name, store, now)
    return device_id, code


def renew_pairing(connection: Connection, *, actor: Actor, device_id: UUID, now: Instant) -> str:
    """Give a till a new pairing code; what it was paired with is worth nothing from now on.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_DEVICE`` (also one that is revoked).  Locks the till.
    Writes the trail.
    """
    code = _code()
    with connection.transaction():
        name, store = _lock(connection, actor, device_id)
        renewed = connection.execute(
            "UPDATE device SET pairing_hash = %s, pairing_expires_at = %s, secret_hash = NULL,"
            " paired_at = NULL WHERE device_id = %s AND revoked_at IS NULL",
            [_hash(code), datetime_of(now + PAIRING_VALID), device_id],
        )
        if renewed.rowcount == 0:
            raise Refusal(Code.UNKNOWN_DEVICE, "device", value=str(device_id))
        connection.execute("DELETE FROM web_session WHERE device_id = %s", [device_id])
        _note(connection, actor, Action.DEVICE_ADDED, device_id, name, store, now)
    return code


def pair_device(connection: Connection, *, code: str, caller: str, now: Instant) -> Paired:
    """Pair whoever shows the code; of two who show it, one is refused.

    Case, spaces and dashes do not matter.  Refuses ``RATE_LIMITED`` and ``LINK_NOT_VALID``.  Locks
    the till.  Writes the trail in the till's own name.
    """
    count_attempt(connection, key=f"pair {caller}", limit=_TRIES, seconds=_TRY_SECONDS, now=now)
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    secret = secrets.token_urlsafe(32)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "UPDATE device SET pairing_hash = NULL, pairing_expires_at = NULL, secret_hash = %s,"
            " paired_at = %s, seen_at = %s"
            " WHERE pairing_hash = %s AND pairing_expires_at > %s AND revoked_at IS NULL"
            " RETURNING device_id, name, store",
            [_hash(secret), datetime_of(now), datetime_of(now), _hash(typed), datetime_of(now)],
        ).fetchone()
        if row is None:
            raise Refusal(Code.LINK_NOT_VALID, "code")
        device_id, name, store = row
        till = Actor(kind=Kind.DEVICE, id=device_id, name=name, device=device_id)
        _note(connection, till, Action.DEVICE_PAIRED, device_id, name, store, now)
    return Paired(device_id, name, store, secret)


def revoke_device(connection: Connection, *, actor: Actor, device_id: UUID, now: Instant) -> None:
    """Let a till in no more, for ever.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_DEVICE``; revoking again changes nothing.  Locks the
    till.  Writes the trail.
    """
    with connection.transaction():
        name, store = _lock(connection, actor, device_id)
        changed = connection.execute(
            "UPDATE device SET revoked_at = %s, secret_hash = NULL, pairing_hash = NULL"
            " WHERE device_id = %s AND revoked_at IS NULL",
            [datetime_of(now), device_id],
        )
        if changed.rowcount:
            connection.execute("DELETE FROM web_session WHERE device_id = %s", [device_id])
            _note(connection, actor, Action.DEVICE_REVOKED, device_id, name, store, now)


def _lock(connection: Connection, actor: Actor, device_id: UUID) -> tuple[str, str]:
    row = connection.execute(
        "SELECT name, store FROM device WHERE device_id = %s FOR UPDATE", [device_id]
    ).fetchone()
    if row is None or not actor.works_in(row[1]):
        raise Refusal(Code.UNKNOWN_DEVICE, "device", value=str(device_id))
    require(actor, Permission.DEVICES_WRITE, row[1])
    return row[0], row[1]


def _note(
    connection: Connection,
    actor: Actor,
    action: Action,
    device_id: UUID,
    name: str,
    store: str,
    now: Instant,
) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="device",
        subject_id=device_id,
        subject_name=name,
        store=store,
    )


def _code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
