"""Segments as conditions name them: ``member.segment: regulars`` stands for the condition that the
document gives that name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.reading import one_of, suggestion

SEGMENT: Final = "member.segment"
_WORDS: Final = ("is", "is_not", "in", "not_in")


def check_named(given: object, path: str, segments: Mapping[str, Any], faults: Faults) -> bool:
    """Whether every segment that is named is declared; what is wrong is recorded."""
    before = len(faults)
    if isinstance(given, Mapping):
        if not given:
            faults.add(path, given, "empty", "Write the name of a segment.")
        for word, named in given.items():
            if word in _WORDS:
                _check_names(named, f"{path}.{word}", segments, faults)
            else:
                remedy = f"Compare a segment with {one_of(_WORDS)}.{suggestion(word, _WORDS)}"
                faults.add(f"{path}.{word}", named, "comparison_does_not_fit", remedy)
    else:
        _check_names(given, path, segments, faults)
    return len(faults) == before


def _check_names(given: object, path: str, segments: Mapping[str, Any], faults: Faults) -> None:
    names = listed(given)
    if not names:
        faults.add(path, given, "empty", "Write at least one value in the list.")
    for name in names:
        if not isinstance(name, str) or name not in segments:
            remedy = "Declare the segment under segments."
            if segments:
                remedy = f"Write {one_of(segments)}, or declare the segment under segments."
            faults.add(path, name, "unknown_segment", remedy + suggestion(name, segments))


def expanded(given: Any, segments: Mapping[str, Any]) -> dict[str, Any]:
    """The condition that is meant, with the conditions of segments in place of their names."""
    words = given if isinstance(given, Mapping) else {"is": given}
    parts: list[dict[str, Any]] = []
    for word, named in sorted(words.items()):
        meant = {"any": [condition_of(segments.get(name)) for name in listed(named)]}
        parts.append({"not": meant} if word in ("is_not", "not_in") else meant)
    return {"all": parts}


def condition_of(raw: Any) -> Any:
    """What a segment of the document asks for."""
    return raw.get("when") if isinstance(raw, Mapping) else None


def listed(given: object) -> list[Any]:
    """What is named, one or several."""
    return list(given) if isinstance(given, list | tuple) else [given]
