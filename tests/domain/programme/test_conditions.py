"""Conditions: field; comparison; moment; expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from habitue.domain.events import Line
from habitue.domain.programme.conditions import parse_condition, parse_line_filter
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary, moment_fields, unit_price
from habitue.domain.programme.moments import Condition, LineFilter, Moment
from habitue.integrations.documents import load_yaml
from tests.domain.programme.samples import Seeing, line

VOCABULARY = Vocabulary(
    exponent=2,
    tiers=("silver", "gold"),
    points={"points": 0, "cash": 2},
    attributes={"weather": "text", "covers": "number", "terrace": "yes_no"},
    member_attributes={"diet": "text", "children": "number", "newsletter": "yes_no"},
    segments={
        "regulars": {"when": {"member.visits": {"at_least": 4}}},
        "parents": {"when": {"member.attributes.children": {"at_least": 1}}},
    },
    rules={"friday": {}, "base": {}},
)


def condition(text: str) -> Condition:
    """The compiled condition of a YAML text, which must have no faults."""
    faults = Faults()
    made = parse_condition(load_yaml(text), path="when", vocabulary=VOCABULARY, faults=faults)
    assert not list(faults)
    assert made is not None
    return made


def line_filter(text: str) -> LineFilter:
    """The compiled filter of a YAML text, which must have no faults."""
    faults = Faults()
    made = parse_line_filter(load_yaml(text), path="lines", vocabulary=VOCABULARY, faults=faults)
    assert not list(faults)
    assert made is not None
    return made


def on(year: int, month: int, day: int) -> dict[str, int]:
    """The moment's day."""
    return {"day": date(year, month, day).toordinal()}


def at(hour: int, minute: int = 0) -> dict[str, int]:
    """The moment's time of day."""
    return {"minute": 60 * hour + minute}


COFFEE = line("espresso", amount=250, category="Coffee", brand="Illy")
CAKE = line("tart", amount=480, category="cake", brand="House")
TIP = line("tip", amount=100, role="tip")
BASKET: dict[str, Any] = {"lines": (COFFEE, CAKE, TIP), "basket_amount": 730}
EMPTY: dict[str, Any] = {"lines": (), "basket_amount": 0}

