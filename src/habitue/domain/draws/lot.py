"""The recipe: from a secret and the list of entries to the winners (SEMANTICS 38).

Before anybody can enter, a random secret is made and its SHA-256, the commitment, is shown.  When
the draw is held, the list of entries and the secret are published, and everybody can follow:

1. The list is one line for each entrant, ``<entrant> <entries>\\n``, sorted by entrant.  Entrants
   are pseudonyms, 32 hexadecimal digits; a member is told their own.
2. The digest is the SHA-256 of the list as text (ASCII).
3. For n = 0, 1, 2 ... the number n is HMAC-SHA-256 with the secret as key and digest ‖ n (eight
   bytes, the highest first) as message, read as a whole number, the highest byte first.
4. A number that is not below the largest multiple of the count of entries within 2²⁵⁶ is passed
   over; so every entry has the same chance (rejection sampling; no remainder is preferred).
5. The remainder of its division by the count of entries is a ticket: tickets 0, 1, 2 ... are handed
   out along the list, as many to each entrant as they have entries.
6. Whoever holds the ticket wins the next prize; who has won already wins nothing more, and the
   number is passed over.  It ends when all prizes, or all entrants, have their turn.

What it cannot show is that every entry on the list was come by honestly: the ledger does that.
"""

from __future__ import annotations

import hmac
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count
from typing import Final, TypeAlias

# The length of a secret and of the salt of the pseudonyms, in bytes.
SECRET_BYTES: Final = 32
_ENTRANT_DIGITS: Final = 32
_NUMBERS: Final = 2**256

# A pseudonym with its number of entries.
Entrant: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who won in which place (1 is the first), with which ticket."""

    place: int
    entrant: str
    ticket: int


def commitment_of(secret: bytes) -> str:
    """What is shown of a secret before the draw."""
    return sha256(secret).hexdigest()


def entrant_of(salt: bytes, member: str) -> str:
    """The pseudonym of a member (32 hexadecimal digits) in one draw; the salt stays unpublished,
    so that nobody is found by trying out ids."""
    return hmac.digest(salt, member.encode(), "sha256").hex()[:_ENTRANT_DIGITS]


def sorted_list(entrants: Iterable[Entrant]) -> list[Entrant]:
    """The entrants in the order of the list; whoever has no entry is not on it."""
    return sorted(one for one in entrants if one[1] > 0)


def written(entrants: Iterable[Entrant]) -> str:
    """The list as text."""
    return "".join(f"{entrant} {entries}\n" for entrant, entries in entrants)


def digest_of(entrants: Iterable[Entrant]) -> bytes:
    """The SHA-256 of the list."""
    return sha256(written(entrants).encode("ascii")).digest()


def draw_winners(secret: bytes, entrants: Sequence[Entrant], *, places: int) -> list[Drawn]:
    """The winners of so many places, in their order, among the sorted list of entrants."""
    ends = list(accumulate(entries for _, entries in entrants))
    winners: dict[str, Drawn] = {}
    if not ends:
        return []
    for ticket in _tickets(secret, digest_of(entrants), ends[-1]):
        if len(winners) >= min(places, len(entrants)):
            break
        entrant, _ = entrants[bisect_right(ends, ticket)]
        if entrant not in winners:
            winners[entrant] = Drawn(len(winners) + 1, entrant, ticket)
    return list(winners.values())


def _tickets(secret: bytes, digest: bytes, total: int) -> Iterator[int]:
    ceiling = _NUMBERS - _NUMBERS % total
    for turn in count():
        message = digest + turn.to_bytes(8, "big")
        number = int.from_bytes(hmac.digest(secret, message, "sha256"), "big")
        if number < ceiling:
            yield number % total
