"""The known answers of the acceptance cases that the engine of points can give.

Points per unit of money are written as in the cases; the basket of E10 to E19 is a red product for
12, a blue one for 100 and a delivery for 40, which counts as spend unless a row says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import pytest

from habitue.domain.engine.types import MemberState
from habitue.domain.errors import Code
from habitue.domain.events import PointsPayment, Portion
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import PendingConfirmation, Rate, Rule, SpendSettings, Tier
from habitue.kit.instants import DAY
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    bought,
    confirmed,
    eur,
    gift,
    group,
    item,
    ladder,
    lines_where,
    morning,
    of_category,
    of_product,
    passed,
    points,
    programme,
    rate,
    received,
    redeemed,
    returned,
    rule,
    sent,
    spend_at_least,
    tier,
    times,
    undone,
)
from tests.domain.engine.harness import Member

pytestmark = pytest.mark.acceptance

_BASKET = (
    item("red", "12.00", category="red"),
    item("blue", "100.00", category="blue"),
    item("delivery", "40.00", role="delivery"),
)
_ALL_COUNTS = SpendSettings(delivery=True)
_NOT_RED = lines_where("not red", lambda line: line.category != "red")
_ONLY_BLUE = lines_where("blue", lambda line: line.category == "blue")


def _earned(*rules: Rule, spend: SpendSettings = _ALL_COUNTS, **fields: Any) -> int:
    member = Member(programme(*rules, spend=spend, **fields))
    member.post(bought("2026-02-01", *_BASKET))
    return member.balance()


def _earned_on(amount: str, *rules: Rule, **fields: Any) -> int:
    member = Member(programme(*rules, **fields))
    member.post(bought("2026-02-01", amount))
    return member.balance()


# --- earning --------------------------------------------------------------------------------------


def test_e01_floor() -> None:
    assert _earned_on("19.99", rate()) == 19


def test_e02_three_points_per_unit() -> None:
    assert _earned_on("40.00", rate(3)) == 120


def test_e04_a_fixed_bonus_of_higher_priority_stands_alone() -> None:
    """ "Non-stackable" is said with a group of which the first by priority counts."""
    rules = (rate(group="g"), gift(100, group="g", priority=10))
    assert _earned_on("50.00", *rules, groups=(group("g", "first"),)) == 100


def test_e05_the_higher_priority_wins_among_non_stackable() -> None:
    rules = (
        gift(50, name="a", group="g", priority=5),
        gift(200, name="b", group="g", priority=20),
    )
    assert _earned_on("50.00", *rules, groups=(group("g", "first"),)) == 200


@pytest.mark.parametrize(("amount", "expected"), [("19.00", 38), ("19.99", 39)])
def test_e06_doubled(amount: str, expected: int) -> None:
    """On 19.99, SEMANTICS 5 (one rounding on the exact product) gives 39 where a base that is
    rounded first gives 38; the row's base of 19 is met with 19.00."""
    assert _earned_on(amount, rate(), times("2.0")) == expected


def test_e08_disabled_or_far_away() -> None:
    assert _earned_on("50.00", rate(enabled=False)) == 0
    assert _earned_on("50.00", rate(starts_at=at("2099-01-01"))) == 0


def test_e09_no_divisor_is_no_error() -> None:
    assert _earned_on("50.00", rule("none", Rate("points", Fraction(1), 0))) == 0


def test_e10_a_minimum_order() -> None:
    assert _earned(rate(4)) == 608
    assert _earned(rate(4, when=spend_at_least("100.00"))) == 608
    assert _earned(rate(4, when=spend_at_least("300.00"))) == 0


def test_e12_excluded_lines() -> None:
    assert _earned(rate(4, lines=_NOT_RED)) == 560
    assert _earned(rate(4, lines=_NOT_RED), spend=SpendSettings()) == 400


def test_e13_only_red() -> None:
    assert _earned(rate(4, lines=of_category("red"))) == 48


def test_e14_two_rates_together() -> None:
    assert _earned(rate(10, name="a"), rate(4, name="b")) == 2128


