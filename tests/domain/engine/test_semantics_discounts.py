"""Discounts: stacking, ladders, special prices, and what is counted of them (SEMANTICS 26, 27)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from habitue.domain.errors import Code
from habitue.domain.payloads import from_payload, to_payload
from tests.domain.engine.building import back, bought, item, returned, unlinked
from tests.domain.engine.discounting import left, off, pays, prices, shop, sold, why
from tests.domain.engine.harness import Member, Way

LADDER = """
    regular: {ladder: {by: {spend: rolling 12 months}, steps: {0: 3 %, 500.00: 5 %, 2000.00: 8 %}}}
"""


# --- stacking -------------------------------------------------------------------------------------


def test_shares_are_of_the_running_or_of_the_initial_amount() -> None:
    shares = "a: {discount: 10 %%, priority: 2}\nb: {discount: 10 %%, of: %s, priority: 1}"
    assert pays(shop(shares % "running"), "100.00") == 8_100
    assert pays(shop(shares % "initial"), "100.00") == 8_000


def test_discounts_of_the_initial_amount_never_take_more_than_there_is() -> None:
    shares = shop("a: {discount: 70 %, of: initial}\nb: {discount: 70 %, of: initial}")
    answer = prices(Member(shares), "10.00")
    assert (answer.after, off(answer)) == (0, {"a": 700, "b": 300})


def test_conditions_see_the_basket_before_any_discount() -> None:
    """A voucher "over 10" holds for 10.50, though the 5 % before it leave 9.98."""
    both = shop(
        """
        share: {discount: 5 %, priority: 2}
        over_ten: {discount: 1.00, when: {basket.amount: {above: 10.00}}, priority: 1}
        """
    )
    assert pays(both, "10.50") == 898


def test_points_and_gift_cards_do_not_keep_a_discount_away() -> None:
    member = Member(shop("over: {discount: 1.00, when: {basket.amount: {at_least: 10.00}}}"))
    asked = member.decided(bought("2026-03-01", "10.50", gift_card="1.00"))
    assert asked.prices is not None
    assert asked.prices.after == 950


def test_a_group_keeps_the_first_or_the_best() -> None:
    rivals = """
        a: {discount: 1.00, group: g, priority: 5}
        b: {discount: 30 %, group: g}
    """
    first = prices(Member(shop(rivals, "stacking: {g: first}")), "10.00")
    assert (off(first), why(first)) == ({"a": 100}, {"b": "group g: a comes first"})
    best = prices(Member(shop(rivals, "stacking: {g: best}")), "10.00")
    assert (off(best), why(best)) == ({"b": 300}, {"a": "group g: b is better"})
    both = prices(Member(shop(rivals, "stacking: {g: all}")), "10.00")
    assert off(both) == {"a": 100, "b": 270}


def test_equal_ones_of_a_group_are_the_first_by_code() -> None:
    rivals = "z: {discount: 1.00, group: g}\nm: {discount: 1.00, group: g}"
    assert off(prices(Member(shop(rivals, "stacking: {g: best}")), "10.00")) == {"m": 100}


def test_what_the_till_has_reduced_already_may_be_spared() -> None:
    spared = shop("share: {discount: 10 %, on_reduced: no}")
    assert left(spared, item("a", "10.00", discount="2.00"), item("b", "10.00")) == [1000, 900]
    assert left(shop("share: {discount: 10 %}"), item("a", "10.00", discount="2.00")) == [900]


@pytest.mark.parametrize("role", ["deposit", "tip", "gift_card"])
def test_what_is_passed_on_or_money_itself_is_never_reduced(role: str) -> None:
    everything = shop(f"share: {{discount: 50 %, lines: {{role: [goods, {role}]}}}}")
    line = item("x", "10.00", role=role)  # type: ignore[arg-type]  # the words of the table
    assert left(everything, line, item("a", "10.00")) == [1000, 500]


def test_delivery_is_reduced_only_where_it_is_meant() -> None:
    goods = shop("share: {discount: 10 %}")
    delivery = item("post", "4.90", role="delivery")
    assert left(goods, item("a", "60.00"), delivery) == [5400, 490]
    free = shop("ship: {free_shipping: yes, when: {basket.amount: {at_least: 49.00}}}")
    assert left(free, item("a", "60.00"), delivery) == [6000, 0]
    assert left(free, item("a", "48.99"), delivery) == [4899, 490]


# --- special prices and pieces --------------------------------------------------------------------


def test_a_price_for_members_by_tier_and_by_the_hour() -> None:
    special = shop(
        "c: {price: 3.50, lines: {product: croissant}, when: {member.tier: {at_least: silver},"
        ' time: {from: "16:00"}}}',
        "tiers: {by: {spend: lifetime}, silver: {enter: 50.00}}",
    )
    member = Member(special)
    three = item("croissant", "12.00", pieces="3")
    assert left(member, three, when="2026-03-02 17:00") == [1200]
    member.post(bought("2026-03-01", "50.00"))
    assert left(member, three, when="2026-03-02 17:00") == [1050]
    assert left(member, three, when="2026-03-02 15:59") == [1200]
    assert left(member, item("croissant", "3.00"), when="2026-03-02 17:00") == [300]


def test_a_price_counts_by_weight_too() -> None:
    special = shop("h: {price: 10.00, lines: {product: ham}}")
    assert left(special, item("ham", "3.75", pieces="0.250")) == [250]


def test_an_amount_off_every_piece_counts_whole_pieces_and_stops_at_the_price() -> None:
    pod = shop("pod: {discount: 0.50, each: {product: pod}}")
    assert left(pod, item("pod", "9.00", pieces="3")) == [750]
    assert left(pod, item("pod", "1.20", pieces="3")) == [0]
    assert left(pod, item("pod", "9.00", pieces="2.900")) == [800]


def test_a_second_piece_at_half_its_price() -> None:
    half = shop("half: {discount: 50 %, cheapest: {of_every: 2}, lines: {category: shoes}}")
    basket = (
        item("boots", "80.00", category="shoes"),
        item("clogs", "30.00", category="shoes"),
        item("socks", "5.00", category="socks"),
    )
    assert left(half, *basket) == [8000, 1500, 500]


# --- ladders --------------------------------------------------------------------------------------


def test_a_ladder_grows_with_what_was_bought_before() -> None:
    """The purchase that reaches a step still has the share before; the next one has the new."""
    member = Member(shop(LADDER))
    assert left(member, "100.00", when="2026-01-05") == [9700]
    member.post(bought("2026-01-05", "499.99"))
    assert left(member, "100.00", when="2026-01-06") == [9700]
    member.post(bought("2026-01-06", "0.01"))
    assert left(member, "100.00", when="2026-01-07") == [9500]
    member.post(bought("2026-01-07", "1500.00"))
    assert left(member, "100.00", when="2026-01-08") == [9200]
    # 5 January drops out of the window with the end of 4 January: the day itself is a year ago.
    assert left(member, "100.00", when="2027-01-04") == [9200]
    assert left(member, "100.00", when="2027-01-05") == [9500]


def test_a_return_takes_a_step_back() -> None:
    member = Member(shop(LADDER))
    sale = bought("2026-01-05", item("a", "600.00", pieces="2"))
    member.post(sale)
    assert left(member, "100.00", when="2026-01-06") == [9500]
    member.post(returned("2026-01-07", sale, back("a")))
    assert left(member, "100.00", when="2026-01-08") == [9700]


def test_below_the_lowest_step_nothing_is_taken_off() -> None:
    member = Member(shop("r: {ladder: {by: {visits: lifetime}, steps: {2: 5 %}}}"))
    assert why(prices(member, "10.00")) == {"r": "below the lowest step"}
    member.post(bought("2026-01-05", "1.00"), bought("2026-01-06", "1.00"))
    assert left(member, "10.00") == [950]


def test_a_ladder_and_tiers_count_the_same_spend_once() -> None:
    both = shop(LADDER, "tiers: {by: {spend: calendar year}, gold: {enter: 500.00}}")
    member = Member(both)
    member.post(bought("2026-01-05", "499.99"))
    assert (member.state.standing.tier, left(member, "10.00")) == ("", [970])
    member.post(bought("2026-01-06", "0.01"))
    assert (member.state.standing.tier, left(member, "10.00")) == ("gold", [950])


@pytest.mark.parametrize("way", ["straight", "history", "chronicle"])
def test_late_purchases_count_for_a_ladder(way: Way) -> None:
    member = Member(shop(LADDER), way=way)
    member.post(bought("2026-01-10", "300.00"), bought("2026-01-05", "200.00"))
    assert left(member, "100.00", when="2026-01-11") == [9500]
    # Asked about a day between the two, only the earlier one counts.
    assert left(member, "100.00", when="2026-01-07") == [9700]


# --- what was given -------------------------------------------------------------------------------


def test_what_is_answered_can_be_recorded_and_earns_on_what_was_paid() -> None:
    member = Member(shop(LADDER))
    answer = prices(member, item("a", "100.00"))
    assert off(answer) == {"regular": 300}
    sale = sold("2026-03-02", item("a", "100.00"), {"regular": "3.00"}, name="s")
    decision = member.post(sale)
    assert (decision.prices, member.balance()) == (None, 97)


def test_a_recorded_purchase_keeps_its_price_whatever_the_rules_say_later() -> None:
    member = Member(shop(LADDER))
    sale = sold("2026-03-02", item("a", "100.00"), {"regular": "90.00"}, name="s")
    member.post(sale)
    assert member.state.spent == 1000


def test_an_unknown_discount_is_refused() -> None:
    member = Member(shop(LADDER))
    refusal = member.refuses(
        sold("2026-03-02", item("a", "10.00"), {"summer": "1.00"}, name="s"), Code.UNKNOWN_DISCOUNT
    )
    assert refusal.path == "discounts[0].discount"


def test_limits_in_money_trim_what_is_offered_and_hold_what_is_given() -> None:
    member = Member(shop("off: {discount: 10 %, limit: {per_member_units: 15.00, every: month}}"))
    member.post(sold("2026-03-01", item("a", "100.00"), {"off": "10.00"}, name="s1"))
    answer = prices(member, "100.00", when="2026-03-02")
    assert off(answer) == {"off": 500}
    assert answer.considered[0].caps == ["limit 1: units"]
    too_much = sold("2026-03-02", item("a", "100.00"), {"off": "5.01"}, name="s2")
    member.refuses(too_much, Code.DISCOUNT_LIMIT_REACHED)
    member.post(sold("2026-03-02", item("a", "100.00"), {"off": "5.00"}, name="s3"))
    assert left(member, "100.00", when="2026-03-31") == [10_000]
    assert left(member, "100.00", when="2026-04-01") == [9_000]


@pytest.mark.parametrize("split", [(3,), (1, 2), (2, 1), (1, 1, 1)])
def test_what_comes_back_gives_its_part_of_limit_and_budget_back(split: tuple[int, ...]) -> None:
    """Three pieces with 1.00 off in all: whatever the split, one cent is never lost."""
    document = "off: {discount: 10 %, budget: 5.00, limit: {per_member_units: 2.00}}"
    member = Member(shop(document))
    sale = sold("2026-03-01", item("a", "10.00", pieces="3"), {"off": "1.00"}, name="s")
    member.post(sale)
    assert member.shared.remaining_units["discount:off"] == 400
    for number, pieces in enumerate(split):
        part = returned(f"2026-03-0{number + 2}", sale, back("a", pieces=str(pieces)))
        member.post(part)
    assert member.shared.remaining_units["discount:off"] == 500
    assert not any(member.state.usage.values())


def test_money_refunded_without_the_goods_leaves_the_discount_used() -> None:
    member = Member(shop("off: {discount: 1.00, limit: {per_member: 1}}"))
    sale = sold("2026-03-01", item("a", "10.00"), {"off": "1.00"}, name="s")
    member.post(sale, returned("2026-03-02", sale, back("a", amount="2.00")))
    assert why(prices(member, "10.00", when="2026-03-03")) == {"off": "limit 1: times"}


def test_a_return_of_two_purchases_gives_both_parts_of_a_budget_back() -> None:
    document = shop(
        "off: {discount: 10 %, budget: 5.00}", "returns: {without_purchase: match_or_refuse}"
    )
    member = Member(document)
    for number in (1, 2):
        member.post(
            sold(f"2026-03-0{number}", item("a", "10.00"), {"off": "1.00"}, name=f"s{number}")
        )
    member.post(returned("2026-03-03", None, unlinked("a", pieces="2")))
    assert member.shared.remaining_units["discount:off"] == 500


@pytest.mark.parametrize("way", ["straight", "history", "chronicle"])
def test_a_late_event_takes_no_discount_back(way: Way) -> None:
    member = Member(shop("off: {discount: 1.00, limit: {per_member: 1}}"), way=way)
    given = sold("2026-03-05", item("a", "5.00"), {"off": "1.00"}, name="s1")
    member.post(given, bought("2026-03-01", "7.00"))
    late = sold("2026-03-02", item("a", "5.00"), {"off": "1.00"}, name="s2")
    member.refuses(late, Code.DISCOUNT_LIMIT_REACHED)
    assert member.state.spent == 400 + 700


def test_a_payload_keeps_the_discounts() -> None:
    sale = sold("2026-03-05", item("a", "5.00"), {"off": "1.00", "more": "0.50"}, name="s1")
    kept = from_payload(
        event_id=sale.event_id,
        key=sale.key,
        kind=sale.kind,
        occurred_at=sale.occurred_at,
        version_number=1,
        payload=to_payload(sale),
    )
    assert kept == sale


# --- whatever the basket --------------------------------------------------------------------------

_MANY = """
    a: {discount: 7.5 %, priority: 3, rounding: ceil}
    b: {discount: 3.33, lines: {category: x}}
    c: {discount: 100 %, cheapest: {of_every: 3}, lines: {category: [x, y]}, priority: 2}
    d: {price: 1.99, lines: {category: y}, of: initial}
    e: {discount: 0.25, each: {category: x}, rounding: half_up, limit: {per_purchase: 0.60}}
    f: {discount: 60 %, of: initial, rounding: half_up, lines: {role: [goods, delivery]}}
