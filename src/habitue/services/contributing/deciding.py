"""Deciding about contributions: approve, refuse with a reason, withdraw an approval.

A decision is about the rules of the programme and about whose the contribution is, never about
whether it is kind to the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import datetime_of
from habitue.selectors.contributions import ContributionRecord, State, get_contribution
from habitue.services.access.rights import require
from habitue.services.contributing.events import (
    contribution_event,
    require_text,
    survivor_of,
    withdrawal_event,
)
from habitue.services.counter.counter import Counter
from habitue.services.intake import Answer, Envelope, record
from habitue.services.trail import note_in_trail

LONGEST_REASON: Final = 200

_LOCK: Final = """
SELECT 1 FROM contribution WHERE member_id = %s AND contribution_id = %s FOR UPDATE
"""
_DECIDE: Final = """
UPDATE contribution SET state = %s, decided_at = %s, decided_by = %s, reason = %s,
    gave = coalesce(%s::json, gave)
WHERE member_id = %s AND contribution_id = %s AND state = %s
"""


def approve_contribution(
    counter: Counter, *, member_id: UUID, contribution_id: UUID
) -> ContributionRecord:
    """Let a contribution count, as of the instant at which it was sent in.

    Refuses ``NOT_PERMITTED``, ``UNKNOWN_CONTRIBUTION``, ``ALREADY_DECIDED`` where it no longer
    waits, and what the intake refuses: nothing is changed then.  Locks the contribution, then as
    the intake does.  Writes the trail.
    """
    with counter.connection.transaction():
        found = _locked(counter, member_id, contribution_id, state="waiting")
        answer = _recorded(counter, contribution_event(found))
        gave = _gave(answer.content)
        return _decided(counter, found, "approved", Action.CONTRIBUTION_APPROVED, gave=gave)


def refuse_contribution(
    counter: Counter, *, member_id: UUID, contribution_id: UUID, reason: str
) -> ContributionRecord:
    """Do not let a contribution count; the member reads why.

    Refuses ``MISSING_FIELD`` without a reason, ``TOO_LONG``, ``NOT_PERMITTED``,
    ``UNKNOWN_CONTRIBUTION`` and ``ALREADY_DECIDED``.  Locks the contribution.  Writes the trail.
    """
    reason = require_text(reason, "reason", limit=LONGEST_REASON)
    with counter.connection.transaction():
        found = _locked(counter, member_id, contribution_id, state="waiting")
        return _decided(counter, found, "refused", Action.CONTRIBUTION_REFUSED, reason=reason)


def withdraw_contribution(
    counter: Counter, *, member_id: UUID, contribution_id: UUID, reason: str
) -> ContributionRecord:
    """Withdraw an approval: all stands as if the contribution had not been; the member reads why.

    Refuses as ``refuse_contribution`` does, ``ALREADY_DECIDED`` where it is not approved, and
    ``RETURN_EXCEEDS_BALANCE`` where its points are spent and the programme allows no debt.  Locks
    as ``approve_contribution`` does.  Writes the trail.
    """
    reason = require_text(reason, "reason", limit=LONGEST_REASON)
    with counter.connection.transaction():
        found = _locked(counter, member_id, contribution_id, state="approved")
        now, name = counter.clock.now(), counter.actor.name
        _recorded(counter, withdrawal_event(found, reason=reason, by=name, now=now))
        return _decided(counter, found, "withdrawn", Action.CONTRIBUTION_WITHDRAWN, reason=reason)


def _locked(
    counter: Counter, member_id: UUID, contribution_id: UUID, *, state: State
) -> ContributionRecord:
    counter.require(Permission.CONTRIBUTIONS_DECIDE)
    counter.connection.execute(_LOCK, [member_id, contribution_id])
    found = get_contribution(
        counter.connection,
        actor=counter.actor,
        member_id=member_id,
        contribution_id=contribution_id,
    )
    survivor = survivor_of(counter.connection, member_id)
    require(counter.actor, Permission.CONTRIBUTIONS_DECIDE, survivor.store)
    if found.state != state:
        raise Refusal(Code.ALREADY_DECIDED, "contribution", value=found.state)
    return found


def _recorded(counter: Counter, envelope: Envelope) -> Answer:
    (answer,) = record(
        counter.connection,
        [envelope],
        clock=counter.clock,
        phones=counter.phones,
        country=counter.country,
    )
    if answer.refusal is not None:
        raise answer.refusal
    return answer


def _gave(content: Mapping[str, Any]) -> dict[str, int]:
    """What the answer says that was earned, by currency."""
    points: Mapping[str, Mapping[str, int]] = content["points"]
    return {code: units for code, one in points.items() if (units := one.get("earned", 0))}


def _decided(
    counter: Counter,
    found: ContributionRecord,
    state: State,
    action: Action,
    *,
    reason: str = "",
    gave: Mapping[str, int] | None = None,
) -> ContributionRecord:
    now = counter.clock.now()
    plain = None if gave is None else orjson.dumps(gave).decode()
    who = [found.member_id, found.contribution_id]
    fields = [state, datetime_of(now), counter.actor.name, reason, plain]
    changed = counter.connection.execute(_DECIDE, [*fields, *who, found.state])
    assert changed.rowcount == 1, "it is locked"
    note_in_trail(
        counter.connection,
        actor=counter.actor,
        action=action,
        now=now,
        subject_kind="member",
        subject_id=found.member_id,
        subject_name=found.member_name or found.member_number,
        member_id=found.member_id,
        store=found.store,
        details={"contribution": found.kind, **({"reason": reason} if reason else {})},
    )
    return get_contribution(
        counter.connection,
        actor=counter.actor,
        member_id=found.member_id,
        contribution_id=found.contribution_id,
    )
