"""A colleague looks at a referral whose two members may be one person."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from habitue.data.programme.survivors import find_survivors
from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import Clock
from habitue.kit.instants import datetime_of, instant_of
from habitue.selectors.members import get_member
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.access.rights import require_programmes
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.referring.bringing import welcome
from habitue.services.trail import note_in_trail

LONGEST_REASON: Final = 200
_LOCK: Final = """
SELECT member_id, referred_at, review FROM referral
WHERE programme_id = %s AND referral_id = %s FOR UPDATE
"""
_DECIDE: Final = """
UPDATE referral SET review = %s, reviewed_by = %s, reviewed_at = %s, reason = %s, look_at = %s
WHERE programme_id = %s AND referral_id = %s
"""


def review_referral(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    referral_id: UUID,
    approve: bool,
    reason: str,
    clock: Clock,
) -> None:
    """Let a referral count, or not, with the reason; an approval gives what it would have given.

    Refuses ``NOT_PERMITTED``, ``MISSING_FIELD`` without a reason and ``TOO_LONG`` with a vast one,
    ``UNKNOWN_PROGRAMME``, ``UNKNOWN_REFERRAL``, and ``REFERRAL_NOT_OPEN`` where there is nothing to
    decide any more.  Locks the row of the referral, the friend, then budgets.  Writes the trail.
    """
    require_programmes(actor, Permission.MEMBERS_MERGE, [programme])
    said = reason.strip()
    if not said:
        raise Refusal(Code.MISSING_FIELD, "reason")
    if len(said) > LONGEST_REASON:
        raise Refusal(Code.TOO_LONG, "reason", value=said[:40], limit=LONGEST_REASON)
    compiled = get_one_compiled(connection, code=programme)
    decide = partial(_decide, connection, compiled, actor, referral_id, said, clock, approve)
    transact(connection, decide, programmes=[programme])


def _decide(
    connection: Connection,
    compiled: Compiled,
    actor: Actor,
    referral_id: UUID,
    reason: str,
    clock: Clock,
    approve: bool,  # noqa: FBT001  # one of the parts of a deed
    cursor: Cursor,
) -> None:
    programme_id = UUID(compiled.programme_id)
    cursor.execute(_LOCK, [programme_id, referral_id])
    rows = cursor.fetchall()
    if not rows:
        raise Refusal(Code.UNKNOWN_REFERRAL, "referral", value=str(referral_id))
    friend, referred_at, review = rows[0]
    record = get_member(connection, member_id=friend)
    if not actor.may(Permission.MEMBERS_MERGE, record.store):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.MEMBERS_MERGE.value)
    if review != "open":
        raise Refusal(Code.REFERRAL_NOT_OPEN, "referral", value=review)
    now = datetime_of(clock.now())
    word = "approved" if approve else "refused"
    row = [word, actor.name, now, reason, now if approve else None]
    cursor.execute(_DECIDE, [*row, programme_id, referral_id])
    survivor = find_survivors(cursor, [friend.hex]).get(friend.hex, friend.hex)
    if approve:
        at = instant_of(referred_at)
        welcome(
            cursor,
            compiled,
            friend=friend,
            member=survivor,
            referral_id=referral_id,
            at=at,
            clock=clock,
        )
    note_in_trail(
        connection,
        actor=actor,
        action=Action.REFERRAL_APPROVED if approve else Action.REFERRAL_REFUSED,
        now=clock.now(),
        subject_kind="member",
        subject_id=friend,
        subject_name=record.shown_name or record.number,
        member_id=friend,
        store=record.store,
        details={"programme": compiled.code, "reason": reason},
    )
