"""What the house does by itself, and how often.

A duty may be done at any time, by several workers at once, or not at all for a while: nothing that
anybody is answered depends on it.  So nothing has to be queued, and what was missed is not made up
for.  Whoever has something new to purge adds the verb to ``PURGES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import psycopg

from habitue.kit.clock import Clock
from habitue.kit.instants import HOUR, MINUTE, SECOND, Instant
from habitue.services.access.sessions import purge_expired
from habitue.services.bookings import book_due
from habitue.services.drawing.holding import hold_due_draws
from habitue.services.figures import settle_figures
from habitue.services.foreseeing import move_members
from habitue.services.idempotency import forget_answers
from habitue.services.occasions import note_occasions
from habitue.services.referring.settling import settle_referrals

Connection: TypeAlias = psycopg.Connection[Any]


class Purge(Protocol):
    """A verb that deletes what has expired by ``now``; answers how many rows went."""

    def __call__(self, connection: Connection, *, now: Instant) -> int:
        """Delete it."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done again and again, ``every`` so often; one that takes long comes seldom.

    ``work`` answers what was done, for the log of whoever wants to know.  One ``in_parts`` does a
    part at a time: as long as something was done it comes again after its rest, and lets the others
    do theirs meanwhile.
    """

    name: str
    every: Instant
    work: Callable[[Connection, Clock], object]
    in_parts: bool = False


# Points of all members may expire at one midnight.  Their states are locked while they are booked,
# and figures must be settled in between, or pages would have to reckon with all of them.
BOOKED_AT_ONCE: Final = 100

PURGES: Final[tuple[Purge, ...]] = (forget_answers, purge_expired)


def _settle(connection: Connection, clock: Clock) -> object:
    return settle_figures(connection, now=clock.now())


def _book(connection: Connection, clock: Clock) -> int:
    return book_due(connection, clock=clock, limit=BOOKED_AT_ONCE)


def _move(connection: Connection, clock: Clock) -> int:
    return move_members(connection, clock=clock)


def _note(connection: Connection, clock: Clock) -> int:
    return note_occasions(connection, clock=clock, limit=BOOKED_AT_ONCE)


def _refer(connection: Connection, clock: Clock) -> int:
    return settle_referrals(connection, clock=clock, limit=BOOKED_AT_ONCE)


def _hold(connection: Connection, clock: Clock) -> int:
    return hold_due_draws(connection, clock=clock)


def _purge(connection: Connection, clock: Clock) -> int:
    return sum(purge(connection, now=clock.now()) for purge in PURGES)


DUTIES: Final = (
    Duty("settle figures", 3 * SECOND, _settle),
    Duty("book what has become true", 3 * MINUTE, _book, in_parts=True),
    Duty("move members whom a new version moves", MINUTE, _move),
    Duty("note birthdays and anniversaries", 10 * MINUTE, _note, in_parts=True),
    Duty("look at referrals", 10 * MINUTE, _refer, in_parts=True),
    Duty("hold draws", 5 * MINUTE, _hold),
    Duty("purge what has expired", HOUR, _purge),
)
