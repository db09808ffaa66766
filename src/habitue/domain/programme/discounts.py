"""The discounts of a programme as the engine sees them: what members pay less, and for what.

``discount_parts`` makes them from the document.  Money is minor units, shares are hundredths of a
per cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from habitue.domain.programme.measures import Limit, Metric
from habitue.domain.programme.moments import Condition, LineFilter
from habitue.kit.instants import Instant
from habitue.kit.rounding import RoundingMode

# Hundredths of a per cent in the whole.
WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Percentage:
    """A share of what the lines cost."""

    share: int


@dataclass(frozen=True, slots=True)
class AmountOff:
    """So much money, once, or once for every piece where the discount says ``each``."""

    amount: int


@dataclass(frozen=True, slots=True)
class MemberPrice:
    """What one piece costs members; dearer than it was, nothing gets."""

    price: int


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Delivery costs nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """From so much of the ladder's metric on (minor units of spend, or a number), this share."""

    threshold: int
    share: int


@dataclass(frozen=True, slots=True)
class ShareLadder:
    """A share that grows with what the member has bought before, lowest step first."""

    metric: Metric
    steps: tuple[Step, ...]

    def step_of(self, value: int) -> Step | None:
        """The highest step that is reached; ``None`` below the lowest."""
        reached = [step for step in self.steps if step.threshold <= value]
        return reached[-1] if reached else None


Cut: TypeAlias = Percentage | AmountOff | MemberPrice | ShareLadder | FreeShipping


@dataclass(frozen=True, slots=True)
class CheapestPieces:
    """Only the ``count`` cheapest whole pieces of the lines: once for every ``of_every`` pieces, or
    (absent) once in all.

    ``counting`` are the lines whose pieces are counted, where they are not those of the discount;
    ``most``: so often in one purchase.
    """

    count: int
    of_every: int | None
    counting: LineFilter | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Discount:
    """One discount.

    ``lines`` (or ``each``, which takes its amount off every piece) restrict the lines that it is
    for; goods alone, where neither does.  ``base``: a share is of the ``initial`` amount of a line,
    or of the ``running`` one, which earlier discounts have lowered.  ``on_reduced``: whether lines
    count on which the till has already taken something off.  ``limits`` are caps for one member in
    times and in money; ``budget`` is the key of what all members share.  Discounts stand in the
    order in which they are applied: higher priority first, then by code.
    """

    discount: str
    cut: Cut
    when: Condition | None
    lines: LineFilter | None
    each: LineFilter | None
    cheapest: CheapestPieces | None
    base: Literal["running", "initial"]
    on_reduced: bool
    rounding: RoundingMode
    group: str | None
    priority: int
    limits: tuple[Limit, ...]
    budget: str | None
    starts_at: Instant | None
    ends_at: Instant | None
    enabled: bool
