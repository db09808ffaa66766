"""What was done at the tills of a store lately, so that a slip can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.data.bulk import micros
from habitue.domain.access import Actor
from habitue.domain.payloads import body_from_payload
from habitue.kit.instants import DAY, Instant, datetime_of
from habitue.selectors.happenings import Happening

Connection: TypeAlias = psycopg.Connection[Any]

SOURCE: Final = "terminal"
# Slips are noticed on the same day; what is older is the back office's.
WITHIN: Final[Instant] = DAY
_LARGEST_LIMIT: Final = 50
_UNDONE: Final = frozenset({"purchase", "redemption"})


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that was done: whom it was for, and whether it was undone since."""

    happening: Happening
    member_id: UUID | None
    name: str
    undone: bool


# The trail knows what was done here, by the latest first; the keys lead from there to the events.
_DOINGS: Final = f"""
SELECT k.event_id, k.kind, {micros("t.at")}, k.external_id, k.member_id, t.subject_name,
       t.actor_name, e.version_number, coalesce(e.payload, r.payload)::text,
       coalesce(e.answer, r.answer)::text, coalesce(r.version_number, 0),
       EXISTS (SELECT 1 FROM event_key u
               WHERE u.source = '{SOURCE}' AND u.external_id = 'undo-' || k.external_id)
FROM trail t
JOIN event_key k ON k.source = '{SOURCE}' AND k.external_id = t.subject_id
LEFT JOIN ledger_event e ON e.member_id = k.member_id AND e.event_id = k.event_id
LEFT JOIN receipt r ON r.event_id = k.event_id
WHERE t.at > %(since)s AND t.subject_kind = 'event'
  AND t.action IN ('purchase_recorded', 'visit_recorded', 'points_redeemed')
  AND (%(store)s = '' OR t.store = %(store)s) AND k.programme_id = %(programme)s
ORDER BY t.at DESC, t.trail_id DESC LIMIT %(limit)s
"""  # noqa: S608 - constants.


_DONE_HERE: Final = (
    "SELECT EXISTS (SELECT 1 FROM trail"
    " WHERE action IN ('purchase_recorded', 'points_redeemed') AND at > %(since)s"
    " AND subject_kind = 'event' AND subject_id = %(external_id)s"
    " AND (%(store)s = '' OR store = %(store)s))"
)


def can_be_undone(happening: Happening, *, store: str, now: Instant) -> bool:
    """Whether something was done at a till of this store, a short while ago; ``was_done_here`` has
    the last word."""
    return (
        happening.source == SOURCE
        and happening.kind in _UNDONE
        and happening.store == store
        and happening.recorded_at > now - WITHIN
    )


def was_done_here(connection: Connection, *, external_id: str, store: str, now: Instant) -> bool:
    """Whether a purchase was recorded, or points were spent, in this store within a day."""
    parameters = {"since": datetime_of(now - WITHIN), "external_id": external_id, "store": store}
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_DONE_HERE, parameters).fetchone()
    return row is not None and bool(row[0])


def list_doings(
    connection: Connection,
    *,
    actor: Actor,
    programme_id: UUID,
    store: str,
    now: Instant,
    limit: int,
) -> tuple[Doing, ...]:
    """What was done at the tills of a store within a day, the latest first; by one statement.

    Nothing where the actor does not work in that store.
    """
    if store and not actor.works_in(store):
        return ()
    parameters = {
        "since": datetime_of(now - WITHIN),
        "store": store,
        "programme": programme_id,
        "limit": min(limit, _LARGEST_LIMIT),
    }
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_DOINGS.encode(), parameters).fetchall()
    return tuple(_doing(row) for row in rows if row[8] is not None)


def _doing(row: Sequence[Any]) -> Doing:
    (
        event_id,
        kind,
        at,
        external_id,
        member_id,
        name,
        staff,
        version,
        payload,
        answer,
        other,
        undone,
    ) = row
    said, answered = orjson.loads(payload), orjson.loads(answer)
    body_payload = said.get("body", said)
    happening = Happening(
        event_id=event_id,
        kind=kind,
        at=at,
        recorded_at=at,
        zone=said.get("zone", "UTC"),
        version=version or other,
        source=SOURCE,
        external_id=external_id,
        store=said.get("store", ""),
        staff=staff,
        body=body_from_payload(kind, body_payload),
        attributes={},
        outcomes=tuple(answered.get("rules", ())),
        entries=(),
        moves=(),
    )
    return Doing(happening, member_id, name, undone)
