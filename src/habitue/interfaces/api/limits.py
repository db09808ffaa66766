"""How many requests a key may send: a bucket of tokens per key, in this process.

The bucket holds a minute's worth and fills evenly.  Each server process has its own bucket: with
several processes a key may send up to that many times its limit.  That is documented; a bucket
that processes share would cost a write for each request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

MINUTE: Final = 60.0
_MOST_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a key: ``remaining`` requests now; full again after ``reset`` seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that tell a client where it stands."""
        told = [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset),
        ]
        if not self.allowed:
            told.append((b"retry-after", b"%d" % self.retry_after))
        return told


class Limiter:
    """The buckets of one process.  ``monotonic`` tells seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str, *, limit: int) -> Allowance | None:
        """Take one request out of the key's bucket; ``None`` where the key has no limit."""
        if limit <= 0:
            return None
        now = self._monotonic()
        rate = limit / MINUTE
        tokens, seen = self._buckets.get(key_id, (float(limit), now))
        tokens = min(float(limit), tokens + (now - seen) * rate)
        allowed = tokens >= 1.0
        if allowed:
            tokens -= 1.0
        if len(self._buckets) >= _MOST_BUCKETS and key_id not in self._buckets:
            self._buckets.clear()
        self._buckets[key_id] = (tokens, now)
        return Allowance(
            allowed=allowed,
            limit=limit,
            remaining=int(tokens),
            reset=ceil((limit - tokens) / rate),
            retry_after=0 if allowed else max(1, ceil((1.0 - tokens) / rate)),
        )
