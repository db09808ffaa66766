"""Challenges as the engine sees them: what counts, how much of it is the goal, what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from habitue.domain.programme.moments import Condition, LineFilter
from habitue.kit.instants import Instant
from habitue.kit.periods import PeriodUnit

CHALLENGE_RULE: Final = "challenge:"

GoalKind: TypeAlias = Literal[
    "visits",
    "purchases",
    "spend",
    "pieces",
    "different_products",
    "different_categories",
    "streak",
]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A goal, and what whoever meets it is given.

    ``target`` is days of ``visits``, ``purchases``, minor units of ``spend``, thousandths of
    ``pieces``, different products or categories, or, of a ``streak``, so many periods in a row with
    a visit in each.  ``every``: it begins anew with each such calendar period; of a streak, its
    step; without it the goal is met once.  ``lines`` restricts what counts on a receipt and
    ``when`` which events do.  ``gives`` are smallest units by currency of points, vouchers
    included; ``badge``: it is shown that the member has met it.
    """

    challenge: str
    goal: GoalKind
    target: int
    every: PeriodUnit | None
    lines: LineFilter | None
    when: Condition | None
    gives: Mapping[str, int]
    badge: bool
    starts_at: Instant | None
    ends_at: Instant | None

    @property
    def rule(self) -> str:
        """The name under which the ledger knows what it gives."""
        return CHALLENGE_RULE + self.challenge

    def runs(self, at: Instant) -> bool:
        """Whether what happens at an instant counts."""
        begun = self.starts_at is None or self.starts_at <= at
        return begun and (self.ends_at is None or at < self.ends_at)
