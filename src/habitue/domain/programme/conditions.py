"""Conditions of a document: read, checked against what the document declares, and compiled.

A condition is a mapping.  ``all``, ``any`` and ``not`` combine conditions, fields compare, and
several entries of one mapping must all hold.  Fields of a line (``line.category``) ask for a line:
those that stand in the same mapping must hold for one and the same line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import PydanticCustomError

from habitue.domain.events import Line
from habitue.domain.programme.comparisons import Comparison, parse_comparison
from habitue.domain.programme.extremes import EXTREMES, extreme_line
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import (
    MEMBER_ATTRIBUTE,
    RULE,
    TIER,
    Field,
    Vocabulary,
    line_fields,
    moment_fields,
    tier_field,
)
from habitue.domain.programme.kinds import COUNT, QUANTITY, money_kind
from habitue.domain.programme.moments import Condition, LineFilter
from habitue.domain.programme.reading import one_of, read_choice, suggestion
from habitue.domain.programme.segment_names import SEGMENT, check_named, expanded
from habitue.domain.programme.trees import (
    Branch,
    Leaf,
    Node,
    compare,
    describe,
    explain,
    judge,
)

_LINE = "line."
_DEEPEST = 12
_QUANTIFIERS = ("any_line", "every_line", "no_line", *EXTREMES)
_COUNTERS = ("count_lines", "sum_lines")
_SHOWN_VALUES = 5


def parse_condition(
    raw: object, *, path: str, vocabulary: Vocabulary, faults: Faults
) -> Condition | None:
    """Read a condition over an event and its member; ``None`` where it has faults."""
    node = parse_tree(raw, path=path, vocabulary=vocabulary, faults=faults)
    return None if node is None else Condition(judge(node), explain(node), raw)


def parse_line_filter(
    raw: object, *, path: str, vocabulary: Vocabulary, faults: Faults
) -> LineFilter | None:
    """Read a filter of lines, with or without ``line.`` in front of its fields; ``None`` where it
    has faults."""
    node = parse_line_tree(raw, path=path, vocabulary=vocabulary, faults=faults)
    return None if node is None else LineFilter(judge(node), raw)


def parse_tree(raw: object, *, path: str, vocabulary: Vocabulary, faults: Faults) -> Node | None:
    """The tree of a condition, for the static checks; ``None`` where it has faults."""
    return _Reader(vocabulary, faults, moment_fields(vocabulary), of_line=False).read(raw, path, 0)


def parse_line_tree(
    raw: object, *, path: str, vocabulary: Vocabulary, faults: Faults
) -> Node | None:
    """The tree of a filter of lines; ``None`` where it has faults."""
    return _Reader(vocabulary, faults, {}, of_line=True).read(raw, path, 0)


@dataclass(slots=True)
class _Reader:
    """Reads one tree; ``of_line`` where a single line is the subject."""

    vocabulary: Vocabulary
    faults: Faults
    fields: Mapping[str, Field]
    of_line: bool

    def read(self, raw: object, path: str, depth: int) -> Node | None:
        if depth > _DEEPEST:
            self.faults.add(path, raw, "too_deep", f"Nest conditions at most {_DEEPEST} deep.")
            return None
        if not isinstance(raw, Mapping):
            self.faults.add(
                path,
                raw,
                "not_a_mapping",
                "Write a condition as a mapping, such as {weekday: fri}.",
            )
            return None
        if not raw:
            self.faults.add(path, raw, "empty", "Write a condition, or leave the field out.")
            return None
        before = len(self.faults)
        parts: list[Node] = []
        of_one_line: list[Leaf] = []
        # The order of names says nothing (storing loses it), so that of explanations is fixed.
        for name, given in sorted(raw.items(), key=lambda item: str(item[0])):
            node = self._entry(name, given, f"{path}.{name}", depth)
            if isinstance(node, Leaf) and isinstance(name, str) and name.startswith(_LINE):
                of_one_line.append(node)
            elif node is not None:
                parts.append(node)
        if of_one_line:
            parts += of_one_line if self.of_line else [_some_line(of_one_line)]
        if len(self.faults) > before or not parts:
            return None
        return parts[0] if len(parts) == 1 else Branch("all", tuple(parts))

    def _entry(self, name: object, given: object, path: str, depth: int) -> Node | None:
        if name in ("all", "any"):
            return self._several("all" if name == "all" else "any", given, path, depth)
        if name == "not":
            part = self.read(given, path, depth + 1)
            return None if part is None else Branch("not", (part,))
        if not self.of_line and name in (*_QUANTIFIERS, *_COUNTERS, SEGMENT):
            return self._asked(str(name), given, path, depth)
        if isinstance(name, str) and (self.of_line or name.startswith(_LINE)):
            return self._line_field(name.removeprefix(_LINE), given, path)
        return self._of_moment(str(name), given, path)

    def _of_moment(self, name: str, given: object, path: str) -> Leaf | None:
        meant = name
        if name.startswith(TIER):
            found = tier_field(name, given, self.vocabulary)
            if found is None:
                remedy = "Compare within one structure, and join several comparisons with any."
                self.faults.add(path, given, "mixed_structures", remedy)
                return None
            meant = found
        field = self.fields.get(meant)
        if field is None:
            self._unknown(name, given, path)
            return None
        return self._compared(meant, field, given, path)

    def _asked(self, name: str, given: object, path: str, depth: int) -> Node | None:
        if name == SEGMENT:
            return self._segment(given, path, depth)
        ask = self._quantified if name in _QUANTIFIERS else self._counted
        return ask(name, given, path, depth)

    def _segment(self, given: object, path: str, depth: int) -> Node | None:
        """The conditions that the segments stand for; their own faults are told where they are."""
        if not check_named(given, path, self.vocabulary.segments, self.faults):
            return None
        inner = _Reader(replace(self.vocabulary, segments={}), Faults(), self.fields, of_line=False)
        return inner.read(expanded(given, self.vocabulary.segments), path, depth + 1)

    def _several(self, word: Any, given: object, path: str, depth: int) -> Node | None:
        if not isinstance(given, list | tuple):
            self.faults.add(path, given, "not_a_list", f"Write {word}: with a list of conditions.")
            return None
        if not given:
            self.faults.add(path, given, "empty", "Write at least one condition in the list.")
            return None
        parts = [self.read(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(given)]
        known = tuple(part for part in parts if part is not None)
        return Branch(word, known) if len(known) == len(parts) else None

    def _line_field(self, name: str, given: object, path: str) -> Node | None:
        field = line_fields(self.vocabulary).get(name)
        if field is None:
            self._unknown(f"{_LINE}{name}", given, path)
            return None
        return self._compared(f"{_LINE}{name}", field, given, path)

    def _compared(self, name: str, field: Field, given: object, path: str) -> Leaf | None:
        comparison = parse_comparison(
            given, kind=field.kind, path=path, faults=self.faults, may_repeat=field.may_repeat
        )
        if comparison is None:
            return None
        leaf = compare(name, field.kind, field.get, comparison)
        return replace(leaf, optional=field.optional, needs_lines=field.needs_lines)

    def _unknown(self, name: object, given: object, path: str) -> None:
        of_lines = [f"{_LINE}{name}" for name in line_fields(self.vocabulary)]
        if self.of_line:
            known = [*of_lines, "all", "any", "not"]
        else:
            fields = [name for name in self.fields if not name.startswith(RULE)]
            segment = [SEGMENT] if self.vocabulary.segments else []
            known = [*fields, *segment, *of_lines, *_QUANTIFIERS, *_COUNTERS, "all", "any", "not"]
        problem, remedy = "unknown_field", f"Write one of: {', '.join(known)}."
        if isinstance(name, str) and name.startswith("event."):
            problem = "unknown_attribute"
            remedy = "Declare the attribute and its type under attributes."
        elif isinstance(name, str) and name.startswith(MEMBER_ATTRIBUTE):
            problem = "unknown_attribute"
            remedy = "Declare the attribute and its type under member_attributes."
        elif isinstance(name, str) and name.startswith(RULE):
            problem, known = "unknown_rule", [f"{RULE}{rule}" for rule in self.vocabulary.rules]
            remedy = "Name another rule of the document, as rule.friday: fired."
            if not self.vocabulary.rules:
                remedy = "Remove it: only rules may ask about other rules of the same decision."
        elif isinstance(name, str) and name.startswith("member.balance"):
            problem = "unknown_points"
            remedy = f"Write member.balance. and {one_of(self.vocabulary.points)}."
        self.faults.add(path, given, problem, remedy + suggestion(name, known))

    def _of_lines(self, given: object, path: str, depth: int) -> Node | None:
        return _Reader(self.vocabulary, self.faults, {}, of_line=True).read(given, path, depth + 1)

    def _quantified(self, name: str, given: object, path: str, depth: int) -> Leaf | None:
        match = self._of_lines(given, path, depth)
        if match is None:
            return None
        matches = judge(match)
        if name in EXTREMES:
            return extreme_line(name, describe(match), matches)
        holds: Callable[[Any], bool]
        if name == "any_line":
            holds = _any_line(matches)
        elif name == "no_line":
            some = _any_line(matches)

            def holds(moment: Any) -> bool:
                return not some(moment)
        else:
            # Nothing was bought, so nothing can be said of every line.
            def holds(moment: Any) -> bool:
                return bool(moment.lines) and all(matches(line) for line in moment.lines)

        return Leaf(name, describe(match), holds, _share(matches), needs_lines=True)

    def _counted(self, name: str, given: object, path: str, depth: int) -> Leaf | None:
        if not isinstance(given, Mapping) or "match" not in given:
            self.faults.add(
                path, given, "missing_field", f"Write {name}: {{match: {{...}}, at_least: 2}}."
            )
            return None
        match = self._of_lines(given["match"], f"{path}.match", depth)
        what = self._summed(given.get("of"), f"{path}.of") if name == "sum_lines" else "lines"
        bounds = {
            word: value
            for word, value in given.items()
            if word != "match" and not (word == "of" and name == "sum_lines")
        }
        if not bounds:
            self.faults.add(path, given, "missing_field", "Say how much: at_least, at_most, ...")
            return None
        kind = {
            "lines": COUNT,
            "quantity": QUANTITY,
            "amount": money_kind(self.vocabulary.exponent),
        }[what]
        comparison = parse_comparison(bounds, kind=kind, path=path, faults=self.faults)
        if match is None or comparison is None:
            return None
        return _counter(name, match, what, comparison, kind.show)

    def _summed(self, given: object, path: str) -> str:
        try:
            return "amount" if given is None else read_choice(given, ("amount", "quantity"))
        except PydanticCustomError as error:
            self.faults.add(path, given, error.type, error.message())
            return "amount"


def _any_line(matches: Callable[[Line], bool]) -> Callable[[Any], bool]:
    def holds(moment: Any) -> bool:
        for line in moment.lines:  # noqa: SIM110  # a bare loop: this runs for every purchase
            if matches(line):
                return True
        return False

    return holds


def _share(matches: Callable[[Line], bool]) -> Callable[[Any], str]:
    def see(moment: Any) -> str:
        matching = sum(1 for line in moment.lines if matches(line))
        return f"{matching} of {len(moment.lines)} lines"

    return see


def _some_line(leaves: list[Leaf]) -> Leaf:
    """Some line meets all the ``leaves``."""
    if len(leaves) > 1:
        match = Branch("all", tuple(leaves))
        matches = judge(match)
        return Leaf(
            "any_line", describe(match), _any_line(matches), _share(matches), needs_lines=True
        )
    only = leaves[0]

    def see(moment: Any) -> str:
        values = list(dict.fromkeys(only.see(line) for line in moment.lines))
        more = ", …" if len(values) > _SHOWN_VALUES else ""
        return ", ".join(values[:_SHOWN_VALUES]) + more if values else "nothing"

    return Leaf(only.field, only.asked, _any_line(only.holds), see, needs_lines=True)


def _counter(
    name: str, match: Node, what: str, comparison: Comparison, show: Callable[[Any], str]
) -> Leaf:
    """How many lines match, or what their amounts or quantities add up to, compared."""
    matches, test = judge(match), comparison.test

    def total(moment: Any) -> int:
        if what == "lines":
            return sum(1 for line in moment.lines if matches(line))
        return sum(getattr(line, what) for line in moment.lines if matches(line))

    return Leaf(
        name,
        f"{what} where {describe(match)}: {comparison.asked}",
        lambda moment: test(total(moment)),
        lambda moment: show(total(moment)),
        needs_lines=True,
    )
