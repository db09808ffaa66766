"""What a programme has promised of its gifts by chance: for every month the commitment to a seed,
and the seed itself once it may be told (``domain.chance``)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from habitue.domain.chance import commitment_of, month_of, months_from, seed_of, told_at
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Connection, get_one_compiled

MONTHS_AHEAD: Final = 12
_MOST_MONTHS: Final = 1200


@dataclass(frozen=True, slots=True)
class Seal:
    """One month: the commitment to its seed, from when the seed is told, and the seed (64
    hexadecimal digits) once it is; empty before."""

    month: str
    commitment: str
    told_at: Instant
    seed: str


def list_seals(connection: Connection, *, code: str, now: Instant) -> list[Seal]:
    """The months of a programme in which something is given by chance, and the ``MONTHS_AHEAD``
    that are to come, the newest first; none where nothing ever was.

    Refuses (``UNKNOWN_PROGRAMME``) where there is none.
    """
    compiled = get_one_compiled(connection, code=code)
    chances = [version for version in compiled.versions.values() if version.has_chances]
    if not chances or not chances[0].chance_secret:
        return []
    zone, secret = chances[-1].zone, chances[0].chance_secret
    first = min(month_of(version.effective_at, version.zone) for version in chances)
    *_, last = months_from(month_of(now, zone), MONTHS_AHEAD + 1)
    months = takewhile(lambda month: month <= last, months_from(first, _MOST_MONTHS))
    seals = []
    for month in months:
        seed = seed_of(secret, programme=code, month=month)
        at = told_at(month, zone)
        told = seed.hex() if at <= now else ""
        seals.append(Seal(month, commitment_of(seed), at, told))
    return seals[::-1]
