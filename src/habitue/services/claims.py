"""Claiming an anonymous purchase (SEMANTICS 35): once, by one member, for ever."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson

from habitue.data.ledger.history import read_answers
from habitue.data.programme.anonymous import StoredReceipt, mark_claimed, read_receipts
from habitue.data.programme.claiming import fetch_keys, find_keys
from habitue.data.programme.survivors import find_survivors
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Purchase
from habitue.domain.payloads import to_payload
from habitue.kit.clock import Clock
from habitue.kit.instants import datetime_of, format_instant
from habitue.selectors.programmes import Compiled, get_compiled_by_id, list_programmes
from habitue.services.intake.batch import claimable_until
from habitue.services.intake.desk import Desk
from habitue.services.intake.envelopes import Answer
from habitue.services.intake.items import is_sealed
from habitue.services.intake.resolving import check_active
from habitue.services.intake.transacting import Connection, Cursor, transact

# What the answer to a claim says of the end, after the returns that are claimed with the purchase.
_IN_THE_END: Final = ("points", "tier", "tiers")


def claim_receipt(
    connection: Connection,
    *,
    source: str,
    external_id: str,
    member_id: UUID,
    clock: Clock,
    announce: bool = True,
) -> Answer:
    """Give an anonymous purchase, with its returns, to a member, as of its own time.

    Claiming again for the same member answers the same.  For a member who was merged the survivor
    claims.  Refuses, in this order:
    ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``, ``PURCHASE_NOT_FOUND``, ``ALREADY_CLAIMED``,
    ``CLAIM_TOO_LATE``, ``CLAIM_NOT_ALLOWED`` (the programme knows no claims), and what the engine
    refuses.  Locks the receipt, then the member, then budgets.
    """
    claim = _Claim(connection, (source, external_id), member_id.hex, clock, announce)
    # Of which programme the receipt is, is seen only when it is read.
    with connection.transaction():
        programmes = [record.code for record in list_programmes(connection)]
    return transact(connection, partial(_Claim.run, claim), programmes=programmes)


class _Claim:
    """One claim of one receipt."""

    def __init__(
        self,
        connection: Connection,
        key: tuple[str, str],
        member: str,
        clock: Clock,
        announce: bool,  # noqa: FBT001  # passed on from a keyword
    ) -> None:
        self._connection = connection
        self._key = key
        self._member = member
        self._clock = clock
        self._announce = announce

    def run(self, cursor: Cursor) -> Answer:
        """Everything between the beginning of the transaction and its commit."""
        (self._member,) = check_active(cursor, [self._member], path="member")
        receipt_id, stored = self._lock(cursor)
        if stored.claimed_by is not None:
            owner = stored.claimed_by
            if find_survivors(cursor, [owner]).get(owner, owner) == self._member:
                ((_, content),) = read_answers(cursor, [(owner, receipt_id)])
                return Answer("known", content)
            raise Refusal(Code.ALREADY_CLAIMED, "external_id", value=self._key[1][:80])
        compiled = get_compiled_by_id(self._connection, programme_id=UUID(stored.programme))
        self._check_time(compiled, stored)
        content = self._post(cursor, compiled, stored)
        mark_claimed(
            cursor,
            receipt=receipt_id,
            member=self._member,
            claimed_at=datetime_of(self._clock.now()),
        )
        return Answer("recorded", content)

    def _lock(self, cursor: Cursor) -> tuple[str, StoredReceipt]:
        find_keys(cursor, [self._key])
        known = fetch_keys(cursor).get(self._key)
        if known is None or known.kind != Purchase.kind:
            raise Refusal(Code.PURCHASE_NOT_FOUND, "external_id", value="/".join(self._key)[:80])
        if not known.anonymous:
            raise Refusal(Code.ALREADY_CLAIMED, "external_id", value=self._key[1][:80])
        return known.event, read_receipts(cursor, [known.event], lock=True)[known.event]

    def _check_time(self, compiled: Compiled, stored: StoredReceipt) -> None:
        until = claimable_until(compiled, stored.purchase)
        if until is None:
            raise Refusal(Code.CLAIM_NOT_ALLOWED, "external_id", value=self._key[1][:80])
        if self._clock.now() >= until:
            raise Refusal(
                Code.CLAIM_TOO_LATE,
                "external_id",
                value=self._key[1][:80],
                limit=format_instant(until),
            )

    def _post(self, cursor: Cursor, compiled: Compiled, stored: StoredReceipt) -> dict[str, Any]:
        account = (self._member, compiled.programme_id)
        desk = Desk(cursor, announce=self._announce)
        desk.open({account: compiled}, now=self._clock.now)
        body = stored.purchase.body
        assert isinstance(body, Purchase), "receipts are purchases"
        version = compiled.versions[stored.purchase.version_number]
        sealed = is_sealed(version, stored.purchase.occurred_at, now=self._clock.now())
        purchase = replace(
            stored.purchase,
            body=replace(body, claimed_at=desk.recorded_at),
            drawn=stored.purchase.drawn and sealed,
        )
        returns = sorted(stored.returns, key=lambda event: event.order_key)
        desk.expect((account, event) for event in (purchase, *returns))
        contents = [self._record(desk, account, event) for event in (purchase, *returns)]
        if returns:
            # What the member has in the end, not what they had between purchase and return.
            latest = contents[-1]
            contents[0] |= {name: latest[name] for name in _IN_THE_END if name in latest}
            contents[0]["returns"] = [content["event"] for content in contents[1:]]
        desk.write()
        return contents[0]

    def _record(self, desk: Desk, account: tuple[str, str], event: Event) -> dict[str, Any]:
        decision, content = desk.decide(account, event)
        payload = orjson.dumps(to_payload(event))
        desk.keep(account, event, decision, payload=payload, content=content)
        return content
