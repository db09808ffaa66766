"""The clock as a parameter: only the composition root and the front doors hold the real one."""

from __future__ import annotations

import time
from typing import Protocol

from habitue.kit.instants import Instant


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> Instant:
        """The present instant."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        """The present instant by the machine's clock."""
        return time.time_ns() // 1000


class FixedClock:
    """A clock that stands until it is moved; for tests, replays and simulations."""

    def __init__(self, at: Instant) -> None:
        self.at = at

    def now(self) -> Instant:
        """The instant at which the clock stands."""
        return self.at

    def advance(self, by: Instant) -> None:
        """Move the clock forward by microseconds."""
        self.at += by
