"""Booking what has become true by itself (SEMANTICS 2): the nightly job's one verb.

Results never depend on it: whoever asks for a balance gets it right without.  It keeps the ledger
up to date for members who do not come.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import UUID

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.claiming import KnownKey, claim_keys, release_keys
from habitue.domain.events import Advance, Event, EventKey
from habitue.domain.payloads import to_payload
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.programmes import Compiled, get_compiled_by_id, list_programmes
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of
from habitue.services.intake.transacting import Connection, Cursor, transact

ADVANCES: Final = f"{RESERVED_SOURCE}advance"

_DUE: Final = (
    "SELECT member_id, programme_id FROM member_state WHERE next_due_at <= %s"
    " ORDER BY next_due_at LIMIT %s"
)


def book_due(connection: Connection, *, clock: Clock, limit: int = 1000) -> int:
    """Book expiries, activations and ends of tiers that are due, of up to ``limit`` members.

    Answers how many members were advanced; call it until that is 0.  One transaction; locks the
    members in the order of their ids, then budgets.
    """
    with connection.transaction():
        programmes = [record.code for record in list_programmes(connection)]
    return transact(connection, partial(_book, connection, clock, limit), programmes=programmes)


def _book(connection: Connection, clock: Clock, limit: int, cursor: Cursor) -> int:
    now = clock.now()
    cursor.execute(_DUE, [datetime_of(now), limit])
    programmes: dict[str, Compiled] = {}
    members: dict[StateKey, Compiled] = {}
    for member_id, programme_id in cursor.fetchall():
        known = programmes.get(programme_id.hex)
        if known is None:
            known = get_compiled_by_id(connection, programme_id=UUID(programme_id.hex))
            programmes[programme_id.hex] = known
        members[(member_id.hex, programme_id.hex)] = known
    return advance_members(members, clock, cursor, due=now)


def advance_members(
    members: dict[StateKey, Compiled], clock: Clock, cursor: Cursor, *, due: Instant | None = None
) -> int:
    """Note that time has passed for some members: what has become true by now is booked, and who
    deserves a higher tier by the version in force has it.

    With ``due`` only for those to whom something was due by then.  Answers how many they were.  To
    be called within a transaction; locks the members in the order of their ids, then budgets.
    """
    if not members:
        return 0
    events = _claim(cursor, members, clock.now() if due is None else due)
    desk = Desk(cursor)
    desk.open(members, now=clock.now)
    still = [
        (key, event)
        for key, event in events
        if due is None or desk.account(key).state.next_due <= due
    ]
    desk.expect(still)
    for key, event in still:
        decision, content = desk.decide(key, event)
        payload = orjson.dumps(to_payload(event))
        desk.keep(key, event, decision, payload=payload, content=content)
    desk.write()
    booked = {event.event_id for _, event in still}
    release_keys(
        cursor,
        [
            (event.key.source, event.key.external_id)
            for _, event in events
            if event.event_id not in booked
        ],
    )
    return len(still)


def _claim(
    cursor: Cursor, members: dict[StateKey, Compiled], now: Instant
) -> Sequence[tuple[StateKey, Event]]:
    events: list[tuple[StateKey, Event]] = []
    for (member, programme), compiled in sorted(members.items(), key=lambda pair: pair[0]):
        number = compiled.number_at(now)
        if number is None:
            continue
        key = EventKey(ADVANCES, f"{programme}:{member}:{now}")
        zone = compiled.versions[number].zone
        event = Event(event_id_of(key), key, now, zone, number, Advance())
        events.append(((member, programme), event))
    free = claim_keys(
        cursor,
        [
            (
                (event.key.source, event.key.external_id),
                KnownKey(
                    sha256(event.key.external_id.encode()).digest(),
                    account[1],
                    account[0],
                    event.event_id,
                    event.kind,
                    False,  # noqa: FBT003  # the columns of one row
                ),
            )
            for account, event in events
        ],
        now=now,
    )
    return [
        (account, event)
        for account, event in events
        if (event.key.source, event.key.external_id) in free
    ]
