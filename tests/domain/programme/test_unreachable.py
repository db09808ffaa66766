"""Tiers that nobody can reach, and tiers that are only hard to reach."""

from __future__ import annotations

import pytest

from tests.domain.programme.samples import faults

BASE = "base: {on: purchase, give: {points: 1, per: 1.00}}"
MERITS = "points: {points: {}, merits: {}}"
BUDGETED = "m: {on: visit, give: {merits: 1}, limit: {per_member: 1, every: day}, budget: 300}"


def tiers(fields: str) -> str:
    """A document with these tiers."""
    return f"tiers: {{{fields}}}"


def merits(rules: str, threshold: int, more: str = "") -> str:
    """A document whose tier asks for points that only these rules give."""
    by = f"tiers: {{by: {{points.merits: lifetime}}, of: points, t: {{enter: {threshold}{more}}}}}"
    return f"{MERITS}\nearn: {{{BASE}, {rules}}}\n{by}"


BEYOND = [
    (tiers("by: {visits: rolling 7 days}, t: {enter: 8}"), "7", "8"),
    (tiers("by: {visits: rolling 2 months}, t: {enter: 63}"), "62", "63"),
    (tiers("by: {visits: calendar year}, t: {enter: 367}"), "366", "367"),
    (tiers("by: {tenure: rolling 1 year}, t: {enter: 366}"), "365", "366"),
    (tiers("by: {tenure: calendar year}, t: {enter: 366}"), "365", "366"),
    (tiers("by: {tenure: rolling 4 weeks}, t: {enter: 28}"), "27", "28"),
]

REACHABLE = [
    tiers("by: {visits: rolling 7 days}, t: {enter: 7}"),
    tiers("by: {visits: rolling 2 months}, t: {enter: 62}"),
    tiers("by: {visits: calendar year}, t: {enter: 366}"),
    tiers("by: {visits: lifetime}, t: {enter: 100000}"),
    tiers("by: {purchases: rolling 7 days}, t: {enter: 100}"),
    tiers("by: {tenure: rolling 1 year}, t: {enter: 365}"),
    tiers("by: {tenure: lifetime}, t: {enter: 10000}"),
    # One of the two suffices.
    tiers(
        "by: {spend: calendar year, visits: rolling 7 days}, valid: 1 year, t: {enter:"
        " {spend: 100, visits: 8}}"
    ),
    # Members come down to it from the higher tier.
    tiers(
        "by: {spend: calendar year, visits: calendar year},"
        " low: {enter: {visits: 400}}, high: {enter: {visits: 500, spend: 100}}"
    ),
    merits(BUDGETED, 300),
    merits(
        f"{BUDGETED}, n: {{on: enrolment, give: {{merits: 5}}, limit: {{per_member: 1}}}}", 9999
    ),
    # A multiplier has no budget, nor has that of the tier itself.
    merits(
        "m: {on: purchase, give: {merits: 1, per: 1.00}, budget: 300},"
        " x: {on: purchase, multiply: 2, of: merits}",
        301,
    ),
]


@pytest.mark.parametrize(("overlay", "reached", "needed"), BEYOND)
def test_a_tier_beyond_reach(overlay: str, reached: str, needed: str) -> None:
    [fault] = faults(overlay)
    assert (fault.path, fault.problem) == ("tiers.t.enter", "unreachable_tier")
    assert fault.severity == "warning"
    assert fault.example is not None
    assert (fault.example["reached"], fault.example["needed"]) == (reached, needed)
    assert fault.example["tier"] == ""


@pytest.mark.parametrize("overlay", REACHABLE)
def test_a_tier_within_reach(overlay: str) -> None:
    assert faults(overlay) == []


def test_who_never_joined_has_no_membership_year() -> None:
    [fault] = faults(tiers("by: {visits: membership year}, t: {enter: 367}"))
    assert (fault.problem, fault.severity) == ("unreachable_tier", "note")


def test_points_that_no_rule_can_give() -> None:
    dead = "m: {on: visit, give: {merits: 1}, when: {line.category: tea}}"
    assert [fault.problem for fault in faults(merits(dead, 1))] == [
        "can_never_fire",
        "unreachable_tier",
    ]
    off = "m: {on: enrolment, give: {merits: 1}, limit: {per_member: 1}, enabled: no}"
    assert [fault.problem for fault in faults(merits(off, 1))] == ["unreachable_tier", "disabled"]


def test_budgets_bound_what_all_members_may_have() -> None:
    [fault] = faults(merits(BUDGETED, 301))
    assert (fault.path, fault.problem) == ("tiers.t.enter", "unreachable_tier")
    assert "Raise the budgets" in fault.remedy
