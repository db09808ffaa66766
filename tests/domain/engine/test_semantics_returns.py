"""SEMANTICS 16-20: by line and quantity, cumulative, by the rules as they were."""

from __future__ import annotations

from typing import Literal

import pytest

from habitue.domain.events import Event, PointsPayment
from habitue.domain.programme.model import Programme
from tests.domain.engine.building import (
    adjusted,
    back,
    bought,
    eur,
    gift,
    group,
    item,
    ladder,
    lines_where,
    morning,
    of_category,
    of_product,
    per_member,
    per_purchase,
    points,
    programme,
    rate,
    redeemed,
    returned,
    spend_at_least,
    tier,
    times,
)
from tests.domain.engine.harness import Member

# --- 16: by line and quantity ---------------------------------------------------------------------


def _abc() -> Programme:
    """Of A, B and C: a point per unit of money, and a bonus of 30 for A and B."""
    return programme(rate(), gift(15, name="a-and-b", each=of_product("A", "B")))


def test_s16_returning_c_takes_back_20_not_35() -> None:
    member = Member(_abc())
    sale = bought("2026-02-01", item("A", "10.00"), item("B", "10.00"), item("C", "20.00"))
    member.post(sale)
    assert member.balance() == 70
    member.post(returned("2026-02-02", sale, back("C")))
    assert member.balance() == 50
    member.post(returned("2026-02-03", sale, back("A")))
    assert member.balance() == 25


@pytest.mark.parametrize(
    ("pieces", "left"), [("1", 20), ("2", 10), ("3", 0), ("0.5", 25), ("1.5", 15)]
)
def test_s16_by_quantity(pieces: str, left: int) -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", item("A", "30.00", pieces="3"))
    member.post(sale, returned("2026-02-02", sale, back("A", pieces=pieces)))
    assert member.balance() == left


def test_s16_by_money_alone() -> None:
    """A refund without goods: the pieces stay, and so does what they earned by the piece."""
    member = Member(programme(rate(), gift(5, each=of_product("A"))))
    sale = bought("2026-02-01", item("A", "30.00", pieces="3"))
    member.post(sale, returned("2026-02-02", sale, back("A", amount="10.00")))
    assert member.balance() == 20 + 15
    member.post(returned("2026-02-03", sale, back("A", pieces="1", amount="5.00")))
    assert member.balance() == 15 + 10


def test_s16_all_that_remains() -> None:
    member = Member(_abc())
    sale = bought("2026-02-01", item("A", "10.00"), item("B", "10.00"), item("C", "20.00"))
    member.post(sale, returned("2026-02-02", sale, back("B")), returned("2026-02-03", sale))
    assert member.balance() == 0


def test_s16_several_lines_in_one_return() -> None:
    member = Member(_abc())
    sale = bought("2026-02-01", item("A", "10.00"), item("B", "10.00"), item("C", "20.00"))
    member.post(sale, returned("2026-02-02", sale, back("A"), back("C")))
    assert member.balance() == 25


# --- 17: cumulative -------------------------------------------------------------------------------


def test_s17_refunded_5_and_5_gives_back_1_in_all() -> None:
    member = Member(programme(rate(1, "10.00")))
    sale = bought("2026-02-01", "10.00")
    member.post(sale, returned("2026-02-02", sale, back("1", amount="5.00")))
    assert member.balance() == 0
    member.post(returned("2026-02-03", sale, back("1", amount="5.00")))
    assert member.balance() == 0
    assert member.posted("reverse") == -1