CASES: list[tuple[str, dict[str, Any], bool]] = [
    # Weekday.
    ("weekday: fri", {}, True),
    ("weekday: fri", on(2026, 6, 6), False),
    ("weekday: [sat, sun]", on(2026, 6, 7), True),
    ("weekday: [sat, sun]", {}, False),
    ("weekday: {is_not: fri}", {}, False),
    ("weekday: {not_in: [mon, tue]}", {}, True),
    ("weekday: mon", on(2026, 6, 1), True),
    # Date: both ends count.
    ("date: {from: 2026-06-05, until: 2026-06-05}", {}, True),
    ("date: {from: 2026-06-06}", {}, False),
    ("date: {until: 2026-06-05}", {}, True),
    ("date: {until: 2026-06-04}", {}, False),
    ("date: [2026-06-05, 2026-07-14]", {}, True),
    ("date: 2026-07-14", {}, False),
    ("date: {between: [2026-06-01, 2026-06-30]}", {}, True),
    # Time: from counts, until does not.
    ('time: {from: "16:30", until: "19:00"}', {}, True),
    ('time: {from: "16:00", until: "16:30"}', {}, False),
    ('time: {from: "16:00", until: "16:31"}', {}, True),
    ('time: {from: "16:31"}', {}, False),
    ('time: {until: "24:00"}', {}, True),
    ('time: {from: "22:00", until: "02:00"}', at(23), True),
    ('time: {from: "22:00", until: "02:00"}', at(1, 59), True),
    ('time: {from: "22:00", until: "02:00"}', at(2), False),
    ('time: {from: "22:00", until: "02:00"}', at(12), False),
    ('time: {from: "9:00"}', at(9), True),
    # Texts ignore case; what is not there is nobody's equal.
    ("store: LYON", {}, True),
    ("store: [paris, lyon]", {}, True),
    ("store: paris", {}, False),
    ("store: paris", {"store": None}, False),
    ("store: {is_not: paris}", {"store": None}, True),
    ("store: {not_in: [lyon]}", {}, False),
    ("channel: {is: Till}", {}, True),
    ("channel: web", {}, False),
    ("staff: anna", {}, False),
    ("staff: anna", {"staff": "ANNA"}, True),
    ("store: 75001", {"store": "75001"}, True),
    ("store: 0042", {"store": "0042"}, True),
    ("store: straße", {"store": "STRASSE"}, True),
    # Basket.
    ("basket.amount: {at_least: 10.00}", {}, True),
    ("basket.amount: {above: 10.00}", {}, False),
    ("basket.amount: {at_most: 10}", {}, True),
    ("basket.amount: {below: 10.01}", {}, True),
    ("basket.amount: 10", {}, True),
    ("basket.amount: {between: [9.99, 10]}", {}, True),
    ("basket.amount: {between: [10.01, 20]}", {}, False),
    ("basket.amount: {in: [5, 10]}", {}, True),
    ("basket.amount: {is_not: 10}", {}, False),
    ("basket.amount: {at_least: 5, below: 10}", {}, False),
    ("basket.lines: 2", BASKET, True),
    ("basket.lines: 0", EMPTY, True),
    ("basket.quantity: {at_least: 2}", BASKET, True),
    ("basket.quantity: {at_least: 2.5}", BASKET, False),
    ("basket.quantity: {at_least: 0.25}", {"lines": (line(quantity=250),)}, True),
    # Lines: some line.
    ("line.category: coffee", BASKET, True),
    ("line.category: tea", BASKET, False),
    ("line.category: coffee", EMPTY, False),
    ("line.category: {is_not: coffee}", BASKET, True),
    ("line.category: {is_not: coffee}", {"lines": (COFFEE,)}, False),
    ("{line.category: coffee, line.brand: illy}", BASKET, True),
    ("{line.category: coffee, line.brand: house}", BASKET, False),
    ("all: [{line.category: coffee}, {line.brand: house}]", BASKET, True),
    ("line.product: ESPRESSO", BASKET, True),
    ("line.role: tip", BASKET, True),
    ("line.role: delivery", BASKET, False),
    ("line.amount: {at_least: 4.80}", BASKET, True),
    ("line.amount: {at_least: 4.81}", BASKET, False),
    ("line.quantity: {at_least: 2}", BASKET, False),
    ("line.unit_price: {at_least: 3.33}", {"lines": (line(amount=1000, quantity=3000),)}, True),
    ("line.unit_price: {at_least: 3.34}", {"lines": (line(amount=1000, quantity=3000),)}, False),
    ("line.unit_price: 2.50", BASKET, True),
    ("line.unit_price: {is_not: 1}", {"lines": (line(quantity=0),)}, True),
    # Lines: quantified.
    ("any_line: {category: coffee, brand: illy}", BASKET, True),
    ("any_line: {category: coffee, brand: house}", BASKET, False),
    ("any_line: {line.category: cake}", BASKET, True),
    ("any_line: {any: [{category: tea}, {brand: house}]}", BASKET, True),
    ("every_line: {amount: {at_least: 1}}", BASKET, True),
    ("every_line: {category: [coffee, cake]}", BASKET, False),
    ("every_line: {category: coffee}", EMPTY, False),
    ("no_line: {category: tobacco}", BASKET, True),
    ("no_line: {category: cake}", BASKET, False),
    ("no_line: {category: cake}", EMPTY, True),
    ("count_lines: {match: {role: goods}, at_least: 2}", BASKET, True),
    ("count_lines: {match: {role: goods}, at_least: 3}", BASKET, False),
    ("count_lines: {match: {category: tea}, is: 0}", BASKET, True),
    ("sum_lines: {match: {category: [coffee, cake]}, at_least: 7.30}", BASKET, True),
    ("sum_lines: {match: {category: [coffee, cake]}, above: 7.30}", BASKET, False),
    ("sum_lines: {match: {role: goods}, of: quantity, at_least: 2}", BASKET, True),
    ("sum_lines: {match: {not: {role: goods}}, between: [1, 1]}", BASKET, True),
    # The cheapest and the most expensive thing, by the piece; tips are no things.
    ("cheapest_line: {category: coffee}", BASKET, True),
    ("cheapest_line: {category: cake}", BASKET, False),
    ("cheapest_line: {role: tip}", BASKET, False),
    ("most_expensive_line: {category: cake, brand: house}", BASKET, True),
    ("most_expensive_line: {category: coffee}", BASKET, False),
    ("cheapest_line: {amount: 10}", {}, True),
    ("cheapest_line: {amount: {at_least: 0}}", EMPTY, False),
    ("not: {cheapest_line: {amount: {at_least: 0}}}", EMPTY, True),
    ("cheapest_line: {product: a}", {"lines": (line("a"), line("b"))}, True),
    ("most_expensive_line: {product: a}", {"lines": (line("a"), line("b"))}, True),
    ("cheapest_line: {product: b}", {"lines": (line("a"), line("b", quantity=3000))}, True),
    # Segments and attributes of the member.
    ("member.segment: regulars", {}, True),
    ("member.segment: parents", {}, False),
    ("member.segment: [parents, regulars]", {}, True),
    ("member.segment: {is_not: parents}", {}, True),
    ("member.segment: {not_in: [parents, regulars]}", {}, False),
    ("member.segment: parents", {"member_attributes": {"children": 1}}, True),
    ("member.attributes.diet: Vegan", {"member_attributes": {"diet": "vegan"}}, True),
    ("member.attributes.diet: vegan", {"attributes": {"diet": "vegan"}}, False),
    ("member.attributes.diet: {is_not: vegan}", {}, True),
    ("member.attributes.children: {at_least: 2}", {"member_attributes": {"children": "2"}}, True),
    ("member.attributes.newsletter: yes", {"member_attributes": {"newsletter": True}}, True),
    # Other rules.
    ("rule.friday: fired", {"fired": {"friday"}}, True),
    ("rule.friday: fired", {"fired": {"base"}}, False),
    ("rule.friday: not_fired", {}, True),
    ("rule.friday: {is_not: fired}", {}, True),
    # The member.
    ("member.tier: silver", {}, True),
    ("member.tier: [silver, gold]", {}, True),
    ("member.tier: gold", {}, False),
    ("member.tier: {at_least: silver}", {"tier": "gold"}, True),
    ("member.tier: {at_least: silver}", {"tier": None}, False),
    ("member.tier: {below: gold}", {"tier": None}, True),
    ("member.tier: none", {"tier": None}, True),
    ("member.tier: none", {"tier": ""}, True),
    ("member.tier: none", {"tier": "a tier of long ago"}, True),
    ("member.tier: {is_not: gold}", {"tier": None}, True),
    ("member.purchases: 2", {}, True),
    ("member.purchases: 0", {"purchases": 0}, True),
    ("member.purchases: {every: 3}", {}, True),
    ("member.purchases: {every: 2}", {}, False),
    ("member.visits: {every: 5}", {}, True),
    ("member.visits: {every: 5}", {"visits": 5}, False),
    ("member.visits: {every: 5}", {"visits": 9}, True),
    ("member.visits: {every: 5, below: 9}", {"visits": 9}, False),
    ("member.visits: {every: 1}", {"visits": 0}, True),
    ("member.days_since_visit: {at_least: 10}", {}, True),
    ("member.days_since_visit: {at_least: 10}", {"days_since_visit": None}, False),
    ("member.days_since_visit: {below: 10}", {"days_since_visit": None}, False),
    ("member.days_since_enrolment: 0", {"days_since_enrolment": 0}, True),
    ("member.days_since_enrolment: {at_most: 30}", {}, False),
    ("member.balance.points: {at_least: 120}", {}, True),
    ("member.balance.points: {below: 0}", {"balances": {"points": -1}}, True),
    ("member.balance.points: {at_least: -5}", {"balances": {"points": -5}}, True),
    ("member.balance.cash: {at_least: 1.50}", {"balances": {"cash": 150}}, True),
    ("member.balance.cash: 0", {}, True),
    # Attributes of the event.
    ("event.weather: Rain", {"attributes": {"weather": "rain"}}, True),
    ("event.weather: rain", {}, False),
    ("event.weather: {is_not: rain}", {}, True),
    ("event.weather: 7", {"attributes": {"weather": 7}}, True),
    ("event.weather: rain", {"attributes": {"weather": True}}, False),
    ("event.covers: {at_least: 4}", {"attributes": {"covers": 4}}, True),
    ("event.covers: {at_least: 4.5}", {"attributes": {"covers": 4}}, False),
    ("event.covers: {at_least: 4.5}", {"attributes": {"covers": "4.5"}}, True),
    ("event.covers: {at_least: 4}", {"attributes": {"covers": "many"}}, False),
    ("event.covers: {at_least: 4}", {"attributes": {"covers": "1e999999"}}, False),
    ("event.covers: 1", {"attributes": {"covers": True}}, False),
    ("event.terrace: yes", {"attributes": {"terrace": True}}, True),
    ("event.terrace: no", {"attributes": {"terrace": True}}, False),
    ("event.terrace: true", {"attributes": {"terrace": "yes"}}, False),
    ("event.terrace: {is_not: yes}", {}, True),
    # Combinations.
    ("{weekday: fri, store: lyon}", {}, True),
    ("{weekday: fri, store: paris}", {}, False),
    ("{weekday: fri, store: lyon, channel: web}", {}, False),
    ("any: [{weekday: mon}, {store: lyon}]", {}, True),
    ("any: [{weekday: mon}, {store: paris}]", {}, False),
    ("all: [{weekday: fri}, {store: lyon}, {channel: till}]", {}, True),
    ("not: {weekday: fri}", {}, False),
    ("not: {weekday: fri, store: paris}", {}, True),
    ("not: {line.category: tobacco}", BASKET, True),
    ("{weekday: fri, any: [{store: paris}, {not: {channel: web}}]}", {}, True),
    ("all: [{any: [{weekday: mon}]}, {weekday: fri}]", {}, False),
    ("not: {not: {weekday: fri}}", {}, True),
]


