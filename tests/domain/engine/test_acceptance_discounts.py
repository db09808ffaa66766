"""The known answers of the acceptance cases for discounts; the name of a test has the row's number.

A basket is priced for a member by a programme whose document says the discounts of the row.  What a
row leaves open (rounding, what is cheapest, on which amount a share is) the document says.
"""

from __future__ import annotations

import pytest

from habitue.domain.errors import Code
from tests.domain.engine.building import back, bought, item, returned
from tests.domain.engine.discounting import left, off, pays, prices, shop, sold, why
from tests.domain.engine.harness import Member

pytestmark = pytest.mark.acceptance


def test_d01_never_below_zero() -> None:
    off_249 = shop("fixed: {discount: 249.00}")
    assert pays(off_249, "25.00") == 0
    assert pays(off_249, item("a", "425.00", pieces="17")) == 17_600


@pytest.mark.parametrize(("pieces", "expected"), [("1", 1000), ("3", 2850), ("5", 4500)])
def test_d03_steps_by_pieces(pieces: str, expected: int) -> None:
    steps = shop(
        """
        two: {discount: 5 %, group: g, when: {basket.quantity: {at_least: 2}}}
        four: {discount: 10 %, group: g, when: {basket.quantity: {at_least: 4}}}
        """,
        "stacking: {g: best}",
    )
    assert pays(steps, item("a", f"{10 * int(pieces)}.00", pieces=pieces)) == expected


@pytest.mark.parametrize(("pieces", "expected"), [(14, 148_680), (17, 160_480), (20, 188_800)])
def test_d04_steps_by_amount_best_wins(pieces: int, expected: int) -> None:
    steps = shop(
        """
        a: {discount: 10 %, group: g, when: {basket.amount: {at_least: 1500.00}}}
        b: {discount: 15 %, group: g, when: {basket.amount: {at_least: 1750.00}}}
        c: {discount: 20 %, group: g, when: {basket.amount: {at_least: 2000.00}}}
        d: {discount: 25 %, group: g, when: {basket.amount: {at_least: 2500.00}}}
        """,
        "stacking: {g: best}",
    )
    assert pays(steps, item("a", f"{118 * pieces}.00", pieces=str(pieces))) == expected


def test_d05_a_category() -> None:
    both = shop("furniture: {discount: 25 %, lines: {category: [chair, drawer]}}")
    chairs = shop("furniture: {discount: 25 %, lines: {category: chair}}")
    basket = (
        item("chair", "66.00", pieces="4", category="chair"),
        item("drawer", "50.00", pieces="2", category="drawer"),
    )
    assert pays(both, *basket) == 8_700
    assert pays(chairs, *basket) == 9_950


def test_d07_the_order_decides() -> None:
    basket = (item("a", "6.00"), item("b", "4.00"), item("c", "10.00"))
    fixed = """
        a: {discount: 10.00, lines: {product: a}, priority: 20}
        ab: {discount: 5.00, lines: {product: [a, b]}, priority: 10}
    """
    assert pays(shop(fixed), *basket) == 1000
    assert pays(shop(fixed + "share: {discount: 10 %, priority: 1}"), *basket) == 900
    first = fixed + "share: {discount: 10 %, priority: 30}"
    assert pays(shop("share: {discount: 10 %, priority: 30}"), *basket) == 1800
    assert pays(shop(first), *basket) == 900


def test_d08_the_same_share_again_takes_it_off_what_is_left() -> None:
    claims = [f"claim-{place}: {{discount: 10 %, lines: {{product: a}}}}" for place in (1, 2, 3)]
    basket = item("a", "300.00", pieces="3")
    paid = [pays(shop("\n".join(claims[:times])), basket) for times in (1, 2, 3)]
    assert paid == [27_000, 24_300, 21_870]


def test_d09_a_cap_on_one_purchase() -> None:
    """A with its tax costs 120.00; a line cannot be below zero, so another's reduction does not
    lower what is left here: the amount off is capped at what the lines cost."""
    capped = shop("a: {discount: 10 %, lines: {product: a}, limit: {per_purchase: 9.00}}")
    assert off(prices(Member(capped), item("a", "120.00"))) == {"a": 900}
    assert off(prices(Member(capped), item("a", "6.00"))) == {"a": 60}


