"""Serving: purchases, visits, points spent, and all of it undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant
from habitue.selectors.doings import was_done_here
from habitue.selectors.ledger import EventRecord, get_event
from habitue.selectors.members import get_member
from habitue.services.counter.counter import Counter, known_as
from habitue.services.intake import Answer, Envelope, evaluate
from habitue.services.trail import note_in_trail


def record_sale(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    member_id: UUID | None,
    occurred_at: Instant | None = None,
    discounts: Sequence[Mapping[str, Any]] = (),
) -> Answer:
    """Record a purchase, of a member or of nobody in particular, who may claim it later.

    ``discounts`` are those of the programme that were taken off, as its prices name them.

    Refuses ``NOT_PERMITTED`` and what the intake refuses.  Writes the trail once, however often it
    is sent.
    """
    counter.require(Permission.PURCHASES_WRITE)
    who: dict[str, Any] = {} if member_id is None else {"member": known_as(member_id)}
    if discounts:
        who["discounts"] = list(discounts)
    content = counter.content(
        external_id, occurred_at=occurred_at, currency=currency, lines=list(lines), **who
    )
    with counter.connection.transaction():
        answer = counter.post(programme, "purchase", content, dated=occurred_at is not None)
        if answer.status == "recorded":
            _note(counter, Action.PURCHASE_RECORDED, external_id, member_id)
    return answer


def foresee_sale(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    member_id: UUID,
    discounts: Sequence[Mapping[str, Any]] = (),
) -> Answer:
    """What a purchase would earn, and cost; records nothing.  Refuses as ``record_sale`` does."""
    counter.require(Permission.PURCHASES_WRITE)
    given: dict[str, Any] = {"discounts": list(discounts)} if discounts else {}
    content = counter.content(
        external_id, currency=currency, lines=list(lines), member=known_as(member_id), **given
    )
    answer = evaluate(
        counter.connection,
        Envelope(programme, "purchase", content),
        now=counter.clock.now(),
        phones=counter.phones,
        country=counter.country,
    )
    if answer.refusal is not None:
        raise answer.refusal
    return answer


def record_visit(counter: Counter, *, programme: str, external_id: str, member_id: UUID) -> Answer:
    """Record that a member came, without a purchase.  Refuses as ``record_sale`` does."""
    counter.require(Permission.PURCHASES_WRITE)
    content = counter.content(external_id, member=known_as(member_id))
    with counter.connection.transaction():
        answer = counter.post(programme, "visit", content)
        if answer.status == "recorded":
            _note(counter, Action.VISIT_RECORDED, external_id, member_id)
    return answer


def redeem_points(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    member_id: UUID,
    currency: str,
    units: str,
    purpose: str,
) -> Answer:
    """Spend points of a member who stands there; ``units`` is a decimal text.

    Refuses ``NOT_PERMITTED`` and what the intake refuses (``NOT_ENOUGH_POINTS``).
    """
    counter.require(Permission.PURCHASES_WRITE)
    content = counter.content(
        external_id,
        member=known_as(member_id),
        currency=currency,
        units=units,
        purpose=purpose,
    )
    with counter.connection.transaction():
        answer = counter.post(programme, "redemption", content)
        if answer.status == "recorded":
            _note(counter, Action.POINTS_REDEEMED, external_id, member_id, units=units)
    return answer


def take_reward(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    member_id: UUID,
    reward: str,
    currency: str,
) -> Answer:
    """Take a reward of the programme for a member who stands there; ``currency`` pays for it.

    Refuses ``NOT_PERMITTED`` and what the intake refuses (``OUT_OF_STOCK`` and the like).
    """
    counter.require(Permission.PURCHASES_WRITE)
    content = counter.content(
        external_id, member=known_as(member_id), currency=currency, reward=reward
    )
    with counter.connection.transaction():
        answer = counter.post(programme, "redemption", content)
        if answer.status == "recorded":
            _note(counter, Action.POINTS_REDEEMED, external_id, member_id, reward=reward)
    return answer


def undo_sale(counter: Counter, *, programme: str, currency: str, external_id: str) -> Answer:
    """Take a purchase of this counter back, whole: what it earned goes, what it cost returns.

    Only in the store where it was recorded, and within a day.  Undoing again answers the same.
    Refuses ``NOT_PERMITTED``, ``PURCHASE_NOT_FOUND`` and what the intake refuses.
    """
    counter.require(Permission.PURCHASES_WRITE)
    event = _own(counter, external_id, "purchase")
    content = counter.content(
        f"undo-{external_id}",
        currency=currency,
        purchase={"source": counter.source, "external_id": external_id},
    )
    if event.member_id is not None:
        content["member"] = known_as(event.member_id)
    with counter.connection.transaction():
        answer = counter.post(programme, "return", content)
        if answer.status == "recorded":
            _note(counter, Action.PURCHASE_UNDONE, external_id, event.member_id)
    return answer


def undo_redemption(counter: Counter, *, programme: str, external_id: str) -> Answer:
    """Give spent points back to the lots that they came from.  As ``undo_sale``."""
    counter.require(Permission.PURCHASES_WRITE)
    event = _own(counter, external_id, "redemption")
    assert event.member_id is not None, "only members spend points"
    content = counter.content(
        f"undo-{external_id}",
        member=known_as(event.member_id),
        redemption={"source": counter.source, "external_id": external_id},
    )
    with counter.connection.transaction():
        answer = counter.post(programme, "undo", content)
        if answer.status == "recorded":
            _note(counter, Action.REDEMPTION_UNDONE, external_id, event.member_id)
    return answer


def _own(counter: Counter, external_id: str, kind: str) -> EventRecord:
    """What was done at this counter, in this store, within a day: older slips are returns."""
    try:
        event = get_event(counter.connection, source=counter.source, external_id=external_id)
    except Refusal as refusal:
        if refusal.code is not Code.UNKNOWN_EVENT:
            raise
        raise Refusal(Code.PURCHASE_NOT_FOUND, "external_id", value=external_id[:80]) from None
    now = counter.clock.now()
    is_own = event.kind == kind and was_done_here(
        counter.connection, external_id=external_id, store=counter.store, now=now
    )
    if not is_own:
        raise Refusal(Code.PURCHASE_NOT_FOUND, "external_id", value=external_id[:80])
    return event


def _note(
    counter: Counter,
    action: Action,
    external_id: str,
    member_id: UUID | None,
    **details: object,
) -> None:
    # Whoever was merged since is named as they were: the intake has served the survivor.
    member = None if member_id is None else get_member(counter.connection, member_id=member_id)
    note_in_trail(
        counter.connection,
        actor=counter.actor,
        action=action,
        now=counter.clock.now(),
        subject_kind="event",
        subject_id=external_id,
        subject_name="" if member is None else member.shown_name or member.number,
        member_id=member_id,
        store=counter.store or None,
        details=details,
    )
