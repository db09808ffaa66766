"""Reading colleagues: those in whose stores the reader works, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Role
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """A colleague; empty ``stores`` or ``programmes``: all of them.

    ``has_password`` is false until an invitation was accepted.
    """

    staff_id: UUID
    email: str
    name: str
    language: str
    roles: frozenset[Role]
    stores: frozenset[str]
    programmes: frozenset[str]
    is_active: bool
    has_password: bool
    has_pin: bool
    joined_at: Instant
    latest_sign_in_at: Instant | None


_COLUMNS: Final = (
    "staff_id, email, name, language, roles, stores, programmes, is_active,"
    " password NOT LIKE '!%%', pin_hash <> '', joined_at, last_login"
)


def get_staff(
    connection: Connection, *, actor: Actor, staff_id: UUID, oneself: bool = False
) -> StaffRecord:
    """One colleague; refuses (``UNKNOWN_STAFF``) where there is none whom the actor may see.

    Everybody may see themself (``oneself``).
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            f"SELECT {_COLUMNS} FROM staff WHERE staff_id = %s",  # noqa: S608 - constant columns.
            [staff_id],
        ).fetchone()
    found = None if row is None else _record(row)
    if found is None or not (oneself or _sees(actor, found)):
        raise Refusal(Code.UNKNOWN_STAFF, "staff", value=str(staff_id))
    return found


def list_staff(connection: Connection, *, actor: Actor) -> tuple[StaffRecord, ...]:
    """The colleagues whom the actor may see, by name."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            f"SELECT {_COLUMNS} FROM staff ORDER BY name, email",  # noqa: S608 - constant columns.
            [],
        ).fetchall()
    return tuple(found for found in map(_record, rows) if _sees(actor, found))


def _sees(actor: Actor, other: StaffRecord) -> bool:
    """Whoever works in some stores sees those who work there and nowhere else; programmes likewise.

    An invitation shows its link: whoever reached further could come in with more rights.
    """
    return _within(other.stores, actor.stores) and _within(other.programmes, actor.programmes)


def _within(theirs: frozenset[str], mine: frozenset[str]) -> bool:
    """Whether a colleague reaches no further than somebody; nothing at all means everywhere."""
    return not mine or (bool(theirs) and theirs <= mine)


def _record(row: Sequence[Any]) -> StaffRecord:
    known = {role.value for role in Role}
    return StaffRecord(
        staff_id=row[0],
        email=row[1],
        name=row[2],
        language=row[3],
        # A role that a later release dropped allows nothing.
        roles=frozenset(Role(text) for text in row[4] if text in known),
        stores=frozenset(row[5]),
        programmes=frozenset(row[6]),
        is_active=row[7],
        has_password=row[8],
        has_pin=row[9],
        joined_at=instant_of(row[10]),
        latest_sign_in_at=None if row[11] is None else instant_of(row[11]),
    )
