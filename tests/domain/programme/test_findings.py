"""Static checks: what is certain, and nothing that is not."""

from __future__ import annotations

import pytest

from habitue.domain.programme.findings import check_document
from tests.domain.programme.samples import document, faults

BASE = "base: {on: purchase, give: {points: 1, per: 1.00}}"


def earn(rules: str, more: str = "") -> str:
    """A document with these rules beside the base rule."""
    return f"earn: {{{BASE}, {rules}}}\n{more}"


def when(condition: str, *, on: str = "purchase", more: str = "") -> str:
    """A document with a rule ``r`` under a condition."""
    limit = "limit: {per_member: 1, every: day}"
    return earn(f"r: {{on: {on}, give: {{points: 1}}, when: {condition}, {limit}}}", more)


TIERS = "tiers: {by: {spend: lifetime}, silver: {enter: 5}, gold: {enter: 10}}"

NEVER = [
    "{weekday: mon, all: [{weekday: tue}]}",
    "all: [{weekday: [mon, tue]}, {weekday: [wed]}]",
    "all: [{not: {weekday: [mon, tue, wed]}}, {not: {weekday: [thu, fri, sat, sun]}}]",
    "all: [{date: {from: 2026-02-01}}, {date: {until: 2026-01-31}}]",
    'all: [{time: {until: "12:00"}}, {time: {from: "12:00"}}]',
    "all: [{store: a}, {store: b}]",
    "all: [{store: a}, {not: {store: A}}]",
    "all: [{basket.amount: {at_least: 10}}, {basket.amount: {below: 10}}]",
    "all: [{basket.amount: {above: 10}}, {basket.amount: {below: 10.01}}]",
    "all: [{member.purchases: {at_most: 3}}, {not: {member.purchases: {at_most: 4}}}]",
    "all: [{member.visits: {every: 2}}, {member.visits: {every: 3}}, {member.visits: {below: 5}}]",
    "all: [{member.tier: gold}, {member.tier: {at_most: silver}}]",
    "all: [{event.terrace: yes}, {event.terrace: no}]",
    "all: [{event.covers: {above: 1.5}}, {event.covers: 1}]",
    "all: [{weekday: mon}, {any: [{weekday: tue}, {all: [{weekday: wed}, {store: a}]}]}]",
    "not: {any: [{weekday: mon}, {not: {weekday: mon}}]}",
    "all: [{member.balance.points: {below: 0}}, {member.balance.points: {at_least: 0}}]",
]

SOMETIMES = [
    "all: [{weekday: [mon, tue]}, {weekday: [tue, wed]}]",
    "all: [{basket.amount: {above: 10}}, {basket.amount: {below: 10.02}}]",
    # Two lines of one receipt.
    "all: [{line.category: a}, {line.category: b}]",
    "all: [{line.unit_price: {above: 1}}, {line.unit_price: {below: 1.01}}]",
    "all: [{store: {is_not: a}}, {store: {is_not: b}}]",
    "not: {store: a}",
    "not: {any: [{store: {is_not: a}}]}",
    "all: [{member.visits: {every: 2}}, {member.visits: {every: 3}}]",
    "all: [{member.visits: {every: 2}}, {member.visits: {between: [6, 7]}}]",
    "all: [{not: {member.visits: {every: 2}}}, {not: {member.visits: {every: 3}}}]",
    "all: [{member.visits: {every: 97}}, {member.visits: {every: 89}}]",
    "all: [{event.covers: {above: 1.5}}, {event.covers: {below: 1.6}}]",
    'all: [{time: {from: "22:00", until: "02:00"}}, {time: {until: "03:00"}}]',
    "any: [{weekday: mon}, {all: [{weekday: tue}, {weekday: wed}]}]",
    "all: [{member.days_since_visit: {at_least: 5}}, {member.days_since_visit: {at_most: 5}}]",
]

MORE = f"attributes: {{terrace: yes_no, covers: number}}\n{TIERS}"


@pytest.mark.parametrize("condition", NEVER)
def test_a_condition_that_contradicts_itself(condition: str) -> None:
    condition = condition if condition.startswith("{") else f"{{{condition}}}"
    found = faults(when(condition, more=MORE))
    assert [(one.path, one.problem, one.severity) for one in found] == [
        ("earn.r.when", "can_never_fire", "warning")
    ]


@pytest.mark.parametrize("condition", SOMETIMES)
def test_a_condition_that_can_hold_is_left_in_peace(condition: str) -> None:
    assert faults(when(f"{{{condition}}}", more=MORE)) == []


def test_a_vast_condition_is_not_searched_for_ever() -> None:
    many = ", ".join(f"{{any: [{{store: a{n}}}, {{channel: b{n}}}]}}" for n in range(200))
    assert len(faults(when(f"{{all: [{many}]}}"))) <= 1


@pytest.mark.parametrize("on", ["visit", "enrolment", "return", "adjustment"])
def test_only_purchases_have_lines(on: str) -> None:
    for condition in (
        "{line.category: beer}",
        "{basket.amount: {at_least: 1}}",
        "{any_line: {category: beer}}",
        "{every_line: {category: beer}}",
        "{count_lines: {match: {category: beer}, at_least: 1}}",
    ):
        assert [one.problem for one in faults(when(condition, on=on))] == ["can_never_fire"]
    for condition in ("{no_line: {category: beer}}", "{basket.amount: 0}", "{weekday: fri}"):
        assert faults(when(condition, on=on)) == []


