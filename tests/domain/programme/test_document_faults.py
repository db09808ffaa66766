"""Faulty documents: where, which problem; every one names a value and a remedy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument, path_of, show_value
from tests.domain.programme.faulty import earn, points, reward, the_error, when
from tests.domain.programme.samples import document, faults

R = "earn.r"
TWO_DECIMALS = (
    "points: {{a: {{}}, b: {{decimals: 2}}}}\n"
    "earn: {{r: {{on: purchase, give: {{a: 1, b: 1}}, {}}}}}"
)

CASES: list[tuple[str, str, str]] = [
    (
        earn("on: purchase, give: {points: 5}, chance: 2 in 1, budget: 9"),
        "earn.r.chance",
        "not_a_chance",
    ),
    (
        earn("on: purchase, give: {points: 5}, chance: 0 %, budget: 9"),
        "earn.r.chance",
        "not_a_chance",
    ),
    (
        earn("on: purchase, give: {points: 5}, chance: 0.05, budget: 9"),
        "earn.r.chance",
        "not_a_chance",
    ),
    (earn("on: purchase, give: {points: 5}, chance: 1 in 20"), "earn.r.budget", "missing_field"),
    # Challenges.
    ("challenges: {c: {gives: {points: 5}}}", "challenges.c.goal", "missing_field"),
    ("challenges: {c: {goal: {visits: 5}}}", "challenges.c", "nothing_to_do"),
    (
        "challenges: {c: {goal: {visit: 5}, badge: yes}}",
        "challenges.c.goal.visit",
        "unknown_metric",
    ),
    (
        "challenges: {c: {goal: {visits: 5, spend: 5}, badge: yes}}",
        "challenges.c.goal",
        "not_a_mapping",
    ),
    ("challenges: {c: {goal: {visits: 0}, badge: yes}}", "challenges.c.goal.visits", "too_small"),
    ("challenges: {c: {goal: {spend: 0}, badge: yes}}", "challenges.c.goal.spend", "not_positive"),
    (
        "challenges: {c: {goal: {visits: 5}, gives: {stars: 5}}}",
        "challenges.c.gives.stars",
        "unknown_points",
    ),
    (
        "challenges: {c: {goal: {visits: 5}, gives: {voucher: x}}}",
        "challenges.c.gives.voucher",
        "unknown_reward",
    ),
    (
        "challenges: {c: {goal: {visits: 5}, gives: {points: 0}}}",
        "challenges.c.gives.points",
        "not_positive",
    ),
    (
        "challenges: {c: {goal: {visits: 5}, lines: {category: a}, badge: yes}}",
        "challenges.c.lines",
        "does_not_fit",
    ),
    (
        "challenges: {c: {streak: {every: week, times: 4}, every: month, badge: yes}}",
        "challenges.c.every",
        "conflicting_fields",
    ),
    (
        "challenges: {c: {streak: {every: week, times: 1}, badge: yes}}",
        "challenges.c.streak.times",
        "too_small",
    ),
    (
        "challenges: {c: {goal: {visits: 5}, when: {rule.base: fired}, badge: yes}}",
        "challenges.c.when.rule.base",
        "unknown_rule",
    ),
    (
        "challenges: {c: {goal: {visits: 5}, from: 2026-09-01, until: 2026-08-01, badge: yes}}",
        "challenges.c.until",
        "impossible_range",
    ),
    # The whole.
    ("programme: Corner Café", "programme", "not_a_code"),
    ("programme: ''", "programme", "not_a_code"),
    ("programme:", "programme", "missing_field"),
    ("money:", "money", "missing_field"),
    ("money: EUR", "money", "not_a_mapping"),
    ("money: {}", "money.currency", "missing_field"),
    ("money: {currency: EURO}", "money.currency", "unknown_currency"),
    ("money: {currency: eur}", "money.currency", "unknown_currency"),
    ("money: {currency: EUR, symbol: €}", "money.symbol", "unknown_field"),
    ("zone:", "zone", "missing_field"),
    ("zone: Paris", "zone", "unknown_zone"),
    ("zone: ../../etc/passwd", "zone", "unknown_zone"),
    ("languages: [en, es]", "languages", "unknown_choice"),
    ("languages: []", "languages", "empty"),
    ("name: {es: Ejemplo}", "name", "unknown_choice"),
    ("name: {}", "name", "empty"),
    ("prizes: {}", "prizes", "unknown_field"),
    ("earn: {}", "earn", "missing_field"),
    ("earn: [base]", "earn", "not_a_mapping"),
    # Points.
    ("points: 5", "points", "not_a_mapping"),
    ("points: {points: {}, Points: {}}", "points.Points", "not_a_code"),
    ("points: {points: {}, per: {}}", "points.per", "reserved_name"),
    (points("kind: miles"), "points.points.kind", "unknown_choice"),
    (points("decimals: 7"), "points.points.decimals", "too_large"),
    (points("decimals: -1"), "points.points.decimals", "negative"),
    (points("decimals: 1.5"), "points.points.decimals", "not_a_whole_number"),
    (points("kind: stamps, decimals: 2"), "points.points.decimals", "does_not_fit"),
    (points("rounding: up"), "points.points.rounding", "unknown_choice"),
    (points("pending: soon"), "points.points.pending", "unknown_choice"),
    (points("pending: 200 years"), "points.points.pending", "too_large"),
    (points("pending: {until: tomorrow}"), "points.points.pending.until", "not_a_day"),
    (
        points("pending: {until: 2027-01-01, from: 2026-01-01}"),
        "points.points.pending.from",
        "unknown_field",
    ),
    (points("expires: sometime"), "points.points.expires", "not_a_period"),
    (points("expires: 5"), "points.points.expires", "unknown_choice"),
    (points("expires: {}"), "points.points.expires", "unknown_choice"),
    (points("expires: {after: 12}"), "points.points.expires.after", "not_a_period"),
    (points("expires: {after: 0 days}"), "points.points.expires.after", "not_a_period"),
    (
        points("expires: {after: 1 year, at: 2027-01-01}"),
        "points.points.expires",
        "conflicting_fields",
    ),
    (
        points("expires: {after: 1 year, round_up_to: day}"),
        "points.points.expires.round_up_to",
        "unknown_choice",
    ),
    (points("expires: {on: [02-29]}"), "points.points.expires.on", "not_a_day_of_the_year"),
    (points("expires: {on: [13-01]}"), "points.points.expires.on", "not_a_day_of_the_year"),
    (points("expires: {on: []}"), "points.points.expires.on", "empty"),
    (points("expires: {at: 2027-02-30}"), "points.points.expires.at", "not_a_day"),
    (points("expires: {at: 2027-02-28T10:00:00}"), "points.points.expires.at", "not_an_instant"),
    (points("expires: {at: 0001-01-01}"), "points.points.expires.at", "out_of_range"),
    (
        points("expires: {inactive: 6 months, activity: [sleep]}"),
        "points.points.expires.activity",
        "unknown_choice",
    ),
    (
        points("expires_by_tier: {gold: never}"),
        "points.points.expires_by_tier.gold",
        "unknown_tier",
    ),
    (points("returns: ratio"), "points.points.returns", "unknown_choice"),
    (points("negative: clamp"), "points.points.negative", "unknown_choice"),
    (points("reinstate: always"), "points.points.reinstate", "unknown_choice"),
    (points("reinstate: {for: 1 month}"), "points.points.reinstate.for", "not_a_number_of_days"),
    (points("reinstate: {}"), "points.points.reinstate.for", "missing_field"),
    (points("max_balance: -1"), "points.points.max_balance", "negative"),
    (points("max_balance: 1.5"), "points.points.max_balance", "too_precise"),
    (points("card: 10"), "points.points.card", "does_not_fit"),
    (points("kind: stamps, card: 0"), "points.points.card", "too_small"),
    ("points: {points: {}, voucher: {}}", "points.voucher", "reserved_name"),
    # Rewards.
    ("rewards: []", "rewards", "not_a_mapping"),
    ("rewards: {cake: {cost: {points: 80}}}", "rewards.cake.gives", "missing_field"),
    ("rewards: {cake: {gives: cake}}", "rewards.cake.gives", "not_a_mapping"),
    ("rewards: {cake: {gives: {money: 5}}}", "rewards.cake.gives.money", "unknown_field"),
    ("rewards: {c: {gives: {percentage: 120}}}", "rewards.c.gives.percentage", "impossible_range"),
    ("rewards: {c: {gives: {amount: 0}}}", "rewards.c.gives.amount", "not_positive"),
    (
        "rewards: {c: {gives: {free_shipping: no}}}",
        "rewards.c.gives.free_shipping",
        "unknown_choice",
    ),
    (reward("cost: 80"), "rewards.c.cost", "not_a_mapping"),
    (reward("cost: {stars: 80}"), "rewards.c.cost.stars", "unknown_points"),
    (reward("cost: {points: 0}"), "rewards.c.cost.points", "not_positive"),
    (reward("cost: [{points: 1}, {points: 1.5}]"), "rewards.c.cost[1].points", "too_precise"),
    (reward("stock: plenty"), "rewards.c.stock", "not_a_number"),
    (reward("stock: 5 per fortnight"), "rewards.c.stock", "not_a_number"),
    (reward("limit: {per_purchase: 1}"), "rewards.c.limit", "missing_field"),
    (reward("when: {weekday: noday}"), "rewards.c.when.weekday", "unknown_choice"),
    (reward("when: {basket.amount: {at_least: 5}}"), "rewards.c.when", "does_not_fit"),
    (reward("from: 2027-02-01, until: 2027-01-01"), "rewards.c.until", "impossible_range"),
    (reward("vouchers: soon"), "rewards.c.vouchers", "not_a_period"),
    (earn("on: visit, give: {voucher: c}"), f"{R}.give.voucher", "unknown_reward"),
    (
        earn("on: purchase, give: {voucher: c, per: 1}", "rewards: {c: {gives: {access: all}}}"),
        f"{R}.give.voucher",
        "conflicting_fields",
    ),
    # Spend, stacking, campaigns, attributes, returns, claims.
    ("spend: {tax: maybe}", "spend.tax", "not_yes_or_no"),
    ("spend: {vat: yes}", "spend.vat", "unknown_field"),
    ("spend: {discounts: after}", "spend.discounts", "unknown_choice"),
    ("spend: {order_discounts: both}", "spend.order_discounts", "unknown_choice"),
    ("stacking: {promo: worst}", "stacking.promo", "unknown_choice"),
    ("campaigns: {c: {from: June}}", "campaigns.c.from", "not_a_day"),
    (
        "campaigns: {c: {from: 2026-06-02, until: 2026-06-01}}",
        "campaigns.c.until",
        "impossible_range",
    ),
    ("campaigns: {c: {budget: -5}}", "campaigns.c.budget", "negative"),
    ("campaigns: {c: {budget: {}}}", "campaigns.c.budget", "missing_field"),
    ("attributes: {covers: integer}", "attributes.covers", "unknown_choice"),
    ("returns: {without_purchase: guess}", "returns.without_purchase", "unknown_choice"),
    ("claims: {}", "claims.within", "missing_field"),
    ("claims: {within: 1 month}", "claims.within", "not_a_number_of_days"),
    # Rules.
    ("earn: {'tier:gold': {on: purchase, give: {points: 1}}}", "earn.tier:gold", "reserved_name"),
    ("earn: {Base Rule: {on: purchase, give: {points: 1}}}", "earn.Base Rule", "not_a_code"),
    (earn("give: {points: 1}"), f"{R}.on", "missing_field"),
    (earn("on: easter, give: {points: 1}"), f"{R}.on", "unknown_choice"),
    (earn("on: visit, within: 3 days, give: {points: 1}"), f"{R}.within", "does_not_fit"),
    (earn("on: birthday, within: 90 days, give: {points: 1}"), f"{R}.within", "too_large"),
    (earn("on: birthday, multiply: 2"), f"{R}.multiply", "does_not_fit"),
    (earn("on: purchase"), R, "nothing_to_do"),
    (earn("on: purchase, give: {points: 1}, multiply: 2"), f"{R}.multiply", "conflicting_fields"),
    (earn("on: purchase, give: 5"), f"{R}.give", "not_a_mapping"),
    (earn("on: purchase, give: {}"), f"{R}.give", "not_a_mapping"),
    (earn("on: purchase, give: {per: 1}"), f"{R}.give", "not_a_mapping"),
    (earn("on: purchase, give: {stars: 1}"), f"{R}.give.stars", "unknown_points"),
    (earn("on: purchase, give: {points: -1}"), f"{R}.give.points", "negative"),
    (earn("on: purchase, give: {points: 1.5}"), f"{R}.give.points", "too_precise"),
    (earn("on: purchase, give: {points: many}"), f"{R}.give.points", "not_a_number"),
    (earn("on: purchase, give: {points: }"), f"{R}.give.points", "not_a_number"),
    (earn("on: purchase, give: {points: 10000000000}"), f"{R}.give.points", "too_large"),
    (earn("on: purchase, give: {points: 1, per: 1.001}"), f"{R}.give.per", "too_precise"),
    (earn("on: purchase, give: {points: 1, per: -1}"), f"{R}.give.per", "negative"),
    (earn("on: purchase, give: {points: 1, per: euro}"), f"{R}.give.per", "not_a_number"),
    (earn("on: visit, give: {points: 1, per: 1}"), f"{R}.give.per", "does_not_fit"),
    (
        earn("on: purchase, give: {points: 1, per: 1}, each: {category: tea}"),
        f"{R}.give.per",
        "conflicting_fields",
    ),
    (earn("on: visit, give: {points: 1}, each: {category: tea}"), f"{R}.each", "does_not_fit"),
    (
        earn("on: enrolment, give: {points: 1}, lines: {category: tea}"),
        f"{R}.lines",
        "does_not_fit",
    ),
    (earn("on: return, multiply: 2"), f"{R}.multiply", "does_not_fit"),
    (earn("on: purchase, multiply: 2, each: {category: tea}"), f"{R}.each", "conflicting_fields"),
    (earn("on: purchase, multiply: 0"), f"{R}.multiply", "not_positive"),
    (earn("on: purchase, multiply: -2"), f"{R}.multiply", "not_positive"),
    (earn("on: purchase, multiply: 1001"), f"{R}.multiply", "too_large"),
    (earn("on: purchase, multiply: twice"), f"{R}.multiply", "not_a_number"),
    (earn("on: purchase, multiply: 2, of: stars"), f"{R}.of", "unknown_points"),
    (earn("on: purchase, give: {points: 1}, of: points"), f"{R}.of", "conflicting_fields"),
    (
        "points: {a: {}, b: {}}\nearn: {r: {on: purchase, multiply: 2}}",
        f"{R}.of",
        "missing_field",
    ),
    (earn("on: purchase, multiply: 2, group: promo"), f"{R}.group", "unknown_group"),
    (earn("on: purchase, multiply: 2, campaign: summer"), f"{R}.campaign", "unknown_campaign"),
    (earn("on: purchase, multiply: 2, priority: high"), f"{R}.priority", "not_a_whole_number"),
    (earn("on: purchase, multiply: 2, priority: 1.5"), f"{R}.priority", "not_a_whole_number"),
    (earn("on: purchase, multiply: 2, stop: 1"), f"{R}.stop", "not_yes_or_no"),
    (
        earn("on: purchase, multiply: 2, from: 2026-02-01, until: 2026-01-31"),
        f"{R}.until",
        "impossible_range",
    ),
    (earn("on: purchase, multiply: 2, bogus: null"), f"{R}.bogus", "unknown_field"),
    (earn("on: purchase, multiply: 2, until: 31/12/2026"), f"{R}.until", "not_a_day"),
    (earn("on: purchase, multiply: 2, wehn: {}"), f"{R}.wehn", "unknown_field"),
    # Limits and budgets.
    (earn("on: purchase, multiply: 2, limit: 5"), f"{R}.limit", "not_a_mapping"),
    (earn("on: purchase, multiply: 2, limit: {}"), f"{R}.limit", "missing_field"),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: 1, per_purchase: 5}"),
        f"{R}.limit",
        "conflicting_fields",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: 1, every: hour}"),
        f"{R}.limit.every",
        "unknown_choice",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: 1, every: rolling month}"),
        f"{R}.limit.every",
        "not_a_period",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: -1}"),
        f"{R}.limit.per_member",
        "negative",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: 1.5}"),
        f"{R}.limit.per_member",
        "not_a_whole_number",
    ),
    (
        earn("on: purchase, multiply: 2, limit: [{per_member: 1}, {per_purchase: 0.5}]"),
        f"{R}.limit[1].per_purchase",
        "too_precise",
    ),
    (
        earn("on: purchase, multiply: 2, limit: [{per_member: 1}, {per_day: 1}]"),
        f"{R}.limit[1].per_day",
        "unknown_field",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_purchase: 5, every: day}"),
        f"{R}.limit.every",
        "conflicting_fields",
    ),
    (
        earn("on: purchase, multiply: 2, limit: {per_member: 1, overflow: keep}"),
        f"{R}.limit.overflow",
        "unknown_choice",
    ),
    (earn("on: purchase, multiply: 2, budget: lots"), f"{R}.budget", "not_a_number"),
    (earn("on: purchase, multiply: 2, budget: {}"), f"{R}.budget", "missing_field"),
    (earn("on: purchase, multiply: 2, budget: {times: -1}"), f"{R}.budget.times", "negative"),
    (earn("on: purchase, multiply: 2, budget: 1.5"), f"{R}.budget", "too_precise"),
    (
        TWO_DECIMALS.format("budget: 50"),
        f"{R}.budget",
        "mixed_decimals",
    ),
    (
        TWO_DECIMALS.format("limit: {per_purchase: 50}"),
        f"{R}.limit.per_purchase",
        "mixed_decimals",
    ),
]


@pytest.mark.parametrize(("overlay", "path", "problem"), CASES)
def test_a_fault_names_its_place_and_its_problem(overlay: str, path: str, problem: str) -> None:
    assert the_error(overlay) == (path, problem)


def test_all_faults_are_reported_at_once() -> None:
    found = faults(
        "zone: Mars\n"
        "money: {currency: QQQ}\n"
        "bogus: 1\n"
        "points: {points: {decimals: 9, expires: {after: soon}}, Bad: {}}\n"
        "earn:\n"
        "  base: {on: purchas, give: {points: 1, per: 1.00001}}\n"
        "  b: {on: visit, limit: {per_member: -1, every: dayy}, give: {beans: 1}}\n"
        "  c: {on: purchase, multiply: 2, when: {all: [{weekday: xxx}, {nothing: 1}]}}\n"
        "tiers: {by: {spend: lifetime}, gold: {enter: 5, keep: 6, colour: red}}\n"
    )
    assert [(fault.path, fault.problem) for fault in found] == [
        ("bogus", "unknown_field"),
        ("earn.b.give.beans", "unknown_points"),
        ("earn.b.limit.every", "unknown_choice"),
        ("earn.b.limit.per_member", "negative"),
        ("earn.base.give.per", "too_precise"),
        ("earn.base.on", "unknown_choice"),
        ("earn.c.when.all[0].weekday", "unknown_choice"),
        ("earn.c.when.all[1].nothing", "unknown_field"),
        ("money.currency", "unknown_currency"),
        ("points.Bad", "not_a_code"),
        ("points.points.decimals", "too_large"),
        ("points.points.expires.after", "not_a_period"),
        ("tiers.gold.colour", "unknown_field"),
        ("tiers.gold.keep", "above_enter"),
        ("zone", "unknown_zone"),
    ]


def test_a_fault_shows_the_value_and_suggests_what_was_meant() -> None:
    [fault] = faults(earn("on: purchase, multiply: 2, limit: {per_member: 1, evry: day}"))
    assert (fault.path, fault.value) == (f"{R}.limit.evry", "day")
    assert "Did you mean 'every'?" in fault.remedy
    [fault] = faults(when("{line.categry: beer}"))
    assert "Did you mean 'line.category'?" in fault.remedy


def test_one_mistake_is_reported_once() -> None:
    # The declaration is wrong; what refers to it is not.
    assert [fault.path for fault in faults("points: {points: 5}")] == ["points.points"]
    overlay = earn(
        "on: purchase, multiply: 2, group: g, campaign: c", "stacking: {g: x}\ncampaigns: {c: 5}"
    )
    assert [fault.path for fault in faults(overlay)] == ["campaigns.c", "stacking.g"]
    assert [fault.path for fault in faults(earn("on: purchase, give: {points: 1, per: x}"))] == [
        f"{R}.give.per"
    ]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"earn": {"base": {"on": "purchase", "give": {"points": 1.7}}}}, "inexact_number"),
        ({"earn": {"base": {"on": "purchase", "give": {"points": True}}}}, "not_a_number"),
        (
            {"earn": {"base": {"on": "purchase", "give": {"points": Decimal("NaN")}}}},
            "not_a_number",
        ),
        ({"earn": {"base": {"on": "purchase", "give": {"points": Decimal("1e99")}}}}, "too_large"),
        ({"earn": {"base": {"on": "purchase", "give": {"points": 10**40}}}}, "too_large"),
        ({"earn": {1: {}}}, "not_a_text"),
        ({"name": "a\0b"}, "invalid_text"),
        ({"name": "\ud800"}, "invalid_text"),
        ({"name": "x" * 20_000}, "too_long"),
        ({"name": b"bytes"}, "wrong_type"),
        ({"name": {"en": object()}}, "wrong_type"),
    ],
)
def test_what_no_document_can_hold(raw: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_document({**document(), **raw})
    assert [fault.problem for fault in caught.value.faults] == [problem]


def test_a_document_that_is_too_deep_or_too_large() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidDocument) as caught:
        parse_document({**document(), "name": deep})
    assert caught.value.faults[0].problem == "too_deep"
    with pytest.raises(InvalidDocument) as caught:
        parse_document({**document(), "name": [1] * 200_000})
    assert caught.value.faults[0].problem == "too_large"


@pytest.mark.parametrize("raw", [None, 5, "text", [], [{}]])
def test_a_document_is_a_mapping(raw: Any) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_document(raw)
    assert [fault.problem for fault in caught.value.faults] == ["not_a_mapping"]


def test_thousands_of_faults_take_no_time() -> None:
    rules = {f"r{number}": {"on": "purchas", "bogus": 1} for number in range(1_000)}
    with pytest.raises(InvalidDocument) as caught:
        parse_document({**document(), "earn": rules})
    assert len(caught.value.faults) == 2_000


def test_faults_as_plain_data() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_document(document("zone: Mars"))
    plain = caught.value.as_json()
    assert plain["code"] == "invalid_document"
    assert plain["faults"] == [
        {
            "path": "zone",
            "value": "Mars",
            "problem": "unknown_zone",
            "remedy": "Write the IANA name of a time zone, such as Europe/Paris.",
            "severity": "error",
        }
    ]


def test_values_are_shown_short_and_on_one_line() -> None:
    assert show_value({"a": [1, Decimal("1.50")]}) == '{"a": [1, "1.50"]}'
    assert show_value("a\nb") == "a b"
    assert show_value("\ud800") == "?"
    assert len(show_value("x" * 500)) == 80
    assert show_value(10**5000) == "int"
    assert path_of(("a", 0, "b")) == "a[0].b"
