"""Examples that findings show: small stories, decided by the engine itself.

A *scene* is one event and the member just before it, made from a case of the search: for every
field a value that meets the case, ordinary ones first, and lines that match what some line shall
match.  The search leaves out dependencies between fields, so a scene is only a proposal.  Every
check runs its scene and looks at what the engine decided; where that is not what the finding says,
the finding has no example.  Nothing is shown that was not executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from habitue.domain.engine.deciding import decide, decide_with_history, needs_history
from habitue.domain.engine.types import Allotment, Decision, MemberState, SharedFacts
from habitue.domain.errors import Refusal
from habitue.domain.events import (
    Adjustment,
    Body,
    Enrolment,
    Event,
    EventKey,
    Line,
    Purchase,
    Return,
    Visit,
)
from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.checks.casting import Scene, cast
from habitue.domain.programme.checks.search import Search, Wish
from habitue.domain.programme.model import Programme
from habitue.kit.instants import MINUTE, Instant, local_day, local_minute
from habitue.kit.money import currency_exponent, format_decimal

_MOST_CASES = 6


@dataclass(slots=True)
class Story:
    """Events of one member, decided one after another; ``told`` is what is shown of them."""

    programme: Programme
    state: MemberState = field(default_factory=MemberState)
    told: list[dict[str, Any]] = field(default_factory=list)
    history: list[Event] = field(default_factory=list)
    facts: SharedFacts = field(default_factory=SharedFacts)

    def __post_init__(self) -> None:
        """Let the budgets be untouched."""
        for key, one in self.programme.budgets.items():
            if one.units is not None:
                self.facts.remaining_units[key] = one.units
            if one.times is not None:
                self.facts.remaining_times[key] = one.times

    def post(self, body: Body, at: Instant, scene: Scene, rules: Iterable[str] = ()) -> Decision:
        """Decide one event more, and tell of it with what became of ``rules``."""
        number = str(len(self.history) + 1)
        event = Event(
            event_id=number.rjust(32, "0"),
            key=EventKey("example", number),
            occurred_at=at,
            zone=self.programme.zone,
            version_number=self.programme.number,
            body=body,
            store=scene.store,
            channel=scene.channel,
            staff=scene.staff,
            attributes=dict(scene.attributes),
        )
        programmes = {self.programme.number: self.programme}
        before = self.state
        if needs_history(self.state, event):
            decision = decide_with_history(programmes, self.history, event, self.facts)
        else:
            decision = decide(programmes, self.state, event, self.facts)
        for draw in decision.draws:
            if draw.budget in self.facts.remaining_units:
                self.facts.remaining_units[draw.budget] -= draw.taken
            if draw.budget in self.facts.remaining_times:
                self.facts.remaining_times[draw.budget] -= draw.times
            self.facts.allotments[draw.event_id, draw.budget] = Allotment(
                draw.wanted, draw.granted, draw.granted_times
            )
        self.history.append(event)
        self.state = decision.state
        self.told.append(self._told(event, before, decision, set(rules)))
        return decision

    def as_json(self) -> dict[str, Any]:
        """The story as plain data."""
        return {"events": self.told}

    def _told(
        self, event: Event, before: MemberState, decision: Decision, rules: set[str]
    ) -> dict[str, Any]:
        at, zone = event.occurred_at, event.zone
        minute = local_minute(at, zone)
        plain: dict[str, Any] = {
            "kind": event.kind,
            "day": date.fromordinal(local_day(at, zone)).isoformat(),
            "time": f"{minute // 60:02d}:{minute % 60:02d}",
        }
        named = {"store": event.store, "channel": event.channel, "staff": event.staff}
        plain |= {name: value for name, value in named.items() if value is not None}
        if event.attributes:
            plain["attributes"] = event.attributes
        if before.standing.tier:
            plain["tier"] = before.standing.tier
        counted = {"purchases_before": before.purchases, "visits_before": before.visits}
        plain |= {name: value for name, value in counted.items() if value}
        if isinstance(event.body, Purchase):
            plain["lines"] = [self._line(line) for line in event.body.lines]
            if event.body.gift_card_amount:
                plain["paid_with_gift_card"] = self._money(event.body.gift_card_amount)
        if isinstance(event.body, Return) and event.body.lines:
            back = sum(line.amount or 0 for line in event.body.lines)
            plain["refunded"] = self._money(back)
        plain["rules"] = [
            {
                "rule": one.rule,
                "gave": self._points(one.currency, one.given) if one.fired else "nothing",
                **({"because": one.blocked} if one.blocked else {}),
                **({"caps": list(one.caps)} if one.caps else {}),
            }
            for one in decision.outcomes
            if one.rule in rules
        ]
        codes = {posting.currency for posting in decision.postings}
        plain["change"] = {code: self._points(code, decision.total(code)) for code in sorted(codes)}
        plain["balance"] = {
            code: self._points(code, self.state.balance(code)) for code in sorted(codes)
        }
        return plain

    def _money(self, amount: int) -> str:
        return format_decimal(amount, currency_exponent(self.programme.currency))

    def _points(self, code: str, units: int) -> str:
        points = self.programme.points.get(code)
        return format_decimal(units, points.decimals if points is not None else 0)

    def _line(self, line: Line) -> dict[str, str]:
        plain = {"product": line.product, "amount": self._money(line.amount)}
        if line.quantity != 1000:
            plain["quantity"] = format_decimal(line.quantity, 3)
        named = {"category": line.category, "brand": line.brand}
        plain |= {name: value for name, value in named.items() if value is not None}
        if line.role != "goods":
            plain["role"] = line.role
        return plain


def body_of(kind: str, scene: Scene, programme: Programme) -> Body:
    """The body of a scene's event."""
    bodies: Mapping[str, Body] = {
        "visit": Visit(),
        "enrolment": Enrolment(),
        "adjustment": Adjustment("example"),
        "purchase": Purchase(programme.currency, scene.lines),
    }
    return bodies[kind]


def scenes(
    subject: Subject, wishes: Sequence[Wish], *, has_lines: bool, at: Instant | None = None
) -> list[Scene]:
    """Some scenes in which the wishes may hold, in the programme's zone and not before ``at``."""
    search = Search(has_lines)
    cases = islice(search.cases(wishes), _MOST_CASES)
    proposed = [cast(subject, case, at=at) for case in cases]
    return [scene for scene in proposed if scene is not None]


def run(
    subject: Subject, kind: str, scene: Scene, rules: Iterable[str] = (), *, times: int = 1
) -> tuple[Story, list[Decision]] | None:
    """The story of a scene whose event happens so often, a minute apart, or ``None`` where the
    engine refuses it."""
    story = Story(subject.programme, scene.state.copy())
    decisions = []
    try:
        for turn in range(times):
            body = body_of(kind, scene, subject.programme)
            at = scene.at + turn * MINUTE
            decisions.append(story.post(body, at, replace(scene), rules))
    except Refusal:
        return None
    return story, decisions
