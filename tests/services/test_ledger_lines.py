"""The ledger as people read it: lines with the balance after each, filtered and in pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from habitue.kit.instants import DAY, datetime_of
from habitue.kit.paging import CursorError, Page
from habitue.selectors.ledger_lines import LedgerLine, list_ledger_lines
from habitue.selectors.programmes import get_programme
from tests.services.figures_cast import open_stores
from tests.services.till import Till


@pytest.fixture
def guest(till: Till) -> tuple[Till, UUID]:
    """A member who bought three times, gave one purchase back, and was given something."""
    open_stores(till)
    member = till.enrol("CARD0001")
    second = till.purchase("CARD0001", "20.00")
    till.ok(till.purchase("CARD0001", "10.00"))
    till.clock.advance(DAY)
    till.ok(second)
    till.clock.advance(DAY)
    till.ok(till.give_back("CARD0001", second))
    early = datetime_of(till.clock.now() - 5 * DAY).isoformat()
    till.ok(till.purchase("CARD0001", "3.00", occurred_at=early))
    till.ok(till.other("adjustment", "CARD0001", currency="points", units="50", reason="Sorry"))
    return till, member


def lines(till: Till, member_id: UUID, **options: Any) -> Page[LedgerLine]:
    """The lines of the member."""
    programme = get_programme(till.connection, code=till.programme)
    return list_ledger_lines(
        till.connection,
        member_id=member_id,
        programme_id=programme.programme_id,
        code=till.programme,
        **options,
    )


def read(page: Page[LedgerLine]) -> list[tuple[str, int, int]]:
    """Kind, amount and balance of each line."""
    return [(line.entry.kind, line.entry.amount, line.balance) for line in page.items]


def test_each_line_has_the_balance_after_it(guest: tuple[Till, UUID]) -> None:
    assert read(lines(*guest, currency="points")) == [
        ("adjust", 50, 63),
        ("reverse", -20, 13),
        ("earn", 20, 33),
        ("earn", 10, 13),
        # Heard of late, and yet the first.
        ("earn", 3, 3),
    ]


def test_currencies_have_balances_of_their_own(guest: tuple[Till, UUID]) -> None:
    every = lines(*guest).items
    assert {line.entry.currency for line in every} == {"points", "stars"}
    for code in ("points", "stars"):
        own = [line for line in every if line.entry.currency == code]
        assert own == list(lines(*guest, currency=code).items)
        assert own[0].balance == sum(line.entry.amount for line in own)


def test_filters_leave_out_lines_and_not_what_they_changed(guest: tuple[Till, UUID]) -> None:
    found = read(lines(*guest, currency="points", kinds=["reverse", "adjust"]))
    assert found == [("adjust", 50, 63), ("reverse", -20, 13)]
    assert lines(*guest, kinds=[]) == Page((), None)
    assert lines(*guest, currency="nothing") == Page((), None)


def test_a_line_knows_its_event(guest: tuple[Till, UUID]) -> None:
    (line,) = lines(*guest, kinds=["adjust"]).items
    entry = line.entry
    assert (entry.programme, entry.event_kind, entry.source) == ("figures", "adjustment", "till")
    assert entry.version == 1


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_are_the_whole(guest: tuple[Till, UUID], limit: int) -> None:
    found: list[LedgerLine] = []
    cursor = None
    while True:
        page = lines(*guest, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(found) == lines(*guest).items


@pytest.mark.parametrize("cursor", ["x", "\x00", "eyJhIjoxfQ", "a" * 10_000])
def test_a_cursor_of_something_else_is_refused(guest: tuple[Till, UUID], cursor: str) -> None:
    with pytest.raises(CursorError):
        lines(*guest, cursor=cursor)


def test_nobody_elses_lines_are_among_them(guest: tuple[Till, UUID]) -> None:
    till, _ = guest
    other = till.enrol("CARD0002")
    assert lines(till, other) == Page((), None)
