"""Writing the audit trail: in the transaction of what it tells, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg

from habitue.domain.access import Actor
from habitue.domain.access.trail import Action
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of

Connection: TypeAlias = psycopg.Connection[Any]


def note_in_trail(
    connection: Connection,
    *,
    actor: Actor,
    action: Action,
    now: Instant,
    subject_kind: str = "",
    subject_id: object = "",
    subject_name: str = "",
    member_id: UUID | None = None,
    store: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add one line: who did what to whom, with the names as they are now.

    Call it in the transaction of the deed.  ``details`` is plain data.  Takes no locks.
    """
    connection.execute(
        "INSERT INTO trail (trail_id, at, actor_kind, actor_id, actor_name, device_id, action,"
        " subject_kind, subject_id, subject_name, member_id, store, details)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::json)",
        [
            new_id(now),
            datetime_of(now),
            actor.kind.value,
            actor.id,
            actor.name,
            actor.device,
            action.value,
            subject_kind,
            str(subject_id),
            subject_name,
            member_id,
            store,
            orjson.dumps(dict(details or {}), default=str).decode(),
        ],
    )
