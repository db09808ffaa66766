"""Looks for the ways in which formulas can hold together, and so proves that there is none.

What it proves.  A *case* is a choice of comparisons that shall all hold, each perhaps negated.  The
search opens every formula into cases, as a disjunctive normal form would, but one case at a time,
and drops a case as soon as some of its comparisons exclude each other:

* of one field: comparisons are constant between the values that they name, so that trying those
  values and their neighbours is enough (``comparisons.candidates``);
* of the date and the weekday together: seven days in a row have every weekday, so the days within
  a week of those that are named are enough;
* of lines: what some line shall match must be possible for one line that matches nothing of what no
  line shall match.  Two lines may differ, so each wish is looked at by itself;
* what is unknown excludes nothing but the opposite of the very same text.

Where no case is left, nothing can meet the formulas: that is certain.  Dependencies between fields
that the search does not know (between the basket's amount and its lines, say) only make it find
cases that do not exist: then a finding is missed, never a false one made.  Beyond a number of steps
the search gives up and says "may hold", and so do all searches of one document together
(``Patience``): a vast document has fewer findings, and takes no longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from habitue.domain.programme.checks.formulas import All, Either, Formula, Not, Opaque, Some, Value
from habitue.domain.programme.comparisons import candidates, too_long_to_try
from habitue.domain.programme.trees import Leaf

_MOST_STEPS = 4_000
_MOST_STEPS_OF_A_DOCUMENT = 200_000
_MOST_SCENES_OF_A_DOCUMENT = 200
_DEEPEST = 120
_WEEK = 7

Literal: TypeAlias = tuple[Leaf, bool]
Wish: TypeAlias = tuple[Formula, bool]


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which formulas hold.

    ``values`` are the comparisons by field, each perhaps negated, and ``counts`` the fields that
    count lines.  ``wanted`` are formulas that some line matches, ``banned`` those that none does.
    """

    values: Mapping[str, tuple[Literal, ...]] = field(default_factory=dict)
    counts: Mapping[str, Value] = field(default_factory=dict)
    wanted: tuple[Formula, ...] = ()
    banned: tuple[Formula, ...] = ()
    unknown: Mapping[str, bool] = field(default_factory=dict)


@dataclass(slots=True)
class Patience:
    """How many steps all searches of one document may still take, for how many scenes the engine
    may still be asked, and what was found out before: whether comparisons of one field exclude each
    other, by the identities of their leaves (which are kept, so that none is used twice)."""

    steps: int = _MOST_STEPS_OF_A_DOCUMENT
    scenes: int = _MOST_SCENES_OF_A_DOCUMENT
    known: dict[tuple[tuple[int, bool], ...], tuple[Sequence[Literal], bool]] = field(
        default_factory=dict
    )

    def compatible(self, literals: Sequence[Literal]) -> bool:
        """Whether one value meets all comparisons of a field."""
        key = tuple([(id(leaf), negated) for leaf, negated in literals])
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = (literals, compatible(literals))
        return known[1]


@dataclass(slots=True)
class Search:
    """One search; ``has_lines`` where purchases are looked at, other events have no lines.

    ``gave_up`` is set where it ended early: then the absence of a case proves nothing.
    """

    has_lines: bool = True
    patience: Patience = field(default_factory=Patience)
    steps: int = 0
    gave_up: bool = False
    # Whether a line can match and be none of what is banned, by the identities of the formulas.
    lines: dict[tuple[int, ...], bool] = field(default_factory=dict)

    def cases(self, wishes: Sequence[Wish]) -> Iterator[Case]:
        """The ways in which all wishes (each perhaps negated) hold together."""
        yield from self._open(tuple(wishes), Case(), 0)

    def _open(self, waiting: Sequence[Wish], case: Case, depth: int) -> Iterator[Case]:
        self.steps += 1
        self.patience.steps -= 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS or self.patience.steps < 0:
            self.gave_up = True
            return
        if not waiting:
            yield case
            return
        (formula, negated), rest = waiting[0], waiting[1:]
        if isinstance(formula, Not):
            yield from self._open(((formula.part, not negated), *rest), case, depth + 1)
        elif isinstance(formula, All | Either):
            parts: list[Wish] = [(part, negated) for part in formula.parts]
            if isinstance(formula, All) != negated:
                # What leaves no choice comes first: it may settle what is to be chosen.
                parts.sort(key=lambda part: isinstance(part[0], All | Either | Not))
                yield from self._open((*parts, *rest), case, depth + 1)
                return
            for part in parts:
                yield from self._open((part, *rest), case, depth + 1)
        else:
            together = self._together(formula, case, negated=negated)
            if together is not None:
                yield from self._open(rest, together, depth + 1)

    def _together(
        self, formula: Value | Some | Opaque, case: Case, *, negated: bool
    ) -> Case | None:
        """The case with one comparison more; ``None`` where that excludes what it has."""
        if isinstance(formula, Opaque):
            fits = case.unknown.get(formula.key, negated) == negated
            unknown = {**case.unknown, formula.key: negated}
            return replace(case, unknown=unknown) if fits else None
        if isinstance(formula, Some):
            return self._with_line(formula, case, negated=negated)
        return self._with_value(formula, case, negated=negated)

    def _with_value(self, formula: Value, case: Case, *, negated: bool) -> Case | None:
        leaf = formula.leaf
        if leaf.needs_lines and not self.has_lines:
            holds = leaf.comparison is None or leaf.comparison.test(0)
            return case if holds != negated else None
        literals = (*case.values.get(leaf.field, ()), (leaf, negated))
        values = {**case.values, leaf.field: literals}
        if not self.patience.compatible(literals) or not _days_exist(values):
            return None
        if formula.match is None:
            return replace(case, values=values)
        return replace(case, values=values, counts={**case.counts, leaf.field: formula})

    def _with_line(self, formula: Some, case: Case, *, negated: bool) -> Case | None:
        if not self.has_lines:
            return case if negated else None
        if negated:
            banned = (*case.banned, formula.match)
            possible = all(self.line_exists(match, banned) for match in case.wanted)
            return replace(case, banned=banned) if possible else None
        if not self.line_exists(formula.match, case.banned):
            return None
        return replace(case, wanted=(*case.wanted, formula.match))

    def line_exists(self, match: Formula, banned: Sequence[Formula]) -> bool:
        """Whether a line can match and be none of what is banned, as far as is known."""
        key = (id(match), *(id(one) for one in banned))
        if key not in self.lines:
            found = next(self.line_cases(match, banned), None) is not None
            self.lines[key] = found or self.gave_up
        return self.lines[key]

    def line_cases(self, match: Formula, banned: Sequence[Formula]) -> Iterator[Case]:
        """The ways in which one line matches and is none of what is banned."""
        yield from self._open(((match, False), *((one, True) for one in banned)), Case(), 0)


