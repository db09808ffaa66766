"""How much money went back with each return, which the ledger's lines do not say.

A return is worth what was left of its purchase when it was recorded, whatever arrives later: the
money went back then.  So a stretch of recording is answered from itself and what stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg

from habitue.data.bulk import micros
from habitue.domain.events import Purchase, Return, ReturnedLine
from habitue.domain.payloads import body_from_payload
from habitue.domain.sales import Sale
from habitue.kit.instants import Instant, local_day

Cursor: TypeAlias = psycopg.Cursor[Any]
_Key: TypeAlias = tuple[str, str]

_COLUMNS: Final = (
    "e.member_id, e.programme_id, e.kind, e.payload::text, (e.answer -> 'matched')::text,"
    f" {micros('e.occurred_at')}"
)
_IN_ORDER: Final = "ORDER BY e.recorded_at, e.batch_id, e.position"
_RETURNS: Final = (
    f"SELECT {_COLUMNS} FROM ledger_event e WHERE e.kind = 'return'"  # noqa: S608  # constants
    " AND e.recorded_at > %(low)s::timestamptz AND e.recorded_at <= %(high)s::timestamptz"
    f" {_IN_ORDER}"
)
_EARLIER: Final = (
    f"SELECT {_COLUMNS} FROM ledger_event e"  # noqa: S608  # constants
    " WHERE e.member_id = ANY(%(members)s::uuid[])"
    " AND e.kind IN ('return', 'merge_in', 'merge_out')"
    f" AND (e.recorded_at <= %(low)s::timestamptz OR e.kind <> 'return') {_IN_ORDER}"
)
_NAMED: Final = """
SELECT k.source, k.external_id, e.event_id, e.member_id, e.payload::text
FROM unnest(%(sources)s::text[], %(externals)s::text[]) AS n(source, external_id)
JOIN event_key k ON k.source = n.source AND k.external_id = n.external_id
JOIN ledger_event e ON e.member_id = k.member_id AND e.event_id = k.event_id
WHERE e.kind = 'purchase'
UNION ALL
SELECT e.source, e.external_id, e.event_id, e.member_id, e.payload::text
FROM ledger_event e
WHERE e.member_id = ANY(%(owners)s::uuid[]) AND e.event_id = ANY(%(matched)s::uuid[])
  AND e.kind = 'purchase'
"""


@dataclass(frozen=True, slots=True)
class ReturnedSale:
    """The money that went back with one return, in minor units, on its local day."""

    programme_id: UUID
    store: str
    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class _Recorded:
    member_id: UUID
    programme_id: UUID
    store: str
    zone: str
    at: Instant
    body: Return
    matched: Sequence[Mapping[str, Any]]


def list_returned_sales(cursor: Cursor, *, low: Any, high: Any) -> list[ReturnedSale]:
    """What went back with each return recorded after ``low`` and up to ``high``.

    One statement where nothing came back; else two more, and one for each step along a chain of
    merged members.
    """
    stretch = {"low": low, "high": high}
    found = [_recorded(row) for row in cursor.execute(_RETURNS, stretch).fetchall()]
    if not found:
        return []
    members = {one.member_id for one in found}
    sales = _read_sales(cursor, found)
    members |= {owner for owner, _ in sales.values()}
    earlier = _read_earlier(cursor, members, low=low)
    known = _Sales(sales | _read_sales(cursor, earlier))
    for one in earlier:
        known.take_back(one)
    return [
        ReturnedSale(
            one.programme_id,
            one.store,
            date.fromordinal(local_day(one.at, one.zone)),
            known.take_back(one),
        )
        for one in found
    ]


class _Sales:
    """Purchases by their natural keys, as far as they have come back."""

    def __init__(self, sales: Mapping[_Key, tuple[UUID, tuple[str, Purchase]]]) -> None:
        self._by_key: dict[_Key, Sale] = {}
        self._by_event: dict[str, Sale] = {}
        for key, (_, (event_id, purchase)) in sales.items():
            self._by_key[key] = self._by_event[event_id] = Sale.of(purchase)

    def take_back(self, one: _Recorded) -> int:
        """What went back with a return."""
        if one.body.purchase is not None:
            sale = self._by_key.get((one.body.purchase.source, one.body.purchase.external_id))
            return 0 if sale is None else sale.take_back(one.body.lines)
        return sum(
            self._take_matched(place, line, one.matched)
            for place, line in enumerate(one.body.lines)
        )

    def _take_matched(
        self, place: int, line: ReturnedLine, matched: Iterable[Mapping[str, Any]]
    ) -> int:
        """Where the till said how much it paid out, that is what went back."""
        worth = 0
        for match in matched:
            sale = self._by_event.get(match["purchase"])
            if match["line"] == place and sale is not None:
                worth += sale.take_pieces_back(line, match["quantity"])
        return worth if line.amount is None else line.amount


def _recorded(row: Sequence[Any]) -> _Recorded:
    member_id, programme_id, kind, payload, matched, at = row
    plain = orjson.loads(payload)
    # What was taken back at the average rate belongs to no purchase.
    parts = [part for part in orjson.loads(matched) if part["purchase"]] if matched else []
    body = body_from_payload(kind, plain["body"])
    assert isinstance(body, Return), "only returns are read here"
    return _Recorded(
        member_id,
        programme_id,
        plain.get("store", ""),
        plain["zone"],
        at,
        body,
        parts,
    )


def _read_earlier(cursor: Cursor, members: Iterable[UUID], *, low: Any) -> list[_Recorded]:
    """Returns recorded before by these members, and by whoever they were merged with."""
    earlier: list[_Recorded] = []
    known: set[UUID] = set()
    asked = set(members)
    while asked:
        known |= asked
        rows = cursor.execute(_EARLIER, {"members": list(asked), "low": low}).fetchall()
        asked = {_merged_with(row) for row in rows if row[2] != "return"} - known
        earlier += [_recorded(row) for row in rows if row[2] == "return"]
    return earlier


def _merged_with(row: Sequence[Any]) -> UUID:
    body = orjson.loads(row[3])["body"]
    return UUID(body["to_member"] if row[2] == "merge_out" else body["from_member"])


def _read_sales(
    cursor: Cursor, found: Iterable[_Recorded]
) -> dict[_Key, tuple[UUID, tuple[str, Purchase]]]:
    returns = list(found)
    keys = {
        (one.body.purchase.source, one.body.purchase.external_id)
        for one in returns
        if one.body.purchase is not None
    }
    matched = {match["purchase"] for one in returns for match in one.matched}
    if not keys and not matched:
        return {}
    parameters = {
        "sources": [source for source, _ in sorted(keys)],
        "externals": [external for _, external in sorted(keys)],
        "owners": list({one.member_id for one in returns if one.matched}),
        "matched": sorted(matched),
    }
    sales: dict[_Key, tuple[UUID, tuple[str, Purchase]]] = {}
    for source, external, event_id, owner, payload in cursor.execute(_NAMED, parameters):
        body = body_from_payload("purchase", orjson.loads(payload)["body"])
        assert isinstance(body, Purchase), "only purchases are read here"
        sales[(source, external)] = (owner, (event_id.hex, body))
    return sales
