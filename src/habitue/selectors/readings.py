"""Reading who has read which rules.

The rules to be read are those in force, or those that will be within a week: whoever serves shall
know them before the first guest asks.  Who has read a version has read the earlier ones too, as far
as anybody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.access.permissions import PERMISSIONS
from habitue.kit.instants import DAY, Instant, instant_of
from habitue.selectors.programmes import Compiled
from habitue.selectors.staff import StaffRecord, list_staff

Connection: TypeAlias = psycopg.Connection[Any]

NOTICE: Final = 7 * DAY


@dataclass(frozen=True, slots=True)
class Reading:
    """What one colleague has to read and has read: numbers of versions, 0 for none."""

    to_read: int
    read: int
    read_at: Instant | None

    @property
    def is_due(self) -> bool:
        """Whether there is something new."""
        return self.read < self.to_read


@dataclass(frozen=True, slots=True)
class Reader:
    """A colleague who serves, and what they have read."""

    staff_id: UUID
    name: str
    reading: Reading


def number_to_read(compiled: Compiled, now: Instant) -> int:
    """The version whose rules are to be read; 0 before there is any."""
    return compiled.number_at(now + NOTICE) or 0


def get_reading(
    connection: Connection, *, compiled: Compiled, staff_id: UUID, now: Instant
) -> Reading:
    """What a colleague has to read and has read.  One statement."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT number, read_at FROM rules_reading WHERE programme_id = %s AND staff_id = %s"
            " ORDER BY number DESC LIMIT 1",
            [UUID(compiled.programme_id), staff_id],
        ).fetchone()
    to_read = number_to_read(compiled, now)
    return (
        Reading(to_read, 0, None) if row is None else Reading(to_read, row[0], instant_of(row[1]))
    )


def list_readers(
    connection: Connection, *, actor: Actor, compiled: Compiled, now: Instant
) -> tuple[Reader, ...]:
    """The colleagues who serve in a programme and whom the actor may see, those who have still to
    read first, then by name.  Two statements."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT ON (staff_id) staff_id, number, read_at FROM rules_reading"
            " WHERE programme_id = %s ORDER BY staff_id, number DESC",
            [UUID(compiled.programme_id)],
        ).fetchall()
    read = {staff_id: (number, instant_of(at)) for staff_id, number, at in rows}
    to_read = number_to_read(compiled, now)
    readers = [
        Reader(one.staff_id, one.name, Reading(to_read, *read.get(one.staff_id, (0, None))))
        for one in list_staff(connection, actor=actor)
        if _serves(one, compiled.code)
    ]
    return tuple(sorted(readers, key=lambda one: not one.reading.is_due))


def _serves(colleague: StaffRecord, programme: str) -> bool:
    may = any(Permission.TERMINAL_USE in PERMISSIONS[role] for role in colleague.roles)
    in_programme = not colleague.programmes or programme in colleague.programmes
    return colleague.is_active and may and in_programme