@pytest.mark.parametrize(
    ("red", "blue", "expected"),
    [("3", "1", 704), ("3", "6", 2704), ("0", "2", 960), ("0", "0", 160)],
)
def test_e16_multipliers_of_lines(red: str, blue: str, expected: int) -> None:
    rules = (
        rate(4),
        times(red, name="red", lines=of_category("red")),
        times(blue, name="blue", lines=_ONLY_BLUE),
    )
    assert _earned(*rules) == expected


def test_e17_everything_together() -> None:
    rules = (
        rate(4, name="a"),
        rate(10, name="b"),
        times("3", name="red", lines=of_category("red")),
        times("5", name="blue", lines=_ONLY_BLUE),
        gift(200, name="sku", lines=of_product("blue")),
    )
    assert _earned(*rules) == 8264


def test_e18_stop_here() -> None:
    rules = (
        rate(1, name="a", priority=3),
        rate(1, name="b", priority=2, stop=True),
        rate(10, name="c", priority=1),
    )
    assert _earned(*rules) == 304


def test_e20_after_a_discount_on_the_order() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-02-01", "100.00", order_discount="10.00"))
    assert member.balance() == 90


def test_e21_a_code_on_the_whole_order_leaves_the_line_alone() -> None:
    """The programme keeps order discounts on the order: the line in the category stays at 100."""
    member = Member(
        programme(rate(lines=of_category("in")), spend=SpendSettings(order_discounts="order"))
    )
    sale = bought(
        "2026-02-01",
        item("A", "100.00", category="in"),
        item("B", "50.00", category="out"),
        order_discount="15.00",
    )
    member.post(sale)
    assert member.balance() == 100


@pytest.mark.parametrize("order_discounts", ["spread", "order"])
def test_e22_a_code_on_the_category_lowers_its_line(
    order_discounts: Literal["spread", "order"],
) -> None:
    member = Member(
        programme(
            rate(lines=of_category("in")), spend=SpendSettings(order_discounts=order_discounts)
        )
    )
    sale = bought(
        "2026-02-01",
        item("A", "90.00", category="in", discount="10.00"),
        item("B", "50.00", category="out"),
    )
    member.post(sale)
    assert member.balance() == 90


def test_e24_granted_at_confirmation_then_cancelled() -> None:
    """The ledger is append-only (SEMANTICS 39): the row stays and its counter-row stands beside it;
    nothing of the order is left, pending or spendable, whether or not it was confirmed."""
    for is_confirmed in (False, True):
        member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
        order = bought("2026-02-01", "50.00")
        member.post(order)
        assert member.spendable_on("2026-02-01") == 0
        if is_confirmed:
            member.post(confirmed("2026-02-02", order))
            assert member.spendable_on("2026-02-02") == 50
        member.post(returned("2026-02-03", order))
        assert member.balance() == 0
        assert member.state.lots == []
        assert member.posted("earn") + member.posted("reverse") == 0


def test_e25_delivered_twice() -> None:
    """The engine is asked once per natural key; a history that holds an event twice by mistake is
    the caller's fault.  Here: the same order under its own key is one event, wherever it stands."""
    order = bought("2026-02-01", "50.00")
    assert order == bought("2026-02-01", "50.00")
    member = Member(programme(rate()))
    member.post(order)
    assert [line.amount for line in member.postings] == [50]


# --- points: spending, expiry, reversal -----------------------------------------------------------


@pytest.mark.parametrize("asked", [1000, 10000])
def test_p04_more_than_the_balance(asked: int) -> None:
    """The row clamps what is asked to what can be had.  The engine never clamps: it refuses and
    says what is there, and the till asks for that (caps and minimums belong to the reward)."""
    member = Member(programme(rate()))
    member.post(adjusted("2026-01-01", 700))
    refusal = member.refuses(redeemed("2026-02-01", asked), Code.NOT_ENOUGH_POINTS)
    assert refusal.parameters["limit"] == 700
    member.post(redeemed("2026-02-01", 700))
    assert member.balance() == 0


