"""The pure engine by itself: what one decision costs, and where the time goes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.snapshot import state_from_json, state_to_json
from habitue.domain.engine.types import MemberState, SharedFacts
from habitue.domain.events import Event
from habitue.domain.payloads import to_payload
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.domain.received.normalising import Conventions, normalise
from habitue.interfaces.commands.benching.profiling import functions_of
from habitue.interfaces.commands.benching.report import Result, middle
from habitue.interfaces.commands.benching.server import BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.ids import derived_id
from habitue.kit.instants import DAY
from habitue.services.benching.programme import DOCUMENT, EFFECTIVE_AT, ZONE
from habitue.services.benching.purchases import make_purchases

_MICRO = 1_000_000


def bench_engine(server: BenchServer | None, conditions: Conditions) -> Result:
    """Normalise, decide, write and read states in memory; nothing is stored."""
    del server
    members, count = conditions.pick(1_000, 100), conditions.pick(20_000, 1_000)
    programmes = {
        1: replace(parse_document(DOCUMENT, number=1), number=1, effective_at=EFFECTIVE_AT)
    }
    conventions = Conventions(
        programmes[1].currency,
        {code: points.decimals for code, points in programmes[1].points.items()},
    )
    contents = list(
        make_purchases(
            [f"{number:013d}" for number in range(members)],
            count,
            seed=conditions.seed,
            source="engine",
            begin=conditions.now - 90 * DAY,
            end=conditions.now - DAY,
        )
    )
    result = Result(
        "engine",
        "one purchase, in memory, by the pure functions",
        {"members": members, "purchases": count, "rounds": conditions.rounds},
    )
    rounds = [
        _round(programmes, conventions, contents, conditions) for _ in range(conditions.rounds)
    ]
    for name in rounds[0]:
        result.add(name, middle([each[name] for each in rounds]) / count * _MICRO, "µs")
    events = generated_events(contents, conventions, conditions)
    lines = sum(len(content["lines"]) for content in contents)
    result.details = {
        "lines_per_purchase": round(lines / count, 2),
        "profile_of_decide": functions_of(lambda: _decide(programmes, events), events=count),
    }
    return result


def _round(
    programmes: dict[int, Programme],
    conventions: Conventions,
    contents: Sequence[dict[str, Any]],
    conditions: Conditions,
) -> dict[str, float]:
    """CPU seconds of each step for all purchases: nothing here waits for anything."""
    began = time.process_time()
    events = generated_events(contents, conventions, conditions)
    normalised = time.process_time()
    states = _decide(programmes, events)
    decided = time.process_time()
    payloads = [orjson.dumps(to_payload(event)) for _, event in events]
    paid = time.process_time()
    # Every purchase reads and writes a state once; here each state stands for its purchases.
    often = max(1, len(events) // len(states))
    texts = [orjson.dumps(state_to_json(state)) for state in states.values() for _ in range(often)]
    written = time.process_time()
    for text in texts:
        state_from_json(orjson.loads(text))
    read = time.process_time()
    assert payloads, "there were purchases"
    return {
        "normalise": normalised - began,
        "decide": decided - normalised,
        "payload": paid - decided,
        "state to JSON": written - paid,
        "state from JSON": read - written,
    }


def generated_events(
    contents: Sequence[dict[str, Any]], conventions: Conventions, conditions: Conditions
) -> list[tuple[str, Event]]:
    """Generated purchases as events under version 1, each with its member."""
    events: list[tuple[str, Event]] = []
    for content in contents:
        found = normalise("purchase", content, conventions=conventions, now=conditions.now)
        assert found.member is not None, "every generated purchase has a member"
        event = Event(
            derived_id("event", found.key.source, found.key.external_id),
            found.key,
            found.occurred_at,
            ZONE,
            1,
            found.body,
            found.store,
        )
        events.append((found.member.value, event))
    return events


def _decide(
    programmes: dict[int, Programme], events: Sequence[tuple[str, Event]]
) -> dict[str, MemberState]:
    states: dict[str, MemberState] = {}
    shared = SharedFacts()
    for member, event in events:
        state = states.get(member) or MemberState()
        states[member] = decide(programmes, state, event, shared).state
    return states
