"""Recording events: purchases through the micro-batch, the rest through the same intake."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import orjson

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.domain.received.faults import shown
from habitue.interfaces.api.batching import Batcher, Connection
from habitue.interfaces.api.database import Database
from habitue.interfaces.api.event_forms import MOST_EVENTS, BulkRequest
from habitue.interfaces.api.fields import check_fields
from habitue.interfaces.api.http import JSON, REPLAYED, Answer, Call
from habitue.interfaces.api.problems import problem_of
from habitue.interfaces.api.reading import read_object
from habitue.interfaces.texts.catalogue import Language
from habitue.kit.clock import Clock
from habitue.kit.instants import parse_instant
from habitue.selectors.keys import Key
from habitue.services.intake import Answer as Recorded
from habitue.services.intake import Envelope, record

# One transaction of a bulk; longer ones would keep members locked for longer than a till waits.
CHUNK: Final = 500


class Events:
    """The operations that record events."""

    def __init__(
        self,
        *,
        database: Database,
        batcher: Batcher[Envelope, Recorded],
        clock: Clock,
        phones: PhoneReader,
        country: str,
    ) -> None:
        self._database = database
        self._batcher = batcher
        self._record = partial(record, clock=clock, phones=phones, country=country)

    async def _one(self, call: Call, *, kind: str) -> Answer:
        content = read_object(call.body)
        envelope = envelope_of(call.actor, kind=kind, content=content)
        if call.idempotency_key is None:
            return answer_of(await self._batcher.submit(envelope))

        def write(connection: Connection) -> Answer:
            return answer_of(self._record(connection, [envelope])[0])

        return await self._database.write(call, write)

    async def purchase(self, call: Call) -> Answer:
        """Record a purchase."""
        return await self._one(call, kind="purchase")

    async def return_(self, call: Call) -> Answer:
        """Record a return."""
        return await self._one(call, kind="return")

    async def visit(self, call: Call) -> Answer:
        """Record a visit."""
        return await self._one(call, kind="visit")

    async def enrolment(self, call: Call) -> Answer:
        """Record that a member joined."""
        return await self._one(call, kind="enrolment")

    async def profile(self, call: Call) -> Answer:
        """Record what is known of a member."""
        return await self._one(call, kind="profile")

    async def membership(self, call: Call) -> Answer:
        """Record what happens to a paid plan."""
        return await self._one(call, kind="membership")

    async def contribution(self, call: Call) -> Answer:
        """Record an approved contribution."""
        return await self._one(call, kind="contribution")

    async def withdrawal(self, call: Call) -> Answer:
        """Withdraw a contribution."""
        return await self._one(call, kind="withdrawal")

    async def adjustment(self, call: Call) -> Answer:
        """Record a correction by hand."""
        return await self._one(call, kind="adjustment")

    async def redemption(self, call: Call) -> Answer:
        """Record that points were spent."""
        return await self._one(call, kind="redemption")

    async def undo(self, call: Call) -> Answer:
        """Record that a redemption was taken back."""
        return await self._one(call, kind="undo")

    async def confirmation(self, call: Call) -> Answer:
        """Record that a purchase is confirmed."""
        return await self._one(call, kind="confirmation")

    async def bulk(self, call: Call) -> Answer:
        """Record many purchases; each stands for itself."""
        content = read_object(call.body)
        check_fields(content, allowed=BulkRequest.model_fields)
        key = call.actor
        programme = programme_of(key, content.get("programme"))
        contents = _events_of(content)
        refused: dict[int, Refusal] = {}
        envelopes: list[tuple[int, Envelope]] = []
        for place, each in enumerate(contents):
            try:
                envelopes.append((place, Envelope(programme, "purchase", _content_of(key, each))))
            except Refusal as refusal:
                refused[place] = refusal
        # In the order of business: an event that comes after a later one costs a look at history.
        envelopes.sort(key=lambda pair: _order_of(pair[1].content))
        language = call.language

        def write(connection: Connection) -> Answer:
            recorded: dict[int, Recorded] = {}
            for start in range(0, len(envelopes), CHUNK):
                chunk = envelopes[start : start + CHUNK]
                answers = self._record(connection, [envelope for _, envelope in chunk])
                recorded |= zip((place for place, _ in chunk), answers, strict=True)
            return _bulk_answer(len(contents), refused, recorded, language=language)

        return await self._database.write(call, write)


def envelope_of(key: Key, *, kind: str, content: dict[str, Any]) -> Envelope:
    """What the intake is given; refuses a programme or store that the key may not use."""
    programme = programme_of(key, content.pop("programme", None))
    return Envelope(programme, kind, _content_of(key, content))


def programme_of(key: Key, given: object) -> str:
    """The programme that is meant: the one that is named, else the only one of the key."""
    if given is None:
        if len(key.programmes) != 1:
            raise Refusal(Code.MISSING_FIELD, "programme")
        return next(iter(key.programmes))
    if not isinstance(given, str):
        raise Refusal(Code.WRONG_TYPE, "programme", value=shown(given), expected="text")
    key.require_programme(given)
    return given


def answer_of(recorded: Recorded) -> Answer:
    """The answer to one event: what was decided, the same for each repetition; or its refusal."""
    if recorded.refusal is not None:
        raise recorded.refusal
    # Sorted, because an answer that was stored comes back in the order of the database.
    body = orjson.dumps(recorded.content, option=orjson.OPT_SORT_KEYS)
    return Answer(201, body, JSON, (REPLAYED,) if recorded.status == "known" else ())


def _content_of(key: Key, content: Any) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise Refusal(Code.WRONG_TYPE, value=shown(type(content).__name__), expected="object")
    if key.stores:
        store = content.get("store")
        if store is None and len(key.stores) == 1:
            return {**content, "store": next(iter(key.stores))}
        key.require_store(store if isinstance(store, str) else None)
    return content


def _events_of(content: Mapping[str, Any]) -> list[Any]:
    events = content.get("events")
    if events is None:
        raise Refusal(Code.MISSING_FIELD, "events")
    if not isinstance(events, list):
        raise Refusal(Code.WRONG_TYPE, "events", value=shown(events), expected="list")
    if len(events) > MOST_EVENTS:
        raise Refusal(Code.TOO_MANY, "events", value=len(events), limit=MOST_EVENTS)
    return events


def _order_of(content: Any) -> tuple[int, str, str]:
    try:
        at = parse_instant(content["occurred_at"])
    except (KeyError, TypeError, ValueError, OverflowError):
        at = 0  # It will be refused, wherever it stands.
    return (at, str(content.get("source")), str(content.get("external_id")))


def _bulk_answer(
    count: int,
    refused: Mapping[int, Refusal],
    recorded: Mapping[int, Recorded],
    *,
    language: Language,
) -> Answer:
    results: list[dict[str, Any]] = []
    for place in range(count):
        one = recorded.get(place)
        refusal = refused[place] if one is None else one.refusal
        if refusal is not None:
            details = problem_of(refusal, language=language)
            results.append({"status": "refused", "problem": details})
        elif one is not None:
            results.append({"status": one.status, "event": one.content})
    counts = {
        status: sum(result["status"] == status for result in results)
        for status in ("recorded", "known", "refused")
    }
    body = orjson.dumps({**counts, "results": results}, option=orjson.OPT_SORT_KEYS)
    return Answer(200, body)
