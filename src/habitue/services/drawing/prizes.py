"""Prizes that are points or vouchers reach the winners by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.claiming import KnownKey, claim_keys
from habitue.domain.events import Adjustment, Event, EventKey
from habitue.domain.payloads import to_payload
from habitue.domain.programme.draw_model import Prize
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.selectors.programmes import Compiled
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of
from habitue.services.intake.transacting import Cursor

PRIZES: Final = f"{RESERVED_SOURCE}draw"


@dataclass(frozen=True, slots=True)
class Won:
    """A prize of a member, whose id is 32 hexadecimal digits, in a place of a draw."""

    member: str
    draw: str
    place: int
    prize: Prize


def give_prizes(
    cursor: Cursor, compiled: Compiled, won: Iterable[Won], *, reason: str, clock: Clock
) -> None:
    """Give what is points or a voucher, one adjustment for each winner, under a key of its own.

    Locks the winners in the order of their ids, then budgets.
    """
    gifts = {one.member: one for one in won if one.prize.currency is not None}
    number = compiled.number_at(clock.now())
    if not gifts or number is None:
        return
    accounts: dict[StateKey, Compiled] = {
        (member, compiled.programme_id): compiled for member in sorted(gifts)
    }
    _claim(cursor, compiled, gifts, clock)
    desk = Desk(cursor)
    desk.open(accounts, now=clock.now)
    events = {
        key: _event(compiled, number, desk.recorded_at, gifts[key[0]], reason) for key in accounts
    }
    desk.expect(events.items())
    for key, event in events.items():
        decision, content = desk.decide(key, event)
        desk.keep(key, event, decision, payload=orjson.dumps(to_payload(event)), content=content)
    desk.write()


def _key(compiled: Compiled, won: Won) -> EventKey:
    return EventKey(PRIZES, f"{compiled.programme_id}:{won.draw}:{won.place}")


def _event(compiled: Compiled, number: int, at: int, won: Won, reason: str) -> Event:
    key = _key(compiled, won)
    body = Adjustment(reason, won.prize.currency, won.prize.units)
    return Event(event_id_of(key), key, at, compiled.versions[number].zone, number, body)


def _claim(cursor: Cursor, compiled: Compiled, gifts: Mapping[str, Won], clock: Clock) -> None:
    claims = []
    for member, won in gifts.items():
        key = _key(compiled, won)
        digest = sha256(key.external_id.encode()).digest()
        known = KnownKey(
            digest,
            compiled.programme_id,
            member,
            event_id_of(key),
            Adjustment.kind,
            False,  # noqa: FBT003  # the columns of one row
        )
        claims.append(((key.source, key.external_id), known))
    claimed = claim_keys(cursor, claims, now=clock.now())
    assert len(claimed) == len(claims), "a place of a draw is given once"
