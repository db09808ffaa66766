"""Conditions as formulas that can be reasoned about.

The trees of ``trees`` judge; what a quantifier asks of a line is hidden in their closures.  Here a
condition is read once more from the document, so that lines can be reasoned about too:

* ``Value``: one value of the event, the member or a line, compared;
* ``Some``: the receipt has a line for which a formula over one line holds.  ``any_line`` is that,
  ``no_line`` its opposite, ``every_line`` is "some line, and none that does not match";
* ``Opaque``: whatever this module does not know, a field of a later version for instance.  It may
  hold and may fail; only the very same text is known to be the same;
* ``All``, ``Either``, ``Not``.

How many lines match, and what they add up to, are values of the event like any other, named by what
they count; where nothing does not meet the bounds, some line must match as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from habitue.domain.programme.comparisons import parse_comparison
from habitue.domain.programme.conditions import parse_line_tree, parse_tree
from habitue.domain.programme.extremes import EXTREMES
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import MEMBER_ATTRIBUTE, RULE, Vocabulary
from habitue.domain.programme.kinds import COUNT, NOT_FIRED, QUANTITY, money_kind
from habitue.domain.programme.segment_names import SEGMENT, expanded
from habitue.domain.programme.trees import Leaf

LINE = "line."
_QUANTIFIERS = ("any_line", "every_line", "no_line")
_COUNTERS = ("count_lines", "sum_lines")
# One value stands behind each of these names, wherever it is asked for.
_KNOWN = frozenset(
    (
        *("weekday", "date", "time", "store", "channel", "staff"),
        *("basket.amount", "basket.quantity", "basket.lines"),
        *("member.tier", "member.purchases", "member.visits"),
        *("member.days_since_visit", "member.days_since_enrolment"),
    )
)
_KNOWN_FAMILIES = ("member.balance.", "member.tier.", MEMBER_ATTRIBUTE, RULE, "event.")
_OF_LINES = frozenset(
    f"{LINE}{name}"
    for name in ("product", "category", "brand", "role", "amount", "quantity", "unit_price")
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value, compared; ``match`` is set where it is counted over the lines that match."""

    leaf: Leaf
    match: Formula | None = None
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Some:
    """The receipt has a line for which ``match`` holds."""

    match: Formula


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something unknown; ``key`` is its whole text."""

    key: str


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold (without any: always)."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds (without any: never)."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Formula


Formula: TypeAlias = Value | Some | Opaque | All | Either | Not

ALWAYS = All(())


def read_formula(raw: object, vocabulary: Vocabulary) -> Formula:
    """The formula of a condition of a faultless document."""
    if not isinstance(raw, Mapping):
        return Opaque(_text(raw))
    parts: list[Formula] = []
    of_one_line: dict[str, Any] = {}
    for name, given in raw.items():
        word = str(name)
        if word in ("all", "any", "not"):
            parts.append(_combined(word, given, vocabulary, read_formula))
        elif word in EXTREMES:
            # Some line matches; which one is the cheapest is not known here.
            match = read_line_formula(given, vocabulary)
            parts.append(All((Some(match), _unknown(word, given))))
        elif word in _QUANTIFIERS:
            parts.append(_quantified(word, read_line_formula(given, vocabulary)))
        elif word in _COUNTERS:
            parts.append(_counted(word, given, vocabulary))
        elif word == SEGMENT:
            parts.append(read_formula(expanded(given, vocabulary.segments), vocabulary))
        elif word.startswith(RULE):
            parts.append(_fired(word, given, vocabulary))
        elif word.startswith(LINE):
            of_one_line[word] = given
        else:
            parts.append(_compared(word, given, vocabulary))
    if of_one_line:
        parts.append(Some(read_line_formula(of_one_line, vocabulary)))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def read_line_formula(raw: object, vocabulary: Vocabulary) -> Formula:
    """The formula of a filter of lines of a faultless document."""
    if not isinstance(raw, Mapping):
        return Opaque(_text(raw))
    parts: list[Formula] = []
    for name, given in raw.items():
        word = str(name)
        if word in ("all", "any", "not"):
            parts.append(_combined(word, given, vocabulary, read_line_formula))
            continue
        leaf = parse_line_tree({word: given}, path="", vocabulary=vocabulary, faults=Faults())
        known = isinstance(leaf, Leaf) and leaf.field in _OF_LINES and leaf.comparison is not None
        parts.append(Value(leaf) if known and isinstance(leaf, Leaf) else _unknown(word, given))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def values_of(formula: Formula) -> Iterator[Value | Opaque]:
    """Every comparison of a formula, those of its lines included, and what is unknown of it."""
    if isinstance(formula, Value | Opaque):
        yield formula
    elif isinstance(formula, Some):
        yield from values_of(formula.match)
    elif isinstance(formula, Not):
        yield from values_of(formula.part)
    else:
        for part in formula.parts:
            yield from values_of(part)


def _combined(word: str, given: Any, vocabulary: Vocabulary, read: Any) -> Formula:
    if word == "not":
        return Not(read(given, vocabulary))
    if not isinstance(given, list | tuple):
        return _unknown(word, given)
    parts = tuple(read(item, vocabulary) for item in given)
    return All(parts) if word == "all" else Either(parts)


def _quantified(word: str, match: Formula) -> Formula:
    if word == "any_line":
        return Some(match)
    if word == "no_line":
        return Not(Some(match))
    return All((Some(ALWAYS), Not(Some(Not(match)))))


def _compared(word: str, given: Any, vocabulary: Vocabulary) -> Formula:
    leaf = parse_tree({word: given}, path="", vocabulary=vocabulary, faults=Faults())
    known = word in _KNOWN or word.startswith(_KNOWN_FAMILIES)
    if known and isinstance(leaf, Leaf) and leaf.comparison is not None and leaf.field == word:
        return Value(leaf)
    return _unknown(word, given)


def _fired(word: str, given: Any, vocabulary: Vocabulary) -> Formula:
    """That a rule fired, or did not: a rule that fired was willing, so its own condition held.

    Rules ask in one direction alone, so this ends.
    """
    value = _compared(word, given, vocabulary)
    rule = vocabulary.rules.get(word.removeprefix(RULE))
    comparison = value.leaf.comparison if isinstance(value, Value) else None
    if comparison is None or not isinstance(rule, Mapping):
        return value
    needed: list[Formula] = []
    if rule.get("when") is not None:
        needed.append(read_formula(rule["when"], vocabulary))
    lines = rule.get("each") or rule.get("lines")
    if lines is not None:
        needed.append(Some(read_line_formula(lines, vocabulary)))
    if rule.get("enabled") in (False, "no", "false"):
        needed.append(Either(()))
    if comparison.test(NOT_FIRED):
        return value
    return All((value, *needed))


def _counted(word: str, given: Any, vocabulary: Vocabulary) -> Formula:
    """How many lines match, or what they add up to, as one value of the event."""
    if not isinstance(given, Mapping) or "match" not in given:
        return _unknown(word, given)
    what = "lines" if word == "count_lines" else str(given.get("of") or "amount")
    kinds = {"lines": COUNT, "quantity": QUANTITY, "amount": money_kind(vocabulary.exponent)}
    bounds = {
        name: value
        for name, value in given.items()
        if name != "match" and not (name == "of" and word == "sum_lines")
    }
    kind = kinds.get(what)
    leaf = parse_tree({word: given}, path="", vocabulary=vocabulary, faults=Faults())
    if kind is None or not isinstance(leaf, Leaf):
        return _unknown(word, given)
    comparison = parse_comparison(bounds, kind=kind, path="", faults=Faults())
    if comparison is None:
        return _unknown(word, given)
    match = read_line_formula(given["match"], vocabulary)
    field = f"{what} of {_text(given['match'])}"
    value = Value(replace(leaf, field=field, kind=kind, comparison=comparison), match, what)
    return value if comparison.test(0) else All((value, Some(match)))


def _unknown(word: str, given: Any) -> Opaque:
    return Opaque(_text({word: given}))


def _text(raw: object) -> str:
    return json.dumps(raw, default=str, sort_keys=True, ensure_ascii=False)
