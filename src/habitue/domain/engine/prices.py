"""What a basket costs a member, and why: the answer of ``engine.discounting``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from habitue.domain.events import GivenDiscount, Line


@dataclass(slots=True)
class DiscountOutcome:
    """What became of one discount that was considered.

    ``exact`` is what it would take off before rounding and caps, ``given`` what it took off, in
    minor units; ``blocked`` says what kept it from being given, ``caps`` what lowered it.
    """

    discount: str
    given: int = 0
    exact: str = ""
    blocked: str = ""
    caps: list[str] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain data, without what does not apply."""
        plain: dict[str, Any] = {"discount": self.discount, "given": self.given}
        if self.exact:
            plain["exact"] = self.exact
        for name in ("blocked", "caps", "seen"):
            if value := getattr(self, name):
                plain[name] = value
        return plain


@dataclass(frozen=True, slots=True)
class Prices:
    """What a basket costs: for each line what is left to pay, and the discounts that lowered it;
    ``considered`` explains every discount of the programme."""

    lines: tuple[Line, ...]
    left: tuple[int, ...]
    given: tuple[GivenDiscount, ...]
    considered: tuple[DiscountOutcome, ...]

    @property
    def before(self) -> int:
        """What the lines cost before the programme's discounts, in minor units."""
        return sum(line.amount for line in self.lines)

    @property
    def after(self) -> int:
        """What is left to pay, in minor units."""
        return sum(self.left)
