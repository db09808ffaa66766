"""Settlements from the ledger: periods of recording that are over never change, and add up."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.access import NOBODY, SYSTEM
from habitue.domain.errors import Code, Refusal
from habitue.domain.settling import OWN, Account
from habitue.kit.instants import HOUR, parse_instant
from habitue.selectors.settlements import SettledPeriod, get_settlement, list_settled_lines
from habitue.services.stores import put_store
from tests.services.merging_cast import merge
from tests.services.till import CORNER, Till
from tests.support.command_line import habitue

STREET: dict[str, Any] = CORNER | {
    "programme": "street",
    "zone": "Europe/Paris",
    "partners": {
        "books": {
            "stores": ["books"],
            "issued": {"points": "0.012"},
            "redeemed": {"points": "0.01"},
        },
        "flowers": {
            "stores": ["flowers"],
            "issued": {"points": "0.01"},
            "redeemed": {"points": "0.009"},
            "from": "2026-06-01",
        },
    },
}


@pytest.fixture
def street(till: Till) -> Till:
    """A till of a programme with two partners, at noon of 1 June."""
    till.programme = "street"
    till.publish(STREET)
    for store in ("books", "flowers"):
        put_store(till.connection, code=store, zone="Europe/Paris")
    till.enrol("CARD0001")
    return till


def settled(street: Till, period: str) -> SettledPeriod:
    """What is due for a period, now."""
    return get_settlement(
        street.connection, actor=SYSTEM, programme="street", period=period, now=street.clock.now()
    )


def account(found: SettledPeriod, partner: str) -> Account:
    """The account of a partner in points."""
    return found.settlement.accounts[partner, "points"]


def spend(street: Till, units: int, store: str) -> Any:
    """Points spent in a store."""
    return street.other("redemption", "CARD0001", currency="points", units=units, store=store)


def until(street: Till, text: str) -> None:
    """Let time pass."""
    street.clock.at = parse_instant(text)


def test_a_late_return_is_a_correction_of_the_period_in_which_it_comes(street: Till) -> None:
    novel = street.purchase("CARD0001", "100.00", store="books")
    street.ok(novel)
    street.ok(street.purchase("CARD0001", "50.00"))
    street.ok(spend(street, 120, "flowers"))
    june = settled(street, "2026-06")
    assert not june.final
    books, flowers = account(june, "books"), account(june, "flowers")
    assert (books.issued, books.due_from, flowers.redeemed, flowers.due_to) == (100, 120, 120, 108)
    assert sum(june.settlement.flows.values()) == 120
    until(street, "2026-07-03T12:00:00+02:00")
    street.ok(street.give_back("CARD0001", novel, store="books"))
    again = settled(street, "2026-06")
    assert again.final
    assert again.settlement == june.settlement
    july = account(settled(street, "2026-07"), "books")
    assert (july.reversed, july.corrected, july.due_from) == (100, -100, -120)
    assert (july.brought_forward, july.carried_forward) == (120, 0)


def test_the_accounts_add_up_to_the_ledger_and_the_lines_to_the_accounts(street: Till) -> None:
    novel = street.purchase("CARD0001", "80.00", store="books")
    street.ok(novel)
    street.ok(street.purchase("CARD0001", "33.00", store="flowers"))
    # Before the contract of the florist: the programme's own.
    before = "2026-05-31T23:00:00+02:00"
    street.ok(street.purchase("CARD0001", "7.00", store="flowers", occurred_at=before))
    street.ok(spend(street, 60, "books"))
    street.ok(street.give_back("CARD0001", novel))
    found = settled(street, "2026-Q2")
    accounts = found.settlement.accounts.values()
    assert sum(one.closing for one in accounts) == street.balance("CARD0001")
    sums = dict(street.rows("SELECT kind, sum(amount)::bigint FROM entry GROUP BY kind"))
    assert sum(one.issued for one in accounts) == sums["earn"] == 120
    assert sum(one.reversed for one in accounts) == -sums["reverse"] == 80
    assert sum(one.redeemed for one in accounts) == -sums["redeem"] == 60
    assert account(found, OWN).issued == 7
    for partner in found.partners:
        lines = list_settled_lines(
            street.connection,
            actor=SYSTEM,
            programme="street",
            period="2026-Q2",
            partner=partner,
            now=street.clock.now(),
        )
        one = account(found, partner)
        total = sum(line.movement.units for line in lines)
        assert total == one.issued - one.reversed - one.redeemed + one.restored


def test_a_return_after_a_merge_is_still_of_the_partner_that_gave_the_points(street: Till) -> None:
    double = street.enrol("CARD0002")
    ((survivor,),) = street.rows("SELECT member_id FROM identifier WHERE value = 'CARD0001'")
    novel = street.purchase("CARD0002", "40.00", store="books")
    street.ok(novel)
    merge(street, double, survivor)
    street.ok(street.give_back("CARD0001", novel))
    books = account(settled(street, "2026"), "books")
    assert (books.issued, books.reversed, books.due_from) == (40, 40, 0)


def test_a_period_is_final_an_hour_after_it_ended(street: Till) -> None:
    end = parse_instant("2026-07-01T00:00:00+02:00")
    street.clock.at = end + HOUR - 1
    assert not settled(street, "2026-06").final
    street.clock.at = end + HOUR
    assert settled(street, "2026-06").final


def test_whoever_may_not_is_refused_and_so_is_what_does_not_exist(street: Till) -> None:
    asked: dict[str, Any] = {"programme": "street", "period": "2026-06", "now": street.clock.now()}
    with pytest.raises(Refusal) as refused:
        get_settlement(street.connection, actor=NOBODY, **asked)
    assert refused.value.code is Code.NOT_PERMITTED
    for period in ("2026-13", "2026-Q5", "June", "1969", "2026-6"):
        with pytest.raises(Refusal) as refused:
            get_settlement(street.connection, actor=SYSTEM, **(asked | {"period": period}))
        assert refused.value.code is Code.INVALID_TEXT
    with pytest.raises(Refusal) as refused:
        list_settled_lines(street.connection, actor=SYSTEM, partner="butcher", **asked)
    assert refused.value.code is Code.UNKNOWN_CHOICE


def test_the_command_shows_settles_and_lists(street: Till) -> None:
    street.ok(street.purchase("CARD0001", "80.00", store="books"))
    year = "2026"
    shown = habitue("partner", "show", "street", year, "--json").document
    [books] = [one for one in shown["accounts"] if one["partner"] == "books"]
    assert (books["issued"], books["due_from"], books["net"]) == ("80", "0.96", "0.96")
    lines = habitue("partner", "lines", "street", year, "books", "--json").document["lines"]
    assert [one["units"] for one in lines] == ["80"]
    table = habitue("partner", "show", "street", year).out.splitlines()
    assert table[0].startswith("partner,currency,issued,")
    assert habitue("partner", "settle", "street", "2199").code == 75
