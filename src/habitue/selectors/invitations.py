"""Invitations into closed clubs, as the house lists them and as a code opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import format_number, is_number
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code with which ``people`` may let themselves in, of whom ``joined`` have.

    It is valid before ``expires_at`` (``None``: until it is revoked).
    """

    invitation_id: UUID
    programme: str
    code: str
    note: str
    people: int
    joined: int
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    author_name: str

    @property
    def printed(self) -> str:
        """The code in groups, as it is written down."""
        return format_number(self.code)

    def is_over(self, now: Instant) -> bool:
        """Whether its time is over, with or without anybody having come."""
        return self.expires_at is not None and self.expires_at <= now

    def opens(self, now: Instant) -> bool:
        """Whether somebody may still come in with it."""
        return self.revoked_at is None and not self.is_over(now) and self.joined < self.people


_COLUMNS: Final = (
    "invitation_id, programme, code, note, people, joined, created_at, expires_at, revoked_at,"
    " author_name"
)


def read_invitation_code(typed: str) -> str | None:
    """The bare code of what somebody typed: case, spaces and dashes do not matter.  ``None`` where
    the check character says that it is mistyped."""
    bare = "".join(letter for letter in typed if letter.isascii() and letter.isalnum()).upper()
    return bare if is_number(bare) else None


def find_invitation(
    connection: Connection, *, programme: str, typed: str, now: Instant
) -> Invitation:
    """The invitation that a typed code is, if it opens the programme now.

    Refuses (``INVITATION_NOT_VALID``) an unknown, mistyped, used, expired or revoked one, and one
    for another programme, without telling which.  Guesses are counted by the caller.
    """
    code = read_invitation_code(typed)
    found = [] if code is None else _found(connection, "code = %s", [code])
    if not found or found[0].programme != programme or not found[0].opens(now):
        raise Refusal(Code.INVITATION_NOT_VALID, "invitation", value=programme)
    return found[0]


def list_invitations(
    connection: Connection, *, actor: Actor, programme: str, limit: int = 200
) -> list[Invitation]:
    """The newest invitations into a programme; none where it is not the actor's."""
    if not actor.in_programme(programme):
        return []
    return _found(
        connection, "programme = %s ORDER BY created_at DESC LIMIT %s", [programme, limit]
    )


def get_invitation(connection: Connection, *, actor: Actor, invitation_id: UUID) -> Invitation:
    """One invitation; refuses (``UNKNOWN_INVITATION``) where there is none that is the actor's."""
    found = _found(connection, "invitation_id = %s", [invitation_id])
    if not found or not actor.in_programme(found[0].programme):
        raise Refusal(Code.UNKNOWN_INVITATION, "invitation", value=str(invitation_id))
    return found[0]


def get_invitation_by_key(connection: Connection, *, key: str) -> Invitation | None:
    """The invitation that was made under a natural key."""
    found = _found(connection, "key = %s", [key])
    return found[0] if found else None


def _found(connection: Connection, condition: str, parameters: list[object]) -> list[Invitation]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            f"SELECT {_COLUMNS} FROM invitation WHERE {condition}".encode(),  # noqa: S608  # constants
            parameters,
        ).fetchall()
    return [_invitation(row) for row in rows]


def _invitation(row: Sequence[Any]) -> Invitation:
    opened, over, revoked = row[6:9]
    return Invitation(
        invitation_id=row[0],
        programme=row[1],
        code=row[2],
        note=row[3],
        people=row[4],
        joined=row[5],
        created_at=instant_of(opened),
        expires_at=None if over is None else instant_of(over),
        revoked_at=None if revoked is None else instant_of(revoked),
        author_name=row[9],
    )
