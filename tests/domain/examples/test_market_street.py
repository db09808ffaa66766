"""Market Street: what members have, and what is due between its shops, counted by hand."""

from __future__ import annotations

from itertools import permutations

import pytest

from habitue.domain.engine.types import Posting
from habitue.domain.events import Event
from habitue.domain.settling import OWN, Account, Movement, Place, Settlement, settle
from habitue.kit.instants import local_day
from tests.domain.engine.building import back, bought, item, redeemed, returned, undone
from tests.domain.engine.harness import Member
from tests.domain.examples.documents import member_of

ZONE = "Europe/Paris"
BREAD = bought("2026-02-02", "15.00", name="bread", zone=ZONE, store="bakery")
# 25 for 25.00 and 10 more, at the bookshop: 35.
NOVEL = bought(
    "2026-02-10", item("novel", "20.00"), item("card", "5.00"), name="n", zone=ZONE, store="books-1"
)
# The florist is a partner since March: these 30 are the programme's own.
EARLY = bought("2026-02-14", "30.00", name="early", zone=ZONE, store="flowers")
ROSES = bought("2026-03-08", "12.00", name="roses", zone=ZONE, store="flowers")
# 15 of the baker's, 35 of the bookshop's and 10 of the early ones.
SPENT = redeemed("2026-03-20", 60, name="spent", zone=ZONE, store="flowers")


def movements(member: Member, before: int = 0) -> list[Movement]:
    """The member's lines as the ledger would sum them; the first ``before`` are of earlier
    periods."""
    events = {one.event_id: one for one in member.events}

    def place(event_id: str) -> Place | None:
        event: Event | None = events.get(event_id)
        if event is None:
            return None
        return Place(event.version_number, event.store, local_day(event.occurred_at, event.zone))

    def movement(number: int, line: Posting) -> Movement:
        lot = member.lots.get(line.lot_id or "")
        return Movement(
            line.currency,
            line.kind,
            line.amount,
            place(line.against or line.event_id),
            None if lot is None else place(lot.event_id),
            within=number >= before,
        )

    return [movement(number, line) for number, line in enumerate(member.postings)]


def settled(member: Member, before: int = 0) -> Settlement:
    """What is due after the member's events."""
    return settle(member.programmes, movements(member, before))


def account(found: Settlement, partner: str) -> Account:
    """The account of a partner in points."""
    return found.accounts[partner, "points"]


def test_the_bookshop_gives_ten_points_more_in_each_of_its_stores() -> None:
    member = member_of("market-street")
    member.post(BREAD, NOVEL)
    assert member.balance() == 15 + 35
    member.post(bought("2026-02-11", "20.00", name="b2", zone=ZONE, store="books-2"))
    assert member.balance() == 50 + 30


def test_each_partner_pays_for_what_it_gives_and_is_paid_for_what_it_takes() -> None:
    member = member_of("market-street")
    member.post(BREAD, NOVEL, EARLY, ROSES, SPENT)
    found = settled(member)
    books, flowers, own = (account(found, one) for one in ("books", "flowers", OWN))
    # 35 at 0.012 are 0.42.
    assert (books.issued, books.due_from, books.due_to) == (35, 42, 0)
    # 12 at 0.01 are 0.12; 60 taken at 0.01 are 0.60: the florist is paid 0.48.
    assert (flowers.issued, flowers.redeemed) == (12, 60)
    assert (flowers.due_from, flowers.due_to, flowers.net) == (12, 60, -48)
    assert (own.issued, own.due_from, own.due_to) == (45, 0, 0)
    assert found.flows == {
        ("points", OWN, "flowers"): 25,
        ("points", "books", "flowers"): 35,
    }
    assert (own.closing, books.closing, flowers.closing) == (20, 0, 12)


def test_what_is_undone_and_given_back_is_owed_no_more() -> None:
    member = member_of("market-street")
    member.post(NOVEL, ROSES)
    spent = redeemed("2026-03-20", 40, name="spent", zone=ZONE, store="flowers")
    member.post(spent, undone("2026-03-21", spent, zone=ZONE, store="flowers"))
    # Returned at the other store; the purchase says whose the points were.
    member.post(returned("2026-03-22", NOVEL, zone=ZONE, store="books-2"))
    found = settled(member)
    books, flowers = account(found, "books"), account(found, "flowers")
    assert (books.issued, books.reversed, books.due_from) == (35, 35, 0)
    assert (flowers.redeemed, flowers.restored, flowers.due_to) == (40, 40, 0)
    assert found.flows == {}


@pytest.mark.parametrize("before", range(8))
def test_periods_add_up_to_the_whole_wherever_the_time_is_cut(before: int) -> None:
    member = member_of("market-street")
    half = returned("2026-03-25", NOVEL, back("card"), name="half", zone=ZONE, store="books-1")
    member.post(BREAD, NOVEL, EARLY, ROSES, SPENT, half)
    whole = settled(member)
    ends = [one for number, one in enumerate(movements(member)) if number < before]
    first = settle(member.programmes, ends)
    second = settled(member, before)
    for key, one in whole.accounts.items():
        early = first.accounts.get(key, Account(*key))
        late = second.accounts[key]
        assert early.due_from + late.due_from == one.due_from
        assert early.due_to + late.due_to == one.due_to
        assert late.brought_forward == early.carried_forward
        assert late.carried_forward == one.carried_forward
        assert late.opening == early.closing
        assert late.opening - late.expired + late.moved == late.closing == one.closing


def test_partners_and_own_add_up_to_the_programme() -> None:
    member = member_of("market-street")
    member.post(BREAD, NOVEL, EARLY, ROSES, SPENT, returned("2026-03-22", NOVEL, zone=ZONE))
    accounts = settled(member).accounts.values()
    assert sum(one.closing for one in accounts) == member.balance()
    assert sum(one.issued for one in accounts) == member.posted("earn")
    assert -sum(one.reversed for one in accounts) == member.posted("reverse")
    assert -sum(one.redeemed for one in accounts) == member.posted("redeem")


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3], ids=str)
def test_the_order_of_arrival_changes_nothing_that_is_due(order: tuple[int, ...]) -> None:
    events = [BREAD, NOVEL, EARLY, ROSES]
    straight, shuffled = member_of("market-street"), member_of("market-street")
    straight.post(*events, SPENT)
    shuffled.post(*(events[place] for place in order), SPENT)
    assert settled(straight).accounts == settled(shuffled).accounts


def test_expired_points_are_nobodys_debt() -> None:
    member = member_of("market-street")
    member.post(NOVEL, bought("2027-02-20", "1.00", name="later", zone=ZONE, store="bakery"))
    books = account(settled(member), "books")
    assert (books.expired, books.closing, books.due_from, books.due_to) == (35, 0, 42, 0)
