"""Tiers: what qualifies, when a member rises, stays or falls (SEMANTICS 28-29).

Credits are kept per local day of the programme's zone.  A member rises at once; a tier is held to
the end of its validity; then it is renewed if the keep threshold is met in the window that ends the
day before, else held through the grace, else lost by one level or to what is deserved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from habitue.domain.engine.joining import is_outside
from habitue.domain.engine.types import MemberState, Rise, TierMove, TierStanding
from habitue.domain.programme.measures import Metric
from habitue.domain.programme.model import Programme, Tiers
from habitue.kit.instants import FAR_FUTURE, Instant, day_start, local_day
from habitue.kit.periods import (
    Period,
    add_period,
    anniversary,
    next_period_start,
    period_start,
)

MoveCause = Literal["qualified", "returned", "lapsed", "by_hand"]

# Days for which credits stand by the day, at least.
KEPT_DAYS = 1100


def metric_value(programme: Programme, state: MemberState, metric: Metric, day: int) -> int:
    """What the member has of a metric in the window that ends with ``day``."""
    first = _window_start(programme, state, metric, day)
    if metric.name == "tenure":
        enrolled = state.enrolled_at
        if enrolled is None:
            return 0
        return max(0, day - max(first, local_day(enrolled, programme.zone)))
    by_day = state.credits.get(metric.key)
    if not by_day:
        return 0
    if metric.name == "visits":
        return sum(
            1 if at else count
            for at, count in by_day.items()
            if (first <= at <= day and count > 0) or (at == 0 and first <= 1)
        )
    return sum(units for at, units in by_day.items() if first <= at <= day)


def _window_start(programme: Programme, state: MemberState, metric: Metric, day: int) -> int:
    window = metric.window
    if window.kind == "rolling":
        assert window.period is not None, "a rolling window has a period"
        return add_period(day, window.period, -1) + 1
    if window.kind == "calendar_year":
        return period_start(day, "year")
    if window.kind == "membership_year" and state.enrolled_at is not None:
        return anniversary(day, local_day(state.enrolled_at, programme.zone))
    return 0


def add_credit(
    programme: Programme, state: MemberState, metric: Metric, day: int, units: int
) -> None:
    """Count ``units`` of a metric on a local day (fewer than none where something came back)."""
    if not units:
        return
    by_day = dict(state.credits.get(metric.key, {}))
    latest = max(by_day, default=day)
    kept = _kept_days(programme, metric.key)
    if day < latest - kept and day not in by_day:
        day = 0
    by_day[day] = by_day.get(day, 0) + units
    if not by_day[day]:
        del by_day[day]
    if len(by_day) > kept:
        _sum_up(by_day, latest - kept, visits=metric.name == "visits")
    state.credits[metric.key] = by_day


def _kept_days(programme: Programme, key: str) -> int:
    """For how many days credits stand by the day: twice the longest window, at least a few years.

    Older ones are summed up under day 0, where only lifetime windows still see them.
    """
    longest = 0
    for metric in programme.metrics:
        if metric.key == key and metric.window.period is not None:
            longest = max(longest, add_period(800_000, metric.window.period) - 800_000)
    return max(KEPT_DAYS, 2 * longest)


def _sum_up(by_day: dict[int, int], oldest_kept: int, *, visits: bool) -> None:
    for day in [day for day in by_day if 0 < day < oldest_kept]:
        units = by_day.pop(day)
        by_day[0] = by_day.get(0, 0) + (int(units > 0) if visits else units)


def next_tenure(programme: Programme, tiers: Tiers, state: MemberState) -> Instant:
    """The next instant at which tenure alone may lift the member; ``FAR_FUTURE``: none."""
    soonest = FAR_FUTURE
    for place, metric in enumerate(tiers.metrics):
        if metric.name != "tenure" or state.enrolled_at is None:
            continue
        enrolled = local_day(state.enrolled_at, programme.zone)
        for tier in tiers.tiers[rank_of(tiers, state.standing_in(tiers.key).tier) + 1 :]:
            for threshold in (tier.enter[place], tier.reenter[place]):
                if threshold is not None:
                    at = day_start(enrolled + threshold, programme.zone)
                    if state.horizon < at < soonest:
                        soonest = at
    return soonest


def rank_of(tiers: Tiers, code: str) -> int:
    """The tier's place, lowest first; -1 for none and for a tier that no longer exists."""
    return tiers.ranks.get(code, -1)


