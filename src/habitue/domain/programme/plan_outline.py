"""Paid plans in the outline of a document."""

from __future__ import annotations

from collections.abc import Iterator

from habitue.domain.programme.model import Programme
from habitue.domain.programme.plans import Plan
from habitue.kit.money import format_amount


def plan_lines(programme: Programme) -> Iterator[str]:
    """The plans of a programme; nothing where it has none."""
    if programme.plans:
        yield "Plans"
    for plan in programme.plans.values():
        yield f"  {plan.plan}: {'; '.join(_terms(plan, programme.currency))}"


def _terms(plan: Plan, currency: str) -> Iterator[str]:
    yield f"{format_amount(plan.price, currency)} for {plan.period}"
    if plan.trial_days:
        yield f"trial {plan.trial_days} days"
    if plan.grace_days:
        yield f"grace {plan.grace_days} days"
    if plan.pause_days is not None:
        yield f"paused for {plan.pause_days} days at most"
    if plan.refund is not None:
        used = format_amount(plan.refund.used_at_most, currency)
        yield f"paid back within {plan.refund.within_days} days where at most {used} was used"
