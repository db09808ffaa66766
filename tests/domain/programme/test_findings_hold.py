"""Random documents and random streams: what is called dead never fires, what is called shadowed
never counts, and every example shows what its finding says."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from habitue.domain.engine.deciding import chronicle
from habitue.domain.engine.types import RuleOutcome, SharedFacts
from habitue.domain.errors import Refusal
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.findings import check_document
from tests.domain.engine.random_programmes import Shape
from tests.domain.engine.streams import stream_of

# No point of these is ever given, or never counts.
NEVER_GIVES = {"can_never_fire", "shadowed", "same_condition", "never_best"}
NEVER_GIVES_FIXED = {"cap_below_gift"}

LINES = (
    {"category": "drink"},
    {"category": ["drink", "food"]},
    {"product": "tea"},
    {"product": "cake", "category": "drink"},
    {"role": "gift_card"},
    {"not": {"category": "drink"}},
    {"amount": {"at_least": 10}},
    {"all": [{"product": "tea"}, {"product": "cake"}]},
)
CONDITIONS = (
    {"weekday": ["mon", "tue"]},
    {"weekday": ["tue", "wed", "thu"]},
    {"weekday": {"not_in": ["mon", "tue"]}},
    {"date": {"from": "2026-03-02", "until": "2026-03-05"}},
    {"date": {"from": "2026-04-20"}},
    {"time": {"from": "12:00"}},
    {"time": {"until": "13:00"}},
    {"basket.amount": {"at_least": 10}},
    {"basket.amount": {"at_least": 20}},
    {"basket.lines": {"at_most": 1}},
    {"member.tier": "gold"},
    {"member.tier": {"at_least": "silver"}},
    {"member.purchases": {"below": 2}},
    {"member.visits": {"every": 2}},
    {"member.balance.points": {"above": 10}},
    {"any_line": {"category": "drink"}},
    {"no_line": {"category": ["drink", "food"]}},
    {"every_line": {"product": "tea"}},
    {"line.product": "tea"},
    {"count_lines": {"match": {"product": "tea"}, "at_least": 2}},
    {"sum_lines": {"match": {"category": "food"}, "at_least": 5}},
)


def random_condition(choose: random.Random, depth: int = 0) -> dict[str, Any]:
    """A condition of a few parts, now and then one that contradicts itself."""
    if depth < 2 and choose.random() < 0.5:
        word = choose.choice(("all", "any", "all"))
        parts = [random_condition(choose, depth + 1) for _ in range(choose.randint(2, 3))]
        return {word: parts}
    one = choose.choice(CONDITIONS)
    return {"not": one} if choose.random() < 0.2 else one


def random_document(number: int) -> dict[str, Any]:
    """A document of a number, with the points, tiers and words of the random streams."""
    choose = random.Random(number)
    earn: dict[str, Any] = {"base": {"on": "purchase", "give": {"points": 1, "per": 1}}}
    for place in range(choose.randint(3, 8)):
        rule: dict[str, Any] = {"on": choose.choice(("purchase",) * 5 + ("visit", "return"))}
        kind = choose.choice(("gift", "gift", "rate", "times", "each"))
        if rule["on"] != "purchase" or kind == "gift":
            rule["give"] = {"points": choose.choice((2, 5, 9))}
        elif kind == "rate":
            rule["give"] = {"points": choose.choice((1, 2, 3)), "per": 1}
        elif kind == "times":
            rule["multiply"] = choose.choice((2, 3))
            rule["of"] = "points"
        else:
            rule |= {"give": {"stamps": choose.choice((1, 2))}, "each": choose.choice(LINES)}
        if rule["on"] == "purchase" and "each" not in rule and choose.random() < 0.4:
            rule["lines"] = choose.choice(LINES)
        if choose.random() < 0.6:
            rule["when"] = random_condition(choose)
        if choose.random() < 0.5:
            rule["group"] = choose.choice(("f", "b"))
        if choose.random() < 0.15:
            rule["stop"] = "yes"
        if choose.random() < 0.2:
            rule["from"] = choose.choice(("2026-03-01", "2026-03-20"))
            rule["until"] = choose.choice(("2026-03-25", "2026-05-01"))
        if choose.random() < 0.2:
            rule["limit"] = {"per_purchase": choose.choice((4, 8)), "overflow": "refuse"}
        rule["priority"] = choose.randint(0, 2)
        earn[f"r{place}"] = rule
    return {
        "programme": "random",
        "money": {"currency": "EUR"},
        "zone": choose.choice(("Europe/Paris", "Asia/Tokyo", "America/New_York")),
        "points": {"points": {}, "stamps": {"kind": "stamps"}},
        "spend": {"gift_card_sales": choose.choice(("yes", "no"))},
        "stacking": {"f": "first", "b": "best"},
        "earn": earn,
        "tiers": {
            "by": {"spend": "lifetime"},
            "of": "points",
            "silver": {"enter": 20},
            "gold": {"enter": 40, "multiply": choose.choice((1, 2))},
        },
    }


def outcomes_of(document: dict[str, Any], number: int) -> list[RuleOutcome]:
    """What became of the rules at every event of a random stream."""
    programme = parse_document(document)
    events = stream_of(Shape(versions=False, spending=False), number).events
    history = chronicle({1: programme}, ())
    found: list[RuleOutcome] = []
    for event in events:
        try:
            decision = history.decide(event, SharedFacts())
        except Refusal:
            continue
        history.keep()
        found += decision.outcomes
    return found


@settings(max_examples=20)
@given(st.integers(0, 2**40))
def test_what_is_found_never_counts_in_any_stream(number: int) -> None:
    document = random_document(number)
    found = check_document(document)
    silent = {fault.path.split(".")[1] for fault in found if fault.problem in NEVER_GIVES}
    capped = {fault.path.split(".")[1] for fault in found if fault.problem in NEVER_GIVES_FIXED}
    if not silent | capped:
        return
    for offset in range(3):
        for outcome in outcomes_of(document, number + offset):
            assert not (outcome.fired and outcome.rule in silent and outcome.given), outcome
            assert outcome.rule not in capped or not outcome.given, outcome


@settings(max_examples=20)
@given(st.integers(0, 2**40))
def test_an_example_shows_what_was_found(number: int) -> None:
    for fault in check_document(random_document(number)):
        if fault.problem not in {"shadowed", "same_condition", "never_best"} or not fault.example:
            continue
        [event] = fault.example["events"]
        lost = event["rules"][fault.path.removeprefix("earn.")]
        assert "group " in lost or "stopped by " in lost, fault


def test_the_random_documents_are_worth_it() -> None:
    """Each kind of finding that is tested here is met among a few documents."""
    met = {
        fault.problem for number in range(40) for fault in check_document(random_document(number))
    }
    assert {"can_never_fire", "shadowed", "never_best", "cap_below_gift"} <= met
