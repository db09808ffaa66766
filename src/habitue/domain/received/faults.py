"""Faults of what was received: all of them, the first in the documented order in front."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from habitue.domain.errors import Code, Parameter, Refusal

LONGEST_SHOWN: Final = 80

_ORDER: Final = {code: place for place, code in enumerate(Code)}

_MISSING: Final = frozenset({"missing", "too_short"})
_UNKNOWN: Final = frozenset({"extra_forbidden", "invalid_key"})
_INVALID: Final = frozenset({"string_too_short", "string_pattern_mismatch", "string_unicode"})
_EXPECTED: Final = {
    "string_type": "text",
    "list_type": "list",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}


class ContentRefusal(Refusal):
    """What was sent cannot be taken; ``faults`` lists everything that is wrong with it.

    As a refusal it is the first fault, in the order of ``Code``, then of the text.
    """

    def __init__(self, faults: Iterable[Refusal]) -> None:
        ordered = sorted(faults, key=lambda fault: _ORDER[fault.code])
        first = ordered[0]
        super().__init__(first.code, first.path, **first.parameters)
        self.faults = tuple(ordered)

    def as_json(self) -> dict[str, object]:
        """The first fault, and under ``faults`` all of them where there are several."""
        plain = super().as_json()
        if len(self.faults) > 1:
            plain["faults"] = [fault.as_json() for fault in self.faults]
        return plain


def shown(value: object) -> Parameter:
    """A value as a message may show it: a whole number, or a short text that is valid Unicode."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value if value is None or abs(value) < 2**53 else str(value)[:LONGEST_SHOWN]
    text = value if isinstance(value, str) else str(value)
    return text[:LONGEST_SHOWN].encode("utf-8", "backslashreplace").decode()


def path_of(place: Iterable[int | str]) -> str:
    """A place as a path: ``lines[2].amount``."""
    path = ""
    for step in place:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            name = str(shown(step))
            path += f".{name}" if path else name
    return path


def faults_of(error: ValidationError) -> list[Refusal]:
    """Our codes for everything that the models found."""
    return [
        _fault_of(found["type"], path_of(found["loc"]), found)
        for found in error.errors(include_url=False)
    ]


def _fault_of(kind: str, path: str, found: Any) -> Refusal:
    value = shown(found.get("input"))
    context = found.get("ctx", {})
    if kind in _MISSING:
        return Refusal(Code.MISSING_FIELD, path)
    if kind in _UNKNOWN or kind in _INVALID:
        unknown = kind in _UNKNOWN
        code = Code.UNKNOWN_FIELD if unknown else Code.INVALID_TEXT
        return Refusal(code, path, value=shown(found["loc"][-1]) if unknown else value)
    if kind == "string_too_long":
        return Refusal(Code.TOO_LONG, path, value=value, limit=context["max_length"])
    if kind == "too_long":
        count, limit = context["actual_length"], context["max_length"]
        value = limit + 1 if count is None else count
        return Refusal(Code.TOO_MANY, path, value=value, limit=limit)
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        return Refusal(Code.UNKNOWN_CHOICE, path, value=value, allowed=allowed)
    expected = _EXPECTED.get(kind, "another type")
    return Refusal(Code.WRONG_TYPE, path, value=value, expected=expected)
