"""Paid membership: plans of a document, and as the engine sees them.

A plan says for how long a price pays, and what is granted around that: a trial, a grace, a pause,
the money back where it was hardly used.  What a plan brings is said where it is given: rules,
discounts and rewards ask for ``member.plan``.  Money is never taken here: a till or a shop says
what was paid, by an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.parts import Days, Label, Length, Part
from habitue.domain.programme.reading import read_units
from habitue.kit.periods import Period

NO_PLAN = "none"


@dataclass(frozen=True, slots=True)
class Refund:
    """The latest price is paid back within ``within_days`` of paying, where discounts have taken
    off no more than ``used_at_most`` since, in minor units."""

    within_days: int
    used_at_most: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: ``price`` (minor units) pays for ``period``.

    ``trial_days`` are free, once for each member; benefits last ``grace_days`` beyond what was paid
    for; ``pause_days`` is how long a pause may last (``None``: there is none).
    """

    plan: str
    price: int
    period: Period
    trial_days: int = 0
    grace_days: int = 0
    pause_days: int | None = None
    refund: Refund | None = None


class RefundPart(Part):
    """When the price is paid back."""

    within: Days
    used_at_most: Any = 0


class PlanPart(Part):
    """One plan as it stands in the document."""

    name: Label | None = None
    price: Any
    every: Length
    trial: Days = 0
    grace: Days = 0
    pause: Days | None = None
    refund: RefundPart | None = None


def build_plans(parts: Mapping[str, PlanPart], *, exponent: int, faults: Faults) -> dict[str, Plan]:
    """The plans by their codes; ``exponent`` is that of the programme's money."""

    def money(raw: object, path: str) -> int:
        try:
            return read_units(raw, exponent)
        except PydanticCustomError as error:
            faults.add(path, raw, error.type, error.message())
            return 0

    plans = {}
    for code, part in sorted(parts.items()):
        path = f"plans.{code}"
        if code == NO_PLAN:
            remedy = f"Choose another code: {NO_PLAN} is said of members without a plan."
            faults.add(path, code, "reserved_name", remedy)
        refund = None
        if part.refund is not None:
            used = money(part.refund.used_at_most, f"{path}.refund.used_at_most")
            refund = Refund(part.refund.within, used)
        plans[code] = Plan(
            plan=code,
            price=money(part.price, f"{path}.price"),
            period=part.every,
            trial_days=part.trial,
            grace_days=part.grace,
            pause_days=part.pause,
            refund=refund,
        )
    return plans
