"""Faulty conditions: where, and which problem."""

from __future__ import annotations

import pytest

from tests.domain.programme.faulty import earn, the_error, tiers, when

R = "earn.r"
WHEN = f"{R}.when"
GOOD_TIERS = "by: {spend: lifetime}, gold: {enter: 500}"

KNOWING = "segments: {a: {when: {member.visits: 5}}}\nmember_attributes: {size: number}\n"
BOTH = "earn: {r: {on: purchase, give: {points: 1}, when: {rule.s: fired}%s}, s: {%s}}"

CASES: list[tuple[str, str, str]] = [
    (KNOWING + when("{member.segment: b}"), f"{WHEN}.member.segment", "unknown_segment"),
    (when("{member.segment: a}"), f"{WHEN}.member.segment", "unknown_segment"),
    (
        KNOWING + when("{member.segment: {at_least: a}}"),
        f"{WHEN}.member.segment.at_least",
        "comparison_does_not_fit",
    ),
    (KNOWING + when("{member.segment: []}"), f"{WHEN}.member.segment", "empty"),
    (
        KNOWING + when("{member.attributes.size: tall}"),
        f"{WHEN}.member.attributes.size",
        "not_a_number",
    ),
    (
        KNOWING + when("{member.attributes.shoe: 1}"),
        f"{WHEN}.member.attributes.shoe",
        "unknown_attribute",
    ),
    ("segments: {a: {when: {weekday: fri}}}", "segments.a.when", "does_not_fit"),
    ("segments: {a: {when: {line.category: x}}}", "segments.a.when", "does_not_fit"),
    (
        "segments: {a: {when: {member.segment: a}}}",
        "segments.a.when.member.segment",
        "unknown_segment",
    ),
    ("segments: {a: {when: {rule.base: fired}}}", "segments.a.when.rule.base", "unknown_rule"),
    ("segments: {a: {}}", "segments.a.when", "missing_field"),
    ("member_attributes: {size: big}", "member_attributes.size", "unknown_choice"),
    (when("{rule.nobody: fired}"), f"{WHEN}.rule.nobody", "unknown_rule"),
    (when("{rule.base: won}"), f"{WHEN}.rule.base", "unknown_choice"),
    (when("{rule.r: fired}"), WHEN, "asks_in_a_circle"),
    (BOTH % ("", "on: visit, give: {points: 1}"), WHEN, "does_not_fit"),
    (BOTH % (", stop: yes", "on: purchase, give: {points: 1}"), f"{R}.stop", "conflicting_fields"),
    (
        "stacking: {g: best}\n"
        + BOTH % (", group: g", "on: purchase, give: {points: 1}, group: g"),
        WHEN,
        "asks_in_a_circle",
    ),
    (when("{cheapest_line: {colour: red}}"), f"{WHEN}.cheapest_line.colour", "unknown_field"),
    (when("fri"), WHEN, "not_a_mapping"),
    (when("{}"), WHEN, "empty"),
    (when("{wekday: fri}"), f"{WHEN}.wekday", "unknown_field"),
    (when("{weekday: friday}"), f"{WHEN}.weekday", "unknown_choice"),
    (when("{weekday: []}"), f"{WHEN}.weekday", "empty"),
    (when("{weekday: [mon, xxx]}"), f"{WHEN}.weekday[1]", "unknown_choice"),
    (when("{weekday: {at_least: mon}}"), f"{WHEN}.weekday.at_least", "comparison_does_not_fit"),
    (when("{date: {from: 2026-02-01, until: 2026-01-01}}"), f"{WHEN}.date", "impossible_range"),
    (when("{date: {from: yesterday}}"), f"{WHEN}.date.from", "not_a_day"),
    (when("{time: noon}"), f"{WHEN}.time", "not_a_mapping"),
    (when('{time: {from: "25:00"}}'), f"{WHEN}.time.from", "not_a_time"),
    (when('{time: {from: "24:30"}}'), f"{WHEN}.time.from", "not_a_time"),
    (when("{time: {from: 16}}"), f"{WHEN}.time.from", "not_a_time"),
    (when('{time: {from: "16:00", until: "16:00"}}'), f"{WHEN}.time", "impossible_range"),
    (when('{time: {at: "16:00"}}'), f"{WHEN}.time.at", "comparison_does_not_fit"),
    (when("{time: {}}"), f"{WHEN}.time", "empty"),
    (when("{store: {at_least: lyon}}"), f"{WHEN}.store.at_least", "comparison_does_not_fit"),
    (when("{store: true}"), f"{WHEN}.store", "not_a_text"),
    (when("{store: ''}"), f"{WHEN}.store", "empty"),
    (when('{store: "a\\nb"}'), f"{WHEN}.store", "invalid_text"),
    (when("{store: {}}"), f"{WHEN}.store", "empty"),
    (when("{basket.amount: lots}"), f"{WHEN}.basket.amount", "not_a_number"),
    (when("{basket.amount: {at_least: 1.005}}"), f"{WHEN}.basket.amount.at_least", "too_precise"),
    (when("{basket.amount: {at_least: -1}}"), f"{WHEN}.basket.amount.at_least", "negative"),
    (
        when("{basket.amount: {at_least: 5, at_most: 4}}"),
        f"{WHEN}.basket.amount",
        "impossible_range",
    ),
    (when("{basket.amount: {above: 5, below: 5.01}}"), f"{WHEN}.basket.amount", "impossible_range"),
    (when("{basket.amount: {below: 0}}"), f"{WHEN}.basket.amount", "impossible_range"),
    (when("{basket.amount: {between: [5]}}"), f"{WHEN}.basket.amount.between", "not_a_pair"),
    (when("{basket.amount: {between: [5, 4]}}"), f"{WHEN}.basket.amount", "impossible_range"),
    (
        when("{basket.amount: {between: [5, x]}}"),
        f"{WHEN}.basket.amount.between[1]",
        "not_a_number",
    ),
    (
        when("{basket.amount: {atleast: 5}}"),
        f"{WHEN}.basket.amount.atleast",
        "comparison_does_not_fit",
    ),
    (when("{basket.lines: 1.5}"), f"{WHEN}.basket.lines", "not_a_whole_number"),
    (when("{basket.quantity: 1.0005}"), f"{WHEN}.basket.quantity", "too_precise"),
    (when("{basket.amount: {every: 3}}"), f"{WHEN}.basket.amount.every", "comparison_does_not_fit"),
    (when("{member.visits: {every: 0}}"), f"{WHEN}.member.visits.every", "too_small"),
    (when("{member.visits: {every: 5, is: 5}}"), f"{WHEN}.member.visits", "impossible_range"),
    (when("{member.tier: gold}"), f"{WHEN}.member.tier", "unknown_tier"),
    (
        when("{member.tier: {below: none}}", tiers(GOOD_TIERS)),
        f"{WHEN}.member.tier",
        "impossible_range",
    ),
    (when("{member.balance.stars: 5}"), f"{WHEN}.member.balance.stars", "unknown_points"),
    (when("{member.age: 5}"), f"{WHEN}.member.age", "unknown_field"),
    (when("{event.covers: 4}"), f"{WHEN}.event.covers", "unknown_attribute"),
    (
        when("{event.covers: many}", "attributes: {covers: number}"),
        f"{WHEN}.event.covers",
        "not_a_number",
    ),
    (
        when("{event.terrace: {above: yes}}", "attributes: {terrace: yes_no}"),
        f"{WHEN}.event.terrace.above",
        "comparison_does_not_fit",
    ),
    (when("{line.colour: red}"), f"{WHEN}.line.colour", "unknown_field"),
    (when("{line.role: food}"), f"{WHEN}.line.role", "unknown_choice"),
    (when("{any_line: {}}"), f"{WHEN}.any_line", "empty"),
    (when("{any_line: {weekday: fri}}"), f"{WHEN}.any_line.weekday", "unknown_field"),
    (when("{any_line: {any_line: {category: x}}}"), f"{WHEN}.any_line.any_line", "unknown_field"),
    (when("{count_lines: {at_least: 2}}"), f"{WHEN}.count_lines", "missing_field"),
    (when("{count_lines: {match: {category: x}}}"), f"{WHEN}.count_lines", "missing_field"),
    (
        when("{count_lines: {match: {category: x}, at_least: 1.5}}"),
        f"{WHEN}.count_lines.at_least",
        "not_a_whole_number",
    ),
    (
        when("{sum_lines: {match: {category: x}, of: weight, at_least: 1}}"),
        f"{WHEN}.sum_lines.of",
        "unknown_choice",
    ),
    (when("{sum_lines: {match: tea, at_least: 1}}"), f"{WHEN}.sum_lines.match", "not_a_mapping"),
    (when("{all: {weekday: fri}}"), f"{WHEN}.all", "not_a_list"),
    (when("{any: []}"), f"{WHEN}.any", "empty"),
    (when("{any: [{weekday: fri}, {}]}"), f"{WHEN}.any[1]", "empty"),
    (when("{not: fri}"), f"{WHEN}.not", "not_a_mapping"),
    (when("{not: " * 13 + "{weekday: fri}" + "}" * 13), f"{WHEN}{'.not' * 13}", "too_deep"),
    (earn("on: purchase, multiply: 2, lines: {}"), f"{R}.lines", "empty"),
    (earn("on: purchase, give: {points: 1}, each: {store: x}"), f"{R}.each.store", "unknown_field"),
]


@pytest.mark.parametrize(("overlay", "path", "problem"), CASES)
def test_a_fault_names_its_place_and_its_problem(overlay: str, path: str, problem: str) -> None:
    assert the_error(overlay) == (path, problem)
