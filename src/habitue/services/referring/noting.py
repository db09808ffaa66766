"""Noting the two events of a referral, as the house notes a birthday: once, at their own time."""

from __future__ import annotations

from hashlib import sha256
from typing import Final
from uuid import UUID

import orjson

from habitue.data.programme.claiming import KnownKey, claim_keys
from habitue.domain.events import Event, EventKey, Referral, Referred
from habitue.domain.payloads import to_payload
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Compiled
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of, is_sealed
from habitue.services.intake.transacting import Cursor

SOURCE: Final = f"{RESERVED_SOURCE}referral"


def note_event(
    cursor: Cursor,
    compiled: Compiled,
    *,
    friend: UUID,
    member: str,
    body: Referred | Referral,
    at: Instant,
    clock: Clock,
) -> bool:
    """Note the event for a member (32 hexadecimal digits), and give what rules give for it; answers
    whether it is new.

    Its key names the programme and the friend, so it is noted once, for ever.  Locks the key, the
    member, then budgets.
    """
    number = compiled.number_at(at)
    assert number is not None, "a referral belongs to a version"
    version = compiled.versions[number]
    key = EventKey(SOURCE, f"{compiled.programme_id}:{friend.hex}:{body.kind}")
    sealed = is_sealed(version, at, now=clock.now())
    event = Event(event_id_of(key), key, at, version.zone, number, body, drawn=sealed)
    known = KnownKey(
        sha256(key.external_id.encode()).digest(),
        compiled.programme_id,
        member,
        event.event_id,
        event.kind,
        False,  # noqa: FBT003  # the columns of one row
    )
    if not claim_keys(cursor, [((key.source, key.external_id), known)], now=clock.now()):
        return False
    account = (member, compiled.programme_id)
    desk = Desk(cursor)
    desk.open({account: compiled}, now=clock.now)
    desk.expect([(account, event)])
    decision, content = desk.decide(account, event)
    desk.keep(account, event, decision, payload=orjson.dumps(to_payload(event)), content=content)
    desk.write()
    return True
