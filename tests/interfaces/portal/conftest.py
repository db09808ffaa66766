"""The portal on a real database, visited by the cast of the pages."""

from tests.interfaces.pages import pages_pool, world

__all__ = ["pages_pool", "world"]
