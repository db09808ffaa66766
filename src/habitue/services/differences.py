"""What an audit or a replay found: the first differences, and how many there were in all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

# Whoever has more has one problem, not thousands: the first ones tell which.
MOST_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree: what, where, what it should be and what was found."""

    what: str
    where: dict[str, str]
    expected: Any
    found: Any

    def as_json(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "what": self.what,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(slots=True)
class Differences:
    """Collects differences in bounded memory."""

    count: int = 0
    first: list[Difference] = field(default_factory=list)

    def add(self, what: str, where: dict[str, str], *, expected: Any, found: Any) -> None:
        """Note one difference."""
        self.count += 1
        if len(self.first) < MOST_KEPT:
            self.first.append(Difference(what, where, expected, found))

    def compare(self, what: str, where: dict[str, str], *, expected: Any, found: Any) -> None:
        """Note a difference where two values are not equal."""
        if expected != found:
            self.add(what, where, expected=expected, found=found)
