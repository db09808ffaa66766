"""`habitue figures`: settled and rebuilt by hand."""

from __future__ import annotations

import pytest

from habitue.interfaces.commands.exit_codes import ExitCode
from tests.services.till import CORNER, Till
from tests.support.command_line import habitue
from tests.support.database import DatabaseForTests


@pytest.mark.parametrize("verb", ["settle", "rebuild"])
def test_figures_are_made(database: DatabaseForTests, verb: str) -> None:
    with database.connect(autocommit=True) as connection:
        till = Till(connection)
        till.publish(CORNER)
        till.enrol("CARD0001")
        till.ok(till.purchase("CARD0001", "10.00"))
        said = habitue("figures", verb, "--json")
        assert said.code == ExitCode.FINE
        assert said.document["members"] == 1
        assert till.rows("SELECT spend FROM member_figure") == [(1000,)]
    assert "rows of" in habitue("figures", verb).err


def test_only_one_settles_at_a_time(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('habitue figures', 0))")
        said = habitue("figures", "rebuild", "--json")
    assert said.code == ExitCode.TRY_AGAIN
    assert said.out == ""
