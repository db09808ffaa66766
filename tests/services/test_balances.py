"""Balances at any instant, with or without jobs (SEMANTICS 2; acceptance L4)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY, Instant, parse_instant
from habitue.selectors.balances import CurrencyBalance, get_balances
from habitue.services.bookings import book_due
from tests.services.till import CORNER, Till

TIERS = {
    "by": {"spend": "rolling 12 months"},
    "silver": {"enter": "50.00", "keep": "40.00"},
    "gold": {"enter": "100.00", "keep": "80.00"},
}
WAITING = CORNER | {
    "points": {"points": {"expires": {"after": "12 months"}, "pending": "14 days"}},
    "tiers": TIERS,
}


def at(till: Till, member: UUID, as_of: Instant) -> CurrencyBalance:
    """What the member holds at an instant."""
    balances = get_balances(
        till.connection, member_id=member, programme=till.programme, as_of=as_of
    )
    return balances.points["points"]


def tier_at(till: Till, member: UUID, as_of: Instant) -> str:
    """The tier at an instant."""
    return get_balances(
        till.connection, member_id=member, programme=till.programme, as_of=as_of
    ).tier


@pytest.mark.parametrize("booked", [False, True])
def test_s02_a_balance_is_right_whether_or_not_a_job_ran(till: Till, booked: bool) -> None:  # noqa: FBT001  # both ways
    till.publish(WAITING | {"programme": "slow"})
    till.programme = "slow"
    member = till.enrol("CARD0001")
    start = till.clock.now()
    till.ok(till.purchase("CARD0001", "60.00"))
    till.clock.advance(20 * DAY)
    till.ok(till.purchase("CARD0001", "45.00"))
    if booked:
        for _ in range(30):
            till.clock.advance(20 * DAY)
            while book_due(till.connection, clock=till.clock):
                pass
    for days, expected in (
        (-1, (0, 0)),
        (0, (0, 60)),
        (13, (0, 60)),
        (14, (60, 0)),
        (20, (60, 45)),
        (34, (105, 0)),
        (364, (105, 0)),
        (366, (45, 0)),
        (400, (0, 0)),
    ):
        found = at(till, member, start + days * DAY)
        assert (found.available, found.pending) == expected, days
    assert [tier_at(till, member, start + days * DAY) for days in (-1, 0, 19, 20)] == [
        "",
        "silver",
        "silver",
        "gold",
    ]


def test_s02_what_ends_and_begins_when_is_told(till: Till) -> None:
    till.publish(WAITING | {"programme": "slow"})
    till.programme = "slow"
    member = till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "60.00"))
    found = at(till, member, till.clock.now())
    assert found.expiring == ((parse_instant("2027-06-01T00:00:00+00:00"), 60),)
    assert found.activating == ((parse_instant("2026-06-15T00:00:00+00:00"), 60),)
    assert found.balance == 60


def test_l4_the_balance_at_a_past_instant_is_the_sum_of_the_lines_until_then(till: Till) -> None:
    member = till.enrol("CARD0001")
    start = till.clock.now()
    for step in range(6):
        till.clock.at = start + step * DAY
        till.ok(till.purchase("CARD0001", f"{10 + step}.00"))
        if step % 2:
            till.ok(till.other("redemption", "CARD0001", currency="points", units=step))
    late = parse_instant("2026-06-02T18:00:00+00:00")
    till.ok(till.purchase("CARD0001", "3.00", occurred_at="2026-06-02T18:00:00+00:00"))
    for as_of in (start - 1, start, late - 1, late, start + 3 * DAY, start + 5 * DAY):
        ((total,),) = till.rows(
            "SELECT coalesce(sum(amount), 0)::bigint FROM entry WHERE effective_at <="
            " 'epoch'::timestamptz + %s * '1 microsecond'::interval",
            [as_of],
        )
        assert at(till, member, as_of).balance == total


def test_s15_debt_shows(till: Till) -> None:
    member = till.enrol("CARD0001")
    bought = till.purchase("CARD0001", "10.00")
    till.ok(bought)
    till.ok(till.other("redemption", "CARD0001", currency="points", units=10))
    till.ok(till.give_back(None, bought))
    for as_of in (till.clock.now(), till.clock.now() + DAY):
        found = at(till, member, as_of)
        assert (found.balance, found.available, found.debt) == (-10, -10, 10)


def test_a_member_who_never_came_holds_nothing(till: Till) -> None:
    found = at(till, uuid4(), till.clock.now())
    assert (found.balance, found.expiring) == (0, ())
    with pytest.raises(Refusal, match="unknown_programme"):
        get_balances(
            till.connection, member_id=uuid4(), programme="nowhere", as_of=till.clock.now()
        )


def test_s02_the_job_books_only_what_is_due_and_only_once(till: Till) -> None:
    till.enrol("CARD0001")
    till.enrol("CARD0002")
    till.ok(till.purchase("CARD0001", "10.00"))
    till.clock.advance(30 * DAY)
    till.ok(till.purchase("CARD0002", "10.00"))
    assert book_due(till.connection, clock=till.clock) == 0
    till.clock.advance(340 * DAY)
    assert book_due(till.connection, clock=till.clock) == 1
    assert book_due(till.connection, clock=till.clock) == 0
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (0, 10)
    till.clock.advance(340 * DAY)
    till.ok(till.purchase("CARD0001", "5.00"))
    assert book_due(till.connection, clock=till.clock, limit=1) == 1
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (5, 0)
