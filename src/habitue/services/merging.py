"""Two members who are one person become one, and the way back (SEMANTICS 34).

In every programme the duplicate hands over everything (an event of theirs) and the survivor takes
it in (an event of the survivor's); both events carry the id of the merge.  What identified the
duplicate identifies the survivor from then on, and whoever is sent something for the duplicate by
its id is served as the survivor.  Undoing posts events again: nothing is ever rewritten.

A merge names its moment in everything that it does, so that undoing finds exactly what it moved:
the identifiers that the duplicate lost and the survivor gained at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.claiming import KnownKey, claim_keys
from habitue.domain.access import Actor, Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Body, Event, EventKey, MergeIn, MergeOut, Unmerge, to_payload
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.members import MemberRecord, get_member, list_identifiers
from habitue.selectors.merges import MergeRecord, get_merge
from habitue.selectors.programmes import Compiled, get_compiled_by_id, list_programmes
from habitue.services.access.rights import require
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of
from habitue.services.intake.transacting import Connection, Cursor, transact
from habitue.services.members import keys_of_member, write_search_keys
from habitue.services.trail import note_in_trail

MERGES: Final = f"{RESERVED_SOURCE}merge"

_PROGRAMMES: Final = (
    "SELECT DISTINCT programme_id FROM member_state WHERE member_id = ANY(%s)"
    " AND state IS NOT NULL ORDER BY programme_id"
)
_FILLED: Final = ("birth_date", "store", "language")


def merge_members(
    connection: Connection, *, actor: Actor, duplicate: UUID, into: UUID, clock: Clock
) -> UUID:
    """Merge a duplicate into a member; answers the id of the merge.

    Merging the same pair again answers the same merge.  Gaps in the survivor's details are filled
    from the duplicate's.  Refuses ``NOT_PERMITTED``, ``SAME_MEMBER``, ``UNKNOWN_MEMBER``,
    ``MEMBER_CLOSED``, and ``PROGRAMME_NOT_IN_EFFECT`` where there is no programme at all.  Locks
    both members by id, their states, budgets.  Writes the trail.
    """
    require(actor, Permission.MEMBERS_MERGE)
    if duplicate == into:
        raise Refusal(Code.SAME_MEMBER, "duplicate", value=str(duplicate))
    work = partial(_Merge(connection, actor, duplicate, into).run, clock=clock)
    return transact(connection, work, programmes=_codes(connection))


def undo_merge(connection: Connection, *, actor: Actor, merge_id: UUID, clock: Clock) -> None:
    """Let two members stand as if they had not been merged.

    Identifiers go back that the merge moved and that the survivor still has; details that the
    survivor gained stay.  Refuses ``NOT_PERMITTED``, and ``UNKNOWN_MERGE`` where there is no such
    merge or it was undone.  Locks as ``merge_members`` does.  Writes the trail.
    """
    require(actor, Permission.MEMBERS_MERGE)
    work = partial(_undo, connection, actor, merge_id, clock)
    transact(connection, work, programmes=_codes(connection))


def _codes(connection: Connection) -> list[str]:
    return [record.code for record in list_programmes(connection)]


@dataclass(frozen=True, slots=True)
class _Merge:
    connection: Connection
    actor: Actor
    duplicate: UUID
    into: UUID

    def run(self, cursor: Cursor, *, clock: Clock) -> UUID:
        """Everything between the beginning of the transaction and its commit."""
        gone, kept = _lock(self.connection, cursor, self.duplicate, self.into)
        if gone.merged_into == self.into:
            return _latest_merge(cursor, self.duplicate, self.into)
        for member in (gone, kept):
            if member.status != "active":
                raise Refusal(Code.MEMBER_CLOSED, "member", value=str(member.member_id))
        now = clock.now()
        merge_id = new_id(now)
        programmes = _programmes(self.connection, cursor, [self.duplicate])
        at = _post(
            cursor, clock, programmes, merge_id=merge_id, duplicate=gone, into=kept, undoing=False
        )
        self._move(cursor, gone, kept, at)
        _note(self.connection, self.actor, Action.MEMBER_MERGED, gone, kept, at, merge_id)
        return merge_id

    def _move(self, cursor: Cursor, gone: MemberRecord, kept: MemberRecord, at: Instant) -> None:
        """Let the survivor be known by what the duplicate was known by."""
        before_gone = list_identifiers(self.connection, member_id=self.duplicate)
        before_kept = list_identifiers(self.connection, member_id=self.into)
        cursor.execute(
            "UPDATE member SET status = 'merged', merged_into = %s, revision = revision + 1"
            " WHERE member_id = %s",
            [self.into, self.duplicate],
        )
        filled = {
            name: getattr(gone, name)
            for name in _FILLED
            if not getattr(kept, name) and getattr(gone, name)
        }
        cursor.execute(
            "UPDATE member SET birth_date = coalesce(%s, birth_date),"
            " store = coalesce(%s, store), language = coalesce(%s, language),"
            " revision = revision + 1 WHERE member_id = %s",
            [*(filled.get(name) for name in _FILLED), self.into],
        )
        _hand_over(cursor, giver=self.duplicate, taker=self.into, at=at)
        write_search_keys(
            cursor, self.duplicate, before=keys_of_member(gone, before_gone), after=[]
        )
        after_kept = list_identifiers(self.connection, member_id=self.into)
        write_search_keys(
            cursor,
            self.into,
            before=keys_of_member(kept, before_kept),
            after=keys_of_member(kept, after_kept),
        )
        # Sessions of the duplicate lead to the survivor by themselves.


def _undo(
    connection: Connection, actor: Actor, merge_id: UUID, clock: Clock, cursor: Cursor
) -> None:
    merge = get_merge(connection, merge_id=merge_id)
    gone, kept = _lock(connection, cursor, merge.duplicate_id, merge.into_id)
    # Whoever undid it meanwhile has released the duplicate.
    if gone.merged_into != merge.into_id:
        raise Refusal(Code.UNKNOWN_MERGE, "merge", value=str(merge_id))
    before_kept = list_identifiers(connection, member_id=kept.member_id)
    programmes = [
        get_compiled_by_id(connection, programme_id=programme) for programme in merge.programme_ids
    ]
    at = _post(
        cursor, clock, programmes, merge_id=merge_id, duplicate=gone, into=kept, undoing=True
    )
    cursor.execute(
        "UPDATE member SET status = 'active', merged_into = NULL, revision = revision + 1"
        " WHERE member_id = %s",
        [gone.member_id],
    )
    cursor.execute(
        "UPDATE member SET revision = revision + 1 WHERE member_id = %s", [kept.member_id]
    )
    _hand_back(cursor, merge, at)
    write_search_keys(
        cursor,
        gone.member_id,
        before=[],
        after=keys_of_member(gone, list_identifiers(connection, member_id=gone.member_id)),
    )
    write_search_keys(
        cursor,
        kept.member_id,
        before=keys_of_member(kept, before_kept),
        after=keys_of_member(kept, list_identifiers(connection, member_id=kept.member_id)),
    )
    _note(connection, actor, Action.MERGE_UNDONE, gone, kept, at, merge_id)


def _lock(
    connection: Connection, cursor: Cursor, duplicate: UUID, into: UUID
) -> tuple[MemberRecord, MemberRecord]:
    cursor.execute(
        "SELECT 1 FROM member WHERE member_id = ANY(%s) ORDER BY member_id FOR UPDATE",
        [[duplicate, into]],
    )
    cursor.fetchall()
    return (
        get_member(connection, member_id=duplicate),
        get_member(connection, member_id=into),
    )


def _programmes(connection: Connection, cursor: Cursor, members: Sequence[UUID]) -> list[Compiled]:
    """The programmes in which the duplicate takes part; a member of none is merged in the first,
    so that the merge stands in the ledger."""
    cursor.execute(_PROGRAMMES, [list(members)])
    ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        ids = [one.programme_id for one in list_programmes(connection) if one.latest_number][:1]
    if not ids:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value="")
    return [get_compiled_by_id(connection, programme_id=one) for one in ids]


def _post(
    cursor: Cursor,
    clock: Clock,
    programmes: Sequence[Compiled],
    *,
    merge_id: UUID,
    duplicate: MemberRecord,
    into: MemberRecord,
    undoing: bool,
) -> Instant:
    """Post the events of both in every programme; answers the moment of all of them."""
    giver, taker = duplicate.member_id.hex, into.member_id.hex
    accounts: dict[StateKey, Compiled] = {
        (member, compiled.programme_id): compiled
        for compiled in programmes
        for member in (giver, taker)
    }
    desk = Desk(cursor)
    desk.open(accounts, now=clock.now)
    desk.read_pasts(sorted(accounts))
    for compiled in programmes:
        number = compiled.number_at(desk.recorded_at)
        if number is None:
            raise Refusal(Code.PROGRAMME_NOT_IN_EFFECT, "programme", value=compiled.code, at="")
        poster = _Poster(cursor, desk, compiled, number, merge_id, undoing=undoing)
        if undoing:
            # First the survivor gives up what came, then the duplicate has it again.
            poster.post(taker, Unmerge(merge_id.hex), "in")
            poster.post(giver, Unmerge(merge_id.hex), "out")
            continue
        handed_over = poster.post(giver, MergeOut(merge_id.hex, taker), "out")
        assert handed_over is not None, "who leaves hands everything over"
        account = desk.account((taker, compiled.programme_id))
        before = desk.account((giver, compiled.programme_id))
        account.duplicates = {**account.duplicates, **before.duplicates, giver: poster.past(giver)}
        poster.post(taker, MergeIn(merge_id.hex, giver, handed_over), "in")
    desk.write()
    return desk.recorded_at


@dataclass(frozen=True, slots=True)
class _Poster:
    """Posts the events of a merge in one programme."""

    cursor: Cursor
    desk: Desk
    compiled: Compiled
    number: int
    merge_id: UUID
    undoing: bool

    def post(self, member: str, body: Body, side: str) -> dict[str, Any] | None:
        """Post one event; answers the state that a departure hands over."""
        suffix = "-undone" if self.undoing else ""
        name = f"{self.merge_id.hex}:{self.compiled.programme_id}:{side}{suffix}"
        key = EventKey(MERGES, name)
        event = Event(
            event_id_of(key),
            key,
            self.desk.recorded_at,
            self.compiled.versions[self.number].zone,
            self.number,
            body,
        )
        claim = KnownKey(
            sha256(name.encode()).digest(),
            self.compiled.programme_id,
            member,
            event.event_id,
            event.kind,
            False,  # noqa: FBT003  # the columns of one row
        )
        claim_keys(self.cursor, [((MERGES, name), claim)], now=self.desk.recorded_at)
        account = (member, self.compiled.programme_id)
        decision, content = self.desk.decide(account, event)
        payload = orjson.dumps(to_payload(event))
        self.desk.keep(account, event, decision, payload=payload, content=content)
        return decision.handed_over

    def past(self, member: str) -> list[Event]:
        """The events of a member, with what was posted just now."""
        past = self.desk.account((member, self.compiled.programme_id)).past
        assert past is not None, "pasts were read"
        return list(past.events)


def _hand_over(cursor: Cursor, *, giver: UUID, taker: UUID, at: Instant) -> None:
    """Move every identifier that is active; the old rows stay as a record."""
    cursor.execute(
        "UPDATE identifier SET revoked_at = %s WHERE member_id = %s AND revoked_at IS NULL"
        " RETURNING kind, value, comparable, trust",
        [datetime_of(at), giver],
    )
    for kind, value, comparable, trust in sorted(cursor.fetchall()):
        _give(cursor, taker, kind, value, comparable, trust, at)


def _hand_back(cursor: Cursor, merge: MergeRecord, at: Instant) -> None:
    """Move back what the merge moved and the survivor still has."""
    moment = datetime_of(merge.merged_at)
    cursor.execute(
        "UPDATE identifier k SET revoked_at = %s FROM identifier g"
        " WHERE k.member_id = %s AND k.added_at = %s AND k.revoked_at IS NULL"
        " AND g.member_id = %s AND g.revoked_at = %s AND g.kind = k.kind AND g.value = k.value"
        " RETURNING k.kind, k.value, k.comparable, k.trust",
        [datetime_of(at), merge.into_id, moment, merge.duplicate_id, moment],
    )
    for kind, value, comparable, trust in sorted(cursor.fetchall()):
        _give(cursor, merge.duplicate_id, kind, value, comparable, trust, at)


def _give(
    cursor: Cursor,
    member_id: UUID,
    kind: str,
    value: str,
    comparable: str | None,
    trust: int,
    at: Instant,
) -> None:
    cursor.execute(
        "INSERT INTO identifier (identifier_id, kind, value, comparable, member_id, trust,"
        " added_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [new_id(at), kind, value, comparable, member_id, trust, datetime_of(at)],
    )


def _latest_merge(cursor: Cursor, duplicate: UUID, into: UUID) -> UUID:
    cursor.execute(
        "SELECT payload -> 'body' ->> 'merge' FROM ledger_event"
        " WHERE member_id = %s AND kind = 'merge_out' AND payload -> 'body' ->> 'to_member' = %s"
        " ORDER BY recorded_at DESC LIMIT 1",
        [duplicate, into.hex],
    )
    row = cursor.fetchone()
    assert row is not None, "a merged member has the event of the merge"
    return UUID(row[0])


def _note(
    connection: Connection,
    actor: Actor,
    action: Action,
    gone: MemberRecord,
    kept: MemberRecord,
    at: Instant,
    merge_id: UUID,
) -> None:
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
        details={"duplicate": gone.shown_name or gone.number, "merge": merge_id.hex},
    )
