"""Reading what members agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.consents import OFFERED, Channel, Purpose
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """Where a member stands; ``at`` is ``None`` where they were never asked."""

    purpose: Purpose
    channel: Channel
    given: bool
    at: Instant | None
    actor_name: str


def list_consents(connection: Connection, *, member_id: UUID) -> tuple[ConsentRecord, ...]:
    """Everything that can be agreed to, with the member's newest answer; never asked is no."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT ON (purpose, channel) purpose, channel, given, at, actor_name"
            " FROM consent WHERE member_id = %s"
            " ORDER BY purpose, channel, at DESC, consent_id DESC",
            [member_id],
        ).fetchall()
    known = {(purpose, channel): (given, at, by) for purpose, channel, given, at, by in rows}
    records = []
    for purpose, channel in OFFERED:
        given, at, by = known.get((purpose.value, channel.value), (False, None, ""))
        asked_at = None if at is None else instant_of(at)
        records.append(ConsentRecord(purpose, channel, given, asked_at, by))
    return tuple(records)
