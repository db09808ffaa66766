"""Events as the ledger stores them: plain JSON data, and back (``domain.events``)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from habitue.domain.events import (
    BODIES,
    Adjustment,
    Body,
    Confirmation,
    Contribution,
    Event,
    EventKey,
    GivenDiscount,
    Line,
    PointsPayment,
    Portion,
    Purchase,
    Return,
    ReturnedLine,
    TransferIn,
    Undo,
    Withdrawal,
)
from habitue.kit.instants import Instant


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {
            described.name: _plain(item)
            for described in fields(value)
            if (item := getattr(value, described.name)) is not None and item != ()
        }
    return value


def to_payload(event: Event) -> dict[str, Any]:
    """The event's own facts as plain JSON data.

    The ids, times, version and kind are not in it: they have columns of their own.
    """
    payload: dict[str, Any] = {"zone": event.zone, "body": _body_payload(event.body)}
    if event.store is not None:
        payload["store"] = event.store
    if event.channel is not None:
        payload["channel"] = event.channel
    if event.staff is not None:
        payload["staff"] = event.staff
    if event.attributes:
        payload["attributes"] = event.attributes
    if not event.drawn:
        payload["drawn"] = False
    return payload


def _body_payload(body: Body) -> dict[str, Any]:
    if not isinstance(body, Purchase):
        plain: dict[str, Any] = _plain(body)
        return plain
    payload: dict[str, Any] = {
        "currency": body.currency,
        "lines": [_line_payload(line) for line in body.lines],
    }
    if body.order_discount:
        payload["order_discount"] = body.order_discount
    if body.points_paid:
        payload["points_paid"] = _plain(body.points_paid)
    if body.gift_card_amount:
        payload["gift_card_amount"] = body.gift_card_amount
    if body.discounts:
        payload["discounts"] = _plain(body.discounts)
    if body.claimed_at is not None:
        payload["claimed_at"] = body.claimed_at
    return payload


def _line_payload(line: Line) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "line": line.line,
        "product": line.product,
        "quantity": line.quantity,
        "amount": line.amount,
    }
    if line.tax:
        payload["tax"] = line.tax
    if line.discount:
        payload["discount"] = line.discount
    if line.role != "goods":
        payload["role"] = line.role
    if line.category is not None:
        payload["category"] = line.category
    if line.brand is not None:
        payload["brand"] = line.brand
    if line.name is not None:
        payload["name"] = line.name
    return payload


def body_from_payload(kind: str, payload: dict[str, Any]) -> Body:
    """The body that ``to_payload`` wrote; ``KeyError`` or ``TypeError`` where it did not."""
    plain = dict(payload)
    if kind == Purchase.kind:
        plain["lines"] = tuple(Line(**line) for line in plain["lines"])
        plain["points_paid"] = tuple(PointsPayment(**part) for part in plain.get("points_paid", ()))
        plain["discounts"] = tuple(GivenDiscount(**given) for given in plain.get("discounts", ()))
    elif kind == Return.kind:
        plain["purchase"] = EventKey(**plain["purchase"]) if "purchase" in plain else None
        plain["lines"] = tuple(ReturnedLine(**line) for line in plain.get("lines", ()))
    elif kind == Undo.kind:
        plain["redemption"] = EventKey(**plain["redemption"])
    elif kind == Confirmation.kind:
        plain["purchase"] = EventKey(**plain["purchase"])
    elif kind == Contribution.kind:
        plain["purchase"] = EventKey(**plain["purchase"]) if "purchase" in plain else None
    elif kind == Withdrawal.kind:
        plain["contribution"] = EventKey(**plain["contribution"])
    elif kind == TransferIn.kind:
        plain["portions"] = tuple(
            Portion(item["units"], item["activates_at"], item.get("expires_at"))
            for item in plain["portions"]
        )
    elif kind == Adjustment.kind:
        plain.setdefault("reason", "")
    return BODIES[kind](**plain)


def from_payload(
    *,
    event_id: str,
    key: EventKey,
    kind: str,
    occurred_at: Instant,
    version_number: int,
    payload: dict[str, Any],
) -> Event:
    """The event that ``to_payload`` was asked to write, with the columns it stands beside."""
    return Event(
        event_id=event_id,
        key=key,
        occurred_at=occurred_at,
        zone=payload["zone"],
        version_number=version_number,
        body=body_from_payload(kind, payload["body"]),
        store=payload.get("store"),
        channel=payload.get("channel"),
        staff=payload.get("staff"),
        attributes=payload.get("attributes", {}),
        drawn=payload.get("drawn", True),
    )
