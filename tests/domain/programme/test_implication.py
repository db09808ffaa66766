"""Whether one condition implies another: what is said to be certain is, and nothing unknown is."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.programme.checks.formulas import Opaque, read_formula, read_line_formula
from habitue.domain.programme.checks.search import Patience, Search, can_hold, implies
from habitue.domain.programme.fields import Vocabulary
from habitue.integrations.documents import load_yaml

VOCABULARY = Vocabulary(
    tiers=("silver", "gold"),
    points={"points": 0},
    attributes={"parcel": "yes_no", "size": "number"},
)

IMPLIES = [
    ("{weekday: sat}", "{weekday: [fri, sat]}"),
    ("{weekday: [sat, sun]}", "{not: {weekday: [mon, tue, wed]}}"),
    ("{date: {from: 2027-03-01, until: 2027-03-02}}", "{weekday: [mon, tue]}"),
    ("{basket.amount: {at_least: 50.00}}", "{basket.amount: {above: 49.99}}"),
    ('{time: {from: "17:00", until: "18:00"}}', '{time: {from: "16:00"}}'),
    ("{store: north}", "{store: {is_not: south}}"),
    ("{member.tier: gold}", "{member.tier: {at_least: silver}}"),
    ("{member.visits: {every: 6}}", "{member.visits: {every: 3}}"),
    ("{event.size: {above: 2.5}}", "{event.size: {at_least: 2}}"),
    ("{store: a, channel: web}", "{any: [{channel: web}, {weekday: mon}]}"),
    ("{any: [{store: a}, {store: b}]}", "{store: [a, b, c]}"),
    ("{line.category: tea, line.brand: x}", "{line.category: [tea, coffee]}"),
    ("{every_line: {category: tea}}", "{any_line: {category: tea}}"),
    ("{every_line: {category: tea}}", "{no_line: {category: milk}}"),
    ("{no_line: {category: [tea, milk]}}", "{no_line: {category: tea}}"),
    ("{count_lines: {match: {category: tea}, at_least: 3}}", "{line.category: tea}"),
    (
        "{count_lines: {match: {category: tea}, at_least: 3}}",
        "{count_lines: {match: {category: tea}, at_least: 2}}",
    ),
    (
        "{sum_lines: {match: {brand: x}, of: amount, above: 10.00}}",
        "{any_line: {brand: [x, y]}}",
    ),
]

DOES_NOT = [
    ("{weekday: [fri, sat]}", "{weekday: sat}"),
    ("{date: {from: 2027-03-01, until: 2027-03-08}}", "{weekday: [mon, tue]}"),
    ("{basket.amount: {at_least: 49.99}}", "{basket.amount: {at_least: 50.00}}"),
    ("{store: {is_not: south}}", "{store: north}"),
    # The store may be absent.
    ("{not: {store: north}}", "{store: {in: [south, east]}}"),
    ("{member.visits: {every: 3}}", "{member.visits: {every: 6}}"),
    ("{member.visits: {every: 499}}", "{member.visits: {every: 487}}"),
    # Two lines of one receipt.
    ("{all: [{line.category: tea}, {line.brand: x}]}", "{line.category: tea, line.brand: x}"),
    ("{any_line: {category: tea}}", "{every_line: {category: tea}}"),
    ("{no_line: {category: tea}}", "{every_line: {category: {is_not: tea}}}"),
    ("{count_lines: {match: {category: tea}, at_most: 3}}", "{line.category: tea}"),
    (
        "{count_lines: {match: {category: tea}, at_least: 3}}",
        "{count_lines: {match: {category: [tea, milk]}, at_most: 2}}",
    ),
    ("{member.balance.points: {at_least: 10}}", "{member.tier: gold}"),
]


def formula(text: str) -> Any:
    """The formula of a condition."""
    return read_formula(load_yaml(text), VOCABULARY)


@pytest.mark.parametrize(("premise", "conclusion"), IMPLIES)
def test_what_is_implied(premise: str, conclusion: str) -> None:
    assert implies([(formula(premise), False)], formula(conclusion), has_lines=True)


@pytest.mark.parametrize(("premise", "conclusion"), DOES_NOT)
def test_what_is_not_implied(premise: str, conclusion: str) -> None:
    assert not implies([(formula(premise), False)], formula(conclusion), has_lines=True)


@pytest.mark.parametrize(
    "text", ["{birthday: {within: 3 days}}", "{member.stamps.card: 3}", "{weather: [rain]}"]
)
def test_what_is_unknown_implies_only_itself(text: str) -> None:
    unknown = formula(text)
    assert isinstance(unknown, Opaque)
    assert can_hold([(unknown, False), (formula("{weekday: mon}"), False)], has_lines=True)
    assert can_hold([(unknown, True)], has_lines=True)
    assert not can_hold([(unknown, False), (formula(text), True)], has_lines=True)
    assert not implies([(unknown, False)], formula("{weather: [snow]}"), has_lines=True)
    assert not implies([(formula("{weekday: mon}"), False)], unknown, has_lines=True)


def test_an_unknown_field_of_a_line_may_be_anything() -> None:
    odd = read_line_formula({"colour": "red", "category": "tea"}, VOCABULARY)
    tea = read_line_formula({"category": "tea"}, VOCABULARY)
    assert implies([(odd, False)], tea, has_lines=True)
    assert not implies([(tea, False)], odd, has_lines=True)


def test_what_takes_too_long_may_hold() -> None:
    pairs = [{"any": [{"store": {"is_not": f"a{n}"}}, {"weekday": "mon"}]} for n in range(40)]
    hard = read_formula({"all": [*pairs, {"any": [{"store": "b"}, {"store": "c"}]}]}, VOCABULARY)
    never = read_formula({"all": [{"channel": "x"}, {"channel": "y"}]}, VOCABULARY)
    search = Search()
    assert next(search.cases([(hard, False), (never, False)]), None) is None
    assert search.gave_up
    assert can_hold([(hard, False), (never, False)], has_lines=True)


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("{line.category: tea}", False),
        ("{no_line: {category: tea}}", True),
        ("{every_line: {category: tea}}", False),
        ("{basket.amount: 0}", True),
        ("{basket.amount: {above: 0}}", False),
        ("{count_lines: {match: {category: tea}, at_most: 2}}", True),
    ],
)
def test_other_events_have_no_lines(text: str, possible: object) -> None:
    assert can_hold([(formula(text), False)], has_lines=False) is possible


def test_a_vast_document_wears_patience_out() -> None:
    premise, conclusion = formula("{weekday: sat}"), formula("{weekday: [fri, sat]}")
    patience = Patience(steps=1)
    assert not implies([(premise, False)], conclusion, has_lines=True, patience=patience)
    assert patience.steps < 0
    assert can_hold([(conclusion, False), (premise, True)], has_lines=True, patience=patience)
