"""Natural keys of events: claimed before anything else, so that each event happens once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from habitue.data.bulk import array

KeyPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that an event holds; ``member`` is ``None`` while it belongs to nobody."""

    body_hash: bytes
    programme: str
    member: str | None
    event: str
    kind: str
    anonymous: bool


_CLAIM: Final = """
INSERT INTO event_key (source, external_id, body_hash, programme_id, member_id, event_id, kind,
                       anonymous, claimed_at)
SELECT u.source, u.external_id, u.body_hash, u.programme_id, u.member_id, u.event_id, u.kind,
       u.anonymous, 'epoch'::timestamptz + u.claimed_at * '1 microsecond'::interval
FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
            %s::boolean[], %s::bigint[])
    AS u(source, external_id, body_hash, programme_id, member_id, event_id, kind, anonymous,
         claimed_at)
ORDER BY u.source COLLATE "C", u.external_id COLLATE "C"
ON CONFLICT DO NOTHING
RETURNING source, external_id
"""

_KNOWN: Final = """
SELECT k.source, k.external_id, k.body_hash, k.programme_id, k.member_id, k.event_id, k.kind,
       k.anonymous
FROM event_key k JOIN unnest(%s::text[], %s::text[]) AS u(source, external_id)
    ON k.source = u.source AND k.external_id = u.external_id
"""

_RELEASE: Final = """
DELETE FROM event_key k USING unnest(%s::text[], %s::text[]) AS u(source, external_id)
WHERE k.source = u.source AND k.external_id = u.external_id
"""

_SETTLE: Final = """
UPDATE event_key k SET body_hash = u.body_hash, member_id = u.member_id, kind = u.kind,
    programme_id = u.programme_id, anonymous = u.anonymous
FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[], %s::text[],
            %s::boolean[])
    AS u(source, external_id, body_hash, programme_id, member_id, kind, anonymous)
WHERE k.source = u.source AND k.external_id = u.external_id
"""


def claim_keys(
    cursor: psycopg.Cursor[Any],
    rows: Sequence[tuple[KeyPair, KnownKey]],
    *,
    now: int,
) -> set[KeyPair]:
    """Claim keys in their order; answers those that were free.

    Waits where another transaction has claimed one and is not finished.
    """
    cursor.execute(
        _CLAIM,
        [
            array("text", (key[0] for key, _ in rows)),
            array("text", (key[1] for key, _ in rows)),
            array("bytea", (claim.body_hash for _, claim in rows)),
            array("uuid", (claim.programme for _, claim in rows)),
            array("uuid", (claim.member for _, claim in rows)),
            array("uuid", (claim.event for _, claim in rows)),
            array("text", (claim.kind for _, claim in rows)),
            array("boolean", (claim.anonymous for _, claim in rows)),
            array("instant", (now for _ in rows)),
        ],
        prepare=True,
    )
    return set(cursor.fetchall())


def find_keys(cursor: psycopg.Cursor[Any], keys: Sequence[KeyPair]) -> None:
    """Look keys up; ``fetch_keys`` answers those that events hold."""
    cursor.execute(_KNOWN, _pairs(keys), prepare=True)


def fetch_keys(cursor: psycopg.Cursor[Any]) -> dict[KeyPair, KnownKey]:
    """What ``find_keys`` found."""
    return {
        (source, external_id): KnownKey(
            bytes(body_hash),
            programme.hex,
            None if member is None else member.hex,
            event.hex,
            kind,
            anonymous,
        )
        for source, external_id, body_hash, programme, member, event, kind, anonymous in (
            cursor.fetchall()
        )
    }


def release_keys(cursor: psycopg.Cursor[Any], keys: Sequence[KeyPair]) -> None:
    """Give back keys that this transaction claimed for events that were then refused."""
    if keys:
        cursor.execute(_RELEASE, _pairs(keys))


def settle_keys(cursor: psycopg.Cursor[Any], rows: Sequence[tuple[KeyPair, KnownKey]]) -> None:
    """Note what became of claimed keys, where it was not known when they were claimed."""
    if rows:
        cursor.execute(
            _SETTLE,
            [
                array("text", (key[0] for key, _ in rows)),
                array("text", (key[1] for key, _ in rows)),
                array("bytea", (claim.body_hash for _, claim in rows)),
                array("uuid", (claim.programme for _, claim in rows)),
                array("uuid", (claim.member for _, claim in rows)),
                array("text", (claim.kind for _, claim in rows)),
                array("boolean", (claim.anonymous for _, claim in rows)),
            ],
        )


def _pairs(keys: Sequence[KeyPair]) -> list[str]:
    return [array("text", (key[0] for key in keys)), array("text", (key[1] for key in keys))]
