"""Paid membership: what an event makes of the member's plan.

Invariants.
* Paid time is never lost: paying again adds a period to the end of what was paid for, also where a
  late event shows that somebody joined twice; a pause adds its days at the end.
* Only the event that is being decided is refused.  What a late event makes senseless (a pause of a
  plan that had been cancelled) changes nothing.
* What a plan brings is asked at the moment of each event, so nothing has to be taken back when a
  plan lapses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from habitue.domain.engine.context import context_of
from habitue.domain.engine.folding import Fold, cause_of, give
from habitue.domain.engine.plan_standing import NO_STANDING, PlanStanding
from habitue.domain.engine.spend import EMPTY_BASKET
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, Membership
from habitue.domain.programme.plans import Plan
from habitue.kit.instants import local_day
from habitue.kit.periods import add_period

_HELD: Final = ("trial", "active", "grace")


def apply_membership(fold: Fold, event: Event) -> None:
    """The member joins a plan, pays again, pauses, goes on, cancels, or has the price back.

    Raises ``UNKNOWN_PLAN``, and ``PLAN_NOT_POSSIBLE`` with the reason.
    """
    programme = fold.begin(event)
    body = event.body
    assert isinstance(body, Membership), "only memberships are applied here"
    plan = programme.plans.get(body.plan)
    strict = fold.is_strict(event)
    if plan is None and strict:
        known = ", ".join(programme.plans)
        raise Refusal(Code.UNKNOWN_PLAN, "plan", value=body.plan, allowed=known)
    if plan is not None:
        day = local_day(event.occurred_at, programme.zone)
        case = _Case(plan, body, fold.state.plan.settled(day), day)
        reason = case.reason()
        if reason and strict:
            raise Refusal(Code.PLAN_NOT_POSSIBLE, "action", value=body.action, reason=reason)
        if not reason or _is_payment(body):
            fold.state.plan = _ACTIONS[body.action](case)
    context = context_of(programme, fold.state, event, EMPTY_BASKET)
    context.quiet = fold.quiet
    give(fold, programme, event, context)
    fold.finish(programme, event, cause_of(event))


def _is_payment(body: Membership) -> bool:
    return body.action == "renewed" or (body.action == "joined" and not body.trial)


@dataclass(frozen=True, slots=True)
class _Case:
    """One event of a member whose plan stands so on its day."""

    plan: Plan
    body: Membership
    standing: PlanStanding
    day: int

    @property
    def is_this(self) -> bool:
        """Whether the member has the plan that the event is about, or it is paused."""
        return self.standing.plan == self.plan.plan and self.state != "none"

    @property
    def state(self) -> str:
        return self.standing.state_on(self.day)

    def reason(self) -> str:
        """Why it is not possible; empty where it is."""
        action, state = self.body.action, self.state
        if action == "joined":
            return self._no_joining()
        if not self.is_this:
            return "not a member"
        if action == "refunded":
            return self._no_refund()
        if action == "paused":
            return self._no_pause()
        if action == "resumed" and state != "paused":
            return "not paused"
        return "cancelled before" if action == "cancelled" and self.standing.cancelled else ""

    def _no_joining(self) -> str:
        if self.state != "none":
            return "a member already"
        if self.body.trial and not self.plan.trial_days:
            return "no trial"
        return "tried before" if self.body.trial and self.plan.plan in self.standing.tried else ""

    def _no_pause(self) -> str:
        if self.plan.pause_days is None:
            return "no pause"
        running = self.state in ("trial", "active") and not self.standing.cancelled
        return "" if running else self.state

    def _no_refund(self) -> str:
        refund, standing = self.plan.refund, self.standing
        if refund is None:
            return "no refund"
        if not standing.paid_day:
            return "nothing paid"
        if self.day > standing.paid_day + refund.within_days:
            return "too late"
        return "used" if standing.used > refund.used_at_most else ""


def _joined(case: _Case) -> PlanStanding:
    plan, day, before = case.plan, case.day, case.standing
    if case.is_this:
        return _renewed(case)
    if case.body.trial:
        until = day + plan.trial_days
        fresh = PlanStanding(plan=plan.plan, since_day=day, anchor_day=until, until_day=until)
        fresh = replace(fresh, tried=tuple(sorted({*before.tried, plan.plan})))
    else:
        until = add_period(day, plan.period)
        fresh = PlanStanding(plan=plan.plan, since_day=day, anchor_day=day, until_day=until)
        fresh = replace(fresh, periods=1, paid_day=day, tried=before.tried)
    return _with_terms(fresh, plan)


def _renewed(case: _Case) -> PlanStanding:
    """One period more, at the end of what was paid for."""
    standing, plan = case.standing, case.plan
    if not case.is_this:
        return _joined(replace(case, body=replace(case.body, action="joined", trial=False)))
    periods = standing.periods + 1
    extended = replace(
        standing,
        periods=periods,
        until_day=add_period(standing.anchor_day, plan.period, periods),
        paid_day=case.day,
        used=0,
        cancelled=False,
    )
    return _with_terms(extended, plan)


def _with_terms(standing: PlanStanding, plan: Plan) -> PlanStanding:
    return replace(standing, grace_days=plan.grace_days, pause_days=plan.pause_days or 0)


def _refunded(case: _Case) -> PlanStanding:
    return replace(NO_STANDING, tried=case.standing.tried)


_ACTIONS: Final[dict[str, Callable[[_Case], PlanStanding]]] = {
    "joined": _joined,
    "renewed": _renewed,
    "paused": lambda case: replace(case.standing, paused_day=case.day),
    "resumed": lambda case: case.standing.resumed(case.day),
    "cancelled": lambda case: replace(case.standing, cancelled=True),
    "refunded": _refunded,
}
