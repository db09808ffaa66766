"""Points from one member to another, with the dates that they have (SEMANTICS 13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import ValidationError

from habitue.data.ledger.history import read_answers
from habitue.data.programme.claiming import KnownKey, claim_keys, fetch_keys, find_keys
from habitue.data.programme.survivors import find_survivors
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Body, Event, EventKey, TransferIn, TransferOut
from habitue.domain.payloads import to_payload
from habitue.domain.received.faults import ContentRefusal, faults_of, shown
from habitue.domain.received.models import ReceivedKey
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.instants import format_instant
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.intake.desk import Desk
from habitue.services.intake.envelopes import Answer
from habitue.services.intake.items import event_id_of
from habitue.services.intake.resolving import check_active
from habitue.services.intake.transacting import Connection, Cursor, transact

# The receiver's event is named after the sender's.
ARRIVALS: Final = f"{RESERVED_SOURCE}transfer"


def transfer_points(
    connection: Connection,
    *,
    programme: str,
    source: str,
    external_id: str,
    from_member: UUID,
    to_member: UUID,
    currency: str,
    units: int,
    clock: Clock,
    announce: bool = True,
) -> Answer:
    """Move ``units`` smallest units from one member to another, now, in one transaction.

    The same key and content again is answered the same.  For a member who was merged the survivor
    sends or receives.  Refuses a faulty key
    (``ContentRefusal``), ``NOT_POSITIVE``, ``UNKNOWN_PROGRAMME``, ``UNKNOWN_MEMBER``,
    ``UNKNOWN_POINTS``, ``MEMBER_CLOSED``, ``PROGRAMME_NOT_IN_EFFECT``, ``KEY_REUSED``,
    ``NOT_ENOUGH_POINTS``, ``SAME_MEMBER``.  Locks the keys, then both members in the order of
    their ids, then budgets.
    """
    key = _checked_key(source, external_id)
    if units <= 0:
        raise Refusal(Code.NOT_POSITIVE, "units", value=units)
    if from_member == to_member:
        raise Refusal(Code.SAME_MEMBER, "to_member", value=str(to_member))
    order = _Order(connection, key, from_member.hex, to_member.hex, currency, units)
    work = partial(_Order.run, order, programme=programme, clock=clock, announce=announce)
    return transact(connection, work, programmes=[programme])


def _checked_key(source: str, external_id: str) -> EventKey:
    try:
        key = ReceivedKey(source=source, external_id=external_id)
    except ValidationError as error:
        raise ContentRefusal(faults_of(error)) from None
    if key.source.startswith(RESERVED_SOURCE):
        raise Refusal(Code.INVALID_TEXT, "source", value=shown(key.source))
    return EventKey(key.source, key.external_id)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be moved, and under which key."""

    connection: Connection
    key: EventKey
    sender: str
    receiver: str
    currency: str
    units: int

    def run(self, cursor: Cursor, *, programme: str, clock: Clock, announce: bool) -> Answer:
        """Everything between the beginning of the transaction and its commit."""
        compiled = get_one_compiled(self.connection, code=programme)
        now = clock.now()
        number = compiled.number_at(now)
        survivors = find_survivors(cursor, [self.sender, self.receiver])
        sender = survivors.get(self.sender, self.sender)
        receiver = survivors.get(self.receiver, self.receiver)
        served = replace(self, sender=sender, receiver=receiver)
        known = served.claim(cursor, compiled, now, digest=self._digest(compiled))
        if known is not None:
            return known
        check_active(cursor, [sender], path="from_member")
        check_active(cursor, [receiver], path="to_member")
        if sender == receiver:
            raise Refusal(Code.SAME_MEMBER, "to_member", value=self.receiver)
        if number is None:
            at = format_instant(now)
            raise Refusal(Code.PROGRAMME_NOT_IN_EFFECT, "programme", value=compiled.code, at=at)
        desk = Desk(cursor, announce=announce)
        content = served.move(desk, compiled, number, clock)
        desk.write()
        return Answer("recorded", content)

    def move(self, desk: Desk, compiled: Compiled, number: int, clock: Clock) -> dict[str, Any]:
        """Decide both events; answers what the sender is told."""
        sender, receiver = (
            (member, compiled.programme_id) for member in (self.sender, self.receiver)
        )
        desk.open({sender: compiled, receiver: compiled}, now=clock.now)
        going = self._event(
            self.key,
            desk,
            compiled,
            number,
            TransferOut(self.currency, self.units, self.receiver),
        )
        desk.expect([(sender, going)])
        sent, content = desk.decide(sender, going)
        self._keep(desk, sender, going, sent, content)
        arrival = TransferIn(self.currency, sent.portions, self.sender)
        coming = self._event(self._arrival(), desk, compiled, number, arrival)
        desk.expect([(receiver, coming)])
        got, received = desk.decide(receiver, coming)
        self._keep(desk, receiver, coming, got, received)
        content["to"] = {"member": self.receiver, "event": coming.event_id}
        return content

    def _digest(self, compiled: Compiled) -> bytes:
        """The hash of all that was said, before anybody was found to be merged."""
        said = orjson.dumps([compiled.code, self.sender, self.receiver, self.currency, self.units])
        return sha256(b"transfer" + said).digest()

    def _arrival(self) -> EventKey:
        return EventKey(ARRIVALS, event_id_of(self.key))

    def claim(
        self, cursor: Cursor, compiled: Compiled, now: int, *, digest: bytes
    ) -> Answer | None:
        """Claim both keys; the first answer where they are known."""
        claims = [
            (
                (key.source, key.external_id),
                KnownKey(digest, compiled.programme_id, member, event_id_of(key), kind, False),  # noqa: FBT003  # the columns of one row
            )
            for key, member, kind in (
                (self.key, self.sender, TransferOut.kind),
                (self._arrival(), self.receiver, TransferIn.kind),
            )
        ]
        if len(claim_keys(cursor, claims, now=now)) == len(claims):
            return None
        pair = (self.key.source, self.key.external_id)
        find_keys(cursor, [pair])
        known = fetch_keys(cursor)[pair]
        if known.body_hash != digest or known.member is None:
            raise Refusal(Code.KEY_REUSED, "external_id", value=self.key.external_id[:80])
        ((_, content),) = read_answers(cursor, [(known.member, known.event)])
        return Answer("known", content)

    def _event(
        self, key: EventKey, desk: Desk, compiled: Compiled, number: int, body: Body
    ) -> Event:
        zone = compiled.versions[number].zone
        return Event(event_id_of(key), key, desk.recorded_at, zone, number, body)

    def _keep(
        self, desk: Desk, account: tuple[str, str], event: Event, decision: Any, content: Any
    ) -> None:
        payload = orjson.dumps(to_payload(event))
        desk.keep(account, event, decision, payload=payload, content=content)
