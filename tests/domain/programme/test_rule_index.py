"""The rules that an event asks, by kind, days ahead and time: found once, and never others."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.snapshot import state_to_json
from habitue.domain.engine.types import MemberState, SharedFacts
from habitue.domain.programme.model import Rule, RuleIndex
from tests.domain.engine.building import bought, gift, programme, rate

EDGES = st.none() | st.integers(0, 6)
KINDS = ("purchase", "visit", "birthday")


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Some rules of some kinds, in force for some time, switched on or off."""
    return [
        replace(
            gift(1, name=f"r{number}"),
            on=draw(st.sampled_from(KINDS)),
            days_before=draw(st.integers(0, 1)),
            starts_at=draw(EDGES),
            ends_at=draw(EDGES),
            enabled=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


def is_in_force(rule: Rule, at: int) -> bool:
    started = rule.starts_at is None or rule.starts_at <= at
    return rule.enabled and started and (rule.ends_at is None or at < rule.ends_at)


@given(rules(), st.lists(st.integers(-1, 7), min_size=1))
def test_in_force_is_what_each_rule_says_of_itself(known: list[Rule], instants: list[int]) -> None:
    index = RuleIndex(known)
    for at in instants:
        for kind in KINDS:
            for ahead in (0, 1):
                asked = [one for one in known if (one.on, one.days_before) == (kind, ahead)]
                assert list(index.asked(kind, ahead)) == asked
                assert list(index.in_force(kind, ahead, at)) == [
                    one for one in asked if is_in_force(one, at)
                ]


def test_a_quiet_decision_is_the_same_without_its_explanation() -> None:
    over = replace(gift(5, name="over"), ends_at=1)
    version = programme(rate(1), gift(3, name="three"), over)
    event = bought("2026-02-01", "4.00")
    loud = decide({1: version}, MemberState(), event, SharedFacts())
    quiet = decide({1: version}, MemberState(), event, SharedFacts(), quiet=True)
    assert (quiet.postings, quiet.lots) == (loud.postings, loud.lots)
    assert state_to_json(quiet.state) == state_to_json(loud.state)
    assert {one.rule: one.blocked for one in loud.outcomes}["over"] == "no longer in force"
    assert (quiet.outcomes, quiet.line_points) == ([], {})
