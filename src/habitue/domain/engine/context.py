"""What a decision sees of the event and of the member just before it.

The context of a purchase is kept with it: when a part of the purchase comes back, the rules are
asked again in the same context, with a smaller basket (SEMANTICS 16-19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from habitue.domain.engine.joining import is_outside
from habitue.domain.engine.spend import Basket
from habitue.domain.engine.tiers import metric_value, rank_of
from habitue.domain.engine.types import Lot, MemberState
from habitue.domain.events import (
    Anniversary,
    Birthday,
    Contribution,
    Event,
    Line,
    Membership,
    Scalar,
)
from habitue.domain.programme.measures import Limit
from habitue.domain.programme.model import Programme, Rule, Tiers
from habitue.kit.instants import Instant, local_day, local_minute
from habitue.kit.periods import add_period, period_start


class Place(NamedTuple):
    """Where a member stood in a structure of tiers: the ranks of the tier and of the highest one
    ever held, and what had been spent where the purchase may be cut at a threshold."""

    rank: int
    highest: int
    spend: int


@dataclass(slots=True)
class Context:
    """The moment of one event; implements ``programme.moments.Moment``.

    ``root`` is the id by which chances know the event (its own, or that of a purchase for which it
    stands in: ``chancing``); none falls to it unless it is ``drawn``.  A ``quiet`` one is folded
    again for its result alone, and explains nothing.  ``places`` are those in the structures of
    tiers, in their order; ``beside`` are the tiers held in the further ones.
    """

    kind: str
    occurred_at: Instant
    zone: str
    day: int
    minute: int
    store: str | None
    channel: str | None
    staff: str | None
    attributes: Mapping[str, Scalar]
    tier: str | None
    purchases: int
    visits: int
    days_since_visit: int | None
    days_since_enrolment: int | None
    outside: bool
    headrooms: dict[str, tuple[int | None, int | None]]
    places: tuple[Place, ...]
    beside: Mapping[str, str]
    basket: Basket
    basket_amount: int
    lines: Sequence[Line] = field(default_factory=tuple)
    lots: Sequence[Lot] = field(default_factory=tuple)
    debts: Mapping[str, int] = field(default_factory=dict)
    quiet: bool = False
    days_before: int = 0
    member_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    plan: str = ""
    plan_action: str | None = None
    contribution: Contribution | None = None
    referred: bool = False
    fired: AbstractSet[str] = frozenset()
    root: str = ""
    drawn: bool = True

    @property
    def held(self) -> tuple[str, ...]:
        """The tiers that the member has, that of the main structure first."""
        return (*((self.tier,) if self.tier else ()), *self.beside.values())

    def with_basket(self, basket: Basket) -> Context:
        """The same moment with a smaller basket."""
        return replace(self, basket=basket, basket_amount=basket.amount, lines=basket.lines)

    def balance(self, currency: str) -> int:
        """Balance before the event, pending included, debt taken off."""
        held = sum(lot.remaining for lot in self.lots if lot.currency == currency)
        return held - self.debts.get(currency, 0)


def context_of(programme: Programme, state: MemberState, event: Event, basket: Basket) -> Context:
    """The context of an event for a member whose state was advanced to its instant."""
    day = local_day(event.occurred_at, event.zone)
    body = event.body
    ahead = body.days_before if isinstance(body, Birthday | Anniversary) else 0
    enrolled = state.enrolled_at
    return Context(
        kind=event.kind,
        occurred_at=event.occurred_at,
        zone=event.zone,
        day=day,
        minute=local_minute(event.occurred_at, event.zone),
        store=event.store,
        channel=event.channel,
        staff=event.staff,
        attributes=event.attributes,
        tier=state.standing.tier or None,
        purchases=state.purchases,
        visits=state.visits,
        days_since_visit=day - state.latest_visit_day if state.latest_visit_day else None,
        outside=is_outside(programme, state),
        days_since_enrolment=(None if enrolled is None else day - local_day(enrolled, event.zone)),
        headrooms=_headrooms(programme, state, event, day, ahead),
        places=tuple([_place(programme, state, tiers, day) for tiers in programme.structures]),
        beside=_tiers_beside(state) if state.beside else _NOTHING_BESIDE,
        basket=basket,
        basket_amount=basket.amount,
        lines=basket.lines,
        lots=state.lots.copy(),
        debts=state.debts.copy(),
        days_before=ahead,
        member_attributes=state.attributes,
        plan=_plan_of(programme, state, event),
        plan_action=body.action if isinstance(body, Membership) else None,
        contribution=body if isinstance(body, Contribution) else None,
        referred=state.referred,
        root=event.root,
        drawn=event.drawn,
    )


_NOTHING_BESIDE: Mapping[str, str] = {}


def _place(programme: Programme, state: MemberState, tiers: Tiers, day: int) -> Place:
    standing = state.standing_in(tiers.key)
    spent = metric_value(programme, state, tiers.metrics[0], day) if tiers.splits else 0
    return Place(rank_of(tiers, standing.tier), rank_of(tiers, standing.highest), spent)


def _tiers_beside(state: MemberState) -> Mapping[str, str]:
    return {key: place.tier for key, place in state.beside.items() if place.tier}


def _plan_of(programme: Programme, state: MemberState, event: Event) -> str:
    """The plan whose benefits the member has, by the calendar of the programme."""
    if not state.plan.plan:
        return ""
    return state.plan.plan_on(local_day(event.occurred_at, programme.zone))


def limit_key(rule: Rule, index: int) -> str:
    """The name under which the use of one cap is counted in the member's state."""
    return f"{rule.rule}/{index}"


def usage_key(limit: Limit, day: int) -> int:
    """The key under which an event of this local day counts: the first day of the calendar
    period, the day itself for a rolling period, or 0 for ever."""
    every = limit.every
    if every is None or (every.calendar is None and every.rolling is None):
        return 0
    return day if every.calendar is None else period_start(day, every.calendar)


def _headrooms(
    programme: Programme, state: MemberState, event: Event, day: int, ahead: int
) -> dict[str, tuple[int | None, int | None]]:
    """What is left of the caps of the rules that the event can ask for anything."""
    rooms: dict[str, tuple[int | None, int | None]] = {}
    for rule in programme.index.in_force(event.kind, ahead, event.occurred_at):
        for index, limit in enumerate(rule.limits):
            if limit.every is None:
                continue
            name = limit_key(rule, index)
            times, units = used_of(state.usage.get(name), limit, day)
            rooms[name] = (
                None if limit.times is None else max(0, limit.times - times),
                None if limit.units is None else max(0, limit.units - units),
            )
    return rooms


def used_of(usage: dict[int, list[int]] | None, limit: Limit, day: int) -> tuple[int, int]:
    """The times and units that count on a local day against a cap for one member."""
    if not usage or limit.every is None:
        return 0, 0
    if limit.every.rolling is None:
        times, units = usage.get(usage_key(limit, day), (0, 0))
        return times, units
    first_day = add_period(day, limit.every.rolling, -1) + 1
    times = units = 0
    for used_day, (used_times, used_units) in usage.items():
        if used_day >= first_day:
            times += used_times
            units += used_units
    return times, units
