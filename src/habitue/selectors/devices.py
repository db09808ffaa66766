"""Reading tills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A till; ``pairing_until_at`` is set while it waits to be paired."""

    device_id: UUID
    name: str
    store: str
    created_by: str
    created_at: Instant
    pairing_until_at: Instant | None
    paired_at: Instant | None
    seen_at: Instant | None
    revoked_at: Instant | None


def list_devices(
    connection: Connection, *, actor: Actor, revoked_too: bool = False
) -> tuple[DeviceRecord, ...]:
    """The tills of the actor's stores, by store and name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT device_id, name, store, created_by, created_at,"
            " CASE WHEN pairing_hash IS NOT NULL THEN pairing_expires_at END, paired_at, seen_at,"
            " revoked_at FROM device WHERE %s OR revoked_at IS NULL"
            " ORDER BY store, name, created_at",
            [revoked_too],
        ).fetchall()
    return tuple(
        DeviceRecord(*row[:4], *(None if at is None else instant_of(at) for at in row[4:]))
        for row in rows
        if actor.works_in(row[2])
    )


def get_device(connection: Connection, *, actor: Actor, device_id: UUID) -> DeviceRecord:
    """One till; refuses (``UNKNOWN_DEVICE``) where there is none in the actor's stores."""
    for device in list_devices(connection, actor=actor, revoked_too=True):
        if device.device_id == device_id:
            return device
    raise Refusal(Code.UNKNOWN_DEVICE, "device", value=str(device_id))
