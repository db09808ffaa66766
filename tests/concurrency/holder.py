"""A process for the tests that kill it: holds the draws that are due, as the worker does.

Arguments: the database's address, and the instant that it takes for now.
"""

from __future__ import annotations

import sys

import psycopg

from habitue.kit.clock import FixedClock
from habitue.services.drawing.holding import hold_due_draws


def main(url: str, now: int) -> None:
    """Hold what is due."""
    with psycopg.connect(url, autocommit=True) as connection:
        hold_due_draws(connection, clock=FixedClock(now))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