def can_hold(wishes: Sequence[Wish], *, has_lines: bool, patience: Patience | None = None) -> bool:
    """Whether all wishes can hold together; a false answer is certain."""
    search = Search(has_lines, patience or Patience())
    return next(search.cases(wishes), None) is not None or search.gave_up


def implies(
    premises: Sequence[Wish],
    conclusion: Formula,
    *,
    has_lines: bool,
    patience: Patience | None = None,
) -> bool:
    """Whether the conclusion holds wherever the premises do; a true answer is certain."""
    wishes = [*premises, (conclusion, True)]
    return not can_hold(wishes, has_lines=has_lines, patience=patience)


def compatible(literals: Sequence[Literal]) -> bool:
    """Whether one value meets all comparisons of a field."""
    return any(_tried(literals)) or _too_long(literals)


def _tried(literals: Sequence[Literal]) -> Iterator[bool]:
    for value in _candidates(literals):
        yield all(meets(one, value) != negated for one, negated in literals)


def _candidates(literals: Sequence[Literal]) -> list[Any]:
    leaf = literals[0][0]
    if leaf.kind is None:
        return []
    comparisons = [one.comparison for one, _ in literals if one.comparison is not None]
    return candidates(leaf.kind, comparisons, optional=leaf.optional)


def meeting(literals: Sequence[Literal], preferred: Sequence[Any] = ()) -> Iterator[Any]:
    """Values that meet all comparisons of a field, the preferred ones first; ``None`` is "nothing
    there"."""
    tried = _candidates(literals)
    # Not in the order of a set: the same document has the same findings in every process.
    tried.sort(key=lambda value: (value is None, 0 if value is None else value))
    for value in (*preferred, *tried):
        if all(meets(one, value) != negated for one, negated in literals):
            yield value


def meets(leaf: Leaf, value: Any) -> bool:
    """Whether a value (``None``: nothing there) meets a comparison."""
    if leaf.comparison is None:
        return True
    return leaf.comparison.absent if value is None else leaf.comparison.test(value)


def _too_long(literals: Sequence[Literal]) -> bool:
    return too_long_to_try(one.comparison for one, _ in literals if one.comparison is not None)


def days_meeting(values: Mapping[str, tuple[Literal, ...]]) -> Iterator[int]:
    """Days within a week of those that a case names which have its weekday, earliest first."""
    dates, weekdays = values.get("date", ()), values.get("weekday", ())
    named = {
        day for leaf, _ in dates if leaf.comparison is not None for day in leaf.comparison.named
    }
    for day in sorted({day + step for day in named for step in range(-_WEEK, _WEEK + 1)}):
        if all(meets(leaf, day) != negated for leaf, negated in dates) and all(
            meets(leaf, (day - 1) % _WEEK) != negated for leaf, negated in weekdays
        ):
            yield day


def _days_exist(values: Mapping[str, tuple[Literal, ...]]) -> bool:
    if "date" not in values or "weekday" not in values:
        return True
    return next(days_meeting(values), None) is not None
