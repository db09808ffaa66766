"""Runs a witness through the engine, and writes down what happened: nothing that was not executed
is ever shown as an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from habitue.domain.engine.deciding import chronicle, decide
from habitue.domain.engine.types import Allotment, Decision, MemberState, RuleOutcome, SharedFacts
from habitue.domain.errors import Refusal
from habitue.domain.events import (
    QUANTITY_SCALE,
    Adjustment,
    Body,
    Enrolment,
    Event,
    EventKey,
    Line,
    Purchase,
    Return,
    ReturnedLine,
    Visit,
)
from habitue.domain.programme.checks.asking import Asked
from habitue.domain.programme.checks.witness import Scene, scenes_of
from habitue.domain.programme.kinds import WEEKDAYS
from habitue.domain.programme.model import Programme
from habitue.kit.instants import datetime_of
from habitue.kit.money import format_amount, format_decimal

_SOURCE = "example"


@dataclass(slots=True)
class Trial:
    """One member's events in one programme, decided one after another from an empty history."""

    programme: Programme
    steps: list[dict[str, Any]] = field(default_factory=list)
    state: MemberState = field(default_factory=MemberState)
    shared: SharedFacts = field(init=False)
    history: Any = field(init=False)

    def __post_init__(self) -> None:
        self.shared = shared_facts(self.programme)
        self.history = chronicle({self.programme.number: self.programme}, ())

    def happen(self, event: Event) -> Decision | None:
        """Decide about an event and keep it; ``None`` where it is refused."""
        try:
            decision: Decision = self.history.decide(event, self.shared)
        except Refusal:
            return None
        self.history.keep()
        for draw in decision.draws:
            if draw.budget in self.shared.remaining_units:
                self.shared.remaining_units[draw.budget] -= draw.taken
            if draw.budget in self.shared.remaining_times:
                self.shared.remaining_times[draw.budget] -= draw.times
            self.shared.allotments[draw.event_id, draw.budget] = Allotment(
                draw.wanted, draw.granted, draw.granted_times
            )
        self.state = decision.state
        self.steps.append(shown(self.programme, event, decision))
        return decision


def shared_facts(programme: Programme) -> SharedFacts:
    """What the budgets hold before anybody took from them."""
    budgets = programme.budgets.items()
    return SharedFacts(
        {key: one.units for key, one in budgets if one.units is not None},
        {key: one.times for key, one in budgets if one.times is not None},
    )


def event_of(
    programme: Programme,
    scene: Scene,
    number: int = 1,
    *,
    later: int = 0,
    back: tuple[ReturnedLine, ...] = (),
) -> Event:
    """The event of a scene, so many microseconds later; a return is of the event before it, and of
    what came ``back``, or of all of it."""
    body: Body
    if scene.kind == "purchase":
        body = Purchase(programme.currency, scene.lines)
    elif scene.kind == "return":
        body = Return(programme.currency, EventKey(_SOURCE, f"{number - 1:06}"), back)
    elif scene.kind == "visit":
        body = Visit()
    elif scene.kind == "enrolment":
        body = Enrolment()
    else:
        body = Adjustment("example")
    return Event(
        event_id=f"{number:032x}",
        key=EventKey(_SOURCE, f"{number:06}"),
        occurred_at=scene.at(programme.zone) + later,
        zone=programme.zone,
        version_number=programme.number,
        body=body,
        store=scene.store,
        channel=scene.channel,
        staff=scene.staff,
        attributes=dict(scene.attributes),
    )


def decided(programme: Programme, scene: Scene) -> Decision | None:
    """What the engine decides about a scene; ``None`` where it refuses it, or where the event is
    about an earlier one."""
    if scene.kind == "return":
        return None
    event = event_of(programme, scene)
    try:
        return decide(
            {programme.number: programme},
            scene.state(programme.zone),
            event,
            shared_facts(programme),
        )
    except Refusal:
        return None


