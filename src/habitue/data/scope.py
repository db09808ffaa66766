"""Where a table's rows live when the database is spread over machines.

Every model says it in its attribute ``scope``; a test sorts all of them.
"""

from enum import StrEnum


class Scope(StrEnum):
    """Of what kind a table is."""

    MEMBER = "member"
    """Rows of one member, beginning every key with ``member_id``; spread by the member's id."""
    SMALL = "small"
    """What members share; a copy on every machine, or spread by its own key."""
    LOCAL = "local"
    """Bookkeeping of one machine."""
