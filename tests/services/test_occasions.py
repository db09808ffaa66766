"""Birthdays and anniversaries are noted once, in the programme's zone, for those who take part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from habitue.kit.instants import DAY, HOUR, parse_instant
from habitue.services.occasions import note_occasions
from tests.services.till import CORNER, Till

FESTIVE: dict[str, Any] = CORNER | {
    "programme": "festive",
    "zone": "Europe/Paris",
    "points": {"points": {}},
    "rewards": {"cake": {"gives": {"free_product": "cake"}}},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "day": {"on": "birthday", "give": {"points": 50}},
        "ahead": {"on": "birthday", "within": "3 days", "give": {"voucher": "cake"}},
        "year": {"on": "anniversary", "give": {"points": 7}},
    },
}
JOINED = "2025-06-10T10:00:00+00:00"


def born(till: Till, card: str, birth_date: str | None, *, joined: str = JOINED) -> UUID:
    """A member with a birthday who joined and once bought something."""
    member = till.enrol(card)
    till.connection.execute(
        "UPDATE member SET birth_date = %s, joined_at = %s WHERE member_id = %s",
        [birth_date, joined, member],
    )
    till.ok(till.purchase(card, "1.00"))
    return member


def noted(till: Till) -> int:
    """How many occasions are noted now."""
    return note_occasions(till.connection, clock=till.clock)


@pytest.fixture
def house(till: Till) -> Till:
    """A till of a programme that knows birthdays, on the first of June at noon."""
    till.programme = "festive"
    till.publish(FESTIVE)
    return till


def test_a_birthday_is_noted_once_at_the_beginning_of_its_day(house: Till) -> None:
    born(house, "CARD000A", "1981-06-04")
    assert noted(house) == 1
    assert (house.balance("CARD000A"), house.balance("CARD000A", "voucher:cake")) == (1, 1)
    house.clock.at = parse_instant("2026-06-03T21:59:59+00:00")
    assert noted(house) == 0
    house.clock.at = parse_instant("2026-06-03T22:00:00+00:00")
    assert (noted(house), noted(house)) == (1, 0)
    assert house.balance("CARD000A") == 51
    house.clock.advance(365 * DAY)
    assert noted(house) > 0


def test_whoever_looks_late_notes_it_as_of_its_own_time(house: Till) -> None:
    born(house, "CARD000A", "1981-06-04")
    house.clock.at = parse_instant("2026-06-04T20:00:00+00:00")
    house.ok(house.purchase("CARD000A", "10.00"))
    assert noted(house) == 2
    assert house.balance("CARD000A") == 1 + 10 + 50
    ((at,),) = house.rows(
        "SELECT occurred_at FROM ledger_event WHERE kind = 'birthday' ORDER BY 1 DESC LIMIT 1"
    )
    assert at.isoformat().startswith("2026-06-03T22:00:00")


def test_what_is_longer_ago_is_let_go(house: Till) -> None:
    born(house, "CARD000A", "1981-06-04")
    house.clock.at = parse_instant("2026-06-09T08:00:00+00:00")
    assert noted(house) == 0
    assert house.balance("CARD000A") == 1


def test_a_leap_day_is_kept_on_the_day_before_in_other_years(house: Till) -> None:
    house.clock.at = parse_instant("2027-02-10T12:00:00+00:00")
    born(house, "CARD000A", "1980-02-29")
    born(house, "CARD000B", "1980-02-28")
    house.clock.at = parse_instant("2027-02-28T12:00:00+00:00")
    noted(house)
    assert (house.balance("CARD000A"), house.balance("CARD000B")) == (51, 51)
    house.clock.at = parse_instant("2028-02-28T12:00:00+00:00")
    noted(house)
    assert (house.balance("CARD000A"), house.balance("CARD000B")) == (51, 101)
    house.clock.at = parse_instant("2028-02-29T12:00:00+00:00")
    noted(house)
    assert house.balance("CARD000A") == 101


@pytest.mark.parametrize(
    ("card", "birth_date", "change"),
    [
        ("NONE0001", None, ""),
        ("CLOSED01", "1981-06-01", "status = 'closed'"),
        ("NEWBORN1", "2026-06-01", ""),
        ("LATER001", "1981-06-01", "joined_at = '2026-06-01T08:00:00+00:00'"),
    ],
)
def test_for_whom_nothing_is_noted(
    house: Till, card: str, birth_date: str | None, change: str
) -> None:
    member = born(house, card, birth_date)
    if change:
        house.connection.execute(
            f"UPDATE member SET {change} WHERE member_id = %s",  # noqa: S608 - the test's own words.
            [member],
        )
    assert noted(house) == 0


def test_whoever_takes_no_part_has_no_occasions(house: Till) -> None:
    member = house.enrol("CARD000A")
    house.connection.execute(
        "UPDATE member SET birth_date = '1981-06-01', joined_at = %s WHERE member_id = %s",
        [JOINED, member],
    )
    assert noted(house) == 0


def test_an_anniversary_is_of_joining_and_not_of_the_first_day(house: Till) -> None:
    house.clock.at = parse_instant("2026-06-10T08:00:00+00:00")
    born(house, "CARD000A", None)
    born(house, "CARD000B", None, joined="2026-06-09T23:00:00+00:00")
    assert noted(house) == 1
    assert (house.balance("CARD000A"), house.balance("CARD000B")) == (8, 1)


def test_no_more_members_are_noted_at_once_than_were_asked_for(house: Till) -> None:
    for card in ("CARD000A", "CARD000B", "CARD000C"):
        born(house, card, "1981-06-01")
    sizes = [note_occasions(house.connection, clock=house.clock, limit=2) for _ in range(4)]
    # The day itself, and the voucher that was due three days before.
    assert sizes == [2, 2, 2, 0]
    house.clock.advance(HOUR)
    assert [house.balance(card) for card in ("CARD000A", "CARD000B", "CARD000C")] == [51, 51, 51]
