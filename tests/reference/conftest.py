"""This level never touches a database."""

from tests.support.unit import no_database

__all__ = ["no_database"]
