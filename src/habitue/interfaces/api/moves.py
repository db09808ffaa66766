"""Claims of anonymous purchases, transfers between members, and evaluating without recording."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Trust
from habitue.domain.identity.normal import PhoneReader
from habitue.domain.programme.identifying import Method
from habitue.domain.received.faults import shown
from habitue.domain.received.fields import LONGEST_CODE, LONGEST_KEY
from habitue.domain.received.models import RECEIVED
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.event_forms import (
    ClaimRequest,
    EvaluationRequest,
    TransferRequest,
)
from habitue.interfaces.api.events import answer_of, envelope_of, programme_of
from habitue.interfaces.api.fields import (
    check_fields,
    instant_field,
    object_field,
    required_text,
)
from habitue.interfaces.api.http import Answer, Call
from habitue.interfaces.api.people import member_named, said_member
from habitue.interfaces.api.reading import read_object
from habitue.kit.clock import Clock, FixedClock
from habitue.kit.instants import Instant, format_instant
from habitue.kit.money import AmountError, parse_decimal
from habitue.selectors.keys import Key
from habitue.selectors.ledger import get_event
from habitue.selectors.programmes import get_one_compiled
from habitue.services.claims import claim_receipt
from habitue.services.intake import Answer as Recorded
from habitue.services.intake import evaluate
from habitue.services.transfers import transfer_points

CLAIM: Final = "claim"
TRANSFER: Final = "transfer"
# What an evaluation is about need not have happened, so it need not have a key.
_UNNAMED: Final = "evaluation"


class Moves:
    """The operations that move what exists, and the one that only asks."""

    def __init__(
        self, *, database: Database, clock: Clock, phones: PhoneReader, country: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._phones = phones
        self._country = country

    async def claim(self, call: Call) -> Answer:
        """Give an anonymous purchase to a member."""
        content = read_object(call.body)
        key = call.actor

        def write(connection: Connection) -> Answer:
            return answer_of(self._claim(connection, key, content, self._clock))

        return await self._database.write(call, write)

    async def transfer(self, call: Call) -> Answer:
        """Send points from one member to another."""
        content = read_object(call.body)
        key = call.actor

        def write(connection: Connection) -> Answer:
            return answer_of(self._transfer(connection, key, content, self._clock))

        return await self._database.write(call, write)

    async def evaluate(self, call: Call) -> Answer:
        """Decide without recording."""
        content = read_object(call.body)
        check_fields(content, allowed=EvaluationRequest.model_fields)
        kind = required_text(content, "kind", limit=LONGEST_CODE)
        if kind not in (*RECEIVED, CLAIM, TRANSFER):
            allowed = ", ".join((*RECEIVED, CLAIM, TRANSFER))
            raise Refusal(Code.UNKNOWN_CHOICE, "kind", value=shown(kind), allowed=allowed)
        event = object_field(content, "event")
        if event is None:
            raise Refusal(Code.MISSING_FIELD, "event")
        now = instant_field(content, "as_of")
        now = self._clock.now() if now is None else now
        if "programme" in content:
            event = {"programme": content["programme"], **event}
        key = call.actor

        def ask(connection: Connection) -> Answer:
            decided = self._evaluate(connection, key, kind, event, now)
            if decided.refusal is not None:
                raise decided.refusal
            return Answer(200, orjson.dumps(decided.content, option=orjson.OPT_SORT_KEYS))

        return await self._database.run(ask)

    def _evaluate(
        self, connection: Connection, key: Key, kind: str, event: Mapping[str, Any], now: Instant
    ) -> Recorded:
        plain = {"source": _UNNAMED, "external_id": _UNNAMED, **event}
        if kind in RECEIVED:
            plain.setdefault("occurred_at", format_instant(now))
            envelope = envelope_of(key, kind=kind, content=plain)
            return evaluate(
                connection, envelope, now=now, phones=self._phones, country=self._country
            )
        act = self._claim if kind == CLAIM else self._transfer
        if kind == CLAIM:
            plain.pop("programme", None)
        # These lock what they change; nothing of it stays.
        with connection.transaction(force_rollback=True):
            return act(connection, key, plain, FixedClock(now))

    def _claim(
        self, connection: Connection, key: Key, content: Mapping[str, Any], clock: Clock
    ) -> Recorded:
        check_fields(content, allowed=ClaimRequest.model_fields)
        source = required_text(content, "source", limit=LONGEST_KEY)
        external_id = required_text(content, "external_id", limit=LONGEST_KEY)
        said = said_member(content, "member")
        programme = _programme_of(connection, source, external_id)
        if programme:
            key.require_programme(programme)
        member = member_named(
            connection,
            said=said,
            path="member",
            needed=Trust.EARN,
            phones=self._phones,
            country=self._country,
            methods=_methods(connection, programme, clock),
        )
        return claim_receipt(
            connection,
            source=source,
            external_id=external_id,
            member_id=member.member_id,
            clock=clock,
        )

    def _transfer(
        self, connection: Connection, key: Key, content: Mapping[str, Any], clock: Clock
    ) -> Recorded:
        check_fields(content, allowed=TransferRequest.model_fields)
        programme = programme_of(key, content.get("programme"))
        source = required_text(content, "source", limit=LONGEST_KEY)
        external_id = required_text(content, "external_id", limit=LONGEST_KEY)
        currency = required_text(content, "currency", limit=LONGEST_CODE)
        units = _units(connection, programme, currency, content.get("units"))
        methods = _methods(connection, programme, clock)
        sides = [
            member_named(
                connection,
                said=said_member(content, name),
                path=name,
                needed=needed,
                phones=self._phones,
                country=self._country,
                methods=methods,
            ).member_id
            for name, needed in (("from_member", Trust.SPEND), ("to_member", Trust.EARN))
        ]
        return transfer_points(
            connection,
            programme=programme,
            source=source,
            external_id=external_id,
            from_member=sides[0],
            to_member=sides[1],
            currency=currency,
            units=units,
            clock=clock,
        )


def _programme_of(connection: Connection, source: str, external_id: str) -> str:
    """The programme of the receipt; empty where there is none: the claim itself says so."""
    try:
        event = get_event(connection, source=source, external_id=external_id)
    except Refusal:
        return ""
    return str(event.answer["programme"])


def _methods(connection: Connection, programme: str, clock: Clock) -> tuple[Method, ...]:
    """What customers of a programme are recognised by now."""
    if not programme:
        return ()
    return get_one_compiled(connection, code=programme).methods_at(clock.now())


def _units(connection: Connection, programme: str, currency: str, given: object) -> int:
    if given is None:
        raise Refusal(Code.MISSING_FIELD, "units")
    decimals = get_one_compiled(connection, code=programme).conventions.points.get(currency)
    if decimals is None:
        raise Refusal(Code.UNKNOWN_POINTS, "currency", value=shown(currency), programme=programme)
    if not isinstance(given, str | int | Decimal):
        raise Refusal(Code.NOT_A_NUMBER, "units", value=shown(given))
    try:
        units = parse_decimal(given, decimals)
    except AmountError as error:
        code = Code(error.reason)
        raise Refusal(
            code, "units", value=shown(given), decimals=decimals, limit=str(10**15)
        ) from None
    if units <= 0:
        raise Refusal(Code.NOT_POSITIVE, "units", value=shown(given))
    return units
