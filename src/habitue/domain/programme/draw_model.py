"""Draws and contests as the engine sees them.

An entry is one unit of a currency of the programme's own, ``draw:christmas``: rules and rewards
give it, a return takes it back, and its lots end with the draw.  Who wins is settled by
``domain.draws``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from habitue.domain.programme.gifts import GiftKind
from habitue.kit.instants import Instant

ENTRIES: Final = "draw:"

# Points and vouchers the house gives by itself; the others are gifts as rewards have them.
PrizeKind: TypeAlias = GiftKind | Literal["points", "voucher"]


@dataclass(frozen=True, slots=True)
class Prize:
    """``count`` pieces of one prize.

    Points and vouchers are given as so many ``units`` of a ``currency``; else the prize is
    something that staff hand over: a ``kind`` of gift, and of that kind ``value`` or ``amount``, as
    rewards have them.
    """

    count: int
    kind: PrizeKind
    value: str = ""
    amount: int = 0
    currency: str | None = None
    units: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """Prizes among those who entered from ``starts_at`` on and before ``ends_at``.

    It is held from ``due_at`` on, so that what happened before the end and is recorded late still
    counts.  A member holds at most ``most_per_member`` entries (``None``: any number).
    A contest is ``judged``: staff name the winners, with a reason.
    """

    code: str
    starts_at: Instant
    ends_at: Instant
    due_at: Instant
    most_per_member: int | None
    prizes: tuple[Prize, ...]
    judged: bool

    @property
    def currency(self) -> str:
        """The currency of its entries."""
        return ENTRIES + self.code

    @property
    def places(self) -> int:
        """How many prizes there are in all."""
        return sum(prize.count for prize in self.prizes)
