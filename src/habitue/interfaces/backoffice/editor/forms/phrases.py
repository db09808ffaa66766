"""Conditions as a form asks for them: what it can say, and the rest, which it leaves as it is.

A condition is taken apart into what must hold together.  Each piece that a phrase can say becomes
a value of the form; whatever no phrase can say stays untouched, and the page shows it in words.
Pieces are joined again so that they mean what they meant: fields of a line that stood apart ask
for lines of their own, and must not come to stand in one mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Piece: TypeAlias = Mapping[str, Any]

_LINE: Final = "line."


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that a form can ask: from a piece of a condition to a value, and back.

    ``read`` gives ``None`` where the piece says something else.
    """

    name: str
    read: Callable[[Piece], Any]
    write: Callable[[Any], Piece]


def _codes(given: Any) -> tuple[str, ...] | None:
    """The values of a comparison that lists some."""
    if isinstance(given, Mapping):
        if len(given) != 1 or next(iter(given)) not in ("is", "in"):
            return None
        given = next(iter(given.values()))
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(str(one) for one in given)
    return None if given is None or isinstance(given, bool) else (str(given),)


def _one_or_list(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _listed(name: str, field: str) -> Phrase:
    return Phrase(
        name,
        lambda piece: _codes(piece[field]) if list(piece) == [field] else None,
        lambda values: {field: _one_or_list(values)},
    )


def _bound(name: str, field: str, word: str) -> Phrase:
    def read(piece: Piece) -> Any:
        given = piece.get(field)
        if list(piece) != [field] or not isinstance(given, Mapping) or list(given) != [word]:
            return None
        return given[word]

    return Phrase(name, read, lambda value: {field: {word: value}})


def _read_contains(piece: Piece) -> tuple[str, ...] | None:
    if list(piece) == ["line.category"]:
        return _codes(piece["line.category"])
    inner = piece.get("any_line")
    if list(piece) != ["any_line"] or not isinstance(inner, Mapping) or len(inner) != 1:
        return None
    name = str(next(iter(inner))).removeprefix(_LINE)
    return _codes(next(iter(inner.values()))) if name == "category" else None


def _read_time(piece: Piece) -> tuple[str, str] | None:
    given = piece.get("time")
    if list(piece) != ["time"] or not isinstance(given, Mapping):
        return None
    if not set(given) <= {"from", "until"}:
        return None
    return str(given.get("from", "")), str(given.get("until", ""))


def _write_time(value: tuple[str, str]) -> Piece:
    named = zip(("from", "until"), value, strict=True)
    return {"time": {word: text for word, text in named if text}}


def _read_tier(piece: Piece) -> str | None:
    given = piece.get("member.tier")
    if list(piece) != ["member.tier"]:
        return None
    if isinstance(given, str):
        return f"is:{given}"
    if isinstance(given, Mapping) and list(given) == ["at_least"]:
        return f"at_least:{given['at_least']}"
    return None


def _write_tier(value: str) -> Piece:
    word, _, tier = value.partition(":")
    return {"member.tier": tier if word == "is" else {"at_least": tier}}


def _turn(field: str) -> Phrase:
    """The first time (0), or every so many times."""

    def read(piece: Piece) -> int | None:
        given = piece.get(field)
        if list(piece) != [field]:
            return None
        if str(given) == "0":
            return 0
        if isinstance(given, Mapping) and list(given) == ["every"]:
            text = str(given["every"])
            return int(text) if text.isdecimal() else None
        return None

    def write(value: int) -> Piece:
        return {field: {"every": value} if value else 0}

    return Phrase("turn", read, write)


PHRASES: Final = (
    _listed("weekdays", "weekday"),
    Phrase("time", _read_time, _write_time),
    _listed("stores", "store"),
    _listed("channels", "channel"),
    Phrase(
        "contains",
        _read_contains,
        lambda values: {"any_line": {"category": _one_or_list(values)}},
    ),
    _bound("spent", "basket.amount", "at_least"),
    Phrase("tier", _read_tier, _write_tier),
    _bound("away", "member.days_since_visit", "at_least"),
    _bound("since_joining", "member.days_since_enrolment", "at_most"),
)
TURN_OF_PURCHASES: Final = _turn("member.purchases")
TURN_OF_VISITS: Final = _turn("member.visits")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition taken apart: values by the names of phrases, and the pieces that none says."""

    values: Mapping[str, Any]
    rest: tuple[Piece, ...]


def take_apart(raw: Any, phrases: Sequence[Phrase] = PHRASES) -> Condition:
    """The condition as values of a form, and what is left of it."""
    values: dict[str, Any] = {}
    rest = []
    for piece in _pieces(raw):
        for phrase in phrases:
            value = None if phrase.name in values else phrase.read(piece)
            if value is not None:
                values[phrase.name] = value
                break
        else:
            rest.append(piece)
    return Condition(values, tuple(rest))


def put_together(condition: Condition, phrases: Sequence[Phrase] = PHRASES) -> Any:
    """The condition as a document says it; ``None`` where nothing is asked."""
    said = [
        phrase.write(condition.values[phrase.name])
        for phrase in phrases
        if phrase.name in condition.values
    ]
    pieces = [*said, *condition.rest]
    if not pieces:
        return None
    names = [name for piece in pieces for name in piece]
    apart = sum(any(name.startswith(_LINE) for name in piece) for piece in pieces)
    if len(set(names)) == len(names) and apart <= 1:
        return {name: given for piece in pieces for name, given in piece.items()}
    return {"all": [dict(piece) for piece in pieces]}


def rest_of(condition: Condition) -> Any:
    """What no phrase says, as a condition of its own; ``None`` where nothing is left."""
    return put_together(Condition({}, condition.rest))


def _pieces(raw: Any) -> Iterator[Piece]:
    if not isinstance(raw, Mapping):
        return
    lines = {name: given for name, given in raw.items() if str(name).startswith(_LINE)}
    if lines:
        yield lines
    for name, given in raw.items():
        if name == "all" and isinstance(given, list):
            for one in given:
                if isinstance(one, Mapping):
                    yield from _pieces(one)
        elif name not in lines:
            yield {name: given}