def test_p05_the_lot_that_ends_first_is_emptied() -> None:
    member = Member(programme(rate()))
    june, january = morning("2027-06-01"), morning("2027-01-01")
    member.post(
        adjusted("2026-01-01", 100, expires_at=june, name="first"),
        adjusted("2026-01-02", 100, expires_at=january, name="second"),
        redeemed("2026-02-01", 100),
    )
    assert [(lot.expires_at, lot.remaining) for lot in member.state.lots] == [(june, 100)]


def test_p06_the_expiring_lot_first() -> None:
    member = Member(programme(rate()))
    member.post(
        adjusted("2026-01-01", 100, name="for ever"),
        adjusted("2026-01-02", 100, expires_at=morning("2027-01-01"), name="ending"),
        redeemed("2026-02-01", 100),
    )
    assert [lot.expires_at for lot in member.state.lots] == [None]


def test_p08_a_deficit_is_paid_from_the_next_earn() -> None:
    """The row debits 80 of 50.  Here no debit by hand exceeds a balance (SEMANTICS 15 makes debts
    by returns): 80 are earned, 30 spent, and the return of the 80 leaves the deficit of 30."""
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "80.00")
    member.post(sale, redeemed("2026-02-02", 30), returned("2026-02-03", sale))
    assert member.balance() == -30
    member.post(bought("2026-02-04", "100.00"))
    assert member.balance() == 70
    assert member.state.debts == {}


def test_p09_what_was_left_expires_once() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    member.post(bought("2026-01-01", "150.00"), redeemed("2026-01-10", 50))
    member.post(passed("2026-02-02"), passed("2026-02-03"))
    assert [line.amount for line in member.postings if line.kind == "expire"] == [-100]
    assert member.balance() == 0


def test_p10_the_instant_of_expiry() -> None:
    end = at("2026-02-01")
    member = Member(programme(rate()))
    member.post(
        adjusted("2026-01-01", 1, expires_at=end, name="now"),
        adjusted("2026-01-01", 2, expires_at=end + DAY, name="tomorrow"),
        passed(end),
    )
    assert member.balance() == 2


def test_p12_oldest_first_over_two_orders() -> None:
    member = Member(programme(rate(5), currencies=(points(expiry=after("90 days")),)))
    member.post(bought("2026-01-01", "115.00"), redeemed("2026-01-01 13:00", 500))
    assert member.remaining() == [75]
    member.post(bought("2026-01-02", "161.00"), redeemed("2026-01-02 13:00", 500))
    assert member.remaining() == [380]
    assert member.balance_on(morning("2026-04-02")) == 0


def test_p13_cancelled() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "150.00")
    member.post(sale, returned("2026-02-02", sale))
    assert [line.amount for line in member.postings if line.kind == "reverse"] == [-150]
    assert member.balance() == 0
    member.refuses(returned("2026-02-03", sale), Code.RETURN_EXCEEDS_PURCHASE)
    assert [line.amount for line in member.postings if line.kind == "reverse"] == [-150]


@pytest.mark.parametrize(("policy", "balance"), [("book_loss", 0), ("allow_negative", -100)])
def test_p14_cancelled_after_spending(
    policy: Literal["book_loss", "allow_negative"], balance: int
) -> None:
    """Where the row clamps in silence, the loss of 100 is a line of its own (SEMANTICS 15)."""
    member = Member(programme(rate(), currencies=(points(negative=policy),)))
    sale = bought("2026-02-01", "150.00")
    member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
    assert member.balance() == balance
    assert member.posted("reverse") == -150
    assert member.posted("write_off") == (100 if policy == "book_loss" else 0)


def test_p18_nothing_to_spend() -> None:
    member = Member(programme(rate()))
    member.refuses(redeemed("2026-02-01", 1), Code.NOT_ENOUGH_POINTS)


def test_p18_nothing_to_pay_with() -> None:
    member = Member(programme(gift(0)))
    paid = bought("2026-02-01", "10.00", points_paid=(PointsPayment("points", 1, 1),))
    member.refuses(paid, Code.NOT_ENOUGH_POINTS)


# --- tiers ----------------------------------------------------------------------------------------


def _levels(**fields: Any) -> Member:
    """Levels 20 and 30 by the spend of the latest month, held for a month."""
    tiers = ladder(
        tier("20", eur("20")),
        tier("30", eur("30")),
        metrics=(Metric("spend", Window("rolling", parse_period("1 month"))),),
        valid=parse_period("1 month"),
        downgrade="to_deserved",
    )
    return Member(programme(rate(), tiers=replace(tiers, **fields)))


