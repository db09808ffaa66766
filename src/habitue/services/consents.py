"""What members agree to, and take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from habitue.domain.access import Actor, Kind, Permission
from habitue.domain.access.trail import Action
from habitue.domain.consents import OFFERED, Channel, Purpose
from habitue.domain.errors import Code, Refusal
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.consents import list_consents
from habitue.selectors.members import get_member
from habitue.services.access.rights import require
from habitue.services.trail import note_in_trail

Connection: TypeAlias = psycopg.Connection[Any]


def record_consents(
    connection: Connection,
    *,
    actor: Actor,
    member_id: UUID,
    given: Mapping[tuple[Purpose, Channel], bool],
    now: Instant,
    wording: str = "",
) -> int:
    """Note what a member agrees to and what not; answers how many answers have changed.

    What stands already is not noted again.  A member answers for themself; a colleague needs the
    right to change members.  Refuses ``NOT_PERMITTED``, ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED`` and
    ``UNKNOWN_CHOICE``.  Locks the member.  Writes the trail.
    """
    if not (actor.kind is Kind.MEMBER and actor.id == member_id):
        require(actor, Permission.MEMBERS_WRITE)
    for purpose, channel in given:
        if (purpose, channel) not in OFFERED:
            raise Refusal(Code.UNKNOWN_CHOICE, "consent", value=f"{purpose} {channel}", allowed="")
    with connection.transaction():
        connection.execute("SELECT 1 FROM member WHERE member_id = %s FOR UPDATE", [member_id])
        member = get_member(connection, member_id=member_id)
        if member.status != "active":
            raise Refusal(Code.MEMBER_CLOSED, "member", value=str(member_id))
        known = {
            (one.purpose, one.channel): one.given
            for one in list_consents(connection, member_id=member_id)
        }
        changed = 0
        for (purpose, channel), wanted in sorted(given.items()):
            if known.get((purpose, channel), False) == wanted:
                continue
            changed += 1
            connection.execute(
                "INSERT INTO consent (member_id, consent_id, purpose, channel, given, at,"
                " actor_kind, actor_name, wording) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    member_id,
                    new_id(now),
                    purpose.value,
                    channel.value,
                    wanted,
                    datetime_of(now),
                    actor.kind.value,
                    actor.name,
                    wording,
                ],
            )
            note_in_trail(
                connection,
                actor=actor,
                action=Action.CONSENT_GIVEN if wanted else Action.CONSENT_WITHDRAWN,
                now=now,
                subject_kind="member",
                subject_id=member_id,
                subject_name=member.shown_name,
                member_id=member_id,
                details={"purpose": purpose.value, "channel": channel.value},
            )
    return changed
