"""Counting ledger lines into figures, one side of a simulation at a time.

The same lines lead to the same figures in whatever order, and whether they were read from the
ledger or made by a simulation: whatever was corrected later counts as it stands in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from habitue.domain.engine.rewarding import reward_of
from habitue.domain.engine.types import Posting, TierMove
from habitue.domain.events import Event, Redemption
from habitue.domain.programme.model import Programme, Reward
from habitue.kit.instants import Instant, local_day
from habitue.kit.periods import period_start
from habitue.services.whatif.report import (
    Group,
    Month,
    PointsFigures,
    RewardFigures,
    RuleFigures,
    Side,
)

# Where each kind of line is counted, and with which sign it stands there.
_FIELDS: Final[dict[str, tuple[str, int]]] = {
    "earn": ("earned", 1),
    "reverse": ("reversed", -1),
    "adjust": ("by_hand", 1),
    "redeem": ("redeemed", -1),
    "restore": ("redeemed", -1),
    "expire": ("expired", -1),
    "write_off": ("written_off", 1),
    "transfer_out": ("transferred", 1),
    "transfer_in": ("transferred", 1),
}
_NOWHERE: Final = ("", 0)
_BEFORE: Final = 0

# What gifts cost by the document itself.
_PRICED: Final = frozenset({"amount", "gift_card"})


@dataclass(slots=True)
class Person:
    """What one member's lines come to so far; ``flows`` by currency and field, within the time."""

    flows: Counter[tuple[str, str]] = field(default_factory=Counter)

    def earned(self, currency: str) -> int:
        """What the member earned, less what went back."""
        return self.flows[(currency, "earned")] - self.flows[(currency, "reversed")]


@dataclass(slots=True)
class About:
    """What a figure needs to know of an event beside its lines."""

    store: str | None
    reward: str

    @classmethod
    def of(cls, event: Event) -> About:
        """The same of an event at hand."""
        body = event.body
        reward = reward_of(body) if isinstance(body, Redemption) else ""
        return cls(event.store, reward)


