"""Ways to make points from nothing: shown by the engine, and silent where something bounds them."""

from __future__ import annotations

import pytest

from habitue.domain.programme.faults import Fault
from tests.domain.programme.samples import faults

BASE = "base: {on: purchase, give: {points: 1, per: 1.00}}"
KEEP = "points: {points: {returns: keep_bonus}}"


def earn(rule: str, more: str = "") -> list[Fault]:
    """What is found where a rule ``r`` with these fields stands beside the base rule."""
    return faults(f"earn: {{{BASE}, r: {{{rule}}}}}\n{more}")


LOOPS = [
    ("on: return, give: {points: 5}", "", "minted_by_returns", "15"),
    ("on: return, when: {store: north}, give: {points: 5}", "", "minted_by_returns", "15"),
    ("on: purchase, give: {points: 7}", KEEP, "minted_by_returns", "21"),
    ("on: purchase, each: {category: tea}, give: {points: 2}", KEEP, "minted_by_returns", "6"),
    (
        "on: purchase, when: {count_lines: {match: {brand: x}, at_least: 3}}, give: {points: 4}",
        KEEP,
        "minted_by_returns",
        "12",
    ),
    (
        "on: purchase, when: {basket.amount: {at_least: 100}, weekday: sun}, give: {points: 9}",
        KEEP,
        "minted_by_returns",
        "27",
    ),
    ("on: visit, give: {points: 1}", "", "repeated_at_will", "3"),
    (
        "on: visit, when: {member.visits: {below: 9}}, give: {points: 1}",
        "",
        "repeated_at_will",
        "3",
    ),
    ("on: enrolment, give: {points: 50}", "", "repeated_at_will", "150"),
    ("on: adjustment, when: {channel: phone}, give: {points: 2}", "", "repeated_at_will", "6"),
]

BOUNDED = [
    ("on: return, give: {points: 5}, limit: {per_member: 1}", ""),
    ("on: return, give: {points: 5}, budget: 1000", ""),
    ("on: return, give: {points: 5}, campaign: c", "campaigns: {c: {budget: {times: 9}}}"),
    ("on: return, give: {points: 5}", "points: {points: {max_balance: 50}}"),
    ("on: purchase, give: {points: 7}", ""),
    ("on: purchase, give: {points: 7}, limit: {per_member_units: 70, every: week}", KEEP),
    # It is not known how often these can be met.
    ("on: purchase, when: {member.balance.points: {below: 70}}, give: {points: 7}", KEEP),
    ("on: purchase, when: {member.purchases: 0}, give: {points: 7}", KEEP),
    ("on: purchase, when: {member.purchases: {every: 5}}, give: {points: 7}", KEEP),
    ("on: visit, when: {member.balance.points: {below: 70}}, give: {points: 1}", ""),
    # Visits are counted in days: the second one of a day is not another.
    ("on: visit, when: {member.visits: 0}, give: {points: 1}", ""),
    ("on: visit, when: {member.days_since_visit: {at_least: 1}}, give: {points: 1}", ""),
    ("on: visit, when: {member.visits: {every: 10}}, give: {points: 1}", ""),
]


@pytest.mark.parametrize(("rule", "more", "problem", "gained"), LOOPS)
def test_a_loop_that_gains_each_time(rule: str, more: str, problem: str, gained: str) -> None:
    [fault] = earn(rule, more)
    assert (fault.path, fault.problem) == ("earn.r", problem)
    assert fault.severity == ("note" if rule.startswith(("on: enrol", "on: adj")) else "warning")
    assert fault.example is not None
    assert (fault.example["times"], fault.example["gained"]) == (3, {"points": gained})
    last = fault.example["events"][-1]
    assert int(last["balance"]["points"]) * 3 == int(gained)


@pytest.mark.parametrize(("rule", "more"), BOUNDED)
def test_what_something_bounds_is_no_loop(rule: str, more: str) -> None:
    assert earn(rule, more) == []


CASH = "points: {cash: {kind: cashback}}"


def cashback(rules: str, more: str = "") -> list[Fault]:
    """What is found where these rules give cashback."""
    return faults(f"{CASH}\nearn: {{{rules}}}\n{more}")


def test_cashback_above_what_was_spent() -> None:
    [fault] = cashback(
        "a: {on: purchase, give: {cash: 0.60, per: 1.00}}, b: {on: purchase,"
        " lines: {category: tea}, multiply: 2}"
    )
    assert (fault.path, fault.problem, fault.value) == (
        "points.cash",
        "cashback_above_spend",
        "120 %",
    )
    assert fault.example is not None
    [event] = fault.example["events"]
    assert event["lines"][0]["category"] == "tea"
    assert event["balance"] == {"cash": "120.00"}


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        ("a: {on: purchase, give: {cash: 1.00, per: 1.00}}", ""),
        # They never meet.
        (
            (
                "a: {on: purchase, give: {cash: 0.60, per: 1.00}},"
                " b: {on: purchase, when: {weekday: mon}, multiply: 1.5},"
                " c: {on: purchase, when: {weekday: tue}, multiply: 1.5}"
            ),
            "",
        ),
        # Not on the same goods.
        (
            (
                "a: {on: purchase, lines: {category: tea}, give: {cash: 0.60, per: 1.00}},"
                " b: {on: purchase, lines: {category: [tea, milk]}, multiply: 1.5},"
                " c: {on: purchase, lines: {category: milk}, multiply: 2}"
            ),
            "",
        ),
        # Only one of the group counts.
        (
            (
                "a: {on: purchase, give: {cash: 0.60, per: 1.00}}, b: {on: purchase, multiply: 1.5,"
                " group: g, when: {store: n}}, c: {on: purchase, multiply: 1.6, group: g}"
            ),
            "stacking: {g: best}",
        ),
        # Once for each member, or until the money is gone: a gift.
        (
            (
                "a: {on: purchase, give: {cash: 0.60, per: 1.00}}, b: {on: purchase, multiply: 3,"
                " limit: {per_member: 1}}"
            ),
            "",
        ),
        (
            (
                "a: {on: purchase, give: {cash: 0.60, per: 1.00}}, b: {on: purchase, multiply: 3,"
                " budget: 500}"
            ),
            "",
        ),
        # A gift beside the rate is no rate.
        (
            "a: {on: purchase, give: {cash: 0.60, per: 1.00}}, b: {on: purchase, give: {cash: 90}}",
            "",
        ),
    ],
)
def test_cashback_within_what_was_spent(rules: str, more: str) -> None:
    assert [one for one in cashback(rules, more) if one.problem == "cashback_above_spend"] == []


def test_the_multiplier_of_a_tier_counts() -> None:
    tiers = "tiers: {by: {spend: calendar year}, gold: {enter: 100, multiply: 3}}"
    [fault] = cashback("a: {on: purchase, give: {cash: 0.40, per: 1.00}}", tiers)
    assert fault.problem == "cashback_above_spend"
    assert fault.example is not None
    assert fault.example["member"] == {"tier": "gold"}
