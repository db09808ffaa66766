"""Reads the catalogues, picks the reader's language, and turns a refusal into sentences.

A catalogue is a TOML file named after its language. ``refusals`` holds a title and a detail for
each code; every other table holds texts of a front door. Messages are whole sentences with named
placeholders; a message never fails for want of a parameter: the title alone then stands for it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, TypeAlias

from habitue.domain.errors import Code, Parameter

Language: TypeAlias = str

LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr", "de", "ro")
DEFAULT_LANGUAGE: Final[Language] = "en"

# A longer value says nothing more about what was wrong, and may be meant to hurt.
LONGEST_SHOWN: Final = 80
LONGEST_OURS: Final = 1000


@dataclass(frozen=True, slots=True)
class RefusalText:
    """A refusal in one language: what kind it is, and what was wrong here and what to do."""

    title: str
    detail: str


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> Mapping[str, Mapping[str, object]]:
    """Everything written in one language; ``KeyError`` where there is no such catalogue."""
    if language not in LANGUAGES:
        raise KeyError(language)
    name = f"{language}.toml"
    return tomllib.loads((files("habitue.interfaces.texts") / name).read_text("utf-8"))


def text(language: Language, table: str, key: str, **parameters: Parameter) -> str:
    """One text of a front door, its placeholders filled in."""
    message = catalogue(language)[table][key]
    assert isinstance(message, str), f"{table}.{key} is a table, not a text"
    return message.format_map(_shown(parameters)) if parameters else message


def refusal_text(
    code: Code, *, language: Language, path: str = "", parameters: Mapping[str, Parameter]
) -> RefusalText:
    """The title and the detail of a refusal."""
    entry = catalogue(language)["refusals"][code.value]
    assert isinstance(entry, dict), f"refusals.{code.value} is a text, not a table"
    title = str(entry["title"])
    whole = str(catalogue(language)["words"]["whole"])
    values = {"path": path or whole, **_shown(parameters)}
    try:
        return RefusalText(title, str(entry["detail"]).format_map(values))
    except KeyError:
        return RefusalText(title, str(entry.get("short", title + ".")))


def _shown(parameters: Mapping[str, Parameter]) -> dict[str, str]:
    return {name: _short(name, value) for name, value in parameters.items() if value is not None}


def _short(name: str, value: Parameter) -> str:
    # Only the value comes from outside; a remedy or a list of choices is ours, and complete.
    shown, limit = str(value), LONGEST_SHOWN if name == "value" else LONGEST_OURS
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


@lru_cache(maxsize=256)
def negotiate(accept_language: str) -> Language:
    """The best of our languages for an ``Accept-Language`` header (RFC 9110), else English."""
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for choice in accept_language.split(",")[:20]:
        tag, _, rest = choice.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(rest)
        if primary in LANGUAGES and weight > best_weight:
            best, best_weight = primary, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
