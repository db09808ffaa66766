"""Gifts by chance that anyone can check: who gets one is settled by numbers that nobody can choose.

The rule, in full, for whoever wants to check it without this program:

1. Every month of a programme, by the clock of its zone, has a *seed* of 32 bytes.  Its
   *commitment*, the SHA-256 of the seed, is published before the month begins; the seed itself is
   published once the month has been over for ``SEALED_DAYS`` days.
2. For an event (its id is 32 hexadecimal digits) and a rule, take the rule's code, a line feed
   (``\\n``) and the event's id, in UTF-8.
3. Take the HMAC-SHA256 of these bytes under the seed, and read its first 8 bytes as a whole number
   H, most significant byte first (0 <= H < 2**64).
4. A chance of N in D falls to the event where ``H * D < N * 2**64``.

In a shell: ``printf 'RULE\\nEVENT' | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED``.

Where seeds come from.  A programme has one secret, made once and never told; the seed of a month is
the HMAC-SHA256 of ``PROGRAMME:YYYY-MM`` under it.  So every commitment can be told at any time, and
a seed that is told says nothing of the others.

What follows from it.  An event that is sent again has the same id, and so no second chance; a
replay comes to the same gifts.  Whoever knows the seed could choose an event that wins, so an event
that is recorded once the seed of its month may be told has no chance at all.  A purchase that is
taken back whole gives its id up, and the member's next purchase of the month takes that id instead
of its own in step 2: ringing a sale up again until it wins is of no use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from hashlib import sha256
from hmac import digest
from typing import Final

from habitue.kit.instants import Instant, day_start, local_day

SEALED_DAYS: Final = 60
_SPAN_BITS: Final = 64


def month_of(at: Instant, zone: str) -> str:
    """The month of an instant, by the clock of a zone: ``2026-09``."""
    return date.fromordinal(local_day(at, zone)).isoformat()[:7]


def months_from(first: str, count: int) -> Iterator[str]:
    """So many months in a row."""
    year, month = (int(part) for part in first.split("-"))
    for place in range(year * 12 + month - 1, year * 12 + month - 1 + count):
        yield f"{place // 12:04d}-{place % 12 + 1:02d}"


def seed_of(secret: bytes, *, programme: str, month: str) -> bytes:
    """The seed of a month, 32 bytes."""
    return digest(secret, f"{programme}:{month}".encode(), "sha256")


def commitment_of(seed: bytes) -> str:
    """What is published of a seed before its month: 64 hexadecimal digits."""
    return sha256(seed).hexdigest()


def told_at(month: str, zone: str) -> Instant:
    """The instant from which the seed of a month may be told."""
    *_, following = months_from(month, 2)
    first = date.fromisoformat(f"{following}-01").toordinal()
    return day_start(first + SEALED_DAYS, zone)


def number_of(seed: bytes, *, rule: str, event_id: str) -> int:
    """The number H of the rule."""
    return int.from_bytes(digest(seed, f"{rule}\n{event_id}".encode(), "sha256")[:8], "big")


def falls(number: int, chance: Fraction) -> bool:
    """Whether a chance falls to the event that has this number."""
    return number * chance.denominator < chance.numerator << _SPAN_BITS
