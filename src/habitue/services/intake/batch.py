"""A batch of fresh events: locked, decided in their order, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.anonymous import StoredReceipt, read_receipts
from habitue.data.programme.claiming import KeyPair, KnownKey, release_keys, settle_keys
from habitue.data.programme.survivors import find_survivors
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event
from habitue.kit.clock import Clock
from habitue.kit.instants import day_start, format_instant, local_day
from habitue.selectors.programmes import Compiled
from habitue.services.intake.answering import heading
from habitue.services.intake.desk import Desk, decide_anonymous
from habitue.services.intake.envelopes import Answer, refused
from habitue.services.intake.items import Item
from habitue.services.intake.transacting import Cursor


class Batch:
    """Items whose keys were claimed, on their way through the desk."""

    def __init__(
        self,
        cursor: Cursor,
        items: Sequence[Item],
        claimed: Mapping[KeyPair, KnownKey],
        *,
        announce: bool,
    ) -> None:
        self._cursor = cursor
        self._items = items
        self._claimed = claimed
        self._announce = announce
        self._desk = Desk(cursor, announce=announce, patient=True)
        self._receipts: dict[str, StoredReceipt] = {}
        self._recorded: dict[KeyPair, Item] = {}

    def run(self, clock: Clock, *, lock: bool = True) -> None:
        """Lock what the items need and decide them one after another."""
        self._decide(clock, lock=lock)
        if lock and not self._desk.hold_budgets():
            self._desk = Desk(self._cursor, announce=self._announce)
            self._recorded.clear()
            self._decide(clock, lock=True)

    def _decide(self, clock: Clock, *, lock: bool) -> None:
        self._open_receipts(lock=lock)
        members: dict[StateKey, Compiled] = {
            (item.member, item.compiled.programme_id): item.compiled
            for item in self._items
            if item.member is not None and item.refusal is None
        }
        self._desk.open(members, now=clock.now, lock=lock)
        self._desk.expect(
            ((item.member, item.compiled.programme_id), item.event)
            for item in self._items
            if item.member is not None and item.refusal is None
        )
        for item in self._items:
            try:
                item.answer = self._answer(item)
            except Refusal as refusal:
                item.answer = refused(refusal)

    def _open_receipts(self, *, lock: bool) -> None:
        """Lock the receipts that are returned; whoever claimed one meanwhile has its returns."""
        ids = {
            item.receipt
            for item in self._items
            if item.receipt is not None and item.refusal is None
        }
        self._receipts = {}
        if not ids:
            return
        self._receipts = read_receipts(self._cursor, ids, lock=lock)
        owners = (stored.claimed_by for stored in self._receipts.values())
        survivors = find_survivors(self._cursor, filter(None, owners))
        for item in self._items:
            stored = self._receipts.get(item.receipt or "")
            if stored is not None and stored.claimed_by is not None:
                owner = stored.claimed_by
                item.member, item.receipt = survivors.get(owner, owner), None

    def _answer(self, item: Item) -> Answer:
        if item.refusal is not None:
            raise item.refusal
        first = self._recorded.get(item.key)
        if first is not None:
            if first.body_hash != item.body_hash:
                raise Refusal(Code.KEY_REUSED, "external_id", value=item.key[1][:80])
            assert first.answer is not None, "it was recorded"
            return Answer("known", first.answer.content)
        content = self._anonymous(item) if item.member is None else self._of_member(item)
        self._recorded[item.key] = item
        return Answer("recorded", content)

    def _of_member(self, item: Item) -> dict[str, Any]:
        assert item.member is not None, "only for events of members"
        key = (item.member, item.compiled.programme_id)
        decision, content = self._desk.decide(key, item.event)
        self._desk.keep(key, item.event, decision, payload=item.payload, content=content)
        return content

    def _anonymous(self, item: Item) -> dict[str, Any]:
        event, desk = item.event, self._desk
        content = heading(
            event, programme=item.compiled.code, recorded_at=desk.recorded_at_text
        ) | {"member": None}
        if item.receipt is None:
            self._receipts[event.event_id] = StoredReceipt(item.compiled.programme_id, event, None)
            until = claimable_until(item.compiled, event)
            if until is not None:
                content["claim_until"] = format_instant(until)
        else:
            stored = self._receipts.get(item.receipt)
            if stored is None:
                # Its purchase came in the same batch and was refused.
                value = "/".join(item.reference or ())[:80]
                raise Refusal(Code.PURCHASE_NOT_FOUND, "purchase", value=value)
            decide_anonymous(item.compiled, [stored.purchase, *stored.returns], event)
            stored.returns.append(event)
        desk.keep_anonymous(
            event,
            programme=item.compiled.programme_id,
            receipt=item.receipt,
            payload=item.payload,
            answer=orjson.dumps(content),
        )
        return content

    def remember(self) -> None:
        """After the commit: keep what the next batch may need."""
        self._desk.remember()

    def write(self) -> None:
        """Write what was recorded, and bring the claimed keys in line with what became of them."""
        self._desk.write()
        release_keys(
            self._cursor, sorted(key for key in self._claimed if key not in self._recorded)
        )
        settle_keys(
            self._cursor,
            [
                (key, became)
                for key, item in sorted(self._recorded.items(), key=lambda pair: pair[0])
                if (became := claim_of(item)) != self._claimed[key]
            ],
        )


def claim_of(item: Item) -> KnownKey:
    """What is noted with the key of an item."""
    return KnownKey(
        item.body_hash,
        item.compiled.programme_id,
        item.member,
        item.event.event_id,
        item.event.kind,
        item.member is None,
    )


def claimable_until(compiled: Compiled, event: Event) -> int | None:
    """The first instant at which an anonymous purchase can no longer be claimed; ``None``: never
    can it be."""
    days = compiled.versions[event.version_number].claim_days
    if days is None:
        return None
    day = local_day(event.occurred_at, event.zone)
    return day_start(day + days + 1, event.zone)
