"""SEMANTICS 15-21: which lots a return takes from, what it refuses, returns without a purchase."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Event, ReturnedLine
from habitue.domain.programme.model import PendingFor
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    back,
    bought,
    eur,
    gift,
    holds,
    idle,
    item,
    morning,
    of_product,
    points,
    programme,
    rate,
    redeemed,
    returned,
    times,
    undone,
    unlinked,
)
from tests.domain.engine.harness import Member

# --- which lots a return takes from ---------------------------------------------------------------


def test_s16_a_return_takes_from_the_lot_of_its_purchase_first() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("12 months")),)))
    early, late = bought("2026-01-01", "10.00"), bought("2026-02-01", "20.00")
    member.post(early, late, returned("2026-02-02", late, back("1", amount="15.00")))
    assert member.remaining() == [10, 5]


def test_s16_pending_points_of_the_purchase_are_taken_back() -> None:
    pending = PendingFor(parse_period("14 days"))
    member = Member(programme(rate(), currencies=(points(pending=pending),)))
    member.post(adjusted("2026-01-01", 100))
    sale = bought("2026-02-01", "20.00")
    member.post(sale, returned("2026-02-02", sale))
    assert member.remaining() == [100]


@pytest.mark.parametrize("policy", ["allow_negative", "book_loss", "refuse"])
def test_s16_a_multiplier_below_one_leaves_no_debt(
    policy: Literal["allow_negative", "book_loss", "refuse"],
) -> None:
    """17 less 9 are pending; all of it comes back, and neither debt nor loss nor points remain."""
    pending = points(pending=PendingFor(parse_period("14 days")), negative=policy)
    member = Member(programme(rate("1.7"), times("0.5"), currencies=(pending,)))
    sale = bought("2026-02-01", "10.00")
    member.post(sale)
    assert member.balance() == 8
    member.post(returned("2026-02-02", sale))
    assert (member.state.debts, member.state.lots) == ({}, [])
    assert member.posted("write_off") == 0


def test_s19_what_the_rest_newly_earns_has_the_dates_of_its_purchase() -> None:
    """A smaller basket may earn by another rule; it was bought when it was bought."""
    small = holds("small", lambda moment: moment.basket_amount < eur("30.00"))
    member = Member(
        programme(gift(10, name="small", when=small), currencies=(points(expiry=after("1 month")),))
    )
    sale = bought("2026-02-01", item("A", "20.00"), item("B", "20.00"))
    member.post(sale, returned("2026-02-20", sale, back("B")))
    (lot,) = member.state.lots
    assert (lot.remaining, lot.expires_at) == (10, morning("2026-03-01"))


def test_s19_what_the_rest_newly_earns_in_a_lapsed_lot_is_gone() -> None:
    small = holds("small", lambda moment: moment.basket_amount < eur("30.00"))
    for expiry in (after("1 month"), idle("1 month")):
        bonus = gift(10, name="small", when=small)
        member = Member(programme(bonus, currencies=(points(expiry=expiry),)))
        sale = bought("2026-02-01", item("A", "20.00"), item("B", "20.00"))
        member.post(sale, returned("2026-04-20", sale, back("B")))
        assert member.balance() == 0
        assert member.state.lots == []


def test_s16_what_has_expired_is_already_gone() -> None:
    """100 earned and expired; returning the purchase later takes nothing from the next 40."""
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    sale = bought("2026-01-01", "100.00")
    member.post(sale, bought("2026-02-15", "40.00"), returned("2026-02-16", sale))
    assert member.balance() == 40
    assert member.posted("expire") + member.posted("reverse") == -100


def test_s16_spent_before_it_expired_is_still_owed() -> None:
    """Of 100, 30 were spent and 70 expired: the return still takes 30."""
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    sale = bought("2026-01-01", "100.00")
    member.post(sale, redeemed("2026-01-02", 30), bought("2026-02-15", "40.00"))
    member.post(returned("2026-02-16", sale))
    assert member.balance() == 10


def test_s16_what_has_expired_is_counted_once() -> None:
    """100 earned, 30 spent, 70 expired: two halves returned find 70 gone and take 30 in all."""
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    sale = bought("2026-01-01", item("A", "50.00"), item("B", "50.00"))
    member.post(sale, redeemed("2026-01-02", 30), bought("2026-02-15", "40.00"))
    member.post(returned("2026-02-16", sale, back("A")))
    assert member.balance() == 40
    member.post(returned("2026-02-17", sale, back("B")))
    assert member.balance() == 10


def test_s16_an_undo_after_a_return_brings_back_what_was_spent() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-01-01", "100.00")
    spent = redeemed("2026-01-02", 100)
    member.post(sale, spent, returned("2026-01-03", sale), undone("2026-01-04", spent))
    assert member.balance() == 0
    assert member.state.debts == {}


# --- 21: refusals ---------------------------------------------------------------------------------


def _sold() -> tuple[Member, Event]:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", item("A", "30.00", pieces="3"), item("B", "5.00"))
    member.post(sale)
    return member, sale


def test_s21_without_a_matching_purchase() -> None:
    member, _ = _sold()
    never = bought("2026-01-31", "1.00")
    member.refuses(returned("2026-02-02", never), Code.PURCHASE_NOT_FOUND)


def test_s21_of_a_line_that_was_not_bought() -> None:
    member, sale = _sold()
    member.refuses(returned("2026-02-02", sale, back("Z")), Code.RETURN_OF_UNKNOWN_LINE)


@pytest.mark.parametrize(
    "part",
    [
        back("A", pieces="3.001"),
        back("A", amount="30.01"),
        back("A", pieces="4"),
        back("B", pieces="2"),
    ],
)
def test_s21_for_more_than_was_bought(part: ReturnedLine) -> None:
    member, sale = _sold()
    member.refuses(returned("2026-02-02", sale, part), Code.RETURN_EXCEEDS_PURCHASE)


def test_s21_twice() -> None:
    member, sale = _sold()
    member.post(returned("2026-02-02", sale, back("A", pieces="2")))
    member.refuses(
        returned("2026-02-03", sale, back("A", pieces="2")), Code.RETURN_EXCEEDS_PURCHASE
    )
    member.post(returned("2026-02-03", sale))
    member.refuses(returned("2026-02-04", sale), Code.RETURN_EXCEEDS_PURCHASE)


def test_s21_twice_within_one_return() -> None:
    member, sale = _sold()
    twice = returned("2026-02-02", sale, back("B", pieces="1"), back("B", pieces="1"))
    member.refuses(twice, Code.RETURN_EXCEEDS_PURCHASE)


def test_s21_before_the_purchase() -> None:
    member, sale = _sold()
    member.refuses(returned("2026-01-31", sale), Code.RETURN_BEFORE_PURCHASE)


def test_s21_a_line_with_neither_pieces_nor_money_is_refused_or_means_the_whole_line() -> None:
    """Nothing may pass in silence: either it says what is missing, or the line comes back."""
    member, sale = _sold()
    try:
        member.post(returned("2026-02-02", sale, ReturnedLine(line="A")))
    except Refusal as refusal:
        assert refusal.path.startswith("lines[0]")  # noqa: PT017  # either answer is right
        assert member.balance() == 35
    else:
        assert member.balance() == 5


def test_s21_in_another_currency() -> None:
    member, sale = _sold()
    wrong = returned("2026-02-02", sale, currency="USD")
    member.refuses(wrong, Code.WRONG_CURRENCY)


# --- returns without a purchase -------------------------------------------------------------------


def _unlinked(policy: str) -> tuple[Member, Event, Event]:
    member = Member(programme(rate(), gift(9, each=of_product("mug")), without_purchase=policy))
    first = bought("2026-02-01", item("mug", "10.00"), item("pen", "3.00"), name="first")
    second = bought("2026-02-05", item("mug", "20.00", pieces="2"), name="second")
    member.post(first, second)
    assert member.balance() == 13 + 9 + 20 + 18
    return member, first, second


def test_s21_match_takes_the_newest_unreturned_line_first() -> None:
    member, _, second = _unlinked("match_or_refuse")
    decision = member.post(
        returned("2026-02-06", None, unlinked("mug", pieces="1", amount="10.00"))
    )
    assert member.balance() == 60 - 19
    assert {line.against for line in decision.postings} == {second.event_id}
    assert decision.matched


def test_s21_match_goes_on_to_older_lines() -> None:
    member, _, _ = _unlinked("match_or_refuse")
    member.post(returned("2026-02-06", None, unlinked("mug", pieces="3", amount="30.00")))
    assert member.balance() == 3


def test_s21_match_ignores_what_was_bought_after_the_return() -> None:
    member, first, _ = _unlinked("match_or_refuse")
    decision = member.post(
        returned("2026-02-03", None, unlinked("mug", pieces="1", amount="10.00"))
    )
    assert {line.against for line in decision.postings if line.kind == "reverse"} == {
        first.event_id
    }


def test_s21_match_or_refuse() -> None:
    member, _, _ = _unlinked("match_or_refuse")
    member.refuses(
        returned("2026-02-06", None, unlinked("mug", pieces="4", amount="40.00")),
        Code.RETURN_NOT_MATCHED,
    )
    member.refuses(
        returned("2026-02-06", None, unlinked("hat", pieces="1", amount="1.00")),
        Code.RETURN_NOT_MATCHED,
    )


def test_s21_match_or_average() -> None:
    """60 points on 33.00: what matches nothing is taken at floor(5.00 x 60 / 33.00) = 9."""
    member, _, _ = _unlinked("match_or_average")
    member.post(returned("2026-02-06", None, unlinked("hat", pieces="1", amount="5.00")))
    assert member.balance() == 60 - 9


def test_s21_average() -> None:
    member, _, _ = _unlinked("average")
    member.post(returned("2026-02-06", None, unlinked("mug", pieces="1", amount="11.00")))
    assert member.balance() == 60 - 20


def test_s21_average_never_takes_more_than_was_earned() -> None:
    member, _, _ = _unlinked("average")
    member.post(returned("2026-02-06", None, unlinked("hat", pieces="1", amount="500.00")))
    assert member.balance() == 0


def test_s21_refuse_without_a_purchase() -> None:
    member, _, _ = _unlinked("refuse")
    member.refuses(
        returned("2026-02-06", None, unlinked("mug", pieces="1", amount="10.00")),
        Code.RETURN_NOT_MATCHED,
    )


@pytest.mark.parametrize("count", [1, 2, 3])
def test_s21_any_order_of_linked_and_unlinked_returns_never_takes_too_much(count: int) -> None:
    for chosen in combinations(range(3), count):
        member, first, second = _unlinked("match_or_average")
        returns = [
            returned("2026-02-06", first),
            returned("2026-02-07", second),
            returned("2026-02-08", None, unlinked("mug", pieces="1", amount="10.00")),
        ]
        for index in chosen:
            member.post(returns[index])
        assert member.balance() >= 0
