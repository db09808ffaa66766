"""The answer to a recorded event: what it changed, where the member stands, and why."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from habitue.domain.challenge_progress import challenge_progress
from habitue.domain.engine.types import Decision, MemberState
from habitue.domain.events import Event, Membership
from habitue.domain.programme.model import Programme
from habitue.domain.tier_progress import tiers_by_structure
from habitue.kit.instants import Instant, format_instant, local_day
from habitue.kit.money import format_amount

# The names of changes by the kind of their lines; what moves within the balance has none.
_NAMES: Final = {
    "earn": "earned",
    "reverse": "reversed",
    "redeem": "redeemed",
    "restore": "restored",
    "expire": "expired",
    "adjust": "adjusted",
    "transfer_out": "transferred",
    "transfer_in": "transferred",
    "write_off": "written_off",
}


def heading(event: Event, *, programme: str, recorded_at: str) -> dict[str, Any]:
    """What every answer begins with."""
    return {
        "event": event.event_id,
        "programme": programme,
        "version": event.version_number,
        "kind": event.kind,
        "source": event.key.source,
        "external_id": event.key.external_id,
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": recorded_at,
    }


def content_of(
    event: Event,
    decision: Decision,
    *,
    programme: Programme,
    member: str,
    before: MemberState,
    recorded_at: str,
) -> dict[str, Any]:
    """The answer to an event of a member, as plain data."""
    state = decision.state
    content = heading(event, programme=programme.code, recorded_at=recorded_at)
    content["member"] = member
    content["points"] = _points(decision, programme, max(state.horizon, event.occurred_at))
    content |= _tiers(programme, before, state)
    if programme.challenges:
        content["challenges"] = _challenges(decision, programme, event)
    if isinstance(event.body, Membership):
        content["plan"] = _plan(event, event.body, decision, programme)
    if decision.outcomes:
        content["rules"] = [outcome.as_json() for outcome in decision.outcomes]
    if decision.line_points:
        content["line_points"] = decision.line_points
    if decision.matched:
        content["matched"] = decision.matched
    return content


def _tiers(programme: Programme, before: MemberState, after: MemberState) -> dict[str, Any]:
    """The tier, and where there are several structures, that of each by the structure's name."""
    content: dict[str, Any] = {"tier": after.standing.tier}
    if before.standing.tier != after.standing.tier:
        content["tier_before"] = before.standing.tier
    if programme.beside:
        tiers = tiers_by_structure(programme, after)
        earlier = tiers_by_structure(programme, before)
        content["tiers"] = tiers
        if earlier != tiers:
            content["tiers_before"] = earlier
    return content


def _challenges(decision: Decision, programme: Programme, event: Event) -> dict[str, Any]:
    state = decision.state
    at = max(state.horizon, event.occurred_at)
    return {
        one.challenge.challenge: {"has": one.has, "needs": one.needs, "met": one.is_met}
        for one in challenge_progress(programme, state, at)
    }


def _plan(
    event: Event, body: Membership, decision: Decision, programme: Programme
) -> dict[str, Any]:
    """Where the member stands in the plan that the event is about, as of the event's day."""
    day = local_day(event.occurred_at, programme.zone)
    standing = decision.state.plan
    plan: dict[str, Any] = {
        "plan": standing.plan or body.plan,
        "state": standing.state_on(day),
        "until": date.fromordinal(standing.ends_on(day) if standing.plan else day).isoformat(),
    }
    if body.action == "refunded":
        plan["refund"] = format_amount(programme.plans[body.plan].price, programme.currency)
    return plan


def _points(decision: Decision, programme: Programme, at: Instant) -> dict[str, dict[str, int]]:
    points: dict[str, dict[str, int]] = {
        code: {"change": 0}
        for code, currency in programme.points.items()
        if currency.kind not in ("voucher", "entries")
    }
    for posting in decision.postings:
        changes = points.setdefault(posting.currency, {"change": 0})
        changes["change"] += posting.amount
        name = _NAMES.get(posting.kind)
        if name is not None:
            changes[name] = changes.get(name, 0) + posting.amount
    for code, standing in standings(decision.state, at).items():
        points.setdefault(code, {"change": 0}).update(standing)
    for changes in points.values():
        if "balance" not in changes:
            changes |= {"balance": 0, "spendable": 0, "pending": 0, "debt": 0}
    return points


def standings(state: MemberState, at: Instant) -> dict[str, dict[str, int]]:
    """What the member holds of each currency at an instant up to which the state was advanced."""
    active: dict[str, int] = {}
    pending: dict[str, int] = {}
    for lot in state.lots:
        held = active if lot.activates_at <= at else pending
        held[lot.currency] = held.get(lot.currency, 0) + lot.remaining
    found: dict[str, dict[str, int]] = {}
    for code in {**active, **pending, **state.debts}:
        spendable, waiting = active.get(code, 0), pending.get(code, 0)
        debt = state.debts.get(code, 0)
        found[code] = {
            "balance": spendable + waiting - debt,
            "spendable": spendable - debt,
            "pending": waiting,
            "debt": debt,
        }
    return found
