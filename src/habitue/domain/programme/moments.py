"""What a condition looks at, and what it is once it is compiled.

``conditions.parse_tree`` and its neighbours make conditions from the document; the engine gives
them a moment to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from habitue.domain.events import Contribution, Line, Scalar


class Moment(Protocol):
    """What a condition may look at: one event, and the member as they were just before it."""

    @property
    def kind(self) -> str:
        """Kind of the event."""

    @property
    def lines(self) -> Sequence[Line]:
        """Lines of the purchase (none for other events)."""

    @property
    def basket_amount(self) -> int:
        """What counts as spend, in minor units."""

    @property
    def day(self) -> int:
        """Local day (ordinal) in the store's zone."""

    @property
    def minute(self) -> int:
        """Local minute of the day."""

    @property
    def store(self) -> str | None:
        """Code of the store."""

    @property
    def channel(self) -> str | None:
        """Channel, such as ``till`` or ``web``."""

    @property
    def staff(self) -> str | None:
        """Code of the colleague."""

    @property
    def attributes(self) -> Mapping[str, Scalar]:
        """Custom attributes of the event."""

    @property
    def tier(self) -> str | None:
        """Code of the member's tier before the event."""

    @property
    def beside(self) -> Mapping[str, str]:
        """Codes of the member's tiers in the further structures, by the structure's key."""

    @property
    def purchases(self) -> int:
        """Purchases before this event."""

    @property
    def visits(self) -> int:
        """Days with a purchase or a visit before this event."""

    @property
    def days_since_visit(self) -> int | None:
        """Local days since the latest visit or purchase; ``None`` where there was none."""

    @property
    def days_since_enrolment(self) -> int | None:
        """Local days since the member joined; ``None`` where the member never formally joined."""

    @property
    def member_attributes(self) -> Mapping[str, Scalar]:
        """What was noted of the member before the event."""

    @property
    def plan(self) -> str:
        """Code of the paid plan whose benefits the member has; the empty text for none."""

    @property
    def plan_action(self) -> str | None:
        """What happened to the plan, where the event is about one."""

    @property
    def contribution(self) -> Contribution | None:
        """The contribution, where the event is one."""

    @property
    def referred(self) -> bool:
        """Whether another member brought the member."""

    @property
    def fired(self) -> AbstractSet[str]:
        """Rules of this decision that fired, as far as they were asked before."""

    def balance(self, currency: str) -> int:
        """Balance (pending included, debt taken off) before the event, in smallest units."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One comparison of a condition: what was asked, what was seen, and whether it held."""

    field: str
    asked: str
    seen: str
    held: bool

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {"field": self.field, "asked": self.asked, "seen": self.seen, "held": self.held}


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition: a test, its explanation, and the tree it came from."""

    holds: Callable[[Moment], bool]
    explain: Callable[[Moment], list[Seen]]
    source: Any


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A compiled filter of lines, and the tree it came from."""

    matches: Callable[[Line], bool]
    source: Any
