"""Faulty tiers: where, and which problem."""

from __future__ import annotations

import pytest

from tests.domain.programme.faulty import the_error, tiers

GOOD_TIERS = "by: {spend: lifetime}, gold: {enter: 500}"
TWO_KINDS = "points: {a: {}, b: {decimals: 2}}\nearn: {base: {on: purchase, give: {a: 1, per: 1}}}"

CASES: list[tuple[str, str, str]] = [
    (tiers("gold: {enter: 500}"), "tiers.by", "missing_field"),
    (tiers("by: {}, gold: {enter: 500}"), "tiers.by", "not_a_mapping"),
    (tiers("by: {revenue: lifetime}, gold: {enter: 5}"), "tiers.by", "unknown_metric"),
    (tiers("by: {spend: decade}, gold: {enter: 5}"), "tiers.by", "unknown_choice"),
    (tiers("by: {spend: rolling decade}, gold: {enter: 5}"), "tiers.by", "not_a_period"),
    (
        tiers("by: {points.stars: lifetime}, gold: {enter: 5}"),
        "tiers.by.points.stars",
        "unknown_points",
    ),
    (
        tiers("by: {spend: lifetime}, gold: {invitation: yes, enter: 5}"),
        "tiers.gold.enter",
        "conflicting_fields",
    ),
    (
        tiers("by: {spend: lifetime}, a: {invitation: yes}, b: {invitation: yes}"),
        "tiers.b.invitation",
        "too_many",
    ),
    (tiers("by: {spend: lifetime}, a: {invitation: no}"), "tiers.a.enter", "missing_field"),
    (tiers("by: {spend: lifetime}"), "tiers", "empty"),
    (tiers(f"{GOOD_TIERS}, combine: both"), "tiers.combine", "unknown_choice"),
    (tiers(f"{GOOD_TIERS}, combin: any"), "tiers.combin", "unknown_field"),
    (tiers(f"{GOOD_TIERS}, valid: long"), "tiers.valid", "unknown_choice"),
    (tiers(f"{GOOD_TIERS}, grace: some"), "tiers.grace", "not_a_period"),
    (tiers(f"{GOOD_TIERS}, downgrade: hard"), "tiers.downgrade", "unknown_choice"),
    (tiers(f"{GOOD_TIERS}, crossing: new_rate"), "tiers.crossing", "unknown_choice"),
    (tiers(f"{GOOD_TIERS}, of: stars"), "tiers.of", "unknown_points"),
    (
        tiers("by: {visits: lifetime}, crossing: split, gold: {enter: 5}"),
        "tiers.crossing",
        "does_not_fit",
    ),
    (
        tiers("by: {visits: lifetime, spend: calendar year}, gold: {enter: {spend: 1, visits: 1}}"),
        "tiers.valid",
        "missing_field",
    ),
    (tiers("by: {spend: lifetime}, gold: "), "tiers.gold.enter", "missing_field"),
    (tiers("by: {spend: lifetime}, gold: {}"), "tiers.gold.enter", "missing_field"),
    (tiers("by: {spend: lifetime}, none: {enter: 5}"), "tiers.none", "reserved_name"),
    (tiers("by: {spend: lifetime}, Gold: {enter: 5}"), "tiers.Gold", "not_a_code"),
    (tiers("by: {spend: lifetime}, gold: {enter: lots}"), "tiers.gold.enter", "not_a_number"),
    (tiers("by: {spend: lifetime}, gold: {enter: 5.001}"), "tiers.gold.enter", "too_precise"),
    (tiers("by: {visits: lifetime}, gold: {enter: 5.5}"), "tiers.gold.enter", "not_a_whole_number"),
    (
        tiers("by: {spend: lifetime}, gold: {enter: {visits: 5}}"),
        "tiers.gold.enter.visits",
        "unknown_metric",
    ),
    (
        tiers("by: {spend: lifetime, visits: lifetime}, gold: {enter: 5}"),
        "tiers.gold.enter",
        "not_a_mapping",
    ),
    (
        tiers("by: {spend: lifetime, visits: lifetime}, combine: all, gold: {enter: {spend: 5}}"),
        "tiers.gold.enter",
        "missing_field",
    ),
    (
        tiers(
            "by: {spend: lifetime, visits: lifetime}, gold: {enter: {spend: 5}, keep: {visits: 1}}"
        ),
        "tiers.gold.keep.visits",
        "missing_field",
    ),
    (tiers("by: {spend: lifetime}, gold: {enter: 5, keep: 6}"), "tiers.gold.keep", "above_enter"),
    (
        tiers("by: {spend: lifetime}, gold: {enter: 5, reenter: 6}"),
        "tiers.gold.reenter",
        "above_enter",
    ),
    (
        tiers("by: {spend: lifetime}, gold: {enter: 5, multiply: 0}"),
        "tiers.gold.multiply",
        "not_positive",
    ),
    (
        tiers("by: {spend: lifetime}, gold: {enter: 5, perks: [Fast Lane]}"),
        "tiers.gold.perks",
        "not_a_code",
    ),
    (
        tiers("by: {spend: lifetime}, a: {enter: 5}, b: {enter: 5.00}"),
        "tiers.b.enter",
        "not_ascending",
    ),
    (
        tiers(
            "by: {spend: lifetime, visits: lifetime}, a: {enter: {spend: 5, visits: 9}},"
            " b: {enter: {spend: 6, visits: 8}}"
        ),
        "tiers.b.enter",
        "not_ascending",
    ),
    (
        tiers(
            "by: {spend: lifetime, visits: lifetime},"
            " a: {enter: {spend: 5}}, b: {enter: {visits: 5}}"
        ),
        "tiers.b.enter",
        "not_ascending",
    ),
    (
        f"{TWO_KINDS}\n" + tiers("by: {spend: lifetime}, gold: {enter: 5, multiply: 2}"),
        "tiers.of",
        "missing_field",
    ),
]


@pytest.mark.parametrize(("overlay", "path", "problem"), CASES)
def test_a_fault_names_its_place_and_its_problem(overlay: str, path: str, problem: str) -> None:
    assert the_error(overlay) == (path, problem)
