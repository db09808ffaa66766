"""API keys made and revoked by people, with the trail."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.selectors.keys import Key, get_key
from habitue.services.access.rights import require_programmes, require_stores
from habitue.services.keys import create_key, revoke_key
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def issue_key(
    connection: Connection,
    *,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    programmes: Collection[str],
    stores: Collection[str],
    requests_per_minute: int,
    expires_at: Instant | None,
    now: Instant,
) -> tuple[Key, str]:
    """Make a key in somebody's name; answers it and its text, which cannot be read again.

    Refuses ``NOT_PERMITTED`` (also for stores and programmes that are not the actor's) and what
    ``services.keys.create_key`` refuses.  Writes the trail.
    """
    require_stores(actor, Permission.KEYS_WRITE, list(stores))
    require_programmes(actor, Permission.KEYS_WRITE, list(programmes))
    with connection.transaction():
        key, token = create_key(
            connection,
            name=name,
            scopes=scopes,
            programmes=programmes,
            stores=stores,
            requests_per_minute=requests_per_minute,
            expires_at=expires_at,
            now=now,
        )
        _note(connection, actor, Action.KEY_CREATED, key, now)
    return key, token


def withdraw_key(connection: Connection, *, actor: Actor, key_id: str, now: Instant) -> None:
    """Revoke a key for ever; revoking again changes nothing.

    Refuses ``UNKNOWN_KEY`` and ``NOT_PERMITTED``.  Locks the key.  Writes the trail.
    """
    key = get_key(connection, key_id=key_id)
    if key is None:
        raise Refusal(Code.UNKNOWN_KEY, "key", value=key_id[:64])
    require_stores(actor, Permission.KEYS_WRITE, sorted(key.stores))
    require_programmes(actor, Permission.KEYS_WRITE, sorted(key.programmes))
    with connection.transaction():
        if revoke_key(connection, key_id=key_id, now=now):
            _note(connection, actor, Action.KEY_REVOKED, key, now)


def _note(connection: Connection, actor: Actor, action: Action, key: Key, now: Instant) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="key",
        subject_id=key.key_id,
        subject_name=key.name,
    )
