"""Where a member stands among the tiers: what keeps the present one, and what leads to the next.

Read off a state that was advanced to the instant of the question; nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from habitue.domain.engine.deciding import advance
from habitue.domain.engine.tiers import metric_value, rank_of
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.measures import Metric
from habitue.domain.programme.model import Programme, Tier, Tiers
from habitue.kit.instants import FAR_FUTURE, Instant, local_day


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric on the way to a threshold, in the metric's smallest units (minor units of money,
    smallest units of points, days, purchases)."""

    metric: Metric
    has: int
    needs: int

    @property
    def lacks(self) -> int:
        """What is still to come; 0 where it is reached."""
        return max(0, self.needs - self.has)

    @property
    def percent(self) -> int:
        """How far the way is gone, from 0 to 100, rounded down: 100 is said when it is reached."""
        return 100 if self.needs <= 0 else min(100, max(0, self.has) * 100 // self.needs)


@dataclass(frozen=True, slots=True)
class Goal:
    """A tier and what leads to it; with ``combine`` ``any``, one of the measures is enough."""

    tier: str
    measures: tuple[Measure, ...]
    combine: str

    @property
    def is_reached(self) -> bool:
        """Whether nothing is lacking; a tier to which no measure leads is never reached."""
        reached = [measure.lacks == 0 for measure in self.measures]
        return any(reached) if self.combine == "any" else bool(reached) and all(reached)


@dataclass(frozen=True, slots=True)
class TierProgress:
    """A member among the tiers.

    ``tier`` is empty below the first one.  ``valid_until_date`` is the first day on which the tier
    is no longer assured (``None``: no end); ``grace`` says that only grace holds it.  ``keep`` is
    what keeps the tier at its next end (``None`` where it does not end, or where a colleague's
    decision holds it), ``next`` what leads to the one above; ``then`` is the tier that would be
    held after the end, and after a grace that follows it, were nothing to happen any more.
    ``structure`` is the name of the structure of tiers, empty where there is only one.
    """

    structure: str
    tier: str
    tiers: tuple[str, ...]
    since_date: date | None
    valid_until_date: date | None
    grace: bool
    perks: tuple[str, ...]
    keep: Goal | None
    next: Goal | None
    then: str


def tier_progress(
    programme: Programme, state: MemberState, at: Instant
) -> tuple[TierProgress, ...]:
    """Where the member stands at ``at`` in each structure of tiers, the main one first."""
    return tuple(_progress(programme, tiers, state, at) for tiers in programme.structures)


def _progress(programme: Programme, tiers: Tiers, state: MemberState, at: Instant) -> TierProgress:
    standing = state.standing_in(tiers.key)
    rank = rank_of(tiers, standing.tier)
    day = local_day(at, programme.zone)
    ends = standing.valid_until
    current = tiers.tiers[rank] if rank >= 0 else None
    above = tiers.tiers[rank + 1] if rank + 1 < len(tiers.tiers) else None
    return TierProgress(
        structure=tiers.name,
        tier=standing.tier,
        tiers=tuple(tier.code for tier in tiers.tiers),
        since_date=_date(programme, standing.since) if current is not None else None,
        valid_until_date=None if ends == FAR_FUTURE else _date(programme, ends),
        grace=standing.grace,
        perks=current.perks if current is not None else (),
        keep=_keep(programme, tiers, state, current, day),
        next=_rise(programme, tiers, state, above, day),
        then=_then(programme, tiers, state),
    )


def tiers_by_structure(programme: Programme, state: MemberState) -> dict[str, str]:
    """The codes of the tiers that the member has, by the structures' names; empty texts for
    none, and for tiers that the programme has no more."""
    return {
        tiers.name: tier if (tier := state.standing_in(tiers.key).tier) in tiers.ranks else ""
        for tiers in programme.structures
    }


def _keep(
    programme: Programme,
    tiers: Tiers,
    state: MemberState,
    current: Tier | None,
    day: int,
) -> Goal | None:
    standing = state.standing_in(tiers.key)
    ends = standing.valid_until
    if current is None or ends == FAR_FUTURE:
        return None
    if rank_of(tiers, standing.tier) <= rank_of(tiers, standing.floor):
        return None
    # What counts at the end is the window that ends on the day before.
    last = max(day, local_day(ends, programme.zone) - 1)
    return _goal(programme, tiers, state, current.code, current.keep, last)


def _rise(
    programme: Programme, tiers: Tiers, state: MemberState, above: Tier | None, day: int
) -> Goal | None:
    if above is None:
        return None
    was_there = rank_of(tiers, above.code) <= rank_of(tiers, state.standing_in(tiers.key).highest)
    thresholds = above.reenter if was_there else above.enter
    return _goal(programme, tiers, state, above.code, thresholds, day)


def _goal(
    programme: Programme,
    tiers: Tiers,
    state: MemberState,
    tier: str,
    thresholds: tuple[int | None, ...],
    day: int,
) -> Goal:
    measures = tuple(
        Measure(metric, metric_value(programme, state, metric, day), needs)
        for metric, needs in zip(tiers.metrics, thresholds, strict=True)
        if needs is not None
    )
    return Goal(tier, measures, tiers.combine)


def _then(programme: Programme, tiers: Tiers, state: MemberState) -> str:
    """The engine itself says it; points that expire meanwhile change no tier."""
    standing = state.standing_in(tiers.key)
    if standing.valid_until == FAR_FUTURE:
        return standing.tier
    versions = {programme.number: programme}
    later = advance(versions, replace(state, lots=[], debts={}), standing.valid_until)
    ended = later.standing_in(tiers.key)
    if ended.grace and not standing.grace:
        later = advance(versions, later, ended.valid_until)
    return later.standing_in(tiers.key).tier


def _date(programme: Programme, at: Instant) -> date:
    return date.fromordinal(local_day(at, programme.zone))