def test_t02_a_manual_tier_is_the_floor() -> None:
    member = _levels()
    member.post(adjusted("2026-01-01", tier="20"), bought("2026-01-02", "30.00"))
    assert member.tier_on("2026-01-02") == "30"
    assert member.tier_on("2027-01-02") == "20"


def test_t03_no_move_where_the_tier_is_the_deserved_one() -> None:
    member = _levels()
    member.post(adjusted("2026-01-01", tier="20"))
    moves = len(member.moves)
    member.post(bought("2026-01-15", "21.00"), passed("2026-02-10"))
    assert len(member.moves) == moves
    assert member.state.standing.tier == "20"


def test_t04_down_to_what_was_spent() -> None:
    member = _levels()
    member.post(bought("2026-01-01", "30.00"), bought("2026-02-10", "21.00"))
    # On 1 February the 30.00 of January still count; on 1 March only the 21.00 do.
    decision = member.post(passed("2026-03-02"))
    (move,) = decision.moves
    assert (move.from_tier, move.to_tier, move.cause) == ("30", "20", "lapsed")
    assert move.at == morning("2026-03-01")


def test_t06_everything_since_the_window_began_counts() -> None:
    """1 was earned before, 2 and 3 after the last recalculation, which here is the new year."""
    tiers = ladder(tier("five", 5), metrics=(Metric("points", Window("calendar_year"), "points"),))
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2025-12-31", "1.00"), bought("2026-01-01", "2.00"))
    assert member.state.standing.tier == ""
    member.post(bought("2026-02-01", "3.00"))
    assert member.state.standing.tier == "five"


@pytest.mark.parametrize(("total", "level"), [(1, ""), (4, "1"), (304, "100")])
def test_t07_levels_by_formula(total: int, level: str) -> None:
    levels = tuple(
        Tier(str(number), (3 * number,), (3 * number,), (3 * number,), Fraction(1))
        for number in range(1, 101)
    )
    tiers = replace(
        ladder(*levels), metrics=(Metric("points", Window("lifetime"), "points"),), valid=None
    )
    member = Member(programme(rate(), tiers=tiers))
    member.post(bought("2026-02-01", f"{total}.00"))
    assert member.state.standing.tier == level


# --- ledger ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [0, -1, -100])
def test_l01_nothing_or_less_is_refused(units: int) -> None:
    member = Member(programme(rate()))
    spent = redeemed("2026-01-02", 40)
    member.post(adjusted("2026-01-01", 100), spent)
    for event in (
        redeemed("2026-02-01", units),
        sent("2026-02-01", units),
        undone("2026-02-01", spent, units),
        received("2026-02-01", Portion(units, at("2026-01-01"), None)),
    ):
        member.refuses(event, Code.NOT_POSITIVE)


def test_l01_another_currency_is_refused() -> None:
    member = Member(programme(rate()))
    member.refuses(bought("2026-02-01", "10.00", currency="USD"), Code.WRONG_CURRENCY)
    member.refuses(redeemed("2026-02-01", 1, currency="stamps"), Code.UNKNOWN_POINTS)
    member.refuses(adjusted("2026-02-01", 1, currency="stamps"), Code.UNKNOWN_POINTS)
    member.refuses(sent("2026-02-01", 1, currency="stamps"), Code.UNKNOWN_POINTS)


def test_l04_a_balance_at_a_past_instant_is_the_sum_of_the_entries_until_then() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=after("1 month")),)))
    sale = bought("2026-01-01", "150.00")
    member.post(sale, redeemed("2026-01-10", 50), bought("2026-01-20", "30.00"))
    member.post(returned("2026-01-25", sale), passed("2026-03-01"))
    instants = sorted({line.effective_at for line in member.postings})
    for instant in [*instants, *(one - 1 for one in instants)]:
        lines = sum(line.amount for line in member.postings if line.effective_at <= instant)
        state: MemberState = member.on(instant)
        assert state.balance("points") == lines
