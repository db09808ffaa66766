"""What pages get from the composition root: connections, the clock, mail.

A page never looks for these. `provide` is called once for each process, by the composition root or
by a test's fixture; a visit then borrows one connection for as long as its page takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock

Connection: TypeAlias = psycopg.Connection[Any]

# Who waits longer than this for a connection is better told to come again.
WAIT_SECONDS: Final = 5.0
BUSY_SECONDS: Final = 1
_MOST_WAITING_EACH: Final = 32


class Mailer(Protocol):
    """Sends one message to one person."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Send it now; raises ``Refusal`` (``BUSY``) where the mail server does not take it."""


@dataclass(frozen=True, slots=True)
class PagesHouse:
    """The installation, as pages see it.

    ``origin`` is the public address (``https://club.example``) for links in messages, or empty:
    then a link begins with the address under which the visitor came.
    """

    pool: ConnectionPool[Connection]
    clock: Clock
    phones: PhoneReader
    country: str
    mailer: Mailer
    origin: str = ""

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for one visit; refuses (``BUSY``) where none is to be had."""
        try:
            borrowed = self.pool.getconn(timeout=WAIT_SECONDS)
        except (PoolTimeout, TooManyRequests):
            raise Refusal(Code.BUSY, seconds=BUSY_SECONDS) from None
        try:
            yield borrowed
        finally:
            self.pool.putconn(borrowed)


def make_pool(database_url: str, *, size: int) -> ConnectionPool[Connection]:
    """The pool of a process's pages, not yet opened; its connections commit each statement."""
    return ConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        timeout=WAIT_SECONDS,
        max_waiting=size * _MOST_WAITING_EACH,
        num_workers=1,
        open=False,
        kwargs={"autocommit": True},
        # A server that was restarted has left dead connections behind.
        check=ConnectionPool.check_connection,
        name="pages",
    )


_provided: list[PagesHouse] = []


def provide(house: PagesHouse | None) -> None:
    """Hand the installation to the pages of this process, or take it away again."""
    _provided[:] = [] if house is None else [house]


def pages_house() -> PagesHouse:
    """The installation that was handed over."""
    assert _provided, "the composition root provides the pages' house before the first visit"
    return _provided[0]
