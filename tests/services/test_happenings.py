"""What happened to a member, told in order: events, what time alone did, and pages of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from habitue.domain.access import SYSTEM
from habitue.domain.consents import Channel, Purpose
from habitue.domain.events import Purchase
from habitue.kit.instants import DAY, datetime_of, parse_instant
from habitue.kit.paging import CursorError, Page
from habitue.selectors.happenings import Happening, TierChange, list_happenings
from habitue.selectors.programmes import get_programme
from habitue.services.bookings import book_due
from habitue.services.consents import record_consents
from tests.services.figures_cast import open_stores
from tests.services.till import Till


@pytest.fixture
def guest(till: Till) -> tuple[Till, UUID]:
    """A member of a programme with tiers and points that wait and expire."""
    till.clock.at = parse_instant("2026-03-01T12:00:00+00:00")
    open_stores(till)
    return till, till.enrol("CARD0001")


def told(till: Till, member_id: UUID, **options: Any) -> Page[Happening]:
    """What is told of the member."""
    programme = get_programme(till.connection, code=till.programme)
    return list_happenings(
        till.connection,
        member_id=member_id,
        programme_id=programme.programme_id,
        code=till.programme,
        **options,
    )


def pass_days(till: Till, days: int) -> None:
    """Let time pass, and book what it causes."""
    till.clock.advance(days * DAY)
    while book_due(till.connection, clock=till.clock):
        continue


def test_nothing_has_happened_yet(guest: tuple[Till, UUID]) -> None:
    assert told(*guest) == Page((), None)


def test_a_purchase_is_told_with_all_that_it_changed(guest: tuple[Till, UUID]) -> None:
    till, _ = guest
    till.ok(till.purchase("CARD0001", "60.00", "30.00", store="paris", staff="Volodia"))
    (one,) = told(*guest).items
    assert (one.kind, one.store, one.staff, one.source, one.external_id) == (
        "purchase",
        "paris",
        "Volodia",
        "till",
        "r1",
    )
    assert isinstance(one.body, Purchase)
    assert [line.amount for line in one.body.lines] == [60_00, 30_00]
    # The tier that this purchase reaches multiplies only what comes later.
    assert one.changes == {"points": 90, "stars": 630}
    assert one.moves == (TierChange("", "silver", "qualified"),)
    assert {outcome["rule"] for outcome in one.outcomes} >= {"base", "stars"}
    assert one.at == till.clock.now()


def test_the_latest_comes_first_whenever_it_was_recorded(guest: tuple[Till, UUID]) -> None:
    till, _ = guest
    bought = till.purchase("CARD0001", "20.00")
    till.ok(bought)
    till.clock.advance(DAY)
    till.ok(till.other("visit", "CARD0001"))
    till.clock.advance(DAY)
    till.ok(till.give_back("CARD0001", bought))
    early = datetime_of(till.clock.now() - 5 * DAY).isoformat()
    till.ok(till.purchase("CARD0001", "1.00", occurred_at=early))
    assert [one.kind for one in told(*guest).items] == ["return", "visit", "purchase", "purchase"]
    assert told(*guest).items[0].changes == {"points": -20, "stars": -140}


def test_what_time_alone_does_is_told(guest: tuple[Till, UUID]) -> None:
    till, _ = guest
    till.ok(till.purchase("CARD0001", "90.00"))
    pass_days(till, 500)
    expired = [one for one in told(*guest).items if one.kind == "time" and one.entries]
    assert [one.changes for one in expired] == [{"points": -90}, {"stars": -630}]
    moved = [one for one in told(*guest).items if one.kind == "time" and one.moves]
    assert [one.moves for one in moved] == [(TierChange("silver", "", "lapsed"),)]
    assert (moved[0].body, moved[0].source, moved[0].entries) == (None, "", ())
    # Points that only became available are no happening of their own.
    assert len(told(*guest).items) == 4


def test_what_was_corrected_away_is_not_told(guest: tuple[Till, UUID]) -> None:
    till, _ = guest
    till.ok(till.purchase("CARD0001", "10.00"))
    bought_at = till.clock.now()
    pass_days(till, 40)
    assert [one.changes for one in told(*guest).items if one.kind == "time"] == [{"stars": -70}]
    # A visit that is heard of late kept the stars alive.
    late = datetime_of(bought_at + 20 * DAY).isoformat()
    till.ok(till.purchase("CARD0001", "1.00", occurred_at=late))
    assert [one.kind for one in told(*guest).items] == ["purchase", "purchase"]


def test_what_was_agreed_to_is_told_where_it_is_asked_for(guest: tuple[Till, UUID]) -> None:
    till, member = guest
    till.ok(till.purchase("CARD0001", "10.00"))
    for given in (True, False):
        till.clock.advance(1)
        record_consents(
            till.connection,
            actor=SYSTEM,
            member_id=member,
            given={(Purpose.SURVEYS, Channel.EMAIL): given},
            now=till.clock.now(),
        )
    till.ok(till.other("visit", "CARD0001"))
    assert [one.kind for one in told(*guest).items] == ["visit", "purchase"]
    found = told(*guest, consents=True).items
    assert [one.kind for one in found] == ["visit", "consent", "consent", "purchase"]
    assert [one.attributes["given"] for one in found[1:3]] == [False, True]
    assert (found[1].attributes["purpose"], found[1].staff) == ("surveys", SYSTEM.name)
    first = told(*guest, consents=True, limit=2)
    assert first.items + told(*guest, consents=True, cursor=first.next_cursor).items == found


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_are_the_whole(guest: tuple[Till, UUID], limit: int) -> None:
    till, _ = guest
    # Several at one instant, and some that only time made.
    till.ok(till.purchase("CARD0001", "90.00"))
    till.send(*(till.purchase("CARD0001", "1.00") for _ in range(3)))
    pass_days(till, 100)
    till.ok(till.other("visit", "CARD0001"))
    whole = told(*guest).items
    assert len(whole) > 6
    found: list[Happening] = []
    cursor = None
    while True:
        page = told(*guest, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(found) == whole


@pytest.mark.parametrize("cursor", ["", "x", "eyJhIjoxfQ", "\x00", "a" * 10_000])
def test_a_cursor_of_something_else_is_refused(guest: tuple[Till, UUID], cursor: str) -> None:
    if not cursor:
        assert told(*guest, cursor=cursor) == Page((), None)
        return
    with pytest.raises(CursorError):
        told(*guest, cursor=cursor)