@pytest.mark.parametrize("rounding", ["floor", "half_up", "half_even", "ceil"])
@pytest.mark.parametrize(
    "parts",
    [("19.99",), ("10.00", "9.99"), ("0.01",) * 7, ("6.66", "6.66", "6.67"), ("1.11", "0.89")],
)
def test_s17_any_split_ends_where_one_refund_ends(parts: tuple[str, ...], rounding: str) -> None:
    versions = programme(rate("1.7"), times("1.3"), currencies=(points(rounding=rounding),))
    sale = bought("2026-02-01", item("A", "19.99", pieces="3"))
    whole, split = Member(versions), Member(versions)
    whole.post(sale)
    split.post(sale)
    total = f"{sum(map(eur, parts)) / 100:.2f}"
    whole.post(returned("2026-02-02", sale, back("A", amount=total)))
    for number, part in enumerate(parts):
        split.post(returned(f"2026-02-02 12:{number:02}", sale, back("A", amount=part)))
    assert whole.balance() == split.balance()
    assert whole.remaining() == split.remaining()


@pytest.mark.parametrize("pieces", [("1", "1", "1"), ("2", "1"), ("0.333", "2.667"), ("3",)])
def test_s17_any_split_by_pieces(pieces: tuple[str, ...]) -> None:
    """Three pieces for 10.00 do not divide; together they still are 10.00."""
    member = Member(programme(rate(1, "0.01")))
    sale = bought("2026-02-01", item("A", "10.00", pieces="3"), item("B", "1.00"))
    member.post(sale)
    for number, part in enumerate(pieces):
        member.post(returned(f"2026-02-02 12:{number:02}", sale, back("A", pieces=part)))
    assert member.balance() == 100


@pytest.mark.parametrize(("pieces", "left"), [("1", 667), ("2", 333), ("3", 0)])
def test_s17_the_share_of_a_piece_is_rounded_to_the_nearest_cent(pieces: str, left: int) -> None:
    member = Member(programme(rate(1, "0.01")))
    sale = bought("2026-02-01", item("A", "10.00", pieces="3"))
    member.post(sale, returned("2026-02-02", sale, back("A", pieces=pieces)))
    assert member.balance() == left


# --- 18: the rule as it was -----------------------------------------------------------------------


def _sale_then_change(new: Programme) -> int:
    member = Member(programme(rate()), new)
    sale = bought("2026-02-01", "50.00")
    member.post(sale, returned("2026-03-01", sale, version=2))
    assert member.posted("reverse") == -50
    assert {line.version_number for line in member.postings if line.kind == "reverse"} == {1}
    return member.balance()


def test_s18_later_twice_as_much() -> None:
    assert _sale_then_change(programme(rate(2), number=2)) == 0


def test_s18_later_deleted() -> None:
    assert _sale_then_change(programme(number=2)) == 0


def test_s18_later_renamed_and_capped() -> None:
    new = programme(rate(3, name="other", limits=(per_purchase(1),)), number=2)
    assert _sale_then_change(new) == 0


def test_s18_the_tier_as_it_was() -> None:
    """Bought at the base rate, returned as a gold member: the base rate comes back."""
    member = Member(programme(rate(), tiers=ladder(tier("gold", eur("100"), multiply="3"))))
    sale = bought("2026-02-01", "50.00")
    member.post(sale, bought("2026-02-02", "100.00"), returned("2026-02-03", sale))
    assert member.balance() == 100


# --- 19: threshold bonuses ------------------------------------------------------------------------


def _bonus(policy: Literal["re_evaluate", "keep_bonus"]) -> Member:
    return Member(
        programme(
            rate(),
            gift(100, name="over-50", when=spend_at_least("50.00")),
            currencies=(points(returns=policy),),
        )
    )


@pytest.mark.parametrize(
    ("policy", "after_one", "after_all"), [("re_evaluate", 40, 0), ("keep_bonus", 140, 0)]
)
def test_s19_a_bonus_no_longer_deserved(
    policy: Literal["re_evaluate", "keep_bonus"], after_one: int, after_all: int
) -> None:
    member = _bonus(policy)
    sale = bought("2026-02-01", item("A", "40.00"), item("B", "20.00"))
    member.post(sale)
    assert member.balance() == 160
    member.post(returned("2026-02-02", sale, back("B")))
    assert member.balance() == after_one
    member.post(returned("2026-02-03", sale, back("A")))
    assert member.balance() == after_all


