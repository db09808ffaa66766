"""This level works on a real PostgreSQL, and in a real browser.

The served demonstration stays for all journeys of a test process; a browser is opened for each
module, since other tests of the same process must not find its event loop running.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.interfaces.pages import pages_pool, world
from tests.journeys.business import Business, business
from tests.support.chromium import chromium, chromium_path
from tests.support.database import database, durable_server, worker_database

__all__ = ["database", "durable_server", "pages_pool", "worker_database", "world"]


@pytest.fixture(scope="session")
def served_business() -> Iterator[Business]:
    """The demonstration, loaded and served."""
    # Without a browser nothing is loaded.
    chromium_path()
    with business() as found:
        yield found


@pytest.fixture(scope="module")
def browser(served_business: Business) -> Iterator[Browser]:
    """The browser of the journeys of a module."""
    del served_business
    with chromium() as found:
        yield found
