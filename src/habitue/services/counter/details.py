"""Changing what is known of a member, with the trail."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from habitue.domain.access import Kind, Permission
from habitue.domain.access.trail import Action
from habitue.selectors.members import IdentifierRecord, MemberRecord, list_identifiers
from habitue.services.counter.counter import Counter
from habitue.services.members import (
    NewIdentifier,
    add_identifier,
    close_member,
    revoke_identifier,
    update_member,
)
from habitue.services.trail import note_in_trail


def change_details(
    counter: Counter,
    *,
    member_id: UUID,
    changes: Mapping[str, object],
    expected_revision: int | None = None,
) -> MemberRecord:
    """Change details; names of fields go to the trail, values do not: they stand in the member.

    A member changes their own.  Refuses ``NOT_PERMITTED`` and what ``update_member`` refuses.
    """
    _require(counter, member_id)
    before = counter.member(member_id)
    with counter.connection.transaction():
        member = update_member(
            counter.connection,
            member_id=member_id,
            changes=changes,
            now=counter.clock.now(),
            expected_revision=expected_revision,
        )
        if member.revision != before.revision:
            changed = [name for name in changes if getattr(before, name) != getattr(member, name)]
            _note(counter, Action.MEMBER_CHANGED, member, fields=changed)
    return member


def give_identifier(
    counter: Counter, *, member_id: UUID, identifier: NewIdentifier
) -> IdentifierRecord:
    """Let a member be known by one more identifier; the same one again changes nothing.

    Refuses as ``change_details`` does, and what ``add_identifier`` refuses.  Locks the member.
    """
    _require(counter, member_id)
    with counter.connection.transaction():
        member, known = _lock(counter, member_id)
        record = add_identifier(
            counter.connection,
            member_id=member_id,
            identifier=identifier,
            now=counter.clock.now(),
            phones=counter.phones,
            country=counter.country,
        )
        if record.identifier_id not in known:
            _note(counter, Action.IDENTIFIER_ADDED, member, kind=record.kind, value=record.value)
    return record


def withdraw_identifier(
    counter: Counter, *, member_id: UUID, identifier_id: UUID
) -> IdentifierRecord:
    """Stop knowing a member by an identifier; again, it changes nothing.

    Refuses as ``change_details`` does, and what ``revoke_identifier`` refuses.  Locks the member.
    """
    _require(counter, member_id)
    with counter.connection.transaction():
        member, known = _lock(counter, member_id)
        record = revoke_identifier(
            counter.connection,
            member_id=member_id,
            identifier_id=identifier_id,
            now=counter.clock.now(),
        )
        if record.identifier_id in known:
            _note(counter, Action.IDENTIFIER_REVOKED, member, kind=record.kind, value=record.value)
    return record


def end_membership(counter: Counter, *, member_id: UUID) -> MemberRecord:
    """Close a member: nobody finds them any more, the books stay.  Refuses ``NOT_PERMITTED`` and
    ``UNKNOWN_MEMBER``; sessions of the member end."""
    counter.require(Permission.MEMBERS_MERGE)
    with counter.connection.transaction():
        before = counter.member(member_id)
        closed = close_member(counter.connection, member_id=member_id, now=counter.clock.now())
        counter.connection.execute("DELETE FROM web_session WHERE member_id = %s", [member_id])
        _note(counter, Action.MEMBER_CLOSED, before)
    return closed


def _lock(counter: Counter, member_id: UUID) -> tuple[MemberRecord, frozenset[UUID]]:
    """Lock an active member; answers it, and the ids of what identifies it."""
    counter.connection.execute("SELECT 1 FROM member WHERE member_id = %s FOR UPDATE", [member_id])
    member = counter.member(member_id)
    known = list_identifiers(counter.connection, member_id=member_id)
    return member, frozenset(one.identifier_id for one in known)


def _require(counter: Counter, member_id: UUID) -> None:
    if not (counter.actor.kind is Kind.MEMBER and counter.actor.id == member_id):
        counter.require(Permission.MEMBERS_WRITE)


def _note(counter: Counter, action: Action, member: MemberRecord, **details: object) -> None:
    note_in_trail(
        counter.connection,
        actor=counter.actor,
        action=action,
        now=counter.clock.now(),
        subject_kind="member",
        subject_id=member.member_id,
        subject_name=member.shown_name or member.number,
        member_id=member.member_id,
        store=counter.store or member.store,
        details=details,
    )
