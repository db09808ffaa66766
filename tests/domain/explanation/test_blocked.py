"""Each reason of the engine is read, and only those."""

from typing import Any

import pytest

from habitue.domain.explanation.blocked import Missed, Why, explain_blocked
from habitue.domain.explanation.caps import CapKind, read_cap
from habitue.domain.explanation.earned import How, explain_earned
from habitue.domain.programme.model import Rule
from tests.domain.programme.samples import programme

PROGRAMME = programme(
    """
points: {points: {max_balance: 500}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  happy:
    on: purchase
    give: {points: 5}
    limit: [{per_member: 1, every: day}, {per_purchase: 3}]
    budget: 100
"""
)


def rule_named(code: str) -> Rule:
    return next(rule for rule in PROGRAMME.rules if rule.rule == code)


@pytest.mark.parametrize(
    ("text", "why", "other"),
    [
        ("disabled", Why.DISABLED, ""),
        ("not yet in force", Why.NOT_YET, ""),
        ("no longer in force", Why.OVER, ""),
        ("condition", Why.CONDITION, ""),
        ("no line matches", Why.NO_LINE, ""),
        ("group promo: base comes first", Why.GROUP_FIRST, "base"),
        ("group promo: base is better", Why.GROUP_BEST, "base"),
        ("stopped by base", Why.STOPPED, "base"),
    ],
)
def test_each_reason_of_the_engine_is_read(text: str, why: Why, other: str) -> None:
    found = explain_blocked(PROGRAMME, {"rule": "happy", "fired": False, "blocked": text})
    assert found is not None
    assert (found.why, found.other, found.rule) == (why, other, rule_named("happy"))


def test_a_condition_says_what_was_seen_where_it_did_not_hold() -> None:
    outcome = {
        "rule": "happy",
        "fired": False,
        "blocked": "condition",
        "seen": [
            {"field": "weekday", "asked": "is fri", "seen": "tue", "held": False},
            {"field": "store", "asked": "is one", "seen": "one", "held": True},
        ],
    }
    found = explain_blocked(PROGRAMME, outcome)
    assert found is not None
    assert found.missed == (Missed("weekday", "tue"),)


@pytest.mark.parametrize(
    "outcome",
    [
        {"rule": "happy", "fired": True, "currency": "points", "exact": "5", "given": 3},
        {"rule": "happy", "fired": True, "currency": "", "exact": "", "given": 0},
    ],
)
def test_a_rule_that_gave_or_had_nothing_to_give_is_not_blocked(outcome: dict[str, Any]) -> None:
    assert explain_blocked(PROGRAMME, outcome) is None


def test_a_rule_of_which_caps_left_nothing_names_them() -> None:
    outcome = {
        "rule": "happy",
        "fired": True,
        "currency": "points",
        "exact": "5",
        "given": 0,
        "caps": ["limit 1: times"],
    }
    found = explain_blocked(PROGRAMME, outcome)
    assert found is not None
    assert found.why is Why.CAPPED
    assert [(cap.kind, cap.limit) for cap in found.caps] == [
        (CapKind.LIMIT_TIMES, rule_named("happy").limits[0])
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("limit 1: times", CapKind.LIMIT_TIMES),
        ("limit 2: units", CapKind.LIMIT_UNITS),
        ("budget rule happy", CapKind.BUDGET),
        ("balance ceiling", CapKind.CEILING),
        ("never below zero", CapKind.NEVER_BELOW_ZERO),
    ],
)
def test_each_cap_of_the_engine_is_read(text: str, kind: CapKind) -> None:
    cap = read_cap(text, PROGRAMME, rule_named("happy"), "points")
    assert cap.kind is kind
    assert (cap.limit is not None) == (kind in (CapKind.LIMIT_TIMES, CapKind.LIMIT_UNITS))
    assert cap.ceiling == (500 if kind is CapKind.CEILING else None)


def test_a_budget_is_found_by_its_key() -> None:
    key, budget = next(iter(PROGRAMME.budgets.items()))
    assert read_cap(f"budget {key}", PROGRAMME, None, "points").budget == budget


@pytest.mark.parametrize("text", ["", "limit", "limit x: times", "a whim", "budget"])
def test_what_the_engine_does_not_write_is_no_cap(text: str) -> None:
    with pytest.raises(ValueError, match="knows no cap"):
        read_cap(text, PROGRAMME, None, "points")


@pytest.mark.parametrize("text", ["a whim", "group promo", "stopped by"])
def test_what_the_engine_does_not_write_is_no_reason(text: str) -> None:
    with pytest.raises(ValueError, match="knows no reason"):
        explain_blocked(PROGRAMME, {"rule": "happy", "fired": False, "blocked": text})


@pytest.mark.parametrize(
    ("rule", "currency"),
    [("gone", "points"), ("happy", "stars"), ("tier:gold", "points")],
)
def test_a_rule_that_the_version_no_longer_has_is_unknown(rule: str, currency: str) -> None:
    earned = explain_earned(PROGRAMME, rule=rule, currency=currency, reason={"exact": "7/3"})
    assert (earned.how, earned.wanted, earned.caps) == (How.UNKNOWN, None, ())