"""
_LINES = st.lists(
    st.tuples(
        st.integers(0, 5000),
        st.integers(1, 9000),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(["goods", "goods", "delivery", "deposit"]),
    ),
    min_size=1,
    max_size=6,
)


@drawn(_LINES)
def test_whatever_the_basket_the_parts_add_up(lines: list[tuple[int, int, str, str]]) -> None:
    basket = [
        item(
            f"{place}",
            f"{amount / 100:.2f}",
            pieces=f"{pieces / 1000:.3f}",
            category=category,
            role=role,  # type: ignore[arg-type]  # the words of the strategy
        )
        for place, (amount, pieces, category, role) in enumerate(lines)
    ]
    member = Member(_PROGRAMME)
    answer = prices(member, *basket)
    assert all(0 <= rest <= line.amount for rest, line in zip(answer.left, basket, strict=True))
    assert answer.before - answer.after == sum(off(answer).values())
    for one in answer.considered:
        assert one.given == off(answer).get(one.discount, 0)
        if one.exact and not one.caps:
            assert abs(one.given - Fraction(one.exact)) < 1
    for line, rest in zip(basket, answer.left, strict=True):
        if line.role == "deposit":
            assert rest == line.amount
    assert prices(Member(_TURNED), *basket) == answer


_PROGRAMME = shop(_MANY)
_TURNED = shop("\n".join(reversed(_MANY.strip().splitlines())))
