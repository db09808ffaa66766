"""What a simulation answers: two sides of the same events, in figures.

Points are smallest units, money is minor units of the programme's currency, months begin with their
first day.  Where only a sample was simulated, sums are scaled to everybody and rounded; what is
said of single members never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from habitue.domain.errors import Code
from habitue.domain.programme.experience import Past
from habitue.kit.instants import Instant

NO_PAST: Final = Past(0, {}, {}, {})


@dataclass(frozen=True, slots=True)
class PointsFigures:
    """What became of one currency of points within a time.

    opening + earned - reversed + by_hand - redeemed - expired + written_off + transferred
    = outstanding

    ``redeemed`` is less what was given back; ``written_off`` are shortfalls that nobody owes;
    ``outstanding`` stands at the end and includes what is pending, less debts.
    """

    opening: int = 0
    earned: int = 0
    reversed: int = 0
    by_hand: int = 0
    redeemed: int = 0
    expired: int = 0
    written_off: int = 0
    transferred: int = 0
    outstanding: int = 0


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What one rule gave in one currency, less what went back, and for how many events."""

    rule: str
    currency: str
    units: int
    times: int


@dataclass(frozen=True, slots=True)
class RewardFigures:
    """How often a reward was taken and not given back.

    ``refused`` is how often it was taken in the past and could not have been under this document.
    ``cost`` is what those taken cost by the document, where it says so (an amount of money, a
    gift card); ``None``: the document does not say.
    """

    reward: str
    times: int
    refused: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month of the programme's zone; ``tiers`` are members by tier at its end."""

    month: date
    points: Mapping[str, PointsFigures]
    tiers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """The members of one tier (as it is at the end), or what happened in one store."""

    code: str
    members: int
    points: Mapping[str, PointsFigures]


@dataclass(frozen=True, slots=True)
class Side:
    """Everything under one document; ``tiers`` are members by tier at the end, ``""``: none."""

    points: Mapping[str, PointsFigures]
    rules: tuple[RuleFigures, ...]
    rewards: tuple[RewardFigures, ...]
    tiers: Mapping[str, int]
    months: tuple[Month, ...]
    by_tier: tuple[Group, ...]
    by_store: tuple[Group, ...]

    @property
    def cost(self) -> int:
        """What all that was taken cost, as far as the document says what it costs."""
        return sum(reward.cost or 0 for reward in self.rewards)

    @property
    def without_cost(self) -> tuple[str, ...]:
        """Rewards that were taken and of which the document does not say what they cost."""
        return tuple(
            reward.reward for reward in self.rewards if reward.times and reward.cost is None
        )


@dataclass(frozen=True, slots=True)
class Taking:
    """What was bought in one month, the same on both sides: before anything came back."""

    month: date
    purchases: int
    turnover: int


@dataclass(frozen=True, slots=True)
class RefusedFigures:
    """Events of the past that the document would have refused; ``reward`` is the one that they
    were for, where they were for one."""

    kind: str
    code: Code
    reward: str
    times: int


@dataclass(frozen=True, slots=True)
class MemberChange:
    """How many units more (or less) one member would have earned, and the tier at the end."""

    member: str
    currency: str
    live: int
    draft: int
    live_tier: str
    draft_tier: str

    @property
    def difference(self) -> int:
        """What the document changes for the member."""
        return self.draft - self.live


@dataclass(frozen=True, slots=True)
class Changes:
    """Who earns more and who less in one currency, the most affected first."""

    currency: str
    more: int
    less: int
    same: int
    gain_most: tuple[MemberChange, ...]
    lose_most: tuple[MemberChange, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """How many members were looked at, of how many; sums are scaled by ``everybody / members``."""

    members: int
    everybody: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A programme's recorded history under a document, against what was.

    ``since`` and ``until`` are the instants between which the document would have been in force;
    ``since`` is 0 where it would have been from the beginning.  ``tier_moves`` counts members by
    their tier at the end: as it was, and as it would be.  ``decimals`` are those of each currency
    of points; ``tiers`` those of the document, the lowest first; ``past`` is what the checks
    against history look at.
    """

    programme: str
    currency: str
    zone: str
    since: Instant
    until: Instant
    members: int
    events: int
    live: Side
    draft: Side
    takings: tuple[Taking, ...]
    refused: tuple[RefusedFigures, ...]
    changes: tuple[Changes, ...]
    tier_moves: Mapping[tuple[str, str], int]
    sample: Sample | None = None
    tiers: tuple[str, ...] = ()
    decimals: Mapping[str, int] = field(default_factory=dict)
    past: Past = NO_PAST

    @property
    def moved(self) -> tuple[int, int, int]:
        """How many members would be in a higher tier at the end, a lower one, and the same."""
        ranks = {tier: place for place, tier in enumerate(self.tiers, start=1)}
        up = down = same = 0
        for (before, after), members in self.tier_moves.items():
            one, other = ranks.get(before, 0), ranks.get(after, 0)
            up += members if other > one else 0
            down += members if other < one else 0
            same += members if other == one else 0
        return up, down, same
