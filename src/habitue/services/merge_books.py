"""What a merge of two members does to their books, and what its undoing does (SEMANTICS 34).

In each programme the duplicate hands over (an event of theirs) and the survivor takes in (an event
of the survivor's), at one moment after everything that either has done.  The survivor's event holds
the state that was handed over, so that neither history has to be read to fold the other.

Undoing posts an event for both, after which both are folded as if there had been no merge.  What
the survivor recorded meanwhile about purchases of the duplicate's (returns, mostly) then has no
effect on the survivor and is recorded again for the duplicate, as of its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.claiming import KnownKey, claim_keys
from habitue.domain.engine.types import Decision
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import REPEATED, Body, Event, EventKey, MergeIn, MergeOut, Unmerge
from habitue.domain.payloads import to_payload
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, format_instant
from habitue.selectors.programmes import Compiled
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of
from habitue.services.intake.transacting import Cursor
from habitue.services.recorded_lines import read_events

MERGES: Final = f"{RESERVED_SOURCE}merge"

_TAKING_PART: Final = (
    "SELECT programme_id FROM member_state WHERE member_id = %s AND state IS NOT NULL"
    " ORDER BY programme_id"
)
_MERGED: Final = (
    "SELECT programme_id FROM ledger_event WHERE member_id = %s AND kind = 'merge_out'"
    " AND source = %s AND starts_with(external_id, %s) ORDER BY programme_id"
)


def programmes_of(cursor: Cursor, member: UUID) -> list[UUID]:
    """The programmes in which a member takes part; the member's row is locked, so no more come."""
    cursor.execute(_TAKING_PART, [member])
    return [programme for (programme,) in cursor.fetchall()]


def programmes_of_merge(cursor: Cursor, merge: UUID, duplicate: UUID) -> list[UUID]:
    """The programmes in which a merge was posted."""
    cursor.execute(_MERGED, [duplicate, MERGES, f"{merge.hex}:"])
    return [programme for (programme,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class _Side:
    """One event of a merge on its way: of whom, and what."""

    account: StateKey
    event: Event


class MergeBooks:
    """Posts the events of one merge, or of its undoing, in some programmes at once.

    Locks the states of both members by id, then budgets.
    """

    def __init__(
        self,
        cursor: Cursor,
        programmes: Sequence[Compiled],
        *,
        merge: UUID,
        duplicate: UUID,
        into: UUID,
        clock: Clock,
    ) -> None:
        self._cursor = cursor
        self._programmes = programmes
        self._merge, self._from, self._into = merge.hex, duplicate.hex, into.hex
        self._desk = Desk(cursor, merging=True)
        accounts = {
            (member, compiled.programme_id): compiled
            for compiled in programmes
            for member in (self._from, self._into)
        }
        self._desk.open(accounts, now=clock.now)
        self._moments = {one.programme_id: self._moment(one) for one in programmes}

    @property
    def recorded_at(self) -> Instant:
        """The instant of recording."""
        return self._desk.recorded_at

    def merge(self) -> None:
        """Let the duplicate hand everything over to the survivor."""
        leaving = [
            self._side(compiled, self._from, MergeOut(self._merge, self._into), "out")
            for compiled in self._programmes
        ]
        handed_over = [decision.handed_over for decision in self._post(leaving)]
        joining = [
            self._side(compiled, self._into, MergeIn(self._merge, self._from, state or {}), "in")
            for compiled, state in zip(self._programmes, handed_over, strict=True)
        ]
        self._post(joining)
        self._desk.write()

    def undo(self) -> None:
        """Let both stand as if there had been no merge."""
        body = Unmerge(self._merge)
        released = [
            self._side(compiled, self._from, body, "out undone") for compiled in self._programmes
        ]
        deprived = [
            self._side(compiled, self._into, body, "in undone") for compiled in self._programmes
        ]
        self._desk.expect((side.account, side.event) for side in (*released, *deprived))
        repeated = [
            side for compiled in self._programmes for side in self._repeated(compiled.programme_id)
        ]
        # The duplicate first: what a return gives back to a budget is there before it is taken.
        self._post(released)
        self._post(repeated)
        self._post(deprived)
        self._desk.write()

    def _side(self, compiled: Compiled, member: str, body: Body, name: str) -> _Side:
        at = self._moments[compiled.programme_id]
        number = compiled.number_at(at)
        if number is None:
            raise Refusal(
                Code.PROGRAMME_NOT_IN_EFFECT,
                "programme",
                value=compiled.code,
                at=format_instant(at),
            )
        key = EventKey(MERGES, f"{self._merge}:{compiled.programme_id}:{name}")
        zone = compiled.versions[number].zone
        event = Event(event_id_of(key), key, at, zone, number, body)
        return _Side((member, compiled.programme_id), event)

    def _moment(self, compiled: Compiled) -> Instant:
        """After everything that either has done, also where that lies a little ahead."""
        latest = [
            state.latest[0]
            for member in (self._from, self._into)
            if (state := self._desk.account((member, compiled.programme_id)).state).latest
        ]
        return max(self._desk.recorded_at, *(at + 1 for at in latest))

    def _repeated(self, programme: str) -> Iterable[_Side]:
        """What the survivor recorded about the duplicate's purchases and redemptions.

        In the order of recording: what was accepted then is accepted again.
        """
        account = self._desk.account((self._from, programme))
        assert account.past is not None, "the histories were read"
        known = {event.key for event in account.past.events}
        about = known | {event.key for some in account.duplicates.values() for event in some}
        for event in read_events(self._cursor, (self._into, programme)):
            key = EventKey(REPEATED, f"{event.root}:{self._from}")
            if event.reference in about and key not in known:
                again = replace(event, event_id=event_id_of(key), key=key)
                yield _Side((self._from, programme), again)

    def _post(self, sides: Sequence[_Side]) -> list[Decision]:
        """Claim the keys of the events and decide them, one after another."""
        if not sides:
            return []
        claims = [
            ((side.event.key.source, side.event.key.external_id), _claim_of(side)) for side in sides
        ]
        claimed = claim_keys(self._cursor, claims, now=self._desk.recorded_at)
        assert len(claimed) == len(claims), "the keys of a merge are its own"
        self._desk.expect((side.account, side.event) for side in sides)
        decisions = []
        for side in sides:
            decision, content = self._desk.decide(side.account, side.event)
            self._keep(side, decision, content)
            decisions.append(decision)
        return decisions

    def _keep(self, side: _Side, decision: Decision, content: dict[str, Any]) -> None:
        payload = orjson.dumps(to_payload(side.event))
        self._desk.keep(side.account, side.event, decision, payload=payload, content=content)


def _claim_of(side: _Side) -> KnownKey:
    member, programme = side.account
    digest = sha256(side.event.key.external_id.encode()).digest()
    return KnownKey(digest, programme, member, side.event.event_id, side.event.kind, False)  # noqa: FBT003  # the columns of one row