def test_d11_all_of_it() -> None:
    amounts = ("6.44", "10.26", "51.65", "249.85", "2760.00")
    assert pays(shop("all: {discount: 100 %}"), *amounts) == 0


def test_d12_a_levy_that_nobody_reduces() -> None:
    """The fixed levy is passed on, as deposits are: a line of its own that no discount lowers."""
    half = shop("half: {discount: 50 %}")
    goods = item("a", "115.00", tax="15.00")
    levy = item("levy", "10.00", role="deposit", tax="10.00")
    paid = left(half, goods, levy)
    assert paid == [5750, 1000]
    taxes = [line.tax * now // line.amount for line, now in zip((goods, levy), paid, strict=True)]
    assert taxes == [750, 1000]


def test_d13_a_price_and_then_a_share() -> None:
    listed = shop(
        """
        list: {price: 90.00, lines: {product: a}, priority: 2}
        coupon: {discount: 10 %, priority: 1}
        """
    )
    assert pays(listed, item("a", "100.00")) == 8_100


def test_d15_a_minimum_of_the_goods_themselves() -> None:
    minimum = shop(
        "a: {discount: 10 %, lines: {product: a},"
        " when: {sum_lines: {match: {product: a}, at_least: 110.00}}}"
    )
    many_b = item("b", "200.00", pieces="40")
    assert pays(minimum, item("a", "100.00"), many_b) == 30_000
    few_b = item("b", "100.00", pieces="20")
    assert pays(minimum, item("a", "200.00", pieces="2"), few_b) == 28_000


def test_d16_a_minimum_before_tax() -> None:
    """What counts as spend is the amount before tax, so the minimum is asked of that."""
    share = (
        "cabinet: {discount: 20 %%, lines: {product: cabinet}%s,"
        " when: {basket.amount: {at_least: 320.00}}}"
    )
    minimum = shop(share % "", "spend: {tax: no}")
    included = item("cabinet", "320.00", tax="41.74")
    added = item("cabinet", "368.00", tax="48.00")
    extra = item("extra", "250.00", pieces="10")
    assert pays(minimum, included) == 32_000
    assert pays(minimum, added) == 29_440
    assert pays(minimum, added, extra) == 54_440
    capped = shop(share % ", limit: {per_purchase: 200.00}", "spend: {tax: no}")
    eight = item("cabinet", "2944.00", pieces="8", tax="384.00")
    assert pays(capped, eight, extra) == 299_400


@pytest.mark.parametrize(("pieces", "expected"), [("2", 480), ("3", 720)])
def test_d17_from_two_pieces(pieces: str, expected: int) -> None:
    two = shop("two: {discount: 20 %, when: {basket.quantity: {at_least: 2}}}")
    line = item("a", f"{12 * int(pieces)}.00", pieces=pieces)
    assert off(prices(Member(two), line)) == {"two": expected}


def test_d19_an_amount_over_lines_adds_up() -> None:
    """By largest remainder the earlier line has the odd cent (SEMANTICS 5)."""
    assert left(shop("four: {discount: 4.00}"), "2.00", "2.00", "2.00") == [66, 67, 67]


def test_d20_rounded_down() -> None:
    shares = """
        three: {discount: 3 %, of: initial}
        five: {discount: 5 %, of: initial}
    """
    basket = (item("a", "14.22", pieces="6"), item("b", "3.28"))
    assert off(prices(Member(shop(shares)), *basket)) == {"three": 52, "five": 87}


def test_d21_goods_that_are_never_reduced() -> None:
    spared = shop("share: {discount: 20 %, lines: {category: {is_not: books}}}")
    assert pays(spared, item("a", "24.00", pieces="2", category="books")) == 2400


@pytest.mark.parametrize(("pieces", "expected"), [(4, 48_000), (5, 48_000)])
def test_d23_a_minimum_spend(pieces: int, expected: int) -> None:
    minimum = shop("share: {discount: 20 %, when: {basket.amount: {at_least: 500.00}}}")
    assert pays(minimum, item("a", f"{120 * pieces}.00", pieces=str(pieces))) == expected


@pytest.mark.parametrize(("pieces", "expected"), [(2, 180), (3, 230), (4, 360), (5, 410)])
def test_d24_what_is_left_over_of_pairs(pieces: int, expected: int) -> None:
    """100, 80, 50 and 100, 80, 100, 80, 50: both shares are of the price as it was."""
    pairs = shop(
        """
        second: {discount: 20 %, of: initial, cheapest: {of_every: 2}, priority: 2}
        over: {discount: 50 %, of: initial, cheapest: 1, when: {basket.quantity: [3, 5, 7, 9]}}
        """
    )
    assert pays(pairs, item("a", f"{100 * pieces}.00", pieces=str(pieces))) == 100 * expected


@pytest.mark.parametrize(("pieces", "expected"), [(1, 2300), (2, 1840)])
def test_d25_spend_on_one_thing_another_is_cheaper(pieces: int, expected: int) -> None:
    other = shop(
        "y: {discount: 20 %, lines: {product: y},"
        " when: {sum_lines: {match: {product: x}, at_least: 99.00}}}"
    )
    paid = left(other, item("x", f"{50 * pieces}.00", pieces=str(pieces)), item("y", "23.00"))
    assert paid[1] == expected


def test_d27_at_least_is_at_least() -> None:
    minimum = shop("off: {discount: 1.00, when: {basket.amount: {at_least: 7.00}}}")
    assert pays(minimum, "7.00") == 600
    answer = prices(Member(minimum), "5.00")
    assert (answer.after, why(answer)) == (500, {"off": "condition"})


# --- the cheapest piece ---------------------------------------------------------------------------


@pytest.mark.parametrize(("paid", "added"), [(2, 0), (3, 1), (6, 2), (75, 25)])
def test_b01_three_paid_bring_one_that_is_added(paid: int, added: int) -> None:
    """The free piece is on the receipt: of every four, one costs nothing."""
    fourth = shop("fourth: {discount: 100 %, cheapest: {of_every: 4}}")
    basket = item("a", f"{320 * (paid + added)}.00", pieces=str(paid + added))
    assert off(prices(Member(fourth), basket)).get("fourth", 0) == 32_000 * added


def test_b01_the_free_piece_is_not_reduced_again() -> None:
    fourth = shop(
        """
        fourth: {discount: 100 %, cheapest: {of_every: 4}, priority: 2}
        code: {discount: 10 %, priority: 1}
        """
    )
    assert pays(fourth, item("a", "1280.00", pieces="4")) == 86_400


def test_b02_once_in_an_order() -> None:
    free = shop(
        "table: {discount: 100 %, cheapest: 1, lines: {product: table},"
        " when: {any_line: {product: drawer}}}"
    )
    basket = (item("drawer", "30.00", pieces="3"), item("table", "50.00"))
    assert left(free, *basket) == [3000, 0]


def test_b04_pieces_and_an_amount_are_needed() -> None:
    """Two chairs and 33.00 for a free one: the free one is on the receipt, so three and 49.50."""
    free = shop(
        "chair: {discount: 100 %, cheapest: {of_every: 3, most: 1}, lines: {product: chair},"
        " when: {sum_lines: {match: {product: chair}, at_least: 49.50}}}"
    )
    paid = [
        pays(free, item("chair", f"{pieces * 1650 / 100:.2f}", pieces=str(pieces)))
        for pieces in (1, 3, 2)
    ]
    assert paid == [1650, 3300, 3300]
    assert pays(free, item("chair", "49.47", pieces="3")) == 4947


def test_b05_three_for_two() -> None:
    three = shop("three: {discount: 100 %, cheapest: {of_every: 3}}")
    assert pays(three, item("a", "36.00", pieces="3")) == 2400


def test_b06_three_for_two_once() -> None:
    once = shop("three: {discount: 100 %, cheapest: {of_every: 3, most: 1}}")
    basket = (item("a", "16.00", pieces="4"), item("b", "8.00", pieces="4"))
    assert left(once, *basket) == [1600, 600]


def test_b08_the_cheapest_of_all() -> None:
    three = shop("three: {discount: 100 %, cheapest: {of_every: 3}}")
    basket = [item(str(price), f"{price}.00") for price in (6, 5, 4, 3, 2, 1)]
    assert left(three, *basket) == [600, 500, 400, 300, 0, 0]


def test_b09_five_of_one_give_one_of_another() -> None:
    five = shop(
        "y: {discount: 100 %, lines: {product: y}, cheapest: {of_every: 5, counting: {product: x}}}"
    )
    basket = (item("x", "1200.00", pieces="12"), item("y", "270.00", pieces="3"))
    assert left(five, *basket) == [120_000, 9_000]


def test_b10_every_four_of_any_give_one_of_a_kind() -> None:
    four = shop(
        "kind: {discount: 100 %, lines: {category: i},"
        " cheapest: {of_every: 4, counting: {role: goods}}}"
    )
    kind = [
        item(f"i{place}", f"{price}.00", category="i")
        for place, price in enumerate((110, 110, 90, 90))
    ]
    basket = (item("other", "50.00", pieces="10"), *kind)
    assert left(four, *basket) == [5000, 0, 11_000, 0, 0]


def test_b12_the_cheapest_line_alone() -> None:
    share = shop("share: {discount: 15 %, cheapest: 1, rounding: half_up}")
    assert off(prices(Member(share), "19.99", "109.99")) == {"share": 300}
    amount = shop("fixed: {discount: 4.44, cheapest: 1}")
    assert left(amount, "13.33", "16.66") == [889, 1666]


# --- limits and budgets ---------------------------------------------------------------------------


def test_c01_valid_from_and_until_inclusive() -> None:
    today = "2026-03-02"
    dates = {
        "until: 2026-02-28": 1000,
        "until: 2026-03-04": 900,
        "from: 2026-03-04": 1000,
        "from: 2026-03-02, until: 2026-03-02": 900,
    }
    for times, expected in dates.items():
        timed = shop(f"off: {{discount: 1.00, {times}}}")
        assert pays(timed, "10.00", when=today) == expected


def test_c02_active_at_its_first_and_last_instant() -> None:
    times = "from: 2026-03-02T10:00:00+01:00, until: 2026-03-02T11:00:00+01:00"
    timed = shop(f"off: {{discount: 1.00, {times}}}")
    for when in ("2026-03-02T10:00:00+01:00", "2026-03-02T11:00:00+01:00"):
        assert pays(timed, "10.00", when=when) == 900


def test_c06_a_budget_of_a_hundred() -> None:
    member = Member(shop("off: {discount: 50.00, budget: 100.00}"))
    for number in range(2):
        member.post(
            sold(f"2026-03-0{number + 1}", item("a", "80.00"), {"off": "50.00"}, name=f"s{number}")
        )
    answer = prices(member, "80.00", when="2026-03-05")
    assert answer.after == 8000
    member.refuses(
        sold("2026-03-05", item("a", "80.00"), {"off": "0.01"}, name="s9"), Code.DISCOUNT_USED_UP
    )


def test_c14_a_limit_for_one_customer() -> None:
    programme = shop("off: {discount: 1.00, limit: {per_member: 2}}")
    member = Member(programme)
    sales = [
        sold(f"2026-03-0{number}", item("a", "5.00"), {"off": "1.00"}, name=f"s{number}")
        for number in range(1, 4)
    ]
    member.post(*sales[:2])
    member.refuses(sales[2], Code.DISCOUNT_LIMIT_REACHED)
    assert pays(programme, "5.00") == 400


def test_c13_what_is_returned_can_be_used_again() -> None:
    member = Member(shop("off: {discount: 1.00, limit: {per_member: 1}}"))
    sale = sold("2026-03-01", item("a", "5.00"), {"off": "1.00"}, name="s1")
    member.post(sale)
    assert why(prices(member, "5.00", when="2026-03-02")) == {"off": "limit 1: times"}
    member.post(returned("2026-03-03", sale, back("a")))
    member.post(sold("2026-03-04", item("a", "5.00"), {"off": "1.00"}, name="s2"))


def test_g04_a_discount_is_judged_and_taken_before_a_gift_card() -> None:
    member = Member(shop("share: {discount: 10 %, when: {basket.amount: {at_least: 100.00}}}"))
    asked = member.decided(bought("2026-03-01", "100.00", gift_card="50.00"))
    assert asked.prices is not None
    assert asked.prices.after - 5000 == 4000
