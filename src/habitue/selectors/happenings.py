"""What happened to a member, event by event, with the ledger lines of each: the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.domain.events import Body
from habitue.domain.payloads import body_from_payload
from habitue.kit.instants import Instant
from habitue.kit.paging import Page, decode_moment, page_of
from habitue.selectors.ledger import (
    LOT_AND_ANSWERED,
    LOT_AND_ANSWERED_JOINS,
    EntryRecord,
    entry_of,
)

Connection: TypeAlias = psycopg.Connection[Any]

_LARGEST_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class TierChange:
    """A move from one tier to another; empty texts where there is none."""

    from_tier: str
    to_tier: str
    cause: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, as it was recorded, with everything that it changed.

    ``changes`` sums the lines by currency of points, what only moves within the balance left out;
    ``outcomes`` are the rules that were considered.  Where only time passed, ``kind`` is ``time``
    and there is neither body nor source.  Where the member agreed to something or took it back,
    ``kind`` is ``consent``, and ``attributes`` say to what (``purpose``, ``channel``, ``given``).
    ``answered`` is the purchase that a return takes from, where it names one of this member.
    """

    event_id: UUID | None
    kind: str
    at: Instant
    recorded_at: Instant
    zone: str
    version: int
    source: str
    external_id: str
    store: str
    staff: str
    body: Body | None
    attributes: dict[str, Any]
    outcomes: tuple[dict[str, Any], ...]
    entries: tuple[EntryRecord, ...]
    moves: tuple[TierChange, ...]
    answered: Body | None = None

    @property
    def changes(self) -> dict[str, int]:
        """By how much each balance has changed."""
        sums: dict[str, int] = {}
        for entry in self.entries:
            sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount
        return {code: units for code, units in sums.items() if units}


# Events and instants at which only time passed, in one order; what time alone causes is booked at
# its own instant about no event.  Lines that were corrected away again are no happening.
_PLACES: Final = f"""
SELECT at, id, what FROM (
    SELECT {micros("occurred_at")} AS at, event_id AS id, 'event' AS what
    FROM ledger_event
    WHERE member_id = %(member)s AND programme_id = %(programme)s AND kind <> 'advance'
    UNION ALL
    (SELECT {micros("effective_at")}, NULL::uuid, 'time'
     FROM entry
     WHERE member_id = %(member)s AND programme_id = %(programme)s AND event_id IS NULL
     GROUP BY effective_at, currency HAVING sum(amount) <> 0
     UNION
     SELECT {micros("at")}, NULL::uuid, 'time'
     FROM tier_move
     WHERE member_id = %(member)s AND programme_id = %(programme)s AND event_id IS NULL
     GROUP BY at, structure, from_tier, to_tier HAVING sum(sign) > 0)
    UNION ALL
    SELECT {micros("at")}, consent_id, 'consent'
    FROM consent WHERE %(consents)s AND member_id = %(member)s
) AS happened
WHERE %(at)s::bigint IS NULL
   OR (at, coalesce(id, '00000000-0000-0000-0000-000000000000'::uuid)) < (%(at)s, %(id)s)
ORDER BY at DESC, coalesce(id, '00000000-0000-0000-0000-000000000000'::uuid) DESC
LIMIT %(limit)s
"""  # noqa: S608 - constants.

_EVENTS: Final = (
    "SELECT event_id, kind, source, external_id, version_number,"  # noqa: S608 - constants.
    f" {micros('recorded_at')}, payload::text, answer::text FROM ledger_event"
    " WHERE member_id = %s AND event_id = ANY(%s)"
)

_ENTRIES: Final = f"""
SELECT e.entry_id, %(code)s, e.currency, e.lot_id, e.kind, e.amount, {micros("e.effective_at")},
       {micros("e.recorded_at")}, e.event_id, e.recorded_by, e.version_number, e.rule, e.against,
       e.reason::text, NULL, NULL, NULL, {LOT_AND_ANSWERED}
FROM entry e
{LOT_AND_ANSWERED_JOINS}
WHERE e.member_id = %(member)s AND e.programme_id = %(programme)s
  AND (e.event_id = ANY(%(events)s)
       OR (e.event_id IS NULL AND e.effective_at >= 'epoch'::timestamptz
           + %(from)s * '1 microsecond'::interval
           AND e.effective_at <= 'epoch'::timestamptz + %(until)s * '1 microsecond'::interval))
ORDER BY e.effective_at, e.entry_id
"""  # noqa: S608 - constants.

