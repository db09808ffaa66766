"""Two members who are one person become one, and the way back (SEMANTICS 34).

The books are in ``merge_books``, what identifies the two in ``belongings``.

Afterwards the survivor stands for the duplicate: whatever comes for the duplicate, whenever it
happened, by an identifier, by the duplicate's id, or about a purchase of theirs, is the survivor's;
so are their balances (``selectors.balances``).  What came meanwhile stays with the survivor when
the merge is undone, except for returns, undos and confirmations of what the duplicate bought or
spent: those go where their purchase goes.  A return that names no purchase stays.
Consents stay with whom they were given for.

A merge can be undone while the survivor is neither merged nor closed: the latest link of a chain
first.  Of several merges into one survivor any can be undone.
"""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

import orjson

from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import Clock
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.members import MemberRecord, get_member
from habitue.selectors.merge_preview import require_mergeable
from habitue.selectors.merges import MergeRecord, get_merge, list_merges
from habitue.selectors.programmes import Compiled, get_compiled_by_id, list_programmes
from habitue.services.access.rights import require
from habitue.services.belongings import Moved, give_back, take_over
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.merge_books import MergeBooks, programmes_of, programmes_of_merge
from habitue.services.trail import note_in_trail

_NOTHING: Final = Moved((), {})


def merge_members(
    connection: Connection, *, actor: Actor, duplicate: UUID, into: UUID, clock: Clock
) -> MergeRecord:
    """Merge a duplicate into a member, in every programme in which the duplicate takes part.

    The duplicate's identifiers become the survivor's; the survivor's own details stay, and gaps in
    them (name, birth date, language, store) are filled.  Merging the same two again answers the
    same merge.  Refuses ``NOT_PERMITTED`` (also where either is at home in a store, or takes part
    in a programme, that is not the actor's), ``SAME_MEMBER``, ``UNKNOWN_MEMBER``,
    ``ALREADY_MERGED`` (one of them into somebody else), ``MEMBER_CLOSED``.  Locks both members by
    id, identifiers, both states by id, budgets.  Writes the trail.
    """
    require(actor, Permission.MEMBERS_MERGE)
    if duplicate == into:
        raise Refusal(Code.SAME_MEMBER, "into", value=str(into))
    work = partial(_merge, connection, actor, duplicate, into, clock)
    return transact(connection, work, programmes=_codes(connection))


def undo_merge(
    connection: Connection, *, actor: Actor, merge_id: UUID, clock: Clock
) -> MergeRecord:
    """Let two members stand as if they had not been merged.

    Identifiers that the merge moved and that are still the survivor's go back, and so do details
    that nobody changed since.  Refuses ``NOT_PERMITTED`` as ``merge_members`` does,
    ``UNKNOWN_MERGE`` (also one that was undone), ``ALREADY_MERGED`` and ``MEMBER_CLOSED`` where the
    survivor is no longer active, and what the engine refuses of a return that goes back to the
    duplicate.  Locks as ``merge_members`` does.  Writes the trail.
    """
    require(actor, Permission.MEMBERS_MERGE)
    work = partial(_undo, connection, actor, merge_id, clock)
    return transact(connection, work, programmes=_codes(connection))


def _codes(connection: Connection) -> list[str]:
    # In which programmes the two take part is seen only once they are locked.
    with connection.transaction():
        return [record.code for record in list_programmes(connection)]


def _merge(
    connection: Connection, actor: Actor, duplicate: UUID, into: UUID, clock: Clock, cursor: Cursor
) -> MergeRecord:
    gone, kept = _lock(connection, cursor, duplicate, into, actor)
    if gone.merged_into == into:
        return next(
            merge
            for merge in list_merges(connection, member_id=into)
            if merge.duplicate_id == duplicate
        )
    require_mergeable(gone, "duplicate")
    require_mergeable(kept, "into")
    merge_id = new_id(clock.now())
    programmes = _compiled(connection, programmes_of(cursor, duplicate), actor)
    books = MergeBooks(
        cursor, programmes, merge=merge_id, duplicate=duplicate, into=into, clock=clock
    )
    at = books.recorded_at
    moved = take_over(connection, cursor, duplicate=gone, into=kept, at=at)
    books.merge()
    _note(cursor, actor, "merged", merge_id, gone, kept, at, moved)
    _tell(connection, actor, Action.MEMBER_MERGED, merge_id, gone, kept, at)
    return get_merge(connection, merge_id=merge_id)


