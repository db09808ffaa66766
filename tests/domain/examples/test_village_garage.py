"""The garage: bills that are claimed later, four tyres at once, and a year together."""

from __future__ import annotations

from typing import Any

from habitue.domain.errors import Code
from habitue.domain.events import Anniversary, Event
from tests.domain.engine.building import at, back, bought, enrolled, event, item, returned, unlinked
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import example

GARAGE = example("village-garage")
ZONE = GARAGE.zone


def repaired(when: str, *lines: Any, claimed: str = "", **fields: Any) -> Event:
    claimed_at = at(claimed, ZONE) if claimed else None
    return bought(when, *lines, claimed_at=claimed_at, zone=ZONE, **fields)


def labour(amount: str) -> Any:
    return item("labour", amount, category="labour")


def tyres(pieces: str) -> Any:
    return item("tyre", "420.00", pieces=pieces, category="tyres")


def test_labour_gives_its_share_to_the_cent_and_waits_a_fortnight() -> None:
    member = Member(GARAGE)
    member.post(repaired("2026-01-10 17:00", labour("184.50"), item("oil", "39.90")))
    # 184.50 at 3 per cent is 5.535.
    assert member.balance("credit") == 553
    assert member.spendable_on(at("2026-01-23 23:59", ZONE), "credit") == 0
    assert member.spendable_on(at("2026-01-24 00:00", ZONE), "credit") == 553
    assert member.balance_on(at("2027-07-10 00:00", ZONE), "credit") == 0


def test_four_tyres_count_once_and_three_do_not() -> None:
    member = Member(GARAGE)
    three = repaired("2026-01-10 17:00", tyres("3"))
    four = repaired("2026-01-11 17:00", tyres("4"))
    member.post(three)
    assert member.balance("credit") == 0
    member.post(four)
    assert member.balance("credit") == 2000
    # One comes back: the rest would not have earned it.
    member.post(returned("2026-01-12", four, back("tyre"), zone=ZONE))
    assert member.balance("credit") == 0


def test_a_bill_is_claimed_within_sixty_days_as_of_its_own_time() -> None:
    member = Member(GARAGE)
    member.post(enrolled("2026-03-01 09:00", zone=ZONE))
    in_time = repaired("2026-01-05 17:00", labour("100.00"), claimed="2026-03-06 23:00")
    member.post(in_time)
    assert member.balance("credit") == 300
    # It counts from January: the fortnight is long over.
    assert member.spendable_on(at("2026-03-07", ZONE), "credit") == 300
    late = repaired(
        "2026-01-05 17:01", labour("100.00"), claimed="2026-03-07 00:00", name="the other bill"
    )
    member.refuses(late, Code.CLAIM_TOO_LATE)


def test_what_was_never_bought_is_not_taken_back() -> None:
    member = Member(GARAGE)
    member.post(repaired("2026-01-10 17:00", labour("100.00")))
    body = returned("2026-01-12", None, unlinked("gearbox", pieces="1"), zone=ZONE)
    member.refuses(body, Code.RETURN_NOT_MATCHED)


def test_a_year_together_is_a_wash_that_ends_after_three_months() -> None:
    member = Member(GARAGE)
    member.post(enrolled("2026-03-01 09:00", zone=ZONE))
    member.post(event("2027-03-01 00:00", Anniversary(), zone=ZONE))
    assert member.balance("voucher:wash") == 1
    assert member.balance_on(at("2027-05-31 23:59", ZONE), "voucher:wash") == 1
    assert member.balance_on(at("2027-06-01 00:00", ZONE), "voucher:wash") == 0
