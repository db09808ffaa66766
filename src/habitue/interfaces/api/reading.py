"""From the bytes of a request to plain data, exactly: nothing is guessed, nothing is rounded.

Numbers with a fraction become decimals, never binary floats.  A name that stands twice in one
object, a value that is no JSON (``NaN``), more than ``DEEPEST`` levels, text that is not UTF-8 or
that no database can keep (a lone surrogate, a NUL) are refused.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from habitue.domain.errors import Code, Refusal

DEEPEST: Final = 32


class _FaultError(ValueError):
    """Something that the decoder found; the text says what, for the reader of the problem."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _FaultError(f"the field {name[:64]!r} stands twice in one object")
            seen.add(name)
    return found


def _constant(name: str) -> Any:
    raise _FaultError(f"{name} is no number of JSON")


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # An exponent beyond what decimals can hold.
        raise _FaultError(f"{text[:32]} is out of range") from None


def _whole(text: str) -> int:
    # Longer numbers are no amounts, and reading them costs time that grows with their square.
    if len(text) > 40:
        raise _FaultError(f"{text[:32]}… is out of range")
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_fraction,
    parse_int=_whole,
    parse_constant=_constant,
)


def read_json(body: bytes) -> Any:
    """The value that the body spells; refuses (``MALFORMED``, ``INVALID_TEXT``) anything else."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
        raise Refusal(Code.MALFORMED, reason=reason) from None
    if text.startswith("\ufeff"):
        raise Refusal(Code.MALFORMED, reason="a byte order mark stands before the JSON")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        reason = f"no JSON at line {error.lineno}, column {error.colno}"
        raise Refusal(Code.MALFORMED, reason=reason) from None
    except _FaultError as error:
        raise Refusal(Code.MALFORMED, reason=str(error)) from None
    except RecursionError:
        raise _too_deep() from None
    # Only a long run of brackets can be deep, and only an escape can spell what UTF-8 forbids.
    if text.count("{") + text.count("[") > DEEPEST or "\\" in text:
        _examine(value, path="", depth=0)
    return value


def read_object(body: bytes) -> dict[str, Any]:
    """The object that the body spells; refuses any other value as well."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise Refusal(Code.WRONG_TYPE, value=_kind(value), expected="object")
    return value


def _too_deep() -> Refusal:
    return Refusal(Code.MALFORMED, reason=f"values are nested more than {DEEPEST} levels deep")


def _examine(value: Any, *, path: str, depth: int) -> None:
    if isinstance(value, str):
        _examine_text(value, path=path)
    elif isinstance(value, dict | list) and depth >= DEEPEST:
        raise _too_deep()
    elif isinstance(value, dict):
        for name, item in value.items():
            _examine_text(name, path=path)
            _examine(item, path=f"{path}.{name}" if path else name, depth=depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _examine(item, path=f"{path}[{index}]", depth=depth + 1)


def _examine_text(text: str, *, path: str) -> None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        shown = text[:64].encode("ascii", "backslashreplace").decode().replace("\x00", "\\x00")
        raise Refusal(Code.INVALID_TEXT, path.encode("utf-8", "replace").decode(), value=shown)


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
