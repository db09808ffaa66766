"""Where a member stands in a plan: a fact at a moment, not the work of a job (SEMANTICS 2).

Days are local days of the programme's zone.  A period that was paid for ends at the start of
``until_day``; then the plan holds through its grace, unless it was cancelled.  A pause ends by
itself once it has lasted as long as it may; the days of a pause are added at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

PlanState: TypeAlias = Literal["none", "trial", "active", "grace", "paused"]


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """The plan of a member, with the terms as they were when it was paid for.

    ``periods`` are counted from ``anchor_day``, so that a month that begins on the 31st does not
    shorten the later ones; ``paid_day`` is when money was paid latest (0: never, a trial), and
    ``used`` what discounts have taken off since, in minor units.  ``tried`` are the plans whose
    trial the member has had.
    """

    plan: str = ""
    since_day: int = 0
    anchor_day: int = 0
    periods: int = 0
    until_day: int = 0
    grace_days: int = 0
    pause_days: int = 0
    paused_day: int = 0
    paid_day: int = 0
    used: int = 0
    cancelled: bool = False
    tried: tuple[str, ...] = ()

    def settled(self, day: int) -> PlanStanding:
        """The same standing on a day, a pause that has ended by itself taken into account."""
        if self.paused_day and day >= self.paused_day + self.pause_days:
            return self.resumed(self.paused_day + self.pause_days)
        return self

    def resumed(self, day: int) -> PlanStanding:
        """The standing once a pause ends on a day; its days are added at the end."""
        more = day - self.paused_day
        return replace(
            self,
            anchor_day=self.anchor_day + more,
            until_day=self.until_day + more,
            paused_day=0,
        )

    def state_on(self, day: int) -> PlanState:
        """What holds on a day, if nothing else happens until then."""
        now = self.settled(day)
        if not now.plan:
            return "none"
        if now.paused_day and day >= now.paused_day:
            return "paused"
        if day < now.until_day:
            return "active" if now.paid_day else "trial"
        if not now.cancelled and day < now.until_day + now.grace_days:
            return "grace"
        return "none"

    def plan_on(self, day: int) -> str:
        """The plan whose benefits the member has on a day; the empty text for none."""
        return self.plan if self.state_on(day) in ("trial", "active", "grace") else ""

    def ends_on(self, day: int) -> int:
        """The first day without the plan, as it stands on a day; a pause lasts its longest."""
        if self.paused_day and day < self.paused_day + self.pause_days:
            return self.resumed(self.paused_day + self.pause_days).until_day
        return self.settled(day).until_day


NO_STANDING = PlanStanding()


def use_plan(standing: PlanStanding, day: int, taken_off: int) -> PlanStanding:
    """The standing once discounts have taken so much off a purchase of a day, or (below zero) it
    came back; what was bought before the latest payment counts for nothing."""
    if not standing.plan or not standing.paid_day or day < standing.paid_day:
        return standing
    return replace(standing, used=max(0, standing.used + taken_off))


def later_of(own: PlanStanding, other: PlanStanding) -> PlanStanding:
    """Of two members who are one, the plan that is held longer; a trial is had once."""
    best = max(own, other, key=lambda one: (bool(one.plan), one.until_day))
    return replace(best, tried=tuple(sorted({*own.tried, *other.tried})))
