"""What several sections of a programme measure by: caps, budgets, and metrics over windows.

Minor units and smallest units as everywhere (``domain.events``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from habitue.kit.periods import Period, PeriodUnit

Overflow: TypeAlias = Literal["trim", "refuse"]


@dataclass(frozen=True, slots=True)
class Every:
    """The period of a cap: a calendar unit, a rolling period, or (both absent) for ever."""

    calendar: PeriodUnit | None = None
    rolling: Period | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap for one member: so many ``times`` or smallest ``units`` in every period, or (``every``
    absent) so many units per purchase."""

    times: int | None
    units: int | None
    every: Every | None
    overflow: Overflow


@dataclass(frozen=True, slots=True)
class Budget:
    """A hard cap that all members share; ``key`` is unique in the programme, over its versions.

    ``every``: it is full again with every such calendar period of the programme's zone, by the
    instant of recording, in which what members share is settled.
    """

    key: str
    units: int | None
    times: int | None
    overflow: Overflow
    every: PeriodUnit | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time over which qualification is counted."""

    kind: Literal["rolling", "calendar_year", "membership_year", "lifetime"]
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """What qualifies: spend (minor units), points earned in ``currency`` (smallest units), visits
    (days), purchases, or tenure (days since enrolment)."""

    name: Literal["spend", "points", "visits", "purchases", "tenure"]
    window: Window
    currency: str | None = None

    @property
    def key(self) -> str:
        """The metric's name in the member's state."""
        return f"points.{self.currency}" if self.name == "points" else self.name
