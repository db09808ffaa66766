"""SEMANTICS 4-6: integers, rounding once, and what counts as spend."""

from __future__ import annotations

from fractions import Fraction

import pytest

from habitue.domain.events import Line, PointsPayment
from habitue.domain.programme.model import Fixed, Rate, SpendSettings
from habitue.kit.rounding import RoundingMode
from tests.domain.engine.building import (
    adjusted,
    bought,
    item,
    of_product,
    points,
    programme,
    rate,
    rule,
    times,
)
from tests.domain.engine.harness import Member

# --- 4: integers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money", "per", "amount", "expected"),
    [
        ("EUR", "1.00", "19.99", 19),
        ("JPY", "100", "1999", 19),
        ("JPY", "1", "49992", 49992),
        ("BHD", "1.000", "19.999", 19),
        ("BHD", "0.001", "19.999", 19999),
    ],
)
def test_s04_money_of_0_2_and_3_decimals(money: str, per: str, amount: str, expected: int) -> None:
    member = Member(programme(rate(1, per, money=money), currency=money))
    member.post(bought("2026-02-01", amount, currency=money))
    assert member.balance() == expected


def test_s04_cashback_in_cents() -> None:
    """2.5 % of 39.99 is 0.99975: 99 cents, not a float near to it."""
    cashback = points("cashback", decimals=2, kind="cashback")
    member = Member(programme(rate("2.5", currency="cashback"), currencies=(cashback,)))
    member.post(bought("2026-02-01", "39.99"))
    assert member.balance("cashback") == 99


@pytest.mark.parametrize(
    ("factor", "amount", "expected"),
    [
        ("1.7", "9.99", 16),  # 16.983
        ("1.7", "10.00", 17),  # As a float this is 17, or 16 with bad luck.
        ("0.1", "30.00", 3),
        ("1.1", "100.00", 110),  # As a float 110.00000000000001.
        ("0.29", "100.00", 29),  # As a float 28.999999999999996.
        ("1.15", "100.00", 115),  # As a float 114.99999999999999.
    ],
)
def test_s04_multipliers_are_exact_decimals(factor: str, amount: str, expected: int) -> None:
    by_rate = Member(programme(rate(factor)))
    by_rate.post(bought("2026-02-01", amount))
    assert by_rate.balance() == expected
    by_multiplier = Member(programme(rate(), times(factor)))
    by_multiplier.post(bought("2026-02-01", amount))
    assert by_multiplier.balance() == expected


def test_s04_nothing_in_the_state_or_the_ledger_is_a_float() -> None:
    member = Member(programme(rate("1.7"), times("1.3")))
    decision = member.post(bought("2026-02-01", "9.99", "0.01"))
    assert all(type(line.amount) is int for line in decision.postings)
    assert all(type(lot.remaining) is int for lot in decision.state.lots)
    assert all(type(part) is int for part in decision.line_points["points"].values())


# --- 5: round once --------------------------------------------------------------------------------


def test_s05_three_lines_of_half_earn_1_not_0() -> None:
    member = Member(programme(rate()))
    decision = member.post(bought("2026-02-01", "0.50", "0.50", "0.50"))
    assert member.balance() == 1
    assert decision.line_points["points"] == {"1": 1, "2": 0, "3": 0}


def test_s05_line_points_add_up_by_largest_remainder() -> None:
    member = Member(programme(rate(10)))
    decision = member.post(bought("2026-02-01", "0.55", "0.75", "0.70"))
    assert member.balance() == 20
    assert decision.line_points["points"] == {"1": 6, "2": 7, "3": 7}


@pytest.mark.parametrize(
    ("mode", "amount", "expected"),
    [
        ("floor", "1.99", 1),
        ("ceil", "1.01", 2),
        ("ceil", "1.00", 1),
        ("half_up", "1.50", 2),
        ("half_up", "2.50", 3),
        ("half_up", "1.49", 1),
        ("half_even", "1.50", 2),
        ("half_even", "2.50", 2),
        ("half_even", "2.51", 3),
    ],
)
def test_s05_rounding_modes(mode: RoundingMode, amount: str, expected: int) -> None:
    member = Member(programme(rate(), currencies=(points(rounding=mode),)))
    member.post(bought("2026-02-01", amount))
    assert member.balance() == expected


def test_s05_each_rule_rounds_its_own_sum() -> None:
    member = Member(programme(rate(name="a"), rate(name="b")))
    member.post(bought("2026-02-01", "1.50"))
    assert member.balance() == 2  # 1 + 1, not floor(3.0).


def test_s05_a_rate_with_its_multipliers_is_rounded_once() -> None:
    member = Member(programme(rate(), times("1.5", name="m1"), times("1.5", name="m2")))
    decision = member.post(bought("2026-02-01", "1.99"))
    assert member.balance() == 4  # floor(1.99 x 2.25 = 4.4775); floor by floor would give 1.
    by_rule = {line.rule: line.amount for line in decision.postings}
    assert by_rule == {"base": 1, "m1": 1, "m2": 2}  # 1.99, 2.985, 4.4775: telescoping.