DAILY = "limit: {per_member: 1, every: day}"
VISITS_ALONE = f"earn: {{v: {{on: visit, give: {{points: 1}}, {DAILY}}}}}\n"

CASES: list[tuple[str, list[tuple[str, str, str]]]] = [
    (
        earn("r: {on: visit, give: {points: 1}, enabled: no}"),
        [("earn.r.enabled", "disabled", "note")],
    ),
    (
        earn("r: {on: purchase, give: {points: 1}, lines: {all: [{category: a}, {category: b}]}}"),
        [("earn.r.lines", "can_never_fire", "warning")],
    ),
    (
        earn(
            "r: {on: purchase, give: {points: 1}, each: {all: [{amount: 1}, {not: {amount: 1}}]}}"
        ),
        [("earn.r.each", "can_never_fire", "warning")],
    ),
    (
        earn(
            "r: {on: visit, give: {points: 1}, campaign: c, until: 2026-05-31}",
            "campaigns: {c: {from: 2026-06-01}}",
        ),
        [("earn.r", "can_never_fire", "warning")],
    ),
    (
        earn("r: {on: purchase, multiply: 2, of: stars}", "points: {points: {}, stars: {}}"),
        [
            ("earn.r.multiply", "multiplies_nothing", "warning"),
            ("points.stars", "never_given", "note"),
        ],
    ),
    (
        # Only what is given per amount of spend can be multiplied.
        earn(
            "r: {on: purchase, multiply: 2, of: stars}, s: {on: purchase, give: {stars: 1}}",
            "points: {points: {}, stars: {}}",
        ),
        [("earn.r.multiply", "multiplies_nothing", "warning")],
    ),
    (
        f"{VISITS_ALONE}tiers: {{by: {{spend: lifetime}}, gold: {{enter: 5, multiply: 2}}}}",
        [("tiers.gold.multiply", "multiplies_nothing", "warning")],
    ),
    ("stacking: {g: best}", [("stacking.g", "group_of_one", "warning")]),
    (
        earn("r: {on: purchase, multiply: 2, group: g}", "stacking: {g: best}"),
        [("stacking.g", "group_of_one", "warning")],
    ),
    ("campaigns: {c: {}}", [("campaigns.c", "unused", "warning")]),
    (
        earn("r: {on: visit, give: {points: 1}, budget: 0}"),
        [("earn.r.budget", "allows_nothing", "warning")],
    ),
    (
        earn(
            "r: {on: visit, give: {points: 1}, campaign: c}", "campaigns: {c: {budget: {times: 0}}}"
        ),
        [("campaigns.c.budget", "allows_nothing", "warning")],
    ),
    (
        earn("r: {on: visit, give: {points: 1}, limit: {per_member: 0}}"),
        [("earn.r.limit", "allows_nothing", "warning")],
    ),
    (
        earn("r: {on: visit, give: {points: 1}, limit: [{per_member: 1}, {per_purchase: 0}]}"),
        [("earn.r.limit[1]", "allows_nothing", "warning")],
    ),
    (
        "points: {points: {max_balance: 0}}",
        [("points.points.max_balance", "allows_nothing", "warning")],
    ),
    (
        earn("r: {on: purchase, give: {points: 1, per: 0}}"),
        [("earn.r.give.per", "gives_nothing", "warning")],
    ),
    (
        earn("r: {on: purchase, give: {points: 1, per: null}}"),
        [("earn.r.give.per", "gives_nothing", "warning")],
    ),
    (
        earn("r: {on: visit, give: {points: 0}}"),
        [("earn.r.give.points", "gives_nothing", "warning")],
    ),
    (
        earn(
            "a: {on: purchase, give: {points: 1}, stop: yes, priority: 1},"
            f" b: {{on: visit, give: {{points: 1}}, {DAILY}}}"
        ),
        [("earn.base", "shadowed", "warning")],
    ),
    (
        # It does not always fire, so it does not always stop.
        earn("a: {on: purchase, give: {points: 1}, stop: yes, priority: 1, when: {store: x}}"),
        [],
    ),
    (
        earn(
            "a: {on: purchase, give: {points: 1}, group: g, priority: 1},"
            " b: {on: purchase, give: {points: 2}, group: g}",
            "stacking: {g: first}",
        ),
        [("earn.b", "shadowed", "warning")],
    ),
    (
        "tiers: {by: {spend: lifetime}, gold: {enter: 5}, silver: {enter: 10}}",
        [],
    ),
    (
        "tiers: {by: {spend: lifetime}, silver: {enter: 10}, gold: {enter: 5}}",
        [("tiers.gold.enter", "tier_order", "warning")],
    ),
]


@pytest.mark.parametrize(("overlay", "expected"), CASES)
def test_findings(overlay: str, expected: list[tuple[str, str, str]]) -> None:
    found = faults(overlay)
    assert [(one.path, one.problem, one.severity) for one in found] == expected
    assert all(one.remedy.endswith(".") for one in found)


def test_a_stored_document_has_no_order_to_judge() -> None:
    raw = document("tiers: {by: {spend: lifetime}, silver: {enter: 10}, gold: {enter: 5}}")
    assert check_document(raw, as_written=False) == []


def test_errors_come_before_warnings_and_hide_the_static_checks() -> None:
    found = faults(earn("r: {on: visit, give: {points: 0}, budget: 0, stop: 7}"))
    assert [(one.problem, one.severity) for one in found] == [
        ("not_yes_or_no", "error"),
        ("gives_nothing", "warning"),
    ]
