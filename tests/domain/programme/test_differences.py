"""Differences between documents: by currency, rule and tier, down to the field."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.programme.differences import diff_documents
from habitue.integrations.documents import load_yaml

OLD = """
programme: sample
spend: {tax: yes}
points: {points: {pending: none}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  gone: {on: visit, give: {points: 5}}
tiers: {by: {spend: lifetime}, gold: {enter: 500.00}}
"""


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("programme: sample", []),
        ("programme: other", [("programme", "changed", "sample", "other")]),
        ("spend: {tax: no}", [("spend.tax", "changed", "yes", "no")]),
        ("spend: {tax: yes, tips: yes}", [("spend.tips", "added", None, "yes")]),
        ("languages: [en]", [("languages", "added", None, ["en"])]),
        (
            "points: {points: {pending: 14 days}, stars: {}}",
            [
                ("points.points.pending", "changed", "none", "14 days"),
                ("points.stars", "added", None, {}),
            ],
        ),
        (
            "earn: {base: {on: purchase, give: {points: 2, per: 1.00}, stop: yes}}",
            [
                ("earn.base.give.points", "changed", 1, 2),
                ("earn.base.stop", "added", None, "yes"),
                ("earn.gone", "removed", {"on": "visit", "give": {"points": 5}}, None),
            ],
        ),
        (
            "tiers: {by: {visits: lifetime}, gold: {enter: 500.00}}",
            [
                ("tiers.by.spend", "removed", "lifetime", None),
                ("tiers.by.visits", "added", None, "lifetime"),
            ],
        ),
        (
            "tiers:",
            [
                ("tiers.by", "removed", {"spend": "lifetime"}, None),
                ("tiers.gold", "removed", {"enter": "500.00"}, None),
            ],
        ),
        (
            "tiers: 5",
            [("tiers", "changed", {"by": {"spend": "lifetime"}, "gold": {"enter": "500.00"}}, 5)],
        ),
    ],
)
def test_differences(new: str, expected: list[tuple[str, str, Any, Any]]) -> None:
    old = load_yaml(OLD)
    found = diff_documents(old, {**old, **load_yaml(new)})
    assert [(one.path, one.change, one.before, one.after) for one in found] == expected


def test_a_document_does_not_differ_from_itself_in_another_order() -> None:
    old = load_yaml(OLD)
    assert diff_documents(old, {name: old[name] for name in reversed(old)}) == []


def test_yes_and_one_are_not_the_same() -> None:
    [found] = diff_documents({"a": 1}, {"a": True})
    assert found.as_json() == {"path": "a", "change": "changed", "before": 1, "after": True}
