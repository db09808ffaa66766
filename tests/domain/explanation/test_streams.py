"""Every line and every outcome of random streams has an explanation, and its numbers are those of
the line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from habitue.domain.engine.types import Posting
from habitue.domain.errors import Refusal
from habitue.domain.explanation.blocked import Why, explain_blocked
from habitue.domain.explanation.caps import CapKind
from habitue.domain.explanation.earned import Earned, How, explain_earned
from habitue.domain.programme.model import Fixed, Programme, Rate
from tests.domain.engine.harness import Member
from tests.domain.engine.random_programmes import Shape
from tests.domain.engine.streams import stream_of

STREAMS = 150


@pytest.fixture(scope="module")
def members() -> list[Member]:
    """Members with random histories under random programmes, with budgets and without."""
    played = []
    for number in range(STREAMS):
        stream = stream_of(Shape(budgets=number % 2 == 0), number)
        member = Member(*stream.versions)
        for event in stream.events:
            with suppress(Refusal):
                member.post(event)
        played.append(member)
    return played


def test_the_numbers_of_every_earned_line_add_up(members: list[Member]) -> None:
    seen: Counter[How] = Counter()
    for member in members:
        for line in _in_sum(member.postings):
            programme = member.programmes[line.version_number]
            earned = explain_earned(
                programme, rule=line.rule or "", currency=line.currency, reason=line.reason
            )
            seen[earned.how] += 1
            _check(programme, line, earned)
    assert set(seen) == set(How) - {How.UNKNOWN}, seen


def _in_sum(postings: Iterable[Posting]) -> Iterator[Posting]:
    """What each rule gave an event in the end: a correction may post the difference alone, and says
    what has become of the whole."""
    latest: dict[tuple[object, ...], Posting] = {}
    for line in postings:
        if line.kind == "earn":
            key = (line.event_id, line.rule, line.currency, line.lot_id, line.version_number)
            before = latest[key].amount if key in latest else 0
            latest[key] = replace(line, amount=before + line.amount)
    return (line for line in latest.values() if line.amount)


def _check(programme: Programme, line: Posting, earned: Earned) -> None:
    assert earned.how is not How.UNKNOWN, line
    # A correction takes back a whole line of an earlier decision, with the opposite sign.
    amount = abs(line.amount)
    if earned.how is How.RATE:
        assert isinstance(earned.give, Rate)
        assert earned.spend is not None
        assert earned.spend * earned.give.units / earned.give.per == earned.exact
        assert earned.spend >= 0
        assert abs((earned.wanted or 0) - earned.exact) < 1
    elif earned.how is How.FIXED:
        assert isinstance(earned.give, Fixed)
        assert earned.wanted == earned.give.units == earned.exact
    elif earned.how is How.PIECES:
        assert isinstance(earned.give, Fixed)
        assert earned.pieces is not None
        assert earned.pieces * earned.give.units == earned.wanted == earned.exact
    elif earned.how in (How.MULTIPLIED, How.TIER):
        assert earned.factor is not None
        assert earned.base is not None
        assert earned.base * earned.factor == earned.base + earned.exact
    if not earned.caps and earned.wanted is not None:
        assert amount == earned.wanted, line
    if not earned.caps and earned.wanted is None:
        # Rounded together with each rate that it multiplies.
        rates = sum(isinstance(give, Rate) for rule in programme.rules for give in rule.gives)
        assert abs(amount - abs(earned.exact)) <= rates, line
    if earned.caps and earned.wanted is not None:
        assert amount < earned.wanted, line


def test_every_rule_that_gave_nothing_says_why(members: list[Member]) -> None:
    seen: Counter[Why] = Counter()
    caps: Counter[CapKind] = Counter()
    for member in members:
        for event in member.events:
            programme = member.programmes[event.version_number]
            for outcome in member.decisions[event.event_id].outcomes:
                blocked = explain_blocked(programme, outcome.as_json())
                assert (blocked is not None) >= bool(outcome.blocked), outcome
                if blocked is not None:
                    seen[blocked.why] += 1
                    caps.update(cap.kind for cap in blocked.caps)
                    _check_blocked(programme, blocked.why, blocked.other, outcome.blocked)
    assert {Why.CONDITION, Why.NO_LINE, Why.GROUP_BEST, Why.GROUP_FIRST, Why.CAPPED} <= set(seen)
    assert {CapKind.LIMIT_TIMES, CapKind.LIMIT_UNITS, CapKind.BUDGET} <= set(caps)


def _check_blocked(programme: Programme, why: Why, other: str, text: str) -> None:
    if why in (Why.GROUP_BEST, Why.GROUP_FIRST, Why.STOPPED):
        assert other in {rule.rule for rule in programme.rules}, text
        assert other in text
    else:
        assert other == ""
