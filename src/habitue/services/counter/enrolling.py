"""Enrolling somebody who stands there, or who joins by the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from habitue.domain.access import Actor, Kind, Permission
from habitue.domain.access.trail import Action
from habitue.domain.consents import Channel, Purpose
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.selectors.invitations import Invitation, find_invitation
from habitue.selectors.ledger import get_event
from habitue.selectors.members import MemberRecord, get_member
from habitue.selectors.programmes import get_one_compiled
from habitue.selectors.standing import get_standing
from habitue.services.access.invitations import use_invitation
from habitue.services.consents import record_consents
from habitue.services.counter.counter import CHANNELS, Counter, known_as
from habitue.services.intake import Answer
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.referring.bringing import bring_friend
from habitue.services.trail import note_in_trail


@dataclass(frozen=True, slots=True)
class Invited:
    """Who joins was brought: by whose ``code``; ``devices`` are members who are known to have used
    the same browser."""

    code: str
    devices: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new member, and what joining gave."""

    member: MemberRecord
    answer: Answer


def enrol_at(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    identifiers: Sequence[NewIdentifier],
    details: Mapping[str, object],
    consents: Mapping[tuple[Purpose, Channel], bool] | None = None,
    referral: Invited | None = None,
    invitation: str = "",
) -> Enrolled:
    """Make a member and let them join, with consents and trail, in one transaction.

    The same ``external_id`` again answers the member who was made the first time.  A stranger may
    join by the portal alone, and a closed club only by the code of an ``invitation``, which counts
    as used with the joining or not at all.  Refuses ``NOT_PERMITTED``, what ``check_open``,
    ``find_invitation``, ``use_invitation``, ``enrol_member`` and the programme refuse; with a
    ``referral``, also what ``bring_friend`` refuses.  Locks what ``enrol_member``, ``record`` and
    ``bring_friend`` lock, then the invitation.
    """
    joining = counter.source == "portal" and counter.actor.kind is Kind.NOBODY
    if not joining:
        counter.require(Permission.MEMBERS_WRITE)
    known = _known(counter, external_id)
    if known is not None:
        return known
    invited = _invited(counter, programme, invitation) if joining else None
    try:
        with counter.connection.transaction():
            enrolled = _enrol(
                counter,
                programme,
                external_id,
                identifiers,
                details,
                consents,
                referral,
                joining=joining,
            )
            if invited is not None:
                use_invitation(counter.connection, invitation=invited, now=counter.clock.now())
            return enrolled
    except Refusal:
        # The same form may have been sent twice at once; then the other one made the member.
        known = _known(counter, external_id)
        if known is None:
            raise
        return known


def enter_by_invitation(
    counter: Counter, *, programme: str, member_id: UUID, invitation: Invitation
) -> Answer:
    """Let a member of the house join a closed club by the code that they hold.

    Whoever has joined already is answered ``known`` and takes no place.  Refuses
    ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``, and what ``use_invitation`` and the programme refuse.
    Locks the member, what ``record`` locks, then the invitation.
    """
    with counter.connection.transaction():
        # Of two requests of one member with two codes, the second shall see what the first did.
        counter.connection.execute(
            "SELECT 1 FROM member WHERE member_id = %s FOR UPDATE", [member_id]
        )
        standing = get_standing(
            counter.connection,
            member_id=counter.member(member_id).member_id,
            programme=programme,
            now=counter.clock.now(),
        )
        if standing is not None and not standing.outside:
            return Answer("known", {})
        external_id = f"invitation-{invitation.invitation_id.hex}-{member_id.hex}"
        content = counter.content(external_id, member=known_as(member_id))
        answer = counter.post(programme, "enrolment", content)
        if answer.status == "recorded":
            use_invitation(counter.connection, invitation=invitation, now=counter.clock.now())
    return answer


def _invited(counter: Counter, programme: str, invitation: str) -> Invitation | None:
    """The invitation that a stranger needs and has; none where anybody may join."""
    connection, now = counter.connection, counter.clock.now()
    if is_open(connection, programme=programme, now=now):
        return None
    if not invitation:
        raise Refusal(Code.JOINING_BY_INVITATION, "programme", value=programme)
    return find_invitation(connection, programme=programme, typed=invitation, now=now)


def check_open(connection: Connection[Any], *, programme: str, now: Instant) -> None:
    """Refuse (``JOINING_BY_INVITATION``) whoever would let themselves into a closed club; of two
    versions, the one in effect at ``now`` says what it is.  Takes no locks."""
    if not is_open(connection, programme=programme, now=now):
        raise Refusal(Code.JOINING_BY_INVITATION, "programme", value=programme)


def is_open(connection: Connection[Any], *, programme: str, now: Instant) -> bool:
    """Whether anybody may join the programme by themselves at ``now``; refuses
    (``UNKNOWN_PROGRAMME``) where there is none."""
    compiled = get_one_compiled(connection, code=programme)
    number = compiled.number_at(now)
    return number is None or compiled.versions[number].joining == "open"


def _enrol(
    counter: Counter,
    programme: str,
    external_id: str,
    identifiers: Sequence[NewIdentifier],
    details: Mapping[str, object],
    consents: Mapping[tuple[Purpose, Channel], bool] | None,
    referral: Invited | None,
    *,
    joining: bool,
) -> Enrolled:
    now = counter.clock.now()
    home = {"store": counter.store} if counter.store and "store" not in details else {}
    with counter.connection.transaction():
        member = enrol_member(
            counter.connection,
            now=now,
            phones=counter.phones,
            country=counter.country,
            identifiers=identifiers,
            details={**home, **details},
        )
        content = counter.content(external_id, occurred_at=now, member=known_as(member.member_id))
        answer = counter.post(programme, "enrolment", content)
        oneself = Actor(kind=Kind.MEMBER, id=member.member_id, name=member.shown_name)
        actor = oneself if joining else counter.actor
        note_in_trail(
            counter.connection,
            actor=actor,
            action=Action.MEMBER_ENROLLED,
            now=now,
            subject_kind="member",
            subject_id=member.member_id,
            subject_name=member.shown_name or member.number,
            member_id=member.member_id,
            store=counter.store or None,
            details={"programme": programme},
        )
        if referral is not None:
            _bring(counter, programme, member.member_id, referral)
        if consents:
            record_consents(
                counter.connection,
                actor=actor,
                member_id=member.member_id,
                given=consents,
                now=now,
            )
    return Enrolled(member, answer)


def _bring(counter: Counter, programme: str, friend: UUID, referral: Invited) -> None:
    bring_friend(
        counter.connection,
        programme=programme,
        friend=friend,
        code=referral.code,
        channel=CHANNELS[counter.source],
        devices=referral.devices,
        clock=counter.clock,
    )


def _known(counter: Counter, external_id: str) -> Enrolled | None:
    try:
        event = get_event(counter.connection, source=counter.source, external_id=external_id)
    except Refusal as refusal:
        if refusal.code is Code.UNKNOWN_EVENT:
            return None
        raise
    if event.kind != "enrolment" or event.member_id is None:
        raise Refusal(Code.KEY_REUSED, "external_id", value=external_id[:80])
    member = get_member(counter.connection, member_id=_plain(event.member_id))
    return Enrolled(member, Answer("known", event.answer))


def _plain(member_id: Any) -> UUID:
    return member_id if isinstance(member_id, UUID) else UUID(str(member_id))
