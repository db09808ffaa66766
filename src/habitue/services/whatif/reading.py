"""What a simulation reads: who there is, what happened, and what the ledger made of it.

Everything streams: members in the order of their ids, a page at a time, and where members share
budgets their events in the order of recording.  Nothing is written and nothing locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg

from habitue.data.bulk import array, micros
from habitue.data.ledger.history import EVENT_COLUMNS, event_of
from habitue.domain.engine.rewarding import reward_of
from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState, Posting, TierMove
from habitue.domain.events import Event, Redemption
from habitue.kit.instants import Instant, datetime_of
from habitue.services.whatif.counting import About
from habitue.services.whatif.world import LOOKING_BACK

Cursor: TypeAlias = psycopg.Cursor[Any]

# Few enough that their events fit into memory, many enough that statements do not count.
PAGE: Final = 200
_FETCH: Final = 2000

_LOOKING_BACK: Final = sorted(body.kind for body in LOOKING_BACK)

_LINKS: Final = """
SELECT member_id, payload -> 'body' ->> 'to_member' FROM ledger_event
WHERE programme_id = %s AND kind = ANY (%s)
"""
_MEMBERS: Final = """
SELECT member_id FROM member_state
WHERE programme_id = %s AND member_id > %s AND state IS NOT NULL
ORDER BY member_id LIMIT %s
"""
_EVENT: Final = f"e.member_id, {micros('e.recorded_at')}, {EVENT_COLUMNS}"
_EVENTS: Final = (
    f"SELECT {_EVENT} FROM ledger_event e JOIN unnest(%s::uuid[]) AS u(member_id)"  # noqa: S608  # constants
    " ON e.member_id = u.member_id WHERE e.programme_id = %s AND e.occurred_at <= %s"
    " ORDER BY e.recorded_at, e.batch_id, e.position"
)
_ALL_EVENTS: Final = (
    f"SELECT {_EVENT} FROM ledger_event e"  # noqa: S608  # constants
    " WHERE e.programme_id = %s AND e.occurred_at <= %s"
    " ORDER BY e.recorded_at, e.batch_id, e.position"
)
# Whoever may need the history: a superset, since equal times may still be in order.
_BACKWARD: Final = """
SELECT member_id FROM (
    SELECT member_id, kind, occurred_at, max(occurred_at) OVER (
        PARTITION BY member_id ORDER BY recorded_at, batch_id, position
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS latest
    FROM ledger_event WHERE programme_id = %s
) AS e
WHERE kind = ANY (%s) OR occurred_at <= latest
GROUP BY member_id
"""
_OF: Final = "JOIN unnest(%s::uuid[]) AS u(member_id) ON t.member_id = u.member_id"
_STATES: Final = (
    f"SELECT t.member_id, t.state::text FROM member_state t {_OF}"  # noqa: S608  # constants
    " WHERE t.programme_id = %s"
)
_ENTRIES: Final = (
    "SELECT t.member_id, t.currency, t.kind, t.amount,"  # noqa: S608  # constants
    f" {micros('t.effective_at')}, t.event_id, t.version_number, t.rule, t.against FROM entry t"
    f" {_OF} WHERE t.programme_id = %s AND t.effective_at <= %s"
)
_ABOUT: Final = (
    "SELECT t.member_id, t.event_id, t.payload ->> 'store', t.payload -> 'body' ->> 'reward',"  # noqa: S608  # constants
    f" t.payload -> 'body' ->> 'currency', t.kind FROM ledger_event t {_OF}"
    " WHERE t.programme_id = %s AND t.occurred_at <= %s"
    " AND (t.kind = 'redemption' OR t.payload ->> 'store' IS NOT NULL)"
)
_MOVES: Final = (
    f"SELECT t.member_id, {micros('t.at')}, t.from_tier, t.to_tier, t.cause, t.event_id, t.sign"  # noqa: S608  # constants
    f" FROM tier_move t {_OF} WHERE t.programme_id = %s AND t.structure = '' AND t.at <= %s"
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One recorded event of one member."""

    member: str
    recorded_at: Instant
    event: Event


@dataclass(slots=True)
class OnLedger:
    """What the ledger says of one member: where they stand now, and how they came there."""

    state: MemberState
    postings: list[Posting] = field(default_factory=list)
    moves: list[TierMove] = field(default_factory=list)
    about: dict[str, About] = field(default_factory=dict)


class Links:
    """Members who handed something to one another, and so belong together."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._first: dict[str, str] = {}
        self._all: dict[str, list[str]] = {}
        for one, other in pairs:
            self._join(self.first_of(one), self.first_of(other))
        for member in self._first:
            self._all.setdefault(self.first_of(member), []).append(member)

    def first_of(self, member: str) -> str:
        """The smallest id among those who belong together."""
        while (other := self._first.get(member, member)) != member:
            member = other
        return member

    def all_of(self, member: str) -> list[str]:
        """Everybody who belongs to the first one of them."""
        return sorted({member, *self._all.get(member, ())})

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((one, other))
        self._first[second] = first
        self._first.setdefault(first, first)


@dataclass(frozen=True, slots=True)
class Sampling:
    """A share of the members, the same every time: those whose hash is below ``share``.

    The hash is the first eight bytes of the SHA-256 of ``habitue:whatif:`` and the 32 hexadecimal
    digits of the id, as a fraction of 2^64.
    """

    below: int

    @classmethod
    def of(cls, share: Fraction) -> Sampling:
        """A share between 0 and 1."""
        return cls(int(share * 2**64))

    def takes(self, member: str) -> bool:
        """Whether a member is in the sample."""
        digest = sha256(f"habitue:whatif:{member}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < self.below


def read_links(cursor: Cursor, programme: str) -> Links:
    """Who sent something to whom, or became whom."""
    cursor.execute(_LINKS, [programme, ["transfer_out", "merge_out"]])
    return Links((row[0].hex, row[1]) for row in cursor.fetchall())


def read_members(cursor: Cursor, programme: str) -> Iterator[list[str]]:
    """Everybody of whom something was recorded, a page at a time."""
    after = UUID(int=0)
    while True:
        rows = cursor.execute(_MEMBERS, [programme, after, PAGE]).fetchall()
        if not rows:
            return
        yield [row[0].hex for row in rows]
        after = rows[-1][0]


def read_happened(
    cursor: Cursor, programme: str, members: Sequence[str], *, until: Instant
) -> list[Happened]:
    """What happened to some members up to an instant, in the order of recording."""
    cursor.execute(_EVENTS, [array("uuid", members), programme, datetime_of(until)], prepare=True)
    return [Happened(row[0].hex, row[1], event_of(row[2:])) for row in cursor.fetchall()]


def stream_happened(
    connection: psycopg.Connection[Any], programme: str, *, until: Instant
) -> Iterator[Happened]:
    """What happened to everybody up to an instant, in the order of recording."""
    with connection.cursor(name="whatif_events", row_factory=psycopg.rows.tuple_row) as cursor:
        cursor.itersize = _FETCH
        cursor.execute(_ALL_EVENTS, [programme, datetime_of(until)])
        for row in cursor:
            yield Happened(row[0].hex, row[1], event_of(row[2:]))


def read_backward(cursor: Cursor, programme: str) -> set[str]:
    """Members some of whose events need the history to be decided."""
    cursor.execute(_BACKWARD, [programme, _LOOKING_BACK])
    return {row[0].hex for row in cursor.fetchall()}


def read_on_ledger(
    cursor: Cursor, programme: str, members: Sequence[str], *, until: Instant
) -> dict[str, OnLedger]:
    """What the ledger says of some members; lines and moves up to an instant."""
    ids, moment = array("uuid", members), datetime_of(until)
    cursor.execute(_STATES, [ids, programme], prepare=True)
    found = {
        member.hex: OnLedger(state_from_json(orjson.loads(state)))
        for member, state in cursor.fetchall()
        if state is not None
    }
    cursor.execute(_ENTRIES, [ids, programme, moment], prepare=True)
    for member, currency, kind, amount, at, event, version, rule, against in cursor.fetchall():
        found[member.hex].postings.append(
            Posting(currency, None, kind, amount, at, _hex(event), version, rule, _hex(against))
        )
    cursor.execute(_ABOUT, [ids, programme, moment], prepare=True)
    for member, event, store, reward, currency, kind in cursor.fetchall():
        taken = ""
        if kind == Redemption.kind:
            taken = reward_of(Redemption(currency, 0, reward=reward or ""))
        found[member.hex].about[event.hex] = About(store, taken)
    cursor.execute(_MOVES, [ids, programme, moment], prepare=True)
    for member, at, before, after, cause, event, sign in cursor.fetchall():
        found[member.hex].moves.append(TierMove(at, before, after, cause, _hex(event), None, sign))
    return found


def _hex(value: Any) -> str:
    return "" if value is None else str(value.hex)
