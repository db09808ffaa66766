"""Under what conditions a run of benchmarks measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What all benchmarks of a run have in common; the seed repeats their data."""

    clock: Clock
    phones: PhoneReader
    pgbench: Path
    now: Instant
    seed: int = 20_240_229
    quick: bool = False
    workers: int = 1
    files: Path | None = None
    """The folder with the Online Retail files, where there is one."""

    @property
    def rounds(self) -> int:
        """How many rounds of each kind are measured in turns; their medians count."""
        return self.pick(3, 1)

    def pick(self, normal: T, quick: T) -> T:
        """The size for this run."""
        return quick if self.quick else normal
