"""This level works on a real PostgreSQL, and in a real browser."""

from tests.interfaces.pages import pages_pool, world
from tests.support.database import database, durable_server, worker_database

__all__ = ["database", "durable_server", "pages_pool", "worker_database", "world"]