@pytest.mark.parametrize("amounts", [("0.33", "0.33", "0.34"), ("5.01", "0.02", "7.77", "1.11")])
@pytest.mark.parametrize("units", ["1", "7", "0.3", "13.7"])
def test_s05_line_points_always_sum_to_the_points(amounts: tuple[str, ...], units: str) -> None:
    member = Member(programme(rate(units), times("1.3")))
    decision = member.post(bought("2026-02-01", *amounts))
    assert sum(decision.line_points.get("points", {}).values()) == member.balance()


# --- 6: what counts -------------------------------------------------------------------------------

_FULL = (
    item("goods", "12.00", tax="2.00", discount="3.00"),
    item("delivery", "4.00", role="delivery"),
    item("tip", "5.00", role="tip"),
    item("deposit", "0.50", role="deposit"),
    item("card", "50.00", role="gift_card"),
)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SpendSettings(), 1200),
        (SpendSettings(tax=False), 1000),
        (SpendSettings(tips=True), 1700),
        (SpendSettings(delivery=True), 1600),
        (SpendSettings(deposits=True), 1250),
        (SpendSettings(gift_card_sales=True), 6200),
        (SpendSettings(discounts="before"), 1500),
        (SpendSettings(discounts="before", tax=False), 1300),
        (SpendSettings(tips=True, delivery=True, deposits=True, gift_card_sales=True), 7150),
    ],
)
def test_s06_every_switch(settings: SpendSettings, expected: int) -> None:
    member = Member(programme(rate(1, "0.01"), spend=settings))
    member.post(bought("2026-02-01", *_FULL))
    assert member.balance() == expected


def test_s06_a_gift_card_earns_once_on_the_spend() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-02-01", item("card", "50.00", role="gift_card")))
    assert member.balance() == 0
    member.post(bought("2026-02-02", "50.00", gift_card="50.00"))
    assert member.balance() == 50


@pytest.mark.parametrize(("counts", "expected"), [(True, 30), (False, 20)])
def test_s06_the_part_paid_with_a_gift_card(*, counts: bool, expected: int) -> None:
    member = Member(programme(rate(), spend=SpendSettings(paid_with_gift_card=counts)))
    member.post(bought("2026-02-01", "20.00", "10.00", gift_card="10.00"))
    assert member.balance() == expected


@pytest.mark.parametrize(("counts", "expected"), [(True, 30), (False, 20)])
def test_s06_the_part_paid_with_points(*, counts: bool, expected: int) -> None:
    member = Member(programme(rate(), spend=SpendSettings(paid_with_points=counts)))
    member.post(adjusted("2026-01-31", 1000))
    member.post(
        bought("2026-02-01", "20.00", "10.00", points_paid=(PointsPayment("points", 1000, 1000),))
    )
    assert member.balance() == expected


def test_s06_uncounted_tender_is_spread_over_the_lines() -> None:
    """10.00 of 30.00 was paid with a gift card: a third of each line does not count."""
    member = Member(
        programme(
            rate(1, "0.01", lines=of_product("1")),
            spend=SpendSettings(paid_with_gift_card=False),
        )
    )
    member.post(bought("2026-02-01", "20.00", "10.00", gift_card="10.00"))
    assert member.balance() == 2000 - 667


@pytest.mark.parametrize(
    ("settings", "whole", "first_line"),
    [
        (SpendSettings(), 90, 60),
        (SpendSettings(order_discounts="order"), 90, 66),
        (SpendSettings(discounts="before"), 100, 66),
    ],
)
def test_s06_order_discounts(settings: SpendSettings, whole: int, first_line: int) -> None:
    lines: tuple[Line, ...] = (item("a", "66.67"), item("b", "33.33"))
    member = Member(programme(rate(), spend=settings))
    member.post(bought("2026-02-01", *lines, order_discount="10.00"))
    assert member.balance() == whole
    member = Member(programme(rate(lines=of_product("a")), spend=settings))
    member.post(bought("2026-02-01", *lines, order_discount="10.00"))
    assert member.balance() == first_line


def test_s06_without_tax_an_order_discount_takes_its_own_tax_with_it() -> None:
    """120.00 with 20.00 tax, 12.00 off: 108.00 is paid, of which 90.00 is net."""
    member = Member(programme(rate(), spend=SpendSettings(tax=False)))
    member.post(bought("2026-02-01", item("a", "120.00", tax="20.00"), order_discount="12.00"))
    assert member.balance() == 90


@pytest.mark.parametrize(
    "gives", [(Rate("points", Fraction(0), 100),), (Fixed("points", 0),)], ids=["rate", "fixed"]
)
def test_s06_nothing_given_opens_no_lot(gives: tuple[Rate | Fixed, ...]) -> None:
    member = Member(programme(rule("none", *gives)))
    decision = member.post(bought("2026-02-01", "10.00"))
    assert decision.postings == []
    assert decision.lots == []


def test_s06_the_whole_order_can_be_free() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-02-01", "10.00", order_discount="10.00"))
    assert member.balance() == 0
    member.post(bought("2026-02-01", "0.00"))
    assert member.balance() == 0
