"""When a rule fires, as formulas: what the checks reason about.

A rule is willing exactly where it is enabled, the event is of its kind and within its time, its
condition holds, and, where it has a filter of lines (``each`` before ``lines``), a line that counts
as spend matches (``engine.earning``).  The formulas of a rule are all of that but the kind, and but
the time.  Of the time they hold one part: the local date lies within two days of it, whatever the
zone of the store.  So the formulas ask for no more than is needed: where they cannot hold, the rule
is dead.  ``firing`` leaves the time out and is exact beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from habitue.domain.programme.checks.formulas import (
    ALWAYS,
    All,
    Formula,
    Opaque,
    Some,
    read_formula,
    read_line_formula,
)
from habitue.domain.programme.checks.search import Patience, Wish, can_hold, implies
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import Programme, Rule, SpendSettings
from habitue.kit.instants import local_day

# Two zones never differ by more days than this.
_SLACK = 2
# Other events have no lines.
PURCHASE = "purchase"
# The kinds of events whose rules are known here; a rule on anything else is never spoken of.
KNOWN_KINDS = frozenset((PURCHASE, "visit", "enrolment", "return", "adjustment"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule with its formulas.

    ``when`` is its condition, ``some_line`` that a line which counts matches its filter, ``frame``
    what its time says of the local date.
    """

    rule: Rule
    place: int
    when: Formula
    some_line: Formula
    line: Formula
    frame: Formula
    patience: Patience = field(compare=False, repr=False)

    @property
    def has_lines(self) -> bool:
        """Whether the events of the rule have lines."""
        return self.rule.on == PURCHASE

    @property
    def firing(self) -> Formula:
        """Where the rule is willing within its time."""
        return All((self.when, self.some_line))

    @property
    def dead(self) -> bool:
        """Whether certainly nothing meets all of it."""
        wishes: list[Wish] = [(self.frame, False), (self.when, False), (self.some_line, False)]
        return self.over or not self.can(wishes)

    @property
    def over(self) -> bool:
        """Whether its time ends before it begins."""
        starts, ends = self.rule.starts_at, self.rule.ends_at
        return starts is not None and ends is not None and ends <= starts

    def covers(self, other: Asked) -> bool:
        """Whether certainly this rule is willing wherever the other one is."""
        wishes: list[Wish] = [(other.frame, False), (other.firing, False)]
        if not self.frames(other):
            return False
        return implies(wishes, self.firing, has_lines=self.has_lines, patience=self.patience)

    def can(self, wishes: Sequence[Wish]) -> bool:
        """Whether an event that the rule is asked about can meet all wishes, as far as the patience
        with this document goes; a false answer is certain."""
        return can_hold(wishes, has_lines=self.has_lines, patience=self.patience)

    def frames(self, other: Asked) -> bool:
        """Whether the rule is in force, for the same events, whenever the other one is."""
        mine, theirs = self.rule, other.rule
        if mine.on != theirs.on or not mine.enabled:
            return False
        begins = mine.starts_at is None or (
            theirs.starts_at is not None and mine.starts_at <= theirs.starts_at
        )
        ends = mine.ends_at is None or (
            theirs.ends_at is not None and mine.ends_at >= theirs.ends_at
        )
        return begins and ends


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: the programme, the document it came from, and where findings go.

    ``asked`` are the enabled rules on known kinds of events that are not certainly dead, in their
    order.
    """

    programme: Programme
    raw: Mapping[str, Any]
    vocabulary: Vocabulary
    faults: Faults
    asked: tuple[Asked, ...]

    def warn(
        self, path: str, value: object, problem: str, remedy: str, example: Any = None
    ) -> None:
        """Record what surely does harm or nothing."""
        self.faults.add(path, value, problem, remedy, severity="warning", example=example)

    def note(
        self, path: str, value: object, problem: str, remedy: str, example: Any = None
    ) -> None:
        """Record what is worth a look."""
        self.faults.add(path, value, problem, remedy, severity="note", example=example)

    def raw_rule(self, rule: str) -> Mapping[str, Any]:
        """A rule as the document has it."""
        found: Mapping[str, Any] = (self.raw.get("earn") or {}).get(rule) or {}
        return found


def ask(programme: Programme, vocabulary: Vocabulary) -> list[Asked]:
    """The enabled rules on known kinds of events with their formulas, in their order."""
    counted = read_line_formula({"role": counted_roles(programme.spend)}, vocabulary)
    asked = []
    patience = Patience()
    for place, rule in enumerate(programme.rules):
        if not rule.enabled or rule.on not in KNOWN_KINDS:
            continue
        needed = rule.each or rule.lines
        line = ALWAYS if needed is None else read_line_formula(needed.source, vocabulary)
        some_line = ALWAYS if needed is None else Some(All((line, counted)))
        when = ALWAYS if rule.when is None else read_formula(rule.when.source, vocabulary)
        if rule.chance is not None:
            # Chance may or may not choose the event: whoever waits for it is never certain.
            when = All((when, Opaque(f"chance of {rule.rule}")))
        frame = _frame(rule, programme.zone, vocabulary)
        asked.append(Asked(rule, place, when, some_line, line, frame, patience))
    return asked


def counted_roles(spend: SpendSettings) -> list[str]:
    """The roles of lines that count as spend."""
    others = {
        "delivery": spend.delivery,
        "tip": spend.tips,
        "deposit": spend.deposits,
        "gift_card": spend.gift_card_sales,
    }
    return ["goods", *(role for role, counts in others.items() if counts)]


def _frame(rule: Rule, zone: str, vocabulary: Vocabulary) -> Formula:
    """The local dates on which the rule may be in force, in any zone."""
    bounds = {}
    if rule.starts_at is not None:
        bounds["from"] = date.fromordinal(local_day(rule.starts_at, zone) - _SLACK)
    if rule.ends_at is not None:
        bounds["until"] = date.fromordinal(local_day(rule.ends_at, zone) + _SLACK)
    return read_formula({"date": bounds}, vocabulary) if bounds else ALWAYS
