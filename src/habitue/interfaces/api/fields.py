"""Reading the fields of requests that are no events; each refuses with the path of the field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from habitue.domain.errors import Code, Refusal
from habitue.domain.received.faults import shown
from habitue.kit.instants import Instant, parse_instant

MOST_PER_PAGE: Final = 200
USUAL_PER_PAGE: Final = 50
# Calendars reach from year 1 to 9999, and zones may move an instant by a day.
_EARLIEST: Final[Instant] = -62_135_510_400_000_000
_LATEST: Final[Instant] = 253_402_128_000_000_000


def check_fields(content: Mapping[str, Any], *, allowed: Collection[str]) -> None:
    """Refuse fields that nobody would read."""
    for name in content:
        if name not in allowed:
            raise Refusal(Code.UNKNOWN_FIELD, str(shown(name)), value=shown(name))


def text_field(
    content: Mapping[str, Any], name: str, *, limit: int, required: bool = False
) -> str | None:
    """A text; ``None`` where it is absent or null."""
    value = content.get(name)
    if value is None:
        if required:
            raise Refusal(Code.MISSING_FIELD, name)
        return None
    if not isinstance(value, str):
        raise Refusal(Code.WRONG_TYPE, name, value=shown(value), expected="text")
    if len(value) > limit:
        raise Refusal(Code.TOO_LONG, name, value=shown(value), limit=limit)
    if any(character < " " or "\x7f" <= character <= "\x9f" for character in value):
        raise Refusal(Code.INVALID_TEXT, name, value=shown(value))
    return value.strip()


def required_text(content: Mapping[str, Any], name: str, *, limit: int) -> str:
    """A text that is there and not empty."""
    value = text_field(content, name, limit=limit, required=True)
    if not value:
        raise Refusal(Code.INVALID_TEXT, name, value="")
    return value


def whole_field(content: Mapping[str, Any], name: str) -> int | None:
    """A whole number, zero or more; ``None`` where it is absent or null."""
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal(Code.WRONG_TYPE, name, value=shown(value), expected="whole number")
    if value < 0:
        raise Refusal(Code.NEGATIVE_AMOUNT, name, value=shown(value))
    if value > 2**31 - 1:
        raise Refusal(Code.TOO_LARGE, name, value=shown(value), limit=2**31 - 1)
    return value


def instant_field(content: Mapping[str, Any], name: str) -> Instant | None:
    """An instant; ``None`` where it is absent or null."""
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refusal(Code.WRONG_TYPE, name, value=shown(value), expected="text")
    try:
        at = parse_instant(value)
    except (ValueError, OverflowError):
        raise Refusal(Code.NOT_AN_INSTANT, name, value=shown(value)) from None
    if not _EARLIEST <= at <= _LATEST:
        raise Refusal(Code.NOT_AN_INSTANT, name, value=shown(value))
    return at


def date_field(content: Mapping[str, Any], name: str) -> date | None:
    """A day; ``None`` where it is absent or null."""
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refusal(Code.WRONG_TYPE, name, value=shown(value), expected="text")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal(Code.NOT_AN_INSTANT, name, value=shown(value)) from None


def object_field(content: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object; ``None`` where it is absent or null."""
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal(Code.WRONG_TYPE, name, value=shown(value), expected="object")
    return value


def uuid_text(text: str, *, path: str, code: Code) -> UUID:
    """The id that a text in an address is; refuses with the code of what it should name."""
    try:
        found = UUID(text)
    except ValueError:
        raise Refusal(code, path, value=shown(text)) from None
    return found


def limit_text(query: Mapping[str, str]) -> int:
    """How many entries a page shall have: the parameter ``limit``, 1 to ``MOST_PER_PAGE``."""
    text = query.get("limit")
    if text is None:
        return USUAL_PER_PAGE
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refusal(Code.NOT_A_NUMBER, "limit", value=shown(text))
    number = int(text)
    if number < 1:
        raise Refusal(Code.NOT_POSITIVE, "limit", value=number)
    if number > MOST_PER_PAGE:
        raise Refusal(Code.TOO_LARGE, "limit", value=number, limit=MOST_PER_PAGE)
    return number
