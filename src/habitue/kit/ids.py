"""Identifiers made by the application: UUID version 7, and names derived from other ids."""

from __future__ import annotations

import os
import threading
import uuid
from hashlib import sha256

from habitue.kit.instants import Instant

_lock = threading.Lock()
_latest = 0


def new_id(now: Instant) -> uuid.UUID:
    """A UUIDv7 (RFC 9562): milliseconds, then 12 bits that count up within one, then randomness.

    Ids of one process sort in the order in which they were made.
    """
    global _latest  # noqa: PLW0603  # one counter per process is what makes ids sort
    stamp = (now // 1000) << 12
    with _lock:
        _latest = stamp if stamp > _latest else _latest + 1
        stamp = _latest
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64
    value |= 0b10 << 62 | int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value)


def derived_id(*parts: str) -> str:
    """32 hexadecimal digits derived from texts: the same parts give the same id, everywhere.

    The digits form a valid UUID of version 8 (RFC 9562, custom).
    """
    digest = sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{digest[:12]}8{digest[13:16]}a{digest[17:32]}"