@pytest.mark.parametrize(("text", "seen", "expected"), CASES)
def test_a_condition_holds_where_it_should(
    *, text: str, seen: dict[str, Any], expected: bool
) -> None:
    moment: Moment = replace(Seeing(), **seen)
    made = condition(text)
    assert made.holds(moment) is expected
    assert made.source == load_yaml(text)
    # Explaining never fails, whatever was seen, and says something of every comparison.
    assert made.explain(moment)


FILTERS: list[tuple[str, Line, bool]] = [
    ("category: coffee", COFFEE, True),
    ("line.category: coffee", COFFEE, True),
    ("{category: coffee, brand: house}", COFFEE, False),
    ("category: {is_not: coffee}", TIP, True),
    ("role: [goods, deposit]", TIP, False),
    ("not: {category: [coffee, cake]}", TIP, True),
    ("any: [{product: tart}, {amount: {at_least: 10}}]", CAKE, True),
    ("all: [{product: tart}, {amount: {at_least: 10}}]", CAKE, False),
    ("unit_price: {below: 3}", COFFEE, True),
    ("quantity: 1", COFFEE, True),
]


@pytest.mark.parametrize(("text", "of", "expected"), FILTERS)
def test_a_filter_matches_lines(*, text: str, of: Line, expected: bool) -> None:
    assert line_filter(text).matches(of) is expected


