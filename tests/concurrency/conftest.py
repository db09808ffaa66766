"""This level works on a real PostgreSQL."""

from tests.services.till import till
from tests.support.database import database, durable_server, worker_database

__all__ = ["database", "durable_server", "till", "worker_database"]
