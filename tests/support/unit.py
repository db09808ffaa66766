"""The rule of the unit levels: whoever opens a database connection fails."""

from typing import Any, NoReturn

import psycopg
import pytest


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every database connection during a test of a unit level."""

    def refuse(*_arguments: Any, **_options: Any) -> NoReturn:
        raise RuntimeError("tests of this level do not touch a database")

    monkeypatch.setattr(psycopg, "connect", refuse)
    monkeypatch.setattr(psycopg.Connection, "connect", refuse)
    monkeypatch.setattr(psycopg.AsyncConnection, "connect", refuse)