def test_an_explanation_names_field_question_and_what_was_seen() -> None:
    made = condition("{weekday: [fri, sat], line.category: beer, member.visits: {every: 5}}")
    seen = made.explain(replace(Seeing(), **BASKET))
    assert [one.as_json() for one in seen] == [
        {"field": "member.visits", "asked": "every 5", "seen": "4", "held": True},
        {"field": "weekday", "asked": "one of fri, sat", "seen": "fri", "held": True},
        {
            "field": "line.category",
            "asked": "beer",
            "seen": "Coffee, cake, nothing",
            "held": False,
        },
    ]


def test_an_explanation_under_not_asks_the_opposite() -> None:
    [seen] = condition("not: {store: paris}").explain(Seeing())
    assert (seen.asked, seen.seen, seen.held) == ("not (paris)", "Lyon", True)


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("basket.amount: {at_least: 10}", "at least 10.00", "7.30"),
        ("basket.quantity: {at_least: 2.5}", "at least 2.5", "2"),
        ("date: {from: 2026-06-01}", "at least 2026-06-01", "2026-06-05"),
        ('time: {from: "22:00", until: "02:00"}', "22:00 to 02:00", "16:30"),
        ("member.tier: {at_least: gold}", "at least gold", "silver"),
        ("member.balance.cash: {below: 1.5}", "below 1.50", "0.00"),
        ("any_line: {category: cake}", "line.category: cake", "1 of 3 lines"),
        ("staff: anna", "anna", "nothing"),
        (
            "sum_lines: {match: {role: goods}, at_least: 9}",
            "amount where line.role: goods: at least 9.00",
            "7.30",
        ),
        (
            "{line.category: cake, line.brand: x}",
            "line.brand: x and line.category: cake",
            "0 of 3 lines",
        ),
        ("event.covers: {above: 1.5}", "above 1.5", "4"),
        ("event.terrace: yes", "yes", "no"),
    ],
)
def test_an_explanation_shows_values_as_people_write_them(
    text: str, asked: str, shown: str
) -> None:
    moment = replace(Seeing(), **BASKET, attributes={"covers": 4, "terrace": False})
    [seen] = condition(text).explain(moment)
    assert (seen.asked, seen.seen) == (asked, shown)


def test_a_unit_price_is_exact() -> None:
    assert unit_price(line(amount=1000, quantity=3000)) == Fraction(1000, 3)
    assert unit_price(line(amount=1000, quantity=500)) == 2000
    assert unit_price(line(quantity=0)) is None


def test_the_fields_of_a_vocabulary_are_made_once_and_follow_what_it_declares() -> None:
    vocabulary = Vocabulary(rules={"base": {}})
    assert moment_fields(vocabulary) is moment_fields(vocabulary)
    assert "rule.base" in moment_fields(vocabulary)
    # One that declares something else has fields of its own.
    assert "rule.base" not in moment_fields(replace(vocabulary, rules={}))
    assert vocabulary == Vocabulary(rules={"base": {}})
