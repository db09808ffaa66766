"""What the checks do not know may hold and may give: nothing is said because of it.

Fields and kinds of events that a later version may have are put into formulas and rules by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from habitue.domain.programme.checks.asking import ask
from habitue.domain.programme.checks.formulas import Opaque, read_formula, read_line_formula
from habitue.domain.programme.checks.search import can_hold, implies
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.findings import vocabulary_of
from tests.domain.programme.samples import document, faults, programme

WORDS = Vocabulary(2, ("silver", "gold"), {"points": 0}, {"covers": "number"})

MAY_HOLD = [
    {"all": [{"moon": "full"}, {"moon": "new"}]},
    {"all": [{"moon": "full"}, {"not": {"moon": ["full"]}}]},
    {"weekday": "fri", "moon": "full"},
    {"any": [{"moon": "full"}, {"all": [{"weekday": "fri"}, {"weekday": "sat"}]}]},
    {"all": [{"any_line": {"colour": "red"}}, {"no_line": {"colour": "blue"}}]},
    {"all": [{"any_line": {"colour": "red"}}, {"any_line": {"colour": "blue"}}]},
    {"none": [{"weekday": "fri"}]},
]


@pytest.mark.parametrize("raw", MAY_HOLD)
@pytest.mark.parametrize("has_lines", [True, False])
def test_an_unknown_field_may_hold(raw: dict[str, Any], *, has_lines: bool) -> None:
    formula = read_formula(raw, WORDS)
    asks_lines = "any_line" in str(raw)
    assert can_hold([(formula, False)], has_lines=has_lines or asks_lines)


def test_only_the_very_same_text_is_known_to_be_the_same() -> None:
    full = read_formula({"moon": "full"}, WORDS)
    assert isinstance(full, Opaque)
    assert implies([(full, False)], read_formula({"moon": "full"}, WORDS), has_lines=True)
    assert not implies([(full, False)], read_formula({"moon": ["full"]}, WORDS), has_lines=True)
    assert not can_hold([(full, False), (full, True)], has_lines=True)
    red = read_line_formula({"colour": "red"}, WORDS)
    assert can_hold([(red, False)], has_lines=True)


def test_a_rule_on_an_unknown_event_is_never_spoken_of() -> None:
    known = programme("earn: {base: {on: purchase, give: {points: 1}, stop: yes}}")
    unknown: Any = "birthday-of-a-friend"
    version = replace(known, rules=(replace(known.rules[0], on=unknown),))
    assert ask(version, vocabulary_of(version, document())) == []


NOT_FOUND = [
    # Two rules of a group that overlap, neither holding the other.
    """
    a: {on: purchase, multiply: 2, when: {weekday: [fri, sat]}, group: f, priority: 1}
    b: {on: purchase, multiply: 3, when: {weekday: [sat, sun]}, group: f}
    """,
    # The later one holds where the earlier one does not: no line is coffee.
    """
    a: {on: purchase, multiply: 2, when: {any_line: {category: coffee}}, group: f, priority: 1}
    b: {on: purchase, multiply: 3, when: {no_line: {category: tea}}, group: f}
    """,
    # Two lines of one receipt may differ.
    """
    a: {on: purchase, give: {points: 5}, when: {line.category: tea, line.brand: house}, group: f,
        priority: 1}
    b: {on: purchase, give: {points: 9}, when: {all: [{line.category: tea}, {line.brand: house}]},
        group: f}
    """,
    # The earlier one ends before the later one does.
    """
    a: {on: purchase, multiply: 2, until: 2027-05-31, group: f, priority: 1}
    b: {on: purchase, multiply: 3, until: 2027-06-30, group: f}
    """,
    # A visit never competes with a purchase.
    """
    a: {on: purchase, give: {points: 5}, stop: yes, when: {store: x}, priority: 1}
    b: {on: visit, give: {points: 5}, limit: {per_member: 1, every: day}}
    c: {on: purchase, multiply: 3, group: f}
    d: {on: purchase, multiply: 2, group: f, priority: 1, when: {store: y}}
    """,
    # It stops, but another of its group may be chosen.
    """
    a: {on: purchase, give: {points: 5}, group: b, stop: yes, priority: 2}
    b: {on: purchase, give: {points: 9}, group: b, priority: 2, when: {store: x}}
    c: {on: purchase, give: {points: 1}, priority: 1}
    d: {on: purchase, multiply: 2, group: f, when: {store: x}, priority: 3}
    e: {on: purchase, multiply: 2, group: f, when: {store: y}, priority: 3}
    """,
    # A gift that is better in other points.
    """
    a: {on: purchase, give: {points: 5}, group: b}
    b: {on: purchase, give: {stamps: 1}, group: b}
    c: {on: purchase, multiply: 2, of: points, group: f, when: {store: x}}
    d: {on: purchase, multiply: 2, of: points, group: f, when: {store: y}}
    """,
]


@pytest.mark.parametrize("rules", NOT_FOUND)
def test_what_is_not_certain_is_not_said(rules: str) -> None:
    groups = {f"{name}: {mode}" for name, mode in (("f", "first"), ("b", "best"))}
    used = ", ".join(sorted(one for one in groups if f"group: {one[0]}" in rules))
    text = f"""
points: {{points: {{}}, stamps: {{kind: stamps}}}}
stacking: {{{used}}}
earn:
    base: {{on: purchase, give: {{points: 1, per: 1.00}}, priority: 9}}
    card: {{on: purchase, each: {{category: card}}, give: {{stamps: 1}}, priority: 9}}
{rules}
"""
    assert faults(text) == []


def test_rewards_and_occasions_are_not_spoken_of() -> None:
    text = """
points: {points: {}, coffee: {kind: stamps, card: 10}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  coffee: {on: purchase, each: {category: coffee}, give: {coffee: 1}}
  party: {on: birthday, give: {voucher: dessert}}
  years: {on: anniversary, give: {points: 50}}
rewards:
  dessert: {cost: {points: 80}, gives: {free_product: dessert}, stock: 0}
"""
    assert faults(text) == []
