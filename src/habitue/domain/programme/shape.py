"""The first look at a document: plain data of a sane size, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from habitue.domain.programme.faults import Faults, Location, path_of

DEEPEST = 40
MOST_VALUES = 100_000
LONGEST_TEXT = 10_000
LONGEST_NUMBER = 40
# What every reader of JSON and every database can hold.
_LARGEST_WHOLE = 2**63 - 1


def check_shape(raw: object, faults: Faults) -> None:
    """Record what no reader should have to cope with: keys that are not texts, foreign types,
    vast numbers and texts, and documents that are too deep or too large."""
    waiting: list[tuple[Location, object]] = [((), raw)]
    seen = 0
    while waiting:
        location, value = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            faults.add("", "", "too_large", f"Keep the document below {MOST_VALUES} values.")
            return
        if isinstance(value, Mapping | list | tuple):
            if len(location) >= DEEPEST:
                remedy = f"Nest at most {DEEPEST} levels."
                faults.add(path_of(location), "", "too_deep", remedy)
                continue
            waiting += _entries(location, value, faults)
        else:
            _check_scalar(location, value, faults)


def _entries(
    location: Location,
    value: Mapping[object, object] | list[object] | tuple[object, ...],
    faults: Faults,
) -> list[tuple[Location, object]]:
    if not isinstance(value, Mapping):
        return [((*location, index), item) for index, item in enumerate(value)]
    entries: list[tuple[Location, object]] = []
    for name, item in value.items():
        if not isinstance(name, str) or not _is_plain(name) or len(name) > LONGEST_TEXT:
            faults.add(path_of(location), name, "not_a_text", "Write the key as a text, in quotes.")
        else:
            entries.append(((*location, name), item))
    return entries


def _is_plain(text: str) -> bool:
    """Whether a text can be stored: no lone surrogates, no NUL."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _check_scalar(location: Location, value: object, faults: Faults) -> None:
    path = path_of(location)
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            faults.add(path, value, "too_long", f"Shorten it to {LONGEST_TEXT} characters.")
        elif not _is_plain(value):
            faults.add(path, value, "invalid_text", "Remove what is not a character.")
    elif isinstance(value, int):
        if abs(value) > _LARGEST_WHOLE:
            faults.add(path, "", "too_large", "Write a smaller number.")
    elif isinstance(value, Decimal):
        if not value.is_finite():
            faults.add(path, value, "not_a_number", "Write a number.")
        elif (
            abs(value.adjusted()) > LONGEST_NUMBER or len(value.as_tuple().digits) > LONGEST_NUMBER
        ):
            faults.add(path, value, "too_large", "Write a number with fewer digits.")
    elif value is not None and not isinstance(value, float | date):
        faults.add(path, value, "wrong_type", "Write a text, a number, yes, no, or a list of them.")