def test_s19_a_bonus_still_deserved_stays() -> None:
    member = _bonus("re_evaluate")
    sale = bought("2026-02-01", item("A", "40.00"), item("B", "20.00"))
    member.post(sale, returned("2026-02-02", sale, back("B", amount="10.00")))
    assert member.balance() == 150


def test_s19_what_the_remaining_basket_would_newly_deserve_is_not_given() -> None:
    """A return takes back; a rule that only the smaller basket would fire earns nothing now.

    Taken back now = earned(original) − earned(remaining) − taken back before; where the rest is
    worth as much by another rule, nothing is taken."""
    small = lines_where("cheap", lambda line: line.amount <= eur("5.00"))
    member = Member(programme(gift(10, name="small", lines=small)))
    sale = bought("2026-02-01", item("A", "20.00", pieces="4"))
    member.post(sale)
    assert member.balance() == 0
    member.post(returned("2026-02-02", sale, back("A", pieces="3")))
    assert member.balance() in {0, 10}
    member.post(returned("2026-02-03", sale))
    assert member.balance() == 0


@pytest.mark.parametrize("policy", ["re_evaluate", "keep_bonus"])
def test_s19_pieces_come_back_under_either_policy_once_all_is_returned(
    policy: Literal["re_evaluate", "keep_bonus"],
) -> None:
    stamps = points("stamps", kind="stamps", returns=policy)
    member = Member(
        programme(gift(1, currency="stamps", each=of_category("coffee")), currencies=(stamps,))
    )
    sale = bought("2026-02-01", item("c", "9.00", pieces="3", category="coffee"))
    member.post(sale, returned("2026-02-02", sale))
    assert member.balance("stamps") == 0


def test_s19_keep_bonus_never_pays_twice_in_a_group() -> None:
    """The kept bonus holds the group's place: the lesser one does not come on top of it."""
    member = Member(
        programme(
            gift(100, name="big", group="g", priority=9, when=spend_at_least("50.00")),
            gift(10, name="small", group="g"),
            groups=(group("g", "first"),),
            currencies=(points(returns="keep_bonus"),),
        )
    )
    sale = bought("2026-02-01", item("A", "40.00"), item("B", "20.00"))
    member.post(sale, returned("2026-02-02", sale, back("B")))
    assert member.balance() == 100


# --- 20: the spent side ---------------------------------------------------------------------------


def _paid_with_points() -> tuple[Member, Event]:
    member = Member(programme(rate()))
    member.post(
        adjusted("2026-01-02", 70, expires_at=morning("2026-06-01"), name="june"),
        adjusted("2026-01-03", 50, expires_at=morning("2026-03-01"), name="march"),
    )
    sale = bought(
        "2026-02-01",
        item("A", "20.00", pieces="2"),
        points_paid=(PointsPayment("points", 100, 1000),),
    )
    member.post(sale)
    assert member.balance() == 20 + 10
    return member, sale


def test_s20_points_paid_come_back_to_their_lots() -> None:
    member, sale = _paid_with_points()
    member.post(returned("2026-02-02", sale))
    assert member.balance() == 120
    assert {lot.expires_at: lot.remaining for lot in member.state.lots} == {
        morning("2026-06-01"): 70,
        morning("2026-03-01"): 50,
    }


def test_s20_half_returned_brings_half_the_points_last_taken_first() -> None:
    member, sale = _paid_with_points()
    member.post(returned("2026-02-02", sale, back("A", pieces="1")))
    assert {lot.expires_at: lot.remaining for lot in member.state.lots} == {
        morning("2026-06-01"): 70,
        None: 5,
    }
    member.post(returned("2026-02-03", sale))
    assert member.balance() == 120


