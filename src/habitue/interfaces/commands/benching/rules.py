"""What one purchase costs to decide, by how many rules the programme has."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from habitue.domain.engine.deciding import decide
from habitue.domain.engine.types import MemberState, SharedFacts
from habitue.domain.events import Event
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.domain.received.normalising import Conventions
from habitue.interfaces.commands.benching.engine import generated_events
from habitue.interfaces.commands.benching.profiling import functions_of
from habitue.interfaces.commands.benching.report import Result, middle
from habitue.interfaces.commands.benching.server import BenchServer
from habitue.interfaces.commands.benching.settings import Conditions
from habitue.kit.instants import DAY
from habitue.services.benching.many_rules import document_of
from habitue.services.benching.programme import EFFECTIVE_AT
from habitue.services.benching.purchases import make_purchases

_MICRO: Final = 1_000_000
_SIZES: Final = (10, 100, 500)
_SMALL: Final = (4, 10, 30)


def bench_rules(server: BenchServer | None, conditions: Conditions) -> Result:
    """Decide the same purchases under documents with more and more rules; nothing is stored.

    ``explained`` is what a till is answered, with every rule and why it fired or did not; ``quiet``
    is the same decision without its explanation, as simulations and late events take it.
    """
    del server
    members, count = conditions.pick(20, 5), conditions.pick(100, 10)
    sizes = conditions.pick(_SIZES, _SMALL)
    programmes = {f"{size} rules": _programme(size) for size in sizes}
    programmes[f"{sizes[-1]} rules, 9 in 10 idle"] = _programme(sizes[-1], idle=True)
    events = _events(programmes["10 rules"], members, count, conditions)
    result = Result(
        "rules",
        "one purchase, decided in memory, by the number of rules",
        {"members": members, "purchases": count, "rounds": conditions.rounds},
    )
    rounds = [
        {
            (name, quiet): _seconds({1: programme}, events, quiet=quiet)
            for name, programme in programmes.items()
            for quiet in (False, True)
        }
        for _ in range(conditions.rounds)
    ]
    for name, quiet in rounds[0]:
        seconds = middle([each[(name, quiet)] for each in rounds])
        how = "quiet" if quiet else "explained"
        result.add(f"{name}, {how}", seconds / count * _MICRO, "µs")
    busiest = {1: programmes[f"{sizes[-1]} rules"]}
    result.details = {
        "profile_of_most_rules": functions_of(
            lambda: _seconds(busiest, events, quiet=False), events=count
        )
    }
    return result


def _programme(rules: int, *, idle: bool = False) -> Programme:
    document = document_of(rules, idle=idle)
    return replace(parse_document(document, number=1), effective_at=EFFECTIVE_AT)


def _events(
    programme: Programme, members: int, count: int, conditions: Conditions
) -> list[tuple[str, Event]]:
    conventions = Conventions(
        programme.currency, {code: points.decimals for code, points in programme.points.items()}
    )
    contents = make_purchases(
        [f"{number:013d}" for number in range(members)],
        count,
        seed=conditions.seed,
        source="rules",
        begin=conditions.now - 90 * DAY,
        end=conditions.now - DAY,
    )
    return generated_events(list(contents), conventions, conditions)


def _seconds(
    programmes: Mapping[int, Programme], events: Sequence[tuple[str, Event]], *, quiet: bool
) -> float:
    """CPU seconds for all of them: nothing here waits for anything."""
    states: dict[str, MemberState] = {}
    shared = SharedFacts()
    began = time.process_time()
    for member, event in events:
        state = states.get(member) or MemberState()
        states[member] = decide(programmes, state, event, shared, quiet=quiet).state
    return time.process_time() - began
