"""This level works on a real PostgreSQL."""

from tests.services.till import till
from tests.support.database import database, worker_database

__all__ = ["database", "till", "worker_database"]
