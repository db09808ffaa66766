"""The portal on a real database, visited by the cast of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from habitue.interfaces.web.house import PagesHouse, provide
from habitue.kit.clock import FixedClock
from tests.interfaces.pages import NOW, Mails, World, pages_pool, world
from tests.interfaces.portal.visiting import VADIM
from tests.services.till import PHONES, Till
from tests.support.database import DatabaseForTests

__all__ = ["pages_pool", "world"]


@pytest.fixture
def bare(
    database: DatabaseForTests, pages_pool: ConnectionPool[psycopg.Connection[Any]]
) -> Iterator[World]:
    """A house before its first programme: nobody but Vadim, whom an import brought."""
    with database.connect(autocommit=True) as connection:
        till = Till(connection, clock=FixedClock(NOW))
        mails = Mails()
        house = PagesHouse(
            pool=pages_pool, clock=till.clock, phones=PHONES, country="FR", mailer=mails
        )
        provide(house)
        made = World(house, till, mails)
        made.member("Vadim Ivanovich", identifiers=[("email", VADIM)])
        yield made
        provide(None)
