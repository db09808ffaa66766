"""Tiers by the plainest means: a list of credits, summed anew every time (SEMANTICS 28-29)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from habitue.domain.programme.measures import Metric
from habitue.domain.programme.model import Programme, Tiers
from habitue.kit.instants import FAR_FUTURE, Instant, day_start, local_day
from habitue.kit.periods import Period, add_months, add_period, anniversary


@dataclass(frozen=True)
class Place:
    """Where the member stands, and the places before each rise that can still be undone."""

    rank: int = -1
    valid_until: Instant = FAR_FUTURE
    grace: bool = False
    floor: int = -1
    highest: int = -1
    risen: tuple[tuple[int, Place], ...] = ()


@dataclass
class Standing:
    """The credits of one member and the places that they lead to, by the structures' keys.

    ``credits`` holds (metric, local day, amount); ``enrolled`` is the instant of joining.
    """

    credits: list[tuple[str, int, int]] = field(default_factory=list)
    enrolled: Instant | None = None
    places: dict[str, Place] = field(default_factory=dict)

    def place(self, key: str) -> Place:
        """Where the member stands in a structure."""
        return self.places.get(key, Place())

    def value(self, programme: Programme, metric: Metric, day: int) -> int:
        """What counts of a metric in the window that ends with ``day``."""
        first = self._first_day(programme, metric, day)
        if metric.name == "tenure":
            if self.enrolled is None:
                return 0
            return max(0, day - max(first, local_day(self.enrolled, programme.zone)))
        by_day: dict[int, int] = {}
        for key, on, amount in self.credits:
            if key == metric.key and first <= on <= day:
                by_day[on] = by_day.get(on, 0) + amount
        if metric.name == "visits":
            return sum(1 for amount in by_day.values() if amount > 0)
        return sum(by_day.values())

    def _first_day(self, programme: Programme, metric: Metric, day: int) -> int:
        kind = metric.window.kind
        if kind == "rolling":
            assert metric.window.period is not None
            return add_period(day, metric.window.period, -1) + 1
        if kind == "calendar_year":
            return date(date.fromordinal(day).year, 1, 1).toordinal()
        if kind == "membership_year" and self.enrolled is not None:
            return anniversary(day, local_day(self.enrolled, programme.zone))
        return 0

    def _reached(
        self, programme: Programme, tiers: Tiers, asked: tuple[int | None, ...], day: int
    ) -> bool:
        answers = [
            self.value(programme, metric, day) >= threshold
            for metric, threshold in zip(tiers.metrics, asked, strict=True)
            if threshold is not None
        ]
        return bool(answers) and (all(answers) if tiers.combine == "all" else any(answers))

    def deserved(self, programme: Programme, tiers: Tiers, day: int, highest: int) -> int:
        """The highest tier that may be entered on a day."""
        reached = [
            rank
            for rank, tier in enumerate(tiers.tiers)
            if self._reached(programme, tiers, tier.reenter if rank <= highest else tier.enter, day)
        ]
        return max(reached, default=-1)

    def rise(self, programme: Programme, tiers: Tiers, day: int) -> None:
        """Up, at once."""
        place = self.place(tiers.key)
        rank = self.deserved(programme, tiers, day, place.highest)
        if rank > place.rank:
            self._lift(programme, tiers, rank, day)

    def _lift(self, programme: Programme, tiers: Tiers, rank: int, day: int) -> None:
        before = self.place(tiers.key)
        self.places[tiers.key] = Place(
            rank=rank,
            valid_until=self._validity(programme, tiers, day),
            floor=before.floor,
            highest=max(before.highest, rank),
            risen=((day, before), *before.risen),
        )

    def by_hand(self, programme: Programme, tiers: Tiers, code: str, day: int) -> None:
        """A floor set or lifted by a colleague."""
        ranks = [rank for rank, tier in enumerate(tiers.tiers) if tier.code == code]
        floor = ranks[0] if ranks else -1
        place = self.places[tiers.key] = replace(self.place(tiers.key), floor=floor)
        if floor > place.rank:
            self._lift(programme, tiers, floor, day)

    def returned(self, programme: Programme, tiers: Tiers, at: Instant, day: int) -> None:
        """Rises that neither their own day's window nor today's supports any more are undone."""
        now = own = self.place(tiers.key)
        while now.risen and now.rank > own.floor:
            on, before = now.risen[0]
            supported = max(
                self.deserved(programme, tiers, on, before.highest),
                self.deserved(programme, tiers, day, before.highest),
            )
            if supported >= now.rank:
                break
            now = replace(before, floor=own.floor, risen=now.risen[1:])
        if now is own:
            return
        if now.valid_until <= at:
            until = self._validity(programme, tiers, day)
            now = replace(now, valid_until=until, grace=False)
        self.places[tiers.key] = now
        self.rise(programme, tiers, day)

    def end(self, programme: Programme, tiers: Tiers) -> None:
        """The validity has ended: renewed, in grace, or down."""
        place = self.place(tiers.key)
        at = place.valid_until
        today = local_day(at, programme.zone)
        kept = [
            rank
            for rank in range(place.rank + 1)
            if self._reached(programme, tiers, tiers.tiers[rank].keep, today - 1)
        ]
        until = self._validity(
            programme, tiers, today if isinstance(tiers.valid, Period) else today - 1
        )
        if place.rank < 0:
            self.places[tiers.key] = replace(place, valid_until=FAR_FUTURE, grace=False, risen=())
        elif place.rank <= place.floor or place.rank in kept:
            self.places[tiers.key] = replace(place, valid_until=until, grace=False, risen=())
        elif tiers.grace is not None and not place.grace:
            until = day_start(add_period(today, tiers.grace), programme.zone)
            self.places[tiers.key] = replace(place, valid_until=until, grace=True)
        else:
            down = place.rank - 1
            if tiers.downgrade == "to_deserved":
                down = max(kept, default=-1)
            down = max(down, place.floor)
            self.places[tiers.key] = replace(
                place,
                rank=down,
                valid_until=until if down >= 0 else FAR_FUTURE,
                grace=False,
                risen=(),
            )

    def next_tenure(self, programme: Programme, tiers: Tiers, after: Instant) -> Instant:
        """The next moment after ``after`` at which the length of membership may lift."""
        if self.enrolled is None:
            return FAR_FUTURE
        joined = local_day(self.enrolled, programme.zone)
        moments = [
            day_start(joined + threshold, programme.zone)
            for index, metric in enumerate(tiers.metrics)
            if metric.name == "tenure"
            for rank, tier in enumerate(tiers.tiers)
            if rank > self.place(tiers.key).rank
            for threshold in (tier.enter[index], tier.reenter[index])
            if threshold is not None
        ]
        return min((moment for moment in moments if moment > after), default=FAR_FUTURE)

    def _validity(self, programme: Programme, tiers: Tiers, day: int) -> Instant:
        if tiers.valid is None:
            return FAR_FUTURE
        if isinstance(tiers.valid, Period):
            return day_start(add_period(day, tiers.valid), programme.zone)
        if tiers.valid == "calendar_year" or self.enrolled is None:
            return day_start(date(date.fromordinal(day).year + 2, 1, 1).toordinal(), programme.zone)
        joined = local_day(self.enrolled, programme.zone)
        years = 0
        while add_months(joined, 12 * (years + 1)) <= day:
            years += 1
        return day_start(add_months(joined, 12 * (years + 2)), programme.zone)