def _undo(
    connection: Connection, actor: Actor, merge_id: UUID, clock: Clock, cursor: Cursor
) -> MergeRecord:
    named = get_merge(connection, merge_id=merge_id)
    gone, kept = _lock(connection, cursor, named.duplicate_id, named.into_id, actor)
    # Somebody may have undone it while these two were being locked.
    merge = get_merge(connection, merge_id=merge_id)
    if merge.undone_at is not None:
        raise Refusal(Code.UNKNOWN_MERGE, "merge", value=str(merge_id))
    require_mergeable(kept, "merge")
    ids = programmes_of_merge(cursor, merge_id, gone.member_id)
    books = MergeBooks(
        cursor,
        _compiled(connection, ids, actor),
        merge=merge_id,
        duplicate=gone.member_id,
        into=kept.member_id,
        clock=clock,
    )
    at = books.recorded_at
    give_back(connection, cursor, merge=merge, duplicate=gone, into=kept, at=at)
    books.undo()
    _note(cursor, actor, "undone", merge_id, gone, kept, at, _NOTHING)
    _tell(connection, actor, Action.MERGE_UNDONE, merge_id, gone, kept, at)
    return get_merge(connection, merge_id=merge_id)


def _lock(
    connection: Connection, cursor: Cursor, duplicate: UUID, into: UUID, actor: Actor
) -> tuple[MemberRecord, MemberRecord]:
    """Lock both members; whoever makes a state for one of them waits, or is seen."""
    cursor.execute(
        "SELECT 1 FROM member WHERE member_id = ANY(%s) ORDER BY member_id FOR UPDATE",
        [[duplicate, into]],
    )
    gone = get_member(connection, member_id=duplicate)
    kept = get_member(connection, member_id=into)
    for member in (gone, kept):
        require(actor, Permission.MEMBERS_MERGE, member.store)
    return gone, kept


def _compiled(connection: Connection, programmes: list[UUID], actor: Actor) -> list[Compiled]:
    found = [get_compiled_by_id(connection, programme_id=one) for one in programmes]
    for compiled in found:
        if not actor.in_programme(compiled.code):
            raise Refusal(Code.NOT_PERMITTED, scope=Permission.MEMBERS_MERGE.value)
    return found


def _note(
    cursor: Cursor,
    actor: Actor,
    step: str,
    merge_id: UUID,
    gone: MemberRecord,
    kept: MemberRecord,
    at: Instant,
    moved: Moved,
) -> None:
    """The line of the merge itself."""
    plain = {
        "identifiers": [one.hex for one in moved.identifiers],
        "filled": moved.filled,
    }
    cursor.execute(
        "INSERT INTO member_merge (member_id, merge_id, step, duplicate_id, at, actor_kind,"
        " actor_id, actor_name, moved) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::json)",
        [
            kept.member_id,
            merge_id,
            step,
            gone.member_id,
            datetime_of(at),
            actor.kind.value,
            actor.id,
            actor.name,
            orjson.dumps(plain).decode(),
        ],
    )


def _tell(
    connection: Connection,
    actor: Actor,
    action: Action,
    merge_id: UUID,
    gone: MemberRecord,
    kept: MemberRecord,
    at: Instant,
) -> None:
    """The one place at which merging writes the trail."""
    note_in_trail(
        connection,
        actor=actor,
        action=action,
        now=at,
        subject_kind="member",
        subject_id=kept.member_id,
        subject_name=kept.shown_name or kept.number,
        member_id=kept.member_id,
        store=kept.store,
        details={
            "duplicate": gone.shown_name or gone.number,
            "duplicate_id": gone.member_id,
            "merge": merge_id.hex,
        },
    )
