"""Caps, budgets and the ceiling of a balance, applied to what the rules want to give (SEMANTICS 8).

The order is fixed: per purchase, per member and period, shared budgets, ceiling of the balance.
Shared budgets are settled in the order of recording: an event keeps what it was granted, and only
what it wants beyond its earlier wish competes for what is left (SEMANTICS 1).

A late event can take away what a return had given back (the return then stands for another
purchase), and someone else may have been granted it meanwhile.  As a hard budget is never exceeded,
the fold is made again with a ceiling on what is granted to the event that came last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from habitue.domain.engine.context import Context, limit_key
from habitue.domain.engine.earning import Earning
from habitue.domain.engine.types import Allotment, Draw, SharedFacts
from habitue.domain.programme.measures import Budget, Limit
from habitue.domain.programme.model import Programme, Rule

_NOTHING = Allotment(0, 0, 0)

# The most that an event may be granted from a budget, by (event id, budget key).
Ceilings: TypeAlias = Mapping[tuple[str, str], int]
NO_CEILINGS: Final[Ceilings] = MappingProxyType({})


@dataclass(slots=True)
class BudgetDesk:
    """Grants and takes back from shared budgets during one decision.

    ``draws`` holds the new totals of every event that the decision touched.  In a ``frozen`` desk
    nothing new is granted: it reproduces what was settled.  No grant is above its ceiling.
    """

    shared: SharedFacts
    frozen: bool
    draws: dict[tuple[str, str], Draw]
    units_left: dict[str, int]
    times_left: dict[str, int]
    ceilings: Ceilings

    @classmethod
    def open(
        cls, shared: SharedFacts, *, frozen: bool, ceilings: Ceilings = NO_CEILINGS
    ) -> BudgetDesk:
        """A desk with what the budgets hold now."""
        units, times = dict(shared.remaining_units), dict(shared.remaining_times)
        return cls(shared, frozen, {}, units, times, ceilings)

    def grant(self, budget: Budget, event_id: str, wanted: int) -> int:
        """How much of ``wanted`` the event may have."""
        settled = self.shared.allotments.get((event_id, budget.key), _NOTHING)
        granted = min(settled.granted, wanted)
        more = 0 if self.frozen else max(0, wanted - settled.wanted)
        if more:
            more = self._available(budget, more, first=settled.times == 0)
        granted += more
        ceiling = self.ceilings.get((event_id, budget.key), granted)
        if granted > ceiling:
            granted = 0 if budget.overflow == "refuse" else ceiling
        self._book(budget.key, event_id, wanted, granted, settled)
        return granted

    def give_back(self, budget: Budget, event_id: str, units: int, times: int) -> None:
        """Return units to the budget on behalf of ``event_id`` (a return); what it returned before
        stays returned."""
        earlier = self.draws.get((event_id, budget.key))
        if earlier is not None:
            self._unbook(earlier)
            units, times = units - earlier.granted, times - earlier.granted_times
        settled = self.shared.allotments.get((event_id, budget.key), _NOTHING)
        draw = Draw(
            budget.key,
            event_id,
            -units,
            -units,
            -times,
            -units - settled.granted,
            -times - settled.times,
        )
        self._record(draw)

    def unused(self, budget: Budget, event_id: str, unused: int) -> None:
        """Hand back a part of a grant that a later cap did not let through."""
        draw = self.draws[(event_id, budget.key)]
        settled = self.shared.allotments.get((event_id, budget.key), _NOTHING)
        self._unbook(draw)
        self._book(budget.key, event_id, draw.wanted, draw.granted - unused, settled)

    def release(self, event_ids: Iterable[str]) -> None:
        """What these events were granted and no longer ask for goes back."""
        ids = set(event_ids)
        for (event_id, budget), settled in self.shared.allotments.items():
            asks = event_id not in ids or (event_id, budget) in self.draws
            if not asks and (settled.granted or settled.wanted):
                self._record(Draw(budget, event_id, 0, 0, 0, -settled.granted, -settled.times))

    @property
    def overdrawn(self) -> bool:
        """Whether a budget gives more than it holds."""
        return any(
            rest < 0 for left in (self.units_left, self.times_left) for rest in left.values()
        )

    def lowered(self, asked: str) -> Ceilings:
        """The ceilings that keep the budgets from giving more than they hold; as they are, where
        nothing that was granted at this desk can be lowered.

        The event that is asked about is lowered first, then what was granted anew, then the latest.
        """
        for draws, over in self._overdrawn():
            _, latest = max(
                enumerate(draws),
                key=lambda placed: (
                    placed[1].event_id == asked,
                    placed[1].taken > 0 or placed[1].times > 0,
                    placed[0],
                ),
            )
            place = (latest.event_id, latest.budget)
            return {**self.ceilings, place: max(0, latest.granted - over)}
        return self.ceilings

    def _overdrawn(self) -> Iterator[tuple[list[Draw], int]]:
        """What was granted from each budget that gives too much, and how much it must be less."""
        for left, whole in ((self.times_left, True), (self.units_left, False)):
            for key in sorted(key for key, rest in left.items() if rest < 0):
                draws = [
                    draw for draw in self.draws.values() if draw.budget == key and draw.granted > 0
                ]
                if draws:
                    yield draws, max(draw.granted for draw in draws) if whole else -left[key]

    def _available(self, budget: Budget, more: int, *, first: bool) -> int:
        units_left = self.units_left.get(budget.key)
        if first and self.times_left.get(budget.key, 1) <= 0:
            return 0
        if units_left is None or more <= units_left:
            return more
        return 0 if budget.overflow == "refuse" else max(0, units_left)

    def _book(self, key: str, event_id: str, wanted: int, granted: int, settled: Allotment) -> None:
        times = int(granted > 0)
        self._record(
            Draw(
                key,
                event_id,
                wanted,
                granted,
                times,
                granted - settled.granted,
                times - settled.times,
            )
        )

    def _record(self, draw: Draw) -> None:
        self.draws[(draw.event_id, draw.budget)] = draw
        if draw.budget in self.units_left:
            self.units_left[draw.budget] -= draw.taken
        if draw.budget in self.times_left:
            self.times_left[draw.budget] -= draw.times

    def _unbook(self, draw: Draw) -> None:
        if draw.budget in self.units_left:
            self.units_left[draw.budget] += draw.taken
        if draw.budget in self.times_left:
            self.times_left[draw.budget] += draw.times


def apply_caps(
    programme: Programme,
    context: Context,
    earnings: list[Earning],
    desk: BudgetDesk,
    event_id: str,
) -> None:
    """Lower what the earnings give to what caps and budgets allow, and say which cap did it."""
    rules = programme.index.by_code
    by_rule: dict[str, list[Earning]] = {}
    for earning in earnings:
        by_rule.setdefault(earning.rule, []).append(earning)
    for name, group in by_rule.items():
        rule = rules.get(name)
        if rule is not None:
            per_purchase_first = sorted(
                enumerate(rule.limits), key=lambda placed: placed[1].every is not None
            )
            for index, limit in per_purchase_first:
                _apply_limit(context, rule, index, limit, group)
    granted_by = _apply_budgets(rules, by_rule, desk, event_id)
    for earning, unused in _apply_ceilings(programme, context, earnings):
        for budget in granted_by.get(id(earning), ()):
            desk.unused(budget, event_id, unused)
    _floor_at_zero(earnings)


def _apply_limit(
    context: Context, rule: Rule, index: int, limit: Limit, group: list[Earning]
) -> None:
    if limit.every is None:
        times_left, units_left = None, limit.units
    else:
        times_left, units_left = context.headrooms[limit_key(rule, index)]
    for earning in group:
        if earning.given <= 0:
            continue
        if times_left == 0:
            _lower(earning, 0, f"limit {index + 1}: times")
        elif units_left is not None:
            allowed = min(earning.given, units_left)
            if allowed < earning.given:
                allowed = 0 if limit.overflow == "refuse" else allowed
                _lower(earning, allowed, f"limit {index + 1}: units")
            units_left -= earning.given


def _lower(earning: Earning, given: int, cap: str) -> None:
    earning.given = given
    earning.caps.append(cap)


def _apply_budgets(
    rules: Mapping[str, Rule],
    by_rule: dict[str, list[Earning]],
    desk: BudgetDesk,
    event_id: str,
) -> dict[int, list[Budget]]:
    """Take from shared budgets; answers which budgets stand behind each earning (by identity)."""
    wishes: dict[str, tuple[Budget, list[Earning]]] = {}
    for name, group in by_rule.items():
        rule = rules.get(name)
        for budget in rule.budgets if rule is not None else ():
            wishes.setdefault(budget.key, (budget, []))[1].extend(
                earning for earning in group if earning.given > 0
            )
    # A rule's own budget comes before the campaign's; what the second one trims, the first one
    # gets back.
    granted_by: dict[int, list[Budget]] = {}
    for budget, group in sorted(wishes.values(), key=lambda wish: wish[0].key, reverse=True):
        left = desk.grant(budget, event_id, sum(earning.given for earning in group))
        for earning in group:
            allowed = min(earning.given, left)
            left -= allowed
            if allowed < earning.given:
                for earlier in granted_by.get(id(earning), ()):
                    desk.unused(earlier, event_id, earning.given - allowed)
                _lower(earning, allowed, f"budget {budget.key}")
            granted_by.setdefault(id(earning), []).append(budget)
    return granted_by


def _apply_ceilings(
    programme: Programme, context: Context, earnings: list[Earning]
) -> list[tuple[Earning, int]]:
    """Trim to the ceiling of the balance; answers what was trimmed from which earning."""
    trimmed: list[tuple[Earning, int]] = []
    for code, currency in programme.points.items():
        if currency.max_balance is None:
            continue
        room = max(0, currency.max_balance - context.balance(code))
        for earning in earnings:
            if earning.currency != code or earning.given == 0:
                continue
            allowed = min(earning.given, room)
            if allowed < earning.given:
                trimmed.append((earning, earning.given - allowed))
                _lower(earning, allowed, "balance ceiling")
            room -= allowed
    return trimmed


def _floor_at_zero(earnings: list[Earning]) -> None:
    """A multiplier below one must not take more than what its base still gives after caps."""
    totals: dict[str, int] = {}
    for earning in earnings:
        totals[earning.currency] = totals.get(earning.currency, 0) + earning.given
    for earning in earnings:
        total = totals[earning.currency]
        if total < 0 and earning.given < 0:
            raised = min(0, earning.given - total)
            totals[earning.currency] += raised - earning.given
            _lower(earning, raised, "never below zero")
