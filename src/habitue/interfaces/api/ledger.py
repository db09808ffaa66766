"""Balances as of any instant, and ledger lines with their explanation."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.batching import Connection
from habitue.interfaces.api.database import Database
from habitue.interfaces.api.fields import instant_field, limit_text
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.ledger_forms import BalancesForm, EntryList
from habitue.interfaces.api.member_operations import CURSOR, LIMIT, LISTING_CODES, MEMBER_ID
from habitue.interfaces.api.members import member_id_of
from habitue.interfaces.api.operations import ROOT, Operation, Parameter
from habitue.interfaces.api.programmes import visible
from habitue.kit.clock import Clock
from habitue.kit.instants import format_instant
from habitue.selectors.balances import Balances, CurrencyBalance, get_balances
from habitue.selectors.keys import Key, Permission
from habitue.selectors.ledger import EntryRecord, list_entries
from habitue.selectors.members import get_member
from habitue.selectors.programmes import get_one_compiled, list_programmes

TAG: Final = "Ledger"
_PROGRAMME: Final = Parameter(
    "programme",
    "query",
    "Code of the programme.",
    {"type": "string", "minLength": 1, "maxLength": 100},
    example="corner-cafe",
)


class Ledger:
    """The operations that read the ledger."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def balances(self, call: Call) -> Answer:
        """Show where a member stands at an instant."""
        query = call.query("programme", "as_of")
        member_id = member_id_of(call)
        key = call.actor
        # An offset's plus sign that was not escaped arrives as a space.
        asked = {name: text.replace(" ", "+") for name, text in query.items()}
        as_of = instant_field(asked, "as_of")
        at = self._clock.now() if as_of is None else as_of
        programme = query.get("programme")

        def read(connection: Connection) -> Answer:
            get_member(connection, member_id=member_id)
            if programme is None:
                records = list_programmes(connection)
                codes = [one.code for one in records if key.sees_programme(one.code)]
            else:
                codes = [visible(key, programme, path="programme")]
            items = [
                _programme(
                    connection,
                    get_balances(connection, member_id=member_id, programme=code, as_of=at),
                )
                for code in codes
            ]
            plain = {"member_id": member_id.hex, "as_of": format_instant(at), "items": items}
            return answer_json(200, plain)

        return await self._database.run(read)

    async def entries(self, call: Call) -> Answer:
        """List the ledger lines of a member."""
        query = call.query("programme", "currency", "cursor", "limit")
        member_id = member_id_of(call)
        limit = limit_text(query)
        programme = _programme_asked(call.actor, query.get("programme"))

        def read(connection: Connection) -> Answer:
            get_member(connection, member_id=member_id)
            if programme is not None:
                get_one_compiled(connection, code=programme)
            try:
                page = list_entries(
                    connection,
                    member_id=member_id,
                    programme=programme,
                    currency=query.get("currency"),
                    cursor=query.get("cursor"),
                    limit=limit,
                )
            except (ValueError, psycopg.DataError):
                reason = "not a cursor of this list"
                raise Refusal(Code.MALFORMED, "cursor", reason=reason) from None
            items = [_entry(one) for one in page.items]
            return answer_json(200, {"items": items, "next_cursor": page.next_cursor})

        return await self._database.run(read)


def _programme_asked(key: Key, asked: str | None) -> str | None:
    if asked is not None:
        return visible(key, asked, path="programme")
    if not key.programmes:
        return None
    if len(key.programmes) > 1:
        raise Refusal(Code.MISSING_FIELD, "programme")
    return next(iter(key.programmes))


def _programme(connection: Connection, balances: Balances) -> dict[str, Any]:
    compiled = get_one_compiled(connection, code=balances.programme)
    decimals = compiled.conventions.points
    return {
        "programme": balances.programme,
        "tier": balances.tier,
        "tiers": dict(balances.tiers),
        "points": {
            code: _points(one, decimals.get(code, 0)) for code, one in balances.points.items()
        },
    }


def _points(one: CurrencyBalance, decimals: int) -> dict[str, Any]:
    return {
        "decimals": decimals,
        "balance": one.balance,
        "spendable": one.available,
        "pending": one.pending,
        "debt": one.debt,
        "expiring": [{"at": format_instant(at), "units": units} for at, units in one.expiring],
        "activating": [
            {"at": None if at is None else format_instant(at), "units": units}
            for at, units in one.activating
        ],
    }


def _entry(one: EntryRecord) -> dict[str, Any]:
    event: dict[str, Any] | None = None
    if one.event_id is not None:
        event = {
            "event": one.event_id.hex,
            "kind": one.event_kind,
            "source": one.source,
            "external_id": one.external_id,
        }
    return {
        "entry_id": one.entry_id.hex,
        "programme": one.programme,
        "currency": one.currency,
        "kind": one.kind,
        "amount": one.amount,
        "effective_at": format_instant(one.effective_at),
        "recorded_at": format_instant(one.recorded_at),
        "event": event,
        "recorded_by": one.recorded_by.hex,
        "version": one.version,
        "rule": one.rule,
        "against": None if one.against is None else one.against.hex,
        "lot": None if one.lot_id is None else one.lot_id.hex,
        "reason": one.reason,
    }


def operations(ledger: Ledger) -> list[Operation]:
    """The table of these operations."""
    return [
        Operation(
            name="get_balances",
            method="GET",
            path=f"{ROOT}/members/{{member_id}}/balances",
            tag=TAG,
            summary="Show balances",
            description="What the member holds, and the tier, at `as_of` (now if absent): right "
            "at any instant, past or future, by what is recorded now.",
            permission=Permission.LEDGER_READ,
            handler=ledger.balances,
            answers={200: ("The balances.", BalancesForm)},
            parameters=(
                MEMBER_ID,
                _PROGRAMME,
                Parameter(
                    "as_of",
                    "query",
                    "ISO 8601 with an offset.",
                    {"type": "string", "format": "date-time"},
                    example="2026-03-31T23:59:59+02:00",
                ),
            ),
            codes=(Code.UNKNOWN_MEMBER, Code.UNKNOWN_PROGRAMME, Code.NOT_AN_INSTANT),
        ),
        Operation(
            name="list_entries",
            method="GET",
            path=f"{ROOT}/members/{{member_id}}/entries",
            tag=TAG,
            summary="List ledger lines",
            description="The latest first, each with the version and the rule that made it and "
            "the values that the rule saw.",
            permission=Permission.LEDGER_READ,
            handler=ledger.entries,
            answers={200: ("The lines.", EntryList)},
            parameters=(
                MEMBER_ID,
                _PROGRAMME,
                Parameter(
                    "currency",
                    "query",
                    "Code of the points.",
                    {"type": "string", "minLength": 1, "maxLength": 100},
                    example="points",
                ),
                CURSOR,
                LIMIT,
            ),
            codes=(
                *LISTING_CODES,
                Code.MISSING_FIELD,
                Code.UNKNOWN_MEMBER,
                Code.UNKNOWN_PROGRAMME,
            ),
        ),
    ]