@pytest.mark.parametrize(
    ("parts", "restored"),
    [
        (("6.66", "6.66", "6.68"), 100),
        (("0.01", "19.99"), 100),
        (("20.00",), 100),
        (("3.33",) * 6, 99),
        (("19.98",), 99),
        (("0.19",), 0),
    ],
)
def test_s20_any_split_brings_the_same_points(parts: tuple[str, ...], restored: int) -> None:
    """In proportion of the returned money, rounded down until everything is back."""
    member, sale = _paid_with_points()
    for number, part in enumerate(parts):
        member.post(returned(f"2026-02-02 12:{number:02}", sale, back("A", amount=part)))
    assert member.posted("restore") == restored


def test_s20_points_of_a_lapsed_lot_are_forfeited() -> None:
    member, sale = _paid_with_points()
    member.post(returned("2026-03-15", sale))
    assert member.balance() == 70
    assert member.posted("restore") == 100


@pytest.mark.parametrize("policy", ["allow_negative", "book_loss", "refuse"])
def test_s20_points_paid_come_back_before_points_are_taken_back(
    policy: Literal["allow_negative", "book_loss", "refuse"],
) -> None:
    """60 earned and spent, 100 paid with: the return gives 100 and takes 60, and nothing lacks."""
    member = Member(programme(rate(), currencies=(points(negative=policy),)))
    member.post(adjusted("2026-01-01", 100))
    sale = bought("2026-02-01", "100.00", points_paid=(PointsPayment("points", 100, 4000),))
    member.post(sale, redeemed("2026-02-02", 60), returned("2026-02-03", sale))
    assert member.balance() == 40
    assert member.posted("write_off") == 0


def test_s20_a_return_undoes_tier_credit_and_the_rise_that_it_made() -> None:
    member = Member(programme(rate(), tiers=ladder(tier("gold", eur("100")))))
    sale = bought("2026-02-01", item("A", "90.00"), item("B", "20.00"))
    member.post(sale)
    assert member.tier_on("2026-02-01") == "gold"
    member.post(returned("2026-02-02", sale, back("B", amount="10.00")))
    assert member.tier_on("2026-02-02") == "gold"
    member.post(returned("2026-02-03", sale, back("B", amount="0.01")))
    assert member.tier_on("2026-02-03") == ""
    assert member.tier_on("2026-02-02 23:00") == "gold"


def test_s20_a_rise_that_later_purchases_support_stays() -> None:
    member = Member(programme(rate(), tiers=ladder(tier("gold", eur("100")))))
    sale = bought("2026-02-01", "100.00")
    member.post(sale, bought("2026-02-02", "150.00"), returned("2026-02-03", sale))
    assert member.tier_on("2026-02-03") == "gold"


def test_s20_stamps_come_back() -> None:
    stamps = points("stamps", kind="stamps")
    member = Member(
        programme(gift(1, currency="stamps", each=of_category("coffee")), currencies=(stamps,))
    )
    sale = bought("2026-02-01", item("c", "9.00", pieces="3", category="coffee"))
    member.post(sale, returned("2026-02-02", sale, back("c", pieces="2")))
    assert member.balance("stamps") == 1


def test_s20_a_voided_purchase_no_longer_counts() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "10.00")
    member.post(sale, bought("2026-02-02", "5.00"), returned("2026-02-03", sale))
    assert member.state.purchases == 1
    assert member.state.spent == eur("5.00")
    assert member.state.earned == {"points": 5}


def test_s16_capped_rules_are_decided_again_in_their_own_headroom() -> None:
    """The cap of the month had 25 left; a smaller basket in the same headroom would earn 20."""
    member = Member(programme(rate(limits=(per_member(units=25, calendar="month"),))))
    sale = bought("2026-02-01", item("A", "20.00"), item("B", "20.00"))
    member.post(sale)
    assert member.balance() == 25
    member.post(returned("2026-02-02", sale, back("B")))
    assert member.balance() == 20
    member.post(bought("2026-02-03", "20.00"))
    assert member.balance() == 25
