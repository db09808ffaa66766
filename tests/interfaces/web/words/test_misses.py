"""Why a rule gave nothing, in words."""

from typing import Any

import pytest
from django.utils.translation import override

from habitue.interfaces.web.words.misses import why_not
from tests.interfaces.web.words.sheets import lexicon_of
from tests.interfaces.web.words.test_sheet import document

RULES = """
points: {points: {}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  friday:
    on: purchase
    when: {all: [{weekday: fri}, {basket.amount: {at_least: 20.00}}, {line.category: beer}]}
    multiply: 2
    limit: {per_member: 1, every: day}
  coffee: {on: purchase, each: {line.category: coffee}, give: {points: 5}}
  cheap: {on: purchase, lines: {line.unit_price: {below: 2.00}}, give: {points: 5}}
  real: {on: purchase, lines: {line.category: {is_not: other}}, give: {points: 1, per: 1.00}}
tiers: {by: {spend: lifetime}, gold: {enter: 500.00}}
"""
SEEN = [
    {"field": "weekday", "asked": "fri", "seen": "tue", "held": False},
    {"field": "basket.amount", "asked": "at least 20.00", "seen": "19.50", "held": False},
    {"field": "line.category", "asked": "beer", "seen": "cake", "held": False},
]


def told(outcome: dict[str, Any], language: str = "en", **options: Any) -> list[tuple[str, str]]:
    with override(language):
        return why_not([outcome], lexicon_of(document(RULES), language), **options)


@pytest.mark.parametrize(
    ("rule", "blocked", "sentence"),
    [
        ("coffee", "no line matches", "There was no “coffee” on the receipt."),
        ("real", "no line matches", "There was nothing but “other” on the receipt."),
        (
            "cheap",
            "no line matches",
            "Nothing on the receipt for which the price of one piece is less than €2.",
        ),
        ("base", "no line matches", "Nothing on the receipt counts for it."),
        (
            "coffee",
            "group promo: friday comes first",
            "Friday counted instead: of these offers the first one counts.",
        ),
        (
            "coffee",
            "group promo: friday is better",
            "Friday counted instead: of these offers the better one counts.",
        ),
        ("coffee", "stopped by friday", "Friday applied; the rules after it do not."),
        ("base", "condition", "Its condition did not hold."),
    ],
)
def test_each_reason_has_its_sentence(rule: str, blocked: str, sentence: str) -> None:
    outcome = {"rule": rule, "fired": False, "blocked": blocked}
    assert told(outcome) == [(rule.capitalize(), sentence)]


IN_ENGLISH = """
It would need that it is a Friday, the amount of the purchase is at least €20 and the purchase
contains “beer”. The weekday: Tuesday. The amount of the purchase: €19.50.
"""
IN_GERMAN = """
Voraussetzung wäre, dass Freitag ist, der Betrag des Einkaufs mindestens 20 € ist und der Einkauf
„beer“ enthält. Der Wochentag: Dienstag. Der Betrag des Einkaufs: 19,50 €.
"""


@pytest.mark.parametrize(("language", "text"), [("en", IN_ENGLISH), ("de", IN_GERMAN)])
def test_a_condition_says_what_it_needs_and_what_was_there(language: str, text: str) -> None:
    outcome = {"rule": "friday", "fired": False, "blocked": "condition", "seen": SEEN}
    (found,) = told(outcome, language)
    assert found[1].split() == text.split()


def test_a_rule_of_which_a_limit_left_nothing_says_which() -> None:
    outcome = {
        "rule": "friday",
        "fired": True,
        "currency": "points",
        "exact": "12",
        "given": 0,
        "caps": ["limit 1: times"],
    }
    ((name, text),) = told(outcome)
    assert name == "Friday"
    assert text.startswith("The offer applies only so often, so nothing more was given.")
    assert text.endswith("At most once a day for each member.")


@pytest.mark.parametrize(
    ("blocked", "sentence"),
    [
        ("disabled", "The rule is switched off."),
        ("not yet in force", "The rule was not yet in force."),
        ("no longer in force", "The rule was no longer in force."),
    ],
)
def test_what_nobody_expects_is_told_only_to_who_asks(blocked: str, sentence: str) -> None:
    outcome = {"rule": "coffee", "fired": False, "blocked": blocked}
    assert told(outcome) == []
    assert told(outcome, everything=True) == [("Coffee", sentence)]
