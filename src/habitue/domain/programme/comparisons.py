"""Comparisons of one value: ``fri``, ``[sat, sun]``, ``{at_least: 10.00}``, typed and compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.kinds import TEXT, TIME, Kind
from habitue.domain.programme.reading import one_of, read_whole, suggestion

Test = Callable[[Any], bool]

_ORDER: dict[str, tuple[Callable[[Any], Test], str]] = {
    "at_least": (lambda bound: lambda value: bool(value >= bound), "at least"),
    "at_most": (lambda bound: lambda value: bool(value <= bound), "at most"),
    "above": (lambda bound: lambda value: bool(value > bound), "above"),
    "below": (lambda bound: lambda value: bool(value < bound), "below"),
}
_SAME = ("is", "is_not", "in", "not_in")
_DATE_WORDS = {"from": "at_least", "until": "at_most"}
_LARGEST_CYCLE = 400


@dataclass(frozen=True, slots=True)
class Comparison:
    """A compiled comparison.

    ``test`` judges a value that is there; ``absent`` is the answer where there is none.  ``asked``
    is its text.  ``named`` are the values it names and ``cycles`` the lengths of its repetitions:
    what the static checks need to find values that meet several comparisons at once.
    """

    test: Test
    absent: bool
    asked: str
    named: tuple[Any, ...] = ()
    cycles: tuple[int, ...] = ()


@dataclass(slots=True)
class _Parts:
    tests: list[Test]
    asked: list[str]
    named: list[Any]
    cycles: list[int]
    absent: bool = True

    def whole(self) -> Comparison:
        tests = tuple(self.tests)
        if len(tests) == 1:
            test = tests[0]
        else:

            def test(value: Any) -> bool:
                return all(one(value) for one in tests)

        return Comparison(
            test, self.absent, " and ".join(self.asked), tuple(self.named), tuple(self.cycles)
        )


def parse_comparison(
    raw: object, *, kind: Kind, path: str, faults: Faults, may_repeat: bool = False
) -> Comparison | None:
    """Read a comparison with values of ``kind``; ``None`` where it has faults.

    ``may_repeat`` allows ``every``, which counts the event being decided.
    """
    before = len(faults)
    parts = _Parts([], [], [], [])
    if isinstance(raw, Mapping):
        _read_words(raw, parts, kind=kind, path=path, faults=faults, may_repeat=may_repeat)
    elif kind is TIME:
        faults.add(path, raw, "not_a_mapping", 'Write {from: "16:00", until: "19:00"}.')
    else:
        _read_values(raw, parts, kind=kind, path=path, faults=faults, negated=False)
    if len(faults) > before:
        return None
    comparison = parts.whole()
    if kind.ordered and not any(
        comparison.test(value) for value in candidates(kind, [comparison], optional=False)
    ):
        faults.add(path, raw, "impossible_range", "Correct the bounds: no value can meet them.")
        return None
    return comparison


def _read_words(
    raw: Mapping[Any, Any],
    parts: _Parts,
    *,
    kind: Kind,
    path: str,
    faults: Faults,
    may_repeat: bool,
) -> None:
    if not raw:
        faults.add(path, raw, "empty", "Write a value to compare with.")
        return
    if kind is TIME:
        _read_time(raw, parts, path=path, faults=faults)
        return
    known = _words_of(kind, may_repeat=may_repeat)
    for word, given in sorted(raw.items(), key=lambda item: str(item[0])):
        at = f"{path}.{word}"
        comparison = _DATE_WORDS.get(word, word) if kind.name == "date" else word
        if word not in known:
            remedy = f"Compare a {kind.name} with {one_of(known)}.{suggestion(word, known)}"
            faults.add(at, given, "comparison_does_not_fit", remedy)
        elif comparison in ("is", "in"):
            _read_values(given, parts, kind=kind, path=at, faults=faults, negated=False)
        elif comparison in ("is_not", "not_in"):
            _read_values(given, parts, kind=kind, path=at, faults=faults, negated=True)
        elif comparison == "between":
            _read_between(given, parts, kind=kind, path=at, faults=faults)
        elif comparison == "every":
            _read_every(given, parts, path=at, faults=faults)
        else:
            _read_bound(given, comparison, parts, kind=kind, path=at, faults=faults)


def _words_of(kind: Kind, *, may_repeat: bool) -> tuple[str, ...]:
    words: tuple[str, ...] = _SAME
    if kind.ordered:
        words += (*_ORDER, "between")
    if kind.name == "date":
        words += tuple(_DATE_WORDS)
    return (*words, "every") if may_repeat else words


def _read_one(raw: object, *, kind: Kind, path: str, faults: Faults) -> Any:
    try:
        return kind.read(raw)
    except PydanticCustomError as error:
        faults.add(path, raw, error.type, error.message())
        return None


def _read_values(
    raw: object, parts: _Parts, *, kind: Kind, path: str, faults: Faults, negated: bool
) -> None:
    if isinstance(raw, list | tuple):
        if not raw:
            faults.add(path, raw, "empty", "Write at least one value in the list.")
            return
        values = [
            _read_one(item, kind=kind, path=f"{path}[{index}]", faults=faults)
            for index, item in enumerate(raw)
        ]
    else:
        values = [_read_one(raw, kind=kind, path=path, faults=faults)]
    known = [value for value in values if value is not None]
    parts.tests.append(_membership(known, kind=kind, negated=negated))
    parts.asked.append(_listed([kind.show(value) for value in known], negated=negated))
    parts.named += known
    if not negated:
        parts.absent = False


def _listed(values: list[str], *, negated: bool) -> str:
    if len(values) == 1:
        return f"not {values[0]}" if negated else values[0]
    return f"{'none' if negated else 'one'} of {', '.join(values)}"


def _membership(values: list[Any], *, kind: Kind, negated: bool) -> Test:
    wanted = frozenset(values)
    if kind is TEXT:
        if negated:
            return lambda value: value.casefold() not in wanted
        return lambda value: value.casefold() in wanted
    if negated:
        return lambda value: value not in wanted
    return lambda value: value in wanted


def _read_bound(
    raw: object, word: str, parts: _Parts, *, kind: Kind, path: str, faults: Faults
) -> None:
    bound = _read_one(raw, kind=kind, path=path, faults=faults)
    if bound is None:
        return
    make, text = _ORDER[word]
    parts.tests.append(make(bound))
    parts.asked.append(f"{text} {kind.show(bound)}")
    parts.named.append(bound)
    parts.absent = False


def _read_between(raw: object, parts: _Parts, *, kind: Kind, path: str, faults: Faults) -> None:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        faults.add(path, raw, "not_a_pair", "Write the lowest and the highest value: [5, 10].")
        return
    for index, word in enumerate(("at_least", "at_most")):
        _read_bound(raw[index], word, parts, kind=kind, path=f"{path}[{index}]", faults=faults)


def _read_every(raw: object, parts: _Parts, *, path: str, faults: Faults) -> None:
    try:
        cycle = read_whole(raw, minimum=1, maximum=10_000)
    except PydanticCustomError as error:
        faults.add(path, raw, error.type, error.message())
        return
    parts.tests.append(lambda value: (value + 1) % cycle == 0)
    parts.asked.append(f"every {cycle}")
    parts.cycles.append(cycle)
    parts.absent = False


def _read_time(raw: Mapping[Any, Any], parts: _Parts, *, path: str, faults: Faults) -> None:
    minutes = {"from": 0, "until": 1440}
    before = len(faults)
    for word, given in raw.items():
        if word not in minutes:
            faults.add(
                f"{path}.{word}", given, "comparison_does_not_fit", "A time has from and until."
            )
        else:
            value = _read_one(given, kind=TIME, path=f"{path}.{word}", faults=faults)
            minutes[word] = 0 if value is None else value
    start, end = minutes["from"], minutes["until"]
    if len(faults) > before:
        return
    if start in (end, 1440):
        faults.add(path, raw, "impossible_range", "Let the time end at another minute.")
        return
    if start < end:
        parts.tests.append(lambda minute: start <= minute < end)
    else:
        parts.tests.append(lambda minute: minute >= start or minute < end)
    parts.asked.append(f"{TIME.show(start)} to {TIME.show(end)}")
    parts.absent = False


def candidates(kind: Kind, comparisons: Iterable[Comparison], *, optional: bool) -> list[Any]:
    """Values of which at least one meets all ``comparisons``, or their opposites, if any can.

    Comparisons are constant between the values that they name, so the named values and their
    neighbours are enough.  ``None`` stands for "nothing there".  The answer is empty where the
    repetitions are too long to try.
    """
    comparisons = list(comparisons)
    tried: set[Any] = set(kind.space)
    if not kind.space:
        named = {value for one in comparisons for value in one.named}
        cycle = lcm(*(length for one in comparisons for length in one.cycles))
        if kind.ordered:
            tried |= _neighbours(named, kind=kind, cycle=cycle)
        else:
            # No text of a document holds the character NUL: this is "any other text".
            tried |= {*named, "\0"}
    return [*tried, None] if optional else list(tried)


def _neighbours(named: set[Any], *, kind: Kind, cycle: int) -> set[Any]:
    around = min(cycle, _LARGEST_CYCLE)
    origins = named or {0}
    values = {origin + step for origin in origins for step in range(-around, around + 1)}
    if kind.dense:
        ordered = sorted(values)
        values |= {Fraction(low + high) / 2 for low, high in pairwise(ordered)}
    if kind.lowest is not None:
        values = {value for value in values if value >= kind.lowest} | {kind.lowest}
    return values


def too_long_to_try(comparisons: Iterable[Comparison]) -> bool:
    """Whether the repetitions are so long that ``candidates`` may miss a value."""
    return lcm(*(length for one in comparisons for length in one.cycles)) > _LARGEST_CYCLE
