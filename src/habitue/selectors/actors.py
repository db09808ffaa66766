"""From who somebody is to what they may do: actors of sessions, tills and links."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Kind, Role

Connection: TypeAlias = psycopg.Connection[Any]

# A chain of merges is as long as somebody merged what was merged; nobody does that often.
_LONGEST_CHAIN: Final = 20
_SURVIVOR: Final = """
WITH RECURSIVE chain(member_id, merged_into, status, language, name, number, steps) AS (
    SELECT member_id, merged_into, status, language,
           coalesce(nullif(display_name, ''), btrim(given_name || ' ' || family_name)), number, 0
    FROM member WHERE member_id = %s
    UNION ALL
    SELECT m.member_id, m.merged_into, m.status, m.language,
           coalesce(nullif(m.display_name, ''), btrim(m.given_name || ' ' || m.family_name)),
           m.number, c.steps + 1
    FROM chain c JOIN member m ON m.member_id = c.merged_into WHERE c.steps < %s
)
SELECT member_id, language, name, number FROM chain WHERE status = 'active'
"""


def actor_of_staff(
    connection: Connection, *, staff_id: UUID, device: UUID | None = None, store: str = ""
) -> Actor | None:
    """A colleague as an actor; ``None`` for one who is deactivated or unknown.

    With ``device``, they are at that till, in its ``store`` and no other.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT name, roles, stores, programmes, language FROM staff"
            " WHERE staff_id = %s AND is_active",
            [staff_id],
        ).fetchone()
    if row is None:
        return None
    name, roles, stores, programmes, language = row
    if device is not None and stores and store not in stores:
        return None
    known = {role.value for role in Role}
    return Actor(
        kind=Kind.STAFF,
        id=staff_id,
        name=name,
        roles=frozenset(Role(text) for text in roles if text in known),
        stores=frozenset(stores) if device is None else frozenset({store}),
        programmes=frozenset(programmes),
        language=language,
        device=device,
        at_till=device is not None,
    )


def actor_of_member(connection: Connection, *, member_id: UUID) -> Actor | None:
    """A member as an actor: the one into whom they were merged, where they were; ``None`` for a
    closed or unknown one."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_SURVIVOR, [member_id, _LONGEST_CHAIN]).fetchone()
    if row is None:
        return None
    found, language, name, number = row
    return Actor(kind=Kind.MEMBER, id=found, name=name or number, language=language)


def actor_of_device(connection: Connection, *, secret: str) -> Actor | None:
    """A till by what it shows; ``None`` for one that is unknown or revoked."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT device_id, name, store FROM device"
            " WHERE secret_hash = %s AND revoked_at IS NULL",
            [sha256(secret.encode()).digest()],
        ).fetchone()
    if row is None:
        return None
    device_id, name, store = row
    return Actor(
        kind=Kind.DEVICE, id=device_id, name=name, stores=frozenset({store}), device=device_id
    )