def _reaches(tiers: Tiers, values: Sequence[int], thresholds: Sequence[int | None]) -> bool:
    asked = [
        value >= threshold
        for value, threshold in zip(values, thresholds, strict=True)
        if threshold is not None
    ]
    if not asked:
        return False
    return all(asked) if tiers.combine == "all" else any(asked)


def values_at(programme: Programme, tiers: Tiers, state: MemberState, day: int) -> list[int]:
    """The values of all metrics in the windows that end with ``day``."""
    return [metric_value(programme, state, metric, day) for metric in tiers.metrics]


def entered_rank(tiers: Tiers, values: Sequence[int], highest: int) -> int:
    """The highest tier whose threshold is reached; tiers held before have their own threshold."""
    for index in range(len(tiers.tiers) - 1, -1, -1):
        tier = tiers.tiers[index]
        if _reaches(tiers, values, tier.reenter if index <= highest else tier.enter):
            return index
    return -1


def kept_rank(tiers: Tiers, values: Sequence[int], at_most: int) -> int:
    """The highest tier, not above ``at_most``, whose keep threshold is reached."""
    for index in range(at_most, -1, -1):
        if _reaches(tiers, values, tiers.tiers[index].keep):
            return index
    return -1


def end_of_validity(programme: Programme, tiers: Tiers, state: MemberState, day: int) -> Instant:
    """Until when a tier entered or renewed on ``day`` is held.

    A renewal passes the last day of the validity that ends, so that calendar years follow one
    another without a gap.
    """
    valid = tiers.valid
    if valid is None:
        return FAR_FUTURE
    if isinstance(valid, Period):
        return day_start(add_period(day, valid), programme.zone)
    if valid == "calendar_year" or state.enrolled_at is None:
        next_year = next_period_start(day, "year")
        return day_start(next_period_start(next_year, "year"), programme.zone)
    origin = local_day(state.enrolled_at, programme.zone)
    years = _years_between(origin, anniversary(day, origin)) + 2
    return day_start(add_period(origin, Period(1, "year"), years), programme.zone)


def _years_between(origin: int, day: int) -> int:
    years = round((day - origin) / 365.2425)
    return max(0, years)


def code_at(tiers: Tiers, rank: int) -> str:
    """The code of the tier at a place; the empty text below the lowest."""
    return tiers.tiers[rank].code if rank >= 0 else ""


