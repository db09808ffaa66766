"""What is known of a member besides identifiers: read from what was sent, and checked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeAlias

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.folding import clean_text

Scalar: TypeAlias = str | int | bool

LANGUAGES: Final = ("en", "fr", "de", "ro")
NAME_LIMIT: Final = 100
DISPLAY_LIMIT: Final = 200
CODE_LIMIT: Final = 100
ATTRIBUTES_LIMIT: Final = 50
ATTRIBUTE_LIMIT: Final = 500
# Nobody who was born earlier is alive.
EARLIEST_BIRTH: Final = date(1900, 1, 1)

_LARGEST_NUMBER: Final = 2**63 - 1
_SHOWN: Final = 80
_TEXT_LIMITS: Final = {
    "given_name": NAME_LIMIT,
    "family_name": NAME_LIMIT,
    "display_name": DISPLAY_LIMIT,
}


@dataclass(frozen=True, slots=True)
class MemberDetails:
    """A member's details; an empty text is what is not known."""

    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    language: str = ""
    birth_date: date | None = None
    store: str | None = None
    attributes: dict[str, Scalar] = field(default_factory=dict)


FIELDS: Final = tuple(MemberDetails.__slots__)


def read_details(
    sent: Mapping[str, object], *, today: date, base: MemberDetails | None = None
) -> MemberDetails:
    """``base`` (or nothing) with the fields that were sent put in their place.

    ``birth_date`` is a date or its ISO text; ``today`` is the latest one that is accepted;
    ``attributes`` replace all earlier ones.  ``None`` empties a field.

    Refuses ``UNKNOWN_FIELD``, and for each field in the order of ``MemberDetails``: ``WRONG_TYPE``,
    ``INVALID_TEXT`` (control characters), ``TOO_LONG``, ``UNKNOWN_CHOICE`` (the language),
    ``MALFORMED`` (not a date), ``IN_THE_FUTURE``, ``TOO_LONG_AGO``, ``TOO_MANY`` (attributes),
    ``TOO_LARGE`` (a number of more than 64 bits).  The path is the field's name.
    """
    for name in sent:
        if name not in FIELDS:
            raise Refusal(Code.UNKNOWN_FIELD, name[:_SHOWN], value=name[:_SHOWN])
    read: dict[str, Any] = {}
    for name in FIELDS:
        if name not in sent:
            continue
        value = sent[name]
        if name in _TEXT_LIMITS:
            read[name] = _text(value, path=name, limit=_TEXT_LIMITS[name])
        elif name == "language":
            read[name] = _language(value)
        elif name == "birth_date":
            read[name] = _birth_date(value, today)
        elif name == "store":
            read[name] = _text(value, path=name, limit=CODE_LIMIT) or None
        else:
            read[name] = _attributes(value)
    return replace(base or MemberDetails(), **read)


def _text(value: object, *, path: str, limit: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(Code.WRONG_TYPE, path, value=str(value)[:_SHOWN], expected="text")
    # Much longer than any limit: not even worth cleaning.
    if len(value) > 10 * limit:
        raise Refusal(Code.TOO_LONG, path, value=value[:_SHOWN], limit=limit)
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r":
            raise Refusal(Code.INVALID_TEXT, path, value=ascii(value[:_SHOWN]))
    clean = clean_text(value)
    if len(clean) > limit:
        raise Refusal(Code.TOO_LONG, path, value=clean[:_SHOWN], limit=limit)
    return clean


def _language(value: object) -> str:
    text = _text(value, path="language", limit=CODE_LIMIT).lower()
    if text and text not in LANGUAGES:
        allowed = ", ".join(LANGUAGES)
        raise Refusal(Code.UNKNOWN_CHOICE, "language", value=text[:_SHOWN], allowed=allowed)
    return text


def _birth_date(value: object, today: date) -> date | None:
    path = "birth_date"
    if value is None or value == "":
        return None
    born = value
    if isinstance(value, str):
        try:
            born = date.fromisoformat(value)
        except ValueError as error:
            raise Refusal(
                Code.MALFORMED, path, value=ascii(value[:_SHOWN]), reason="not a date"
            ) from error
    # An instance of the very class: a datetime is a date too, but no birthday.
    if type(born) is not date:
        raise Refusal(Code.WRONG_TYPE, path, value=str(value)[:_SHOWN], expected="text")
    if born > today:
        raise Refusal(Code.IN_THE_FUTURE, path, value=str(born), limit=str(today))
    if born < EARLIEST_BIRTH:
        raise Refusal(Code.TOO_LONG_AGO, path, value=str(born), limit=str(EARLIEST_BIRTH))
    return born


def _attributes(value: object) -> dict[str, Scalar]:
    path = "attributes"
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refusal(Code.WRONG_TYPE, path, value=str(value)[:_SHOWN], expected="object")
    if len(value) > ATTRIBUTES_LIMIT:
        raise Refusal(Code.TOO_MANY, path, value=len(value), limit=ATTRIBUTES_LIMIT)
    read: dict[str, Scalar] = {}
    for name, item in value.items():
        key = _text(name, path=path, limit=CODE_LIMIT)
        if not key:
            raise Refusal(Code.INVALID_TEXT, path, value="")
        read[key] = _scalar(item, path=f"{path}.{key}")
    return read


def _scalar(value: object, *, path: str) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_NUMBER:
            raise Refusal(Code.TOO_LARGE, path, value=str(value)[:_SHOWN], limit=_LARGEST_NUMBER)
        return value
    if value is None:
        raise Refusal(Code.WRONG_TYPE, path, value="null", expected="text")
    return _text(value, path=path, limit=ATTRIBUTE_LIMIT)
