"""From envelopes to events: checked, with their version, zone and hash; members not yet known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from habitue.domain.chance import month_of, told_at
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    Adjustment,
    Confirmation,
    Contribution,
    Enrolment,
    Event,
    EventKey,
    Membership,
    Profile,
    Purchase,
    Redemption,
    Return,
    Undo,
    Visit,
    Withdrawal,
)
from habitue.domain.identity.kinds import Trust
from habitue.domain.payloads import to_payload
from habitue.domain.programme.model import Programme
from habitue.domain.received.normalising import Normalised, normalise
from habitue.kit.ids import derived_id
from habitue.kit.instants import Instant, format_instant
from habitue.selectors.programmes import Compiled
from habitue.services.intake.envelopes import Answer, Envelope, refused


@dataclass(slots=True)
class Item:
    """One event on its way into the ledger.

    ``payload`` is what the ledger stores, ``body_hash`` what a repetition is compared with.
    ``member`` is ``None`` for an anonymous event; ``receipt`` is then the purchase it returns.
    ``answer`` is set as soon as nothing more can change it.
    """

    place: int
    compiled: Compiled
    found: Normalised
    event: Event
    payload: bytes
    body_hash: bytes
    member: str | None = None
    receipt: str | None = None
    refusal: Refusal | None = None
    answer: Answer | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The natural key as a pair."""
        return (self.event.key.source, self.event.key.external_id)

    @property
    def reference(self) -> tuple[str, str] | None:
        """The natural key of the earlier event that this one is about."""
        body = self.event.body
        earlier: EventKey | None = None
        if isinstance(body, Return | Confirmation):
            earlier = body.purchase
        elif isinstance(body, Undo):
            earlier = body.redemption
        elif isinstance(body, Withdrawal):
            earlier = body.contribution
        return None if earlier is None else (earlier.source, earlier.external_id)


# What showing an identifier must allow.  Who undoes or corrects names an event or a reason.
_NEEDED: Final[dict[type, Trust]] = {
    Purchase: Trust.EARN,
    Visit: Trust.EARN,
    Enrolment: Trust.EARN,
    Profile: Trust.EARN,
    Membership: Trust.EARN,
    Return: Trust.EARN,
    Redemption: Trust.SPEND,
    Adjustment: Trust.GREET,
    Undo: Trust.GREET,
    Confirmation: Trust.GREET,
    Contribution: Trust.EARN,
    Withdrawal: Trust.GREET,
}


def needed_trust(event: Event) -> Trust:
    """How far an identifier must be trusted for this event."""
    body = event.body
    if isinstance(body, Purchase) and body.points_paid:
        return Trust.SPEND
    return _NEEDED[type(body)]


def event_id_of(key: EventKey) -> str:
    """The id of an event, derived from its natural key: the client makes it, a retry repeats it."""
    return derived_id("event", key.source, key.external_id)


def read_envelopes(
    envelopes: Sequence[Envelope],
    *,
    programmes: Mapping[str, Compiled],
    now: Instant,
    answers: list[Answer | None],
) -> list[tuple[int, Compiled, Normalised]]:
    """Check every envelope's content; what is refused is answered in its place."""
    read: list[tuple[int, Compiled, Normalised]] = []
    for place, envelope in enumerate(envelopes):
        if answers[place] is not None:
            continue
        try:
            compiled = programmes.get(envelope.programme)
            if compiled is None:
                raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=envelope.programme[:80])  # noqa: TRY301  # answered like every other fault of the envelope
            content = envelope.content
            found = (
                content
                if isinstance(content, Normalised)
                else normalise(envelope.kind, content, conventions=compiled.conventions, now=now)
            )
        except Refusal as refusal:
            answers[place] = refused(refusal)
        else:
            read.append((place, compiled, found))
    return read


def make_items(
    read: Iterable[tuple[int, Compiled, Normalised]],
    *,
    zones: Mapping[str, str],
    now: Instant,
    answers: list[Answer | None],
) -> list[Item]:
    """Settle zone and version of each event, and whether chances may fall to it; what is refused is
    answered in its place."""
    items: list[Item] = []
    for place, compiled, found in read:
        try:
            event = _event(compiled, found, zones, now)
        except Refusal as refusal:
            answers[place] = refused(refusal)
            continue
        payload, body_hash = _written(compiled, found, event)
        items.append(Item(place, compiled, found, event, payload, body_hash))
    return items


def is_sealed(programme: Programme, at: Instant, *, now: Instant) -> bool:
    """Whether nobody can know yet to which events of that time chances fall."""
    if not programme.has_chances:
        return True
    return now < told_at(month_of(at, programme.zone), programme.zone)


def _event(compiled: Compiled, found: Normalised, zones: Mapping[str, str], now: Instant) -> Event:
    number = compiled.number_at(found.occurred_at)
    if number is None:
        raise Refusal(
            Code.PROGRAMME_NOT_IN_EFFECT,
            "occurred_at",
            value=compiled.code,
            at=format_instant(found.occurred_at),
        )
    version = compiled.versions[number]
    zone = version.zone
    if found.store is not None:
        if found.store not in zones:
            raise Refusal(Code.UNKNOWN_STORE, "store", value=found.store[:80])
        zone = zones[found.store]
    return Event(
        event_id_of(found.key),
        found.key,
        found.occurred_at,
        zone,
        number,
        found.body,
        found.store,
        found.channel,
        found.staff,
        found.attributes,
        is_sealed(version, found.occurred_at, now=now),
    )


def _written(compiled: Compiled, found: Normalised, event: Event) -> tuple[bytes, bytes]:
    """The payload as stored, and the hash of all that the client said.

    The zone is ours, not the client's, and so is whether chances may fall to it: a store that
    moves, or a seed that was told meanwhile, must not make a retry another event.
    """
    payload = to_payload(event)
    ours = orjson.dumps(payload.pop("zone"))
    if not payload.pop("drawn", True):
        ours += b',"drawn":false'
    rest = orjson.dumps(payload)
    member = found.member
    said = [
        compiled.code,
        event.kind,
        found.occurred_at,
        None if member is None else [member.kind, member.value],
    ]
    digest = sha256(orjson.dumps(said) + rest).digest()
    return b'{"zone":' + ours + b"," + rest[1:], digest