class Counting:
    """The figures of one side, growing line by line.

    Lines before ``since`` make the opening balance.  ``programme`` is the version by which rewards
    are priced and months counted.
    """

    def __init__(self, programme: Programme, *, since: Instant) -> None:
        self.programme = programme
        self._since = since
        self._flows: Counter[tuple[int, str, str]] = Counter()
        self._units: Counter[tuple[str, str]] = Counter()
        self._times: Counter[str] = Counter()
        self._rewards: Counter[str] = Counter()
        self._tier_changes: dict[int, Counter[str]] = {}
        self._tiers: Counter[str] = Counter()
        self._by_tier: Counter[tuple[str, str, str]] = Counter()
        self._by_store: Counter[tuple[str, str, str]] = Counter()
        self._months: dict[int, int] = {}

    def month_of(self, at: Instant) -> int:
        """The first day of the month of an instant."""
        day = local_day(at, self.programme.zone)
        month = self._months.get(day)
        if month is None:
            month = self._months[day] = period_start(day, "month")
        return month

    def take(
        self,
        person: Person,
        postings: Iterable[Posting],
        moves: Iterable[TierMove],
        about: Mapping[str, About],
    ) -> None:
        """Count the lines about some events of one member: all that there are about them."""
        fired: Counter[tuple[str, str]] = Counter()
        spent: Counter[str] = Counter()
        for posting in postings:
            name, sign = _FIELDS.get(posting.kind, _NOWHERE)
            if not name:
                continue
            units, currency = sign * posting.amount, posting.currency
            month = self.month_of(posting.effective_at)
            if posting.effective_at < self._since:
                self._flows[(_BEFORE, currency, "opening")] += posting.amount
                person.flows[(currency, "opening")] += posting.amount
                continue
            self._flows[(month, currency, name)] += units
            person.flows[(currency, name)] += units
            known = about.get(posting.event_id)
            if known is not None and known.store is not None:
                self._by_store[(known.store, currency, name)] += units
            if posting.rule is not None:
                self._units[(posting.rule, currency)] += posting.amount
                if posting.kind == "earn":
                    fired[(posting.event_id, posting.rule)] += posting.amount
            if posting.kind == "redeem":
                spent[posting.event_id] += units
            elif posting.kind == "restore" and posting.against is not None:
                spent[posting.against] += units
        self._times.update(rule for (_, rule), units in fired.items() if units)
        for event_id, units in spent.items():
            known = about.get(event_id)
            if units and known is not None and known.reward:
                self._rewards[known.reward] += 1
        # Months tell of the main structure.
        for move in (one for one in moves if not one.structure):
            month = _BEFORE if move.at < self._since else self.month_of(move.at)
            changes = self._tier_changes.setdefault(month, Counter())
            changes[move.to_tier] += move.sign
            changes[move.from_tier] -= move.sign

    def close(self, person: Person, tier: str) -> None:
        """Count a member of whom nothing more is to come, with the tier at the end."""
        self._tiers[tier] += 1
        for (currency, name), units in person.flows.items():
            self._by_tier[(tier, currency, name)] += units

    def side(
        self,
        *,
        refused: Mapping[str, int],
        months: Iterable[int],
        scale: Callable[[int], int],
    ) -> Side:
        """The figures, once everybody was counted."""
        return Side(
            points=_points(self._sums(), scale, self.programme.points),
            rules=tuple(
                RuleFigures(rule, currency, scale(units), scale(self._times[rule]))
                for (rule, currency), units in sorted(self._units.items())
            ),
            rewards=self._reward_figures(refused, scale),
            tiers={tier: scale(members) for tier, members in sorted(self._tiers.items())},
            months=tuple(self._month_figures(list(months), scale)),
            by_tier=tuple(
                Group(code, scale(self._tiers[code]), _points(flows, scale))
                for code, flows in _grouped(self._by_tier).items()
            ),
            by_store=tuple(
                Group(code, 0, _points(flows, scale))
                for code, flows in _grouped(self._by_store).items()
            ),
        )

    @property
    def months(self) -> set[int]:
        """The months in which something was counted."""
        return {month for month, _, _ in self._flows if month}

    def _sums(self) -> Counter[tuple[str, str]]:
        sums: Counter[tuple[str, str]] = Counter()
        for (_, currency, name), units in self._flows.items():
            sums[(currency, name)] += units
        return sums

    def _reward_figures(
        self, refused: Mapping[str, int], scale: Callable[[int], int]
    ) -> tuple[RewardFigures, ...]:
        codes = {*self.programme.rewards, *self._rewards, *refused}
        return tuple(
            RewardFigures(
                code,
                scale(self._rewards[code]),
                scale(refused.get(code, 0)),
                _cost(self.programme.rewards.get(code), scale(self._rewards[code])),
            )
            for code in sorted(codes)
        )

    def _month_figures(self, months: list[int], scale: Callable[[int], int]) -> Iterable[Month]:
        currencies = sorted({currency for _, currency, _ in self._flows})
        held: Counter[str] = Counter(
            {currency: self._flows[(_BEFORE, currency, "opening")] for currency in currencies}
        )
        tiers = Counter({"": sum(self._tiers.values())})
        tiers.update(self._tier_changes.get(_BEFORE, {}))
        for month in months:
            tiers.update(self._tier_changes.get(month, {}))
            flows: Counter[tuple[str, str]] = Counter()
            for currency in currencies:
                flows[(currency, "opening")] = held[currency]
                for name, _ in _FIELDS.values():
                    flows[(currency, name)] = self._flows[(month, currency, name)]
                held[currency] = _outstanding(flows, currency)
            yield Month(
                date.fromordinal(month),
                _points(flows, scale),
                {tier: scale(members) for tier, members in sorted(tiers.items()) if members},
            )


_PLUS: Final = ("opening", "earned", "by_hand", "written_off", "transferred")
_MINUS: Final = ("reversed", "redeemed", "expired")


def _outstanding(flows: Counter[tuple[str, str]], currency: str) -> int:
    return sum(flows[(currency, name)] for name in _PLUS) - sum(
        flows[(currency, name)] for name in _MINUS
    )


def _points(
    flows: Counter[tuple[str, str]],
    scale: Callable[[int], int],
    currencies: Iterable[str] = (),
) -> dict[str, PointsFigures]:
    found = {}
    for currency in sorted({*currencies, *(currency for currency, _ in flows)}):
        named = {name: scale(flows[(currency, name)]) for name in (*_PLUS, *_MINUS)}
        outstanding = scale(_outstanding(flows, currency))
        found[currency] = PointsFigures(**named, outstanding=outstanding)
    return found


def _grouped(
    flows: Counter[tuple[str, str, str]],
) -> dict[str, Counter[tuple[str, str]]]:
    groups: dict[str, Counter[tuple[str, str]]] = {}
    for (code, currency, name), units in sorted(flows.items()):
        groups.setdefault(code, Counter())[(currency, name)] += units
    return groups


def _cost(reward: Reward | None, times: int) -> int | None:
    if reward is None or reward.gift.kind not in _PRICED:
        return None
    return reward.gift.amount * times