@dataclass(slots=True)
class Ladder:
    """Moves one member between the tiers of one structure and writes down each move."""

    programme: Programme
    tiers: Tiers
    state: MemberState
    moves: list[TierMove]

    @property
    def standing(self) -> TierStanding:
        """Where the member stands in this structure."""
        return self.state.standing_in(self.tiers.key)

    @standing.setter
    def standing(self, standing: TierStanding) -> None:
        self.state.stand_in(self.tiers.key, standing)

    def rise(self, *, at: Instant, day: int, event_id: str) -> None:
        """Move up at once where a threshold is reached; ``day`` is the local day of ``at``.  Nobody
        moves up in a club that they have not joined."""
        if is_outside(self.programme, self.state):
            return
        standing = self.standing
        values = values_at(self.programme, self.tiers, self.state, day)
        deserved = entered_rank(self.tiers, values, rank_of(self.tiers, standing.highest))
        if deserved > rank_of(self.tiers, standing.tier):
            self._rise_to(deserved, at, day, "qualified", event_id)

    def undo_rises(self, *, at: Instant, day: int, event_id: str) -> None:
        """After credit was taken back: undo the rises that the remaining credits do not support.

        A rise stands if its threshold is still reached in the window of its day or in today's.
        """
        standing = self.standing
        floor = rank_of(self.tiers, standing.floor)
        undone = standing
        while undone.rises and rank_of(self.tiers, undone.tier) > floor:
            rise = undone.rises[0]
            before = rank_of(self.tiers, rise.highest)
            deserved = max(
                entered_rank(
                    self.tiers, values_at(self.programme, self.tiers, self.state, seen_on), before
                )
                for seen_on in (rise.day, day)
            )
            if deserved >= rank_of(self.tiers, undone.tier):
                break
            undone = TierStanding(
                tier=rise.tier,
                since=rise.since,
                valid_until=rise.valid_until,
                grace=rise.grace,
                floor=standing.floor,
                highest=rise.highest,
                rises=undone.rises[1:],
            )
        if undone is standing:
            return
        if undone.valid_until <= at:
            undone = replace(undone, valid_until=self._validity_from(day), grace=False)
        self._write(undone.tier, at, "returned", event_id, undone.valid_until)
        self.standing = undone
        # What the remaining credits deserve may lie between the tiers before and after the rise.
        self.rise(at=at, day=day, event_id=event_id)

    def end_validity(self, *, event_id: str) -> None:
        """At the end of the validity: renew, hold through the grace, or let fall."""
        standing = self.standing
        at = standing.valid_until
        first_day = local_day(at, self.programme.zone)
        rank = rank_of(self.tiers, standing.tier)
        floor = rank_of(self.tiers, standing.floor)
        values = values_at(self.programme, self.tiers, self.state, first_day - 1)
        kept = kept_rank(self.tiers, values, rank)
        if rank < 0:
            self.standing = replace(standing, valid_until=FAR_FUTURE, grace=False, rises=())
        elif rank <= floor or kept == rank:
            self.standing = replace(
                standing, valid_until=self._validity_after(first_day), grace=False, rises=()
            )
        elif self.tiers.grace is not None and not standing.grace:
            until = day_start(add_period(first_day, self.tiers.grace), self.programme.zone)
            self.standing = replace(standing, grace=True, valid_until=until)
        else:
            to_rank = max(floor, rank - 1 if self.tiers.downgrade == "soft_landing" else kept)
            until = self._validity_after(first_day) if to_rank >= 0 else FAR_FUTURE
            to_tier = code_at(self.tiers, to_rank)
            self._write(to_tier, at, "lapsed", event_id, until)
            self.standing = replace(
                standing, tier=to_tier, since=at, valid_until=until, grace=False, rises=()
            )

    def set_floor(self, tier: str, *, at: Instant, day: int, event_id: str) -> None:
        """A colleague sets the tier below which the member does not fall, or lifts it."""
        self.standing = replace(self.standing, floor=tier)
        rank, held = rank_of(self.tiers, tier), rank_of(self.tiers, self.standing.tier)
        if rank > held:
            self._rise_to(rank, at, day, "by_hand", event_id)
        elif rank < held and self.tiers.tiers[held].invitation:
            self._disinvite(max(rank, self._deserved(day)), at=at, day=day, event_id=event_id)

    def _deserved(self, day: int) -> int:
        """The highest tier that the member enters by what they did, or, where they once held it,
        keeps."""
        values = values_at(self.programme, self.tiers, self.state, day)
        highest = rank_of(self.tiers, self.standing.highest)
        kept = kept_rank(self.tiers, values, highest)
        return max(entered_rank(self.tiers, values, highest), kept)

    def _disinvite(self, rank: int, *, at: Instant, day: int, event_id: str) -> None:
        """An invitation was taken back: the member falls at once to what they deserve."""
        tier = code_at(self.tiers, rank)
        until = self._validity_from(day) if rank >= 0 else FAR_FUTURE
        self._write(tier, at, "by_hand", event_id, until)
        self.standing = replace(
            self.standing, tier=tier, since=at, valid_until=until, grace=False, rises=()
        )

    def _rise_to(self, rank: int, at: Instant, day: int, cause: MoveCause, event_id: str) -> None:
        standing = self.standing
        tier = code_at(self.tiers, rank)
        until = self._validity_from(day)
        self._write(tier, at, cause, event_id, until)
        before = Rise(
            day=day,
            tier=standing.tier,
            since=standing.since,
            valid_until=standing.valid_until,
            grace=standing.grace,
            highest=standing.highest,
        )
        # Whoever was invited has not been where the tiers below lead.
        reached = -1 if self.tiers.tiers[rank].invitation else rank
        highest = max(rank_of(self.tiers, standing.highest), reached)
        self.standing = replace(
            standing,
            tier=tier,
            since=at,
            valid_until=until,
            grace=False,
            highest=code_at(self.tiers, highest),
            rises=(before, *standing.rises),
        )

    def _validity_from(self, day: int) -> Instant:
        return end_of_validity(self.programme, self.tiers, self.state, day)

    def _validity_after(self, first_day: int) -> Instant:
        """The validity that follows one that ended before ``first_day``; years join seamlessly."""
        seamless = isinstance(self.tiers.valid, Period)
        return self._validity_from(first_day if seamless else first_day - 1)

    def _write(
        self, to_tier: str, at: Instant, cause: MoveCause, event_id: str, until: Instant
    ) -> None:
        self.moves.append(
            TierMove(
                at=at,
                from_tier=self.standing.tier,
                to_tier=to_tier,
                cause=cause,
                event_id=event_id,
                valid_until=None if until == FAR_FUTURE else until,
                structure=self.tiers.key,
            )
        )