def tried(programme: Programme, asked: Sequence[Asked]) -> Iterator[tuple[Scene, Decision]]:
    """Scenes at which all the rules are willing, as the engine itself says of each of them alone;
    with what it decides about them all together."""
    for scene in scenes_of(programme, asked):
        alone = [
            decided(replace(programme, rules=(replace(one.rule, group=None),)), scene)
            for one in asked
        ]
        if all(
            one is not None and fired(one, rule) for one, rule in zip(alone, asked, strict=True)
        ):
            decision = decided(programme, scene)
            if decision is not None:
                yield scene, decision


def fired(decision: Decision, asked: Asked) -> bool:
    """Whether a rule fired."""
    outcome = outcome_of(decision, asked.rule.rule)
    return outcome is not None and outcome.fired


def outcome_of(decision: Decision, rule: str) -> RuleOutcome | None:
    """What became of a rule, where it was asked."""
    return next((one for one in decision.outcomes if one.rule == rule), None)


def example_of(
    programme: Programme, scene: Scene, decision: Decision, **more: Any
) -> dict[str, Any]:
    """A decided scene as plain data."""
    return {
        **_member(programme, scene),
        "events": [shown(programme, event_of(programme, scene), decision)],
        **more,
    }


def shown(programme: Programme, event: Event, decision: Decision) -> dict[str, Any]:
    """An event and what it earned, as plain data."""
    moment = datetime_of(event.occurred_at, event.zone)
    plain: dict[str, Any] = {
        "kind": event.kind,
        "at": moment.isoformat(timespec="minutes")[:16],
        "weekday": WEEKDAYS[moment.weekday()],
    }
    places = {"store": event.store, "channel": event.channel, "staff": event.staff}
    plain |= {name: value for name, value in places.items() if value is not None}
    if event.attributes:
        plain["attributes"] = dict(event.attributes)
    if isinstance(event.body, Purchase):
        plain["lines"] = [_line(programme, line) for line in event.body.lines]
    if isinstance(event.body, Return) and event.body.lines:
        refunded = sum(line.amount or 0 for line in event.body.lines)
        plain["refunded"] = format_amount(refunded, programme.currency)
    plain["rules"] = {
        outcome.rule: _result(programme, outcome)
        for outcome in decision.outcomes
        if outcome.fired or outcome.blocked.startswith(("group ", "stopped "))
    }
    changes = {code: decision.total(code) for code in programme.points if decision.total(code)}
    plain["change"] = amounts(programme, changes)
    held = {code: decision.state.balance(code) for code in programme.points}
    plain["balance"] = amounts(programme, held)
    return plain


def amounts(programme: Programme, units: Mapping[str, int]) -> dict[str, str]:
    """Amounts of points as texts."""
    return {
        code: format_decimal(number, programme.points[code].decimals)
        for code, number in units.items()
    }


def _result(programme: Programme, outcome: RuleOutcome) -> str:
    if not outcome.fired:
        return outcome.blocked
    if outcome.currency not in programme.points:
        return "fired"
    decimals = programme.points[outcome.currency].decimals
    given = f"{format_decimal(outcome.given, decimals)} {outcome.currency}"
    return f"{given} ({', '.join(outcome.caps)})" if outcome.caps else given


def _line(programme: Programme, line: Line) -> dict[str, str]:
    whole, rest = divmod(line.quantity, QUANTITY_SCALE)
    quantity = str(whole) if not rest else format_decimal(line.quantity, 3)
    named = {"category": line.category, "brand": line.brand}
    plain = {"product": line.product, "quantity": quantity}
    plain |= {name: value for name, value in named.items() if value is not None}
    if line.role != "goods":
        plain["role"] = line.role
    return {**plain, "amount": f"{format_amount(line.amount, programme.currency)}"}


def _member(programme: Programme, scene: Scene) -> dict[str, Any]:
    past: dict[str, Any] = {
        "tier": scene.tier,
        "further_tiers": ", ".join(sorted(scene.beside.values())),
        "purchases": scene.purchases,
        "visits": scene.visits,
        "days_since_visit": scene.days_since_visit,
        "days_since_enrolment": scene.days_since_enrolment,
        "attributes": dict(scene.member_attributes),
        "balance": amounts(programme, {k: v for k, v in scene.balances.items() if v}),
    }
    member = {name: value for name, value in past.items() if value not in ("", 0, None, {})}
    return {"member": member} if member else {}
