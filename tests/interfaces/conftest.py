"""This level works on a real PostgreSQL."""

from tests.support.database import database, durable_server, worker_database

__all__ = ["database", "durable_server", "worker_database"]
