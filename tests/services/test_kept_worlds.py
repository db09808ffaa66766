"""What tests begin with is built once, and then put back as it was."""

from __future__ import annotations

from typing import Any

from tests.services.till import Till
from tests.support.database import DatabaseForTests


def everything(till: Till, database: DatabaseForTests) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    return {
        table: till.rows(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608 - the tests' own names.
        for table in database.tables
    }


def test_what_was_kept_is_put_back_and_goes_on(till: Till, database: DatabaseForTests) -> None:
    till.enrol("CARD0001")
    sale = till.purchase("CARD0001", "12.00")
    first = till.ok(sale)
    before = everything(till, database)
    database.keep("one sale", first)
    # Something else happens, and is gone.
    till.ok(till.purchase("CARD0001", "30.00"))
    database.clean()
    assert not till.rows("SELECT 1 FROM ledger_event")
    assert database.put_back("one sale") == first
    assert everything(till, database) == before
    # The same sale is the same one; another one is the next.
    assert till.ok(sale) == first
    till.ok(till.purchase("CARD0001", "5.00"))
    assert till.balance("CARD0001") == 17