_MOVES: Final = f"""
SELECT {micros("at")}, event_id, from_tier, to_tier, cause FROM tier_move
WHERE member_id = %(member)s AND programme_id = %(programme)s
  AND at >= 'epoch'::timestamptz + %(from)s * '1 microsecond'::interval
  AND at <= 'epoch'::timestamptz + %(until)s * '1 microsecond'::interval
GROUP BY at, event_id, structure, from_tier, to_tier, cause HAVING sum(sign) > 0
ORDER BY structure
"""  # noqa: S608 - constants.

_CONSENTS: Final = (
    "SELECT consent_id, purpose, channel, given, actor_name FROM consent"
    " WHERE member_id = %s AND consent_id = ANY(%s)"
)

_NOBODY: Final = UUID(int=0)


def list_happenings(
    connection: Connection,
    *,
    member_id: UUID,
    programme_id: UUID,
    code: str,
    consents: bool = False,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Happening]:
    """What happened to a member in a programme, the latest first; a page at a time.  With
    ``consents``, also what the member agreed to meanwhile, in whatever programme.

    Four statements (with consents five), whatever the page holds.  Raises
    ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    at: int | None = None
    after = _NOBODY
    if cursor:
        at, after = decode_moment("happenings", cursor=cursor)
    who = {"member": member_id, "programme": programme_id, "code": code}
    with connection.cursor(row_factory=tuple_row) as rows:
        places = rows.execute(
            _PLACES.encode(),
            {**who, "consents": consents, "at": at, "id": after, "limit": limit + 1},
        ).fetchall()
        if not places:
            return Page((), None)
        ids = [event for _, event, _ in places if event is not None]
        span = {"from": places[-1][0], "until": places[0][0], "events": ids}
        entries = [entry_of(row) for row in rows.execute(_ENTRIES.encode(), {**who, **span})]
        answered = [entry.against for entry in entries if entry.against is not None]
        events = {
            row[0]: row
            for row in rows.execute(_EVENTS.encode(), [member_id, [*ids, *answered]]).fetchall()
        }
        moves = rows.execute(_MOVES.encode(), {**who, **span}).fetchall()
        if consents:
            said = rows.execute(_CONSENTS.encode(), [member_id, ids]).fetchall()
            events |= {row[0]: row for row in said}
    found = [_happening(place, events, entries, moves) for place in places]
    return page_of(
        found,
        limit=limit,
        listing="happenings",
        place_of=lambda one: (one.at, (one.event_id or _NOBODY).hex),
    )


def _happening(
    place: Sequence[Any],
    events: dict[UUID, Any],
    entries: Sequence[EntryRecord],
    moves: Sequence[Any],
) -> Happening:
    at, event_id, what = place
    if what == "consent":
        return _consent(at, events[event_id])
    changes = tuple(
        TierChange(before, after, cause)
        for moved_at, about, before, after, cause in moves
        if about == event_id and moved_at == at
    )
    if what == "time":
        own = tuple(one for one in entries if one.event_id is None and one.effective_at == at)
        version = own[0].version if own else 0
        return Happening(
            None, "time", at, at, "UTC", version, "", "", "", "", None, {}, (), own, changes
        )
    _, kind, source, external_id, version, recorded_at, payload, answer = events[event_id]
    said = orjson.loads(payload)
    own = tuple(one for one in entries if one.event_id == event_id)
    return Happening(
        event_id=event_id,
        kind=kind,
        at=at,
        recorded_at=recorded_at,
        zone=said["zone"],
        version=version,
        source=source,
        external_id=external_id,
        store=said.get("store", ""),
        staff=said.get("staff", ""),
        body=body_from_payload(kind, said["body"]),
        attributes=said.get("attributes", {}),
        outcomes=tuple(orjson.loads(answer).get("rules", ())),
        entries=own,
        moves=changes,
        answered=_answered(kind, own, events),
    )


def _answered(kind: str, entries: Sequence[EntryRecord], events: dict[UUID, Any]) -> Body | None:
    """The purchase that a return answers, as its lines name it."""
    named = {one.against for one in entries if one.kind == "reverse" and one.against in events}
    if kind != "return" or len(named) != 1:
        return None
    _, about, _, _, _, _, payload, _ = events[named.pop()]
    return body_from_payload(about, orjson.loads(payload)["body"])


def _consent(at: Instant, row: Sequence[Any]) -> Happening:
    consent_id, purpose, channel, given, actor_name = row
    attributes = {"purpose": purpose, "channel": channel, "given": given}
    return Happening(
        event_id=consent_id,
        kind="consent",
        at=at,
        recorded_at=at,
        zone="UTC",
        version=0,
        source="",
        external_id="",
        store="",
        staff=actor_name,
        body=None,
        attributes=attributes,
        outcomes=(),
        entries=(),
        moves=(),
    )
