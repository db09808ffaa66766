"""Folded histories that the process keeps between two batches.

An import meets the same members again and again, and their returns need the whole history each
time.  A kept chronicle is good as long as nothing was recorded for the member since: it is kept
under the instant of the latest recording, and used only if the locked state has the same.  It is
taken out while it is used, so that no two threads fold it at once, and put back after the commit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from habitue.data.ledger.states import StateKey
from habitue.domain.engine.chronicle import Chronicle
from habitue.kit.instants import Instant

# Lines of receipts kept in memory, some hundred bytes each.
MOST_LINES: Final = 150_000


@dataclass(frozen=True, slots=True)
class _Kept:
    past: Chronicle
    recorded_at: Instant
    version: int
    lines: int


@dataclass(slots=True)
class Pasts:
    """Chronicles of the members met most recently."""

    most_lines: int = MOST_LINES
    _kept: OrderedDict[StateKey, _Kept] = field(default_factory=OrderedDict)
    _lines: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: StateKey, *, recorded_at: Instant, version: int) -> Chronicle | None:
        """The member's chronicle if it is up to date with what was recorded; it is taken out."""
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None:
                return None
            self._lines -= kept.lines
        if kept.recorded_at != recorded_at or kept.version != version:
            return None
        return kept.past

    def put(self, key: StateKey, past: Chronicle, *, recorded_at: Instant, version: int) -> None:
        """Keep a chronicle that is up to date with what was committed."""
        lines = past.lines
        if lines > self.most_lines // 4:
            return
        with self._lock:
            former = self._kept.pop(key, None)
            self._lines += lines - (former.lines if former else 0)
            self._kept[key] = _Kept(past, recorded_at, version, lines)
            while self._lines > self.most_lines:
                _, oldest = self._kept.popitem(last=False)
                self._lines -= oldest.lines


PASTS: Final = Pasts()
