"""Challenges, badges and streaks in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.events import QUANTITY_SCALE
from habitue.domain.programme.challenge_model import Challenge, GoalKind
from habitue.domain.programme.conditions import parse_condition, parse_line_filter
from habitue.domain.programme.earn import VOUCHER_WORD, check_times
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import VOUCHER
from habitue.domain.programme.parts import Label, Part, When, YesNo
from habitue.domain.programme.reading import (
    choice,
    one_of,
    read_units,
    read_whole,
    suggestion,
    whole,
    wrong,
)
from habitue.kit.periods import PeriodUnit

GOALS: tuple[GoalKind, ...] = tuple(kind for kind in get_args(GoalKind) if kind != "streak")
_OF_LINES = ("spend", "pieces", "different_products", "different_categories", "purchases")
_MOST = 10_000
_PERIODS = ("day", "week", "month", "quarter", "year")

Unit = Annotated[PeriodUnit | None, PlainValidator(choice(*_PERIODS))]


class StreakPart(Part):
    """A visit in so many periods in a row."""

    every: Unit
    times: Annotated[int, PlainValidator(whole(2, _MOST))]


class ChallengePart(Part):
    """One challenge as it stands in the document."""

    name: Label | None = None
    about: Label | None = None
    goal: Any = None
    streak: StreakPart | None = None
    every: Unit = None
    lines: Any = None
    when: Any = None
    gives: Any = None
    badge: YesNo = False
    begins: When | None = Field(None, alias="from")
    until: When | None = None


@dataclass(slots=True)
class ChallengeReader:
    """Builds the challenges of one document; ``rewards`` are those whose vouchers may be given."""

    vocabulary: Vocabulary
    zone: str
    rewards: frozenset[str]
    faults: Faults

    def build(self, parts: Mapping[str, ChallengePart]) -> dict[str, Challenge]:
        """The challenges, by their codes."""
        return {code: self._challenge(code, part) for code, part in sorted(parts.items())}

    def _challenge(self, code: str, part: ChallengePart) -> Challenge:
        path = f"challenges.{code}"
        check_times(part, path, self.zone, self.faults)
        kind, target = self._goal(part, path)
        gives = self._gives(part.gives, f"{path}.gives")
        if part.gives is None and not part.badge:
            remedy = "Write what whoever meets it is given, or badge: yes."
            self.faults.echo(path, "", "nothing_to_do", remedy)
        if part.lines is not None and kind not in _OF_LINES:
            remedy = f"Remove it: {kind} have no lines."
            self.faults.add(f"{path}.lines", part.lines, "does_not_fit", remedy)
        return Challenge(
            challenge=code,
            goal=kind,
            target=target,
            every=part.streak.every if part.streak is not None else part.every,
            lines=None
            if part.lines is None
            else parse_line_filter(
                part.lines,
                path=f"{path}.lines",
                vocabulary=self.vocabulary,
                faults=self.faults,
            ),
            when=None
            if part.when is None
            else parse_condition(
                part.when, path=f"{path}.when", vocabulary=self.vocabulary, faults=self.faults
            ),
            gives=gives,
            badge=part.badge,
            starts_at=None if part.begins is None else part.begins.start(self.zone),
            ends_at=None if part.until is None else part.until.end(self.zone),
        )

    def _goal(self, part: ChallengePart, path: str) -> tuple[GoalKind, int]:
        if part.streak is not None:
            for name in ("goal", "every"):
                if (given := getattr(part, name)) is not None:
                    remedy = "Remove it: a streak says itself what is the goal."
                    self.faults.add(f"{path}.{name}", given, "conflicting_fields", remedy)
            return "streak", part.streak.times
        raw = part.goal
        if raw is None and self.faults.spoiled(f"{path}.streak"):
            return "streak", 1
        if not isinstance(raw, Mapping) or len(raw) != 1:
            problem = "missing_field" if raw is None else "not_a_mapping"
            remedy = "Write one goal, such as {visits: 5}, or a streak."
            self.faults.echo(f"{path}.goal", raw, problem, remedy)
            return "visits", 1
        name, given = next(iter(raw.items()))
        kind = next((one for one in GOALS if one == name), None)
        if kind is None:
            remedy = f"Write {one_of(GOALS)}.{suggestion(name, GOALS)}"
            self.faults.add(f"{path}.goal.{name}", given, "unknown_metric", remedy)
            return "visits", 1
        try:
            return kind, self._target(kind, given)
        except PydanticCustomError as error:
            self.faults.add(f"{path}.goal.{name}", given, error.type, error.message())
            return kind, 1

    def _target(self, kind: GoalKind, given: object) -> int:
        if kind == "spend":
            target = read_units(given, self.vocabulary.exponent)
            if not target:
                raise wrong("not_positive", "Write an amount above zero.")
            return target
        target = read_whole(given, minimum=1, maximum=_MOST)
        return target * QUANTITY_SCALE if kind == "pieces" else target

    def _gives(self, raw: object, path: str) -> dict[str, int]:
        if raw is None:
            return {}
        if not isinstance(raw, Mapping) or not raw:
            remedy = "Write what is given: {points: 100}, or {voucher: dessert}."
            self.faults.add(path, raw, "not_a_mapping", remedy)
            return {}
        gives: dict[str, int] = {}
        for code, given in sorted(raw.items()):
            if code == VOUCHER_WORD:
                self._voucher(given, f"{path}.{code}", gives)
            else:
                self._points(code, given, f"{path}.{code}", gives)
        return gives

    def _voucher(self, given: object, path: str, gives: dict[str, int]) -> None:
        if isinstance(given, str) and given in self.rewards:
            gives[VOUCHER + given] = 1
            return
        remedy = "Declare it under rewards."
        if self.rewards:
            remedy = f"Declare it under rewards, or write {one_of(sorted(self.rewards))}."
        self.faults.add(path, given, "unknown_reward", remedy)

    def _points(self, code: str, given: object, path: str, gives: dict[str, int]) -> None:
        known = self.vocabulary.points
        if code not in known:
            remedy = f"Declare it under points, or write {one_of(known)}.{suggestion(code, known)}"
            self.faults.add(path, given, "unknown_points", remedy)
            return
        try:
            gives[code] = read_units(given, known[code])
            if not gives[code]:
                raise wrong("not_positive", "Write a number above zero.")
        except PydanticCustomError as error:
            self.faults.add(path, given, error.type, error.message())
