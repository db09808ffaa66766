"""Correcting by hand: points and tiers, always with a reason."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.services.counter.counter import Counter, known_as
from habitue.services.intake import Answer, Envelope, evaluate
from habitue.services.trail import note_in_trail

LONGEST_REASON: Final = 200


def adjust_points(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    member_id: UUID,
    currency: str,
    units: str,
    reason: str,
) -> Answer:
    """Give points to a member or take some, with a reason that the member can read.

    ``units`` is a decimal text with its sign.  Refuses ``NOT_PERMITTED``, ``MISSING_FIELD`` without
    a reason, and what the intake refuses.  Writes the trail once, however often it is sent.
    """
    counter.require(Permission.LEDGER_ADJUST)
    _check_reason(reason)
    member = counter.member(member_id)
    content = counter.content(
        external_id,
        member=known_as(member_id),
        currency=currency,
        units=units,
        reason=reason,
    )
    with counter.connection.transaction():
        answer = counter.post(programme, "adjustment", content)
        if answer.status == "recorded":
            note_in_trail(
                counter.connection,
                actor=counter.actor,
                action=Action.POINTS_ADJUSTED,
                now=counter.clock.now(),
                subject_kind="member",
                subject_id=member_id,
                subject_name=member.shown_name or member.number,
                member_id=member_id,
                store=member.store,
                details={"currency": currency, "units": units, "reason": reason},
            )
    return answer


def foresee_adjustment(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    member_id: UUID,
    currency: str,
    units: str,
    reason: str,
) -> Answer:
    """What an adjustment would lead to; records nothing.  Refuses as ``adjust_points`` does."""
    counter.require(Permission.LEDGER_ADJUST)
    counter.member(member_id)
    content = counter.content(
        external_id,
        member=known_as(member_id),
        currency=currency,
        units=units,
        reason=reason or "-",
    )
    answer = evaluate(
        counter.connection,
        Envelope(programme, "adjustment", content),
        now=counter.clock.now(),
        phones=counter.phones,
        country=counter.country,
    )
    if answer.refusal is not None:
        raise answer.refusal
    return answer


def set_tier(
    counter: Counter,
    *,
    programme: str,
    external_id: str,
    member_id: UUID,
    tier: str,
    reason: str,
    structure: str | None = None,
) -> Answer:
    """Put a member into a tier, below which they do not fall until the floor is lifted; an empty
    ``tier`` lifts it, in the ``structure`` of tiers that is named, else in the main one.  Refuses
    as ``adjust_points`` does, and ``UNKNOWN_TIER``."""
    counter.require(Permission.LEDGER_ADJUST)
    _check_reason(reason)
    member = counter.member(member_id)
    content = counter.content(external_id, member=known_as(member_id), tier=tier, reason=reason)
    details = {"tier": tier, "reason": reason}
    if structure is not None:
        content["structure"] = details["structure"] = structure
    with counter.connection.transaction():
        answer = counter.post(programme, "adjustment", content)
        if answer.status == "recorded":
            note_in_trail(
                counter.connection,
                actor=counter.actor,
                action=Action.TIER_SET,
                now=counter.clock.now(),
                subject_kind="member",
                subject_id=member_id,
                subject_name=member.shown_name or member.number,
                member_id=member_id,
                store=member.store,
                details=details,
            )
    return answer


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(Code.MISSING_FIELD, "reason")
    if len(reason) > LONGEST_REASON:
        raise Refusal(Code.TOO_LONG, "reason", value=reason[:40], limit=LONGEST_REASON)
