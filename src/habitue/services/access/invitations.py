"""Invitations into closed clubs: made and revoked by the house, used by whoever holds the code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import make_number
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of, format_instant
from habitue.selectors.invitations import (
    Invitation,
    find_invitation,
    get_invitation,
    get_invitation_by_key,
)
from habitue.selectors.programmes import get_one_compiled
from habitue.services.access.rights import require
from habitue.services.access.throttling import count_attempt, forgive_attempt
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]

LONGEST_NOTE: Final = 200
MOST_PEOPLE: Final = 1_000_000
_QUARTER_SECONDS: Final = 15 * 60
_TRIED_PER_CALLER: Final = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What an invitation is to be: so many ``people`` into a programme, before ``expires_at``
    (``None``: until it is revoked).  ``note`` says for whom it is."""

    programme: str
    people: int = 1
    note: str = ""
    expires_at: Instant | None = None


def invite_people(
    connection: Connection, *, actor: Actor, wish: Wish, key: str, now: Instant
) -> Invitation:
    """Make a code with which people may join a programme; the same ``key`` again answers the one
    that was made the first time.

    Refuses ``NOT_PERMITTED`` (also a programme that is not the actor's), ``UNKNOWN_PROGRAMME``,
    ``TOO_LONG``, ``NOT_POSITIVE``, ``TOO_LARGE``, ``TOO_LONG_AGO``, and ``KEY_REUSED`` for another
    wish under a used key.  Writes the trail.  Takes no locks.
    """
    require(actor, Permission.MEMBERS_WRITE)
    if not actor.in_programme(wish.programme):
        scope = f"programme {wish.programme[:64]}"
        raise Refusal(Code.NOT_PERMITTED, "programme", scope=scope)
    known = get_invitation_by_key(connection, key=key)
    if known is None:
        _check(wish, now)
        get_one_compiled(connection, code=wish.programme)
        known = _made(connection, actor, wish, key, now)
    if Wish(known.programme, known.people, known.note, known.expires_at) != wish:
        raise Refusal(Code.KEY_REUSED, "external_id", value=key[:80])
    return known


def revoke_invitation(
    connection: Connection, *, actor: Actor, invitation_id: UUID, now: Instant
) -> None:
    """Let nobody else in with a code; who came stays.  Revoking again changes nothing.

    Refuses ``NOT_PERMITTED`` and ``UNKNOWN_INVITATION``.  Locks the invitation.  Writes the trail.
    """
    require(actor, Permission.MEMBERS_WRITE)
    invitation = get_invitation(connection, actor=actor, invitation_id=invitation_id)
    with connection.transaction():
        revoked = connection.execute(
            "UPDATE invitation SET revoked_at = %s WHERE invitation_id = %s AND revoked_at IS NULL",
            [datetime_of(now), invitation_id],
        ).rowcount
        if revoked:
            _note(connection, actor, Action.INVITATION_REVOKED, invitation, now)


def try_invitation(
    connection: Connection, *, programme: str, typed: str, caller: str, now: Instant
) -> Invitation:
    """The invitation that somebody typed, without using it; wrong ones are counted by where they
    come from.

    Refuses ``RATE_LIMITED`` and ``INVITATION_NOT_VALID``.  Call it outside a transaction.
    """
    key = f"invitation {caller}"
    count_attempt(connection, key=key, limit=_TRIED_PER_CALLER, seconds=_QUARTER_SECONDS, now=now)
    invitation = find_invitation(connection, programme=programme, typed=typed, now=now)
    # Ten friends who join in one room with codes of their own are no thief.
    forgive_attempt(connection, key=key, seconds=_QUARTER_SECONDS, now=now)
    return invitation


def use_invitation(connection: Connection, *, invitation: Invitation, now: Instant) -> None:
    """Let one person in; of two who come for the last place, one is refused
    (``INVITATION_NOT_VALID``).

    Locks the invitation to the end of the caller's transaction, after the member.
    """
    used = connection.execute(
        "UPDATE invitation SET joined = joined + 1 WHERE invitation_id = %s AND joined < people"
        " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)",
        [invitation.invitation_id, datetime_of(now)],
    ).rowcount
    if not used:
        raise Refusal(Code.INVITATION_NOT_VALID, "invitation", value=invitation.programme)


def _check(wish: Wish, now: Instant) -> None:
    if len(wish.note) > LONGEST_NOTE:
        raise Refusal(Code.TOO_LONG, "note", value=wish.note[:LONGEST_NOTE], limit=LONGEST_NOTE)
    if wish.people < 1:
        raise Refusal(Code.NOT_POSITIVE, "people", value=wish.people)
    if wish.people > MOST_PEOPLE:
        raise Refusal(Code.TOO_LARGE, "people", value=wish.people, limit=MOST_PEOPLE)
    if wish.expires_at is not None and wish.expires_at <= now:
        value, limit = format_instant(wish.expires_at), format_instant(now)
        raise Refusal(Code.TOO_LONG_AGO, "expires_at", value=value, limit=limit)


def _made(connection: Connection, actor: Actor, wish: Wish, key: str, now: Instant) -> Invitation:
    try:
        with connection.transaction():
            invitation_id = new_id(now)
            connection.execute(
                "INSERT INTO invitation (invitation_id, programme, code, key, note, people,"
                " joined, created_at, expires_at, author_name)"
                " VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s, %s)",
                [
                    invitation_id,
                    wish.programme,
                    make_number(secrets.randbelow),
                    key,
                    wish.note,
                    wish.people,
                    datetime_of(now),
                    None if wish.expires_at is None else datetime_of(wish.expires_at),
                    actor.name,
                ],
            )
            made = get_invitation(connection, actor=actor, invitation_id=invitation_id)
            _note(connection, actor, Action.INVITATION_CREATED, made, now)
    except UniqueViolation:
        # The same form came twice at once: the other one made it.
        other = get_invitation_by_key(connection, key=key)
        if other is None:
            raise
        return other
    return made


def _note(
    connection: Connection, actor: Actor, action: Action, invitation: Invitation, now: Instant
) -> None:
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=now,
        subject_kind="invitation",
        subject_id=str(invitation.invitation_id),
        # Four characters tell one from another; the trail shall let nobody in.
        subject_name=invitation.note or f"…{invitation.code[-4:]}",
        details={"programme": invitation.programme, "people": invitation.people},
    )
