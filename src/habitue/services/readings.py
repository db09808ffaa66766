"""Confirming that one has read new rules."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Permission
from habitue.domain.access.actors import Kind
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.programmes import get_one_compiled
from habitue.services.access.rights import require
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def confirm_reading(
    connection: Connection, *, actor: Actor, programme: str, number: int, now: Instant
) -> bool:
    """Note that the actor has read a version of a programme; ``False``, and nothing is done, where
    it was noted before.  A newer version that came meanwhile is still to be read.

    Refuses ``NOT_PERMITTED`` (also whoever is no colleague, and a programme that is not theirs),
    ``UNKNOWN_PROGRAMME`` and ``UNKNOWN_VERSION``.  Writes the trail.  Takes no locks.
    """
    require(actor, Permission.PROGRAMME_READ)
    if actor.kind is not Kind.STAFF or actor.id is None or not actor.in_programme(programme):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.PROGRAMME_READ.value)
    compiled = get_one_compiled(connection, code=programme)
    if number not in compiled.versions:
        raise Refusal(Code.UNKNOWN_VERSION, "version", value=number, programme=programme)
    with connection.transaction():
        noted = connection.execute(
            "INSERT INTO rules_reading (programme_id, staff_id, number, read_at, device_id)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [UUID(compiled.programme_id), actor.id, number, datetime_of(now), actor.device],
        ).rowcount
        if noted:
            note_in_trail(
                connection,
                actor=actor,
                action=Action.RULES_READ,
                now=now,
                subject_kind="programme",
                subject_id=programme,
                subject_name=programme,
                details={"version": number},
            )
    return bool(noted)
