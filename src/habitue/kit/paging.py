"""Pages of a list, and the opaque cursor that leads from one to the next.

A cursor holds the position of the last row of a page (the values that the list is ordered by), the
name of the list, and a check sum.  It is not a secret: the check sum finds cursors that were cut,
mistyped or taken from another list, and what a caller may see is decided when the page is read.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from habitue.kit.instants import FAR_FUTURE, SECOND, Instant

Item = TypeVar("Item")
Place: TypeAlias = tuple[str | int, ...]

_CHECK_BYTES: Final = 4
_CURSOR_LIMIT: Final = 2048
_YEAR_ONE: Final[Instant] = -62_135_596_800 * SECOND


class CursorError(ValueError):
    """A text that is not a cursor of the list it was given to."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list; ``next_cursor`` is ``None`` on the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None


def encode_cursor(listing: str, *, place: Place) -> str:
    """The cursor that continues the named list after ``place``."""
    body = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_check(listing, body) + body).rstrip(b"=").decode()


def decode_cursor(listing: str, *, cursor: str, shape: Sequence[type[str | int]]) -> Place:
    """The place that ``encode_cursor`` wrote; ``shape`` names the type of each of its values.

    Raises ``CursorError`` for anything else.
    """
    if len(cursor) > _CURSOR_LIMIT or not cursor.isascii():
        raise CursorError("not a cursor")
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        body = raw[_CHECK_BYTES:]
        values = json.loads(body)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise CursorError("not a cursor") from error
    if raw[:_CHECK_BYTES] != _check(listing, body):
        raise CursorError("a cursor of another list, or a damaged one")
    if not isinstance(values, list) or [type(value) for value in values] != list(shape):
        raise CursorError("a cursor of another form of this list")
    return tuple(values)


def decode_moment(listing: str, *, cursor: str) -> tuple[Instant, UUID]:
    """The place in a list that is ordered by an instant and then by an id, written as its hex.

    The check sum is no secret, so whoever makes a cursor by hand can put anything into it: raises
    ``CursorError`` also for an instant that no calendar has, and for what is no id.
    """
    at, text = decode_cursor(listing, cursor=cursor, shape=(int, str))
    if not _YEAR_ONE <= int(at) <= FAR_FUTURE:
        raise CursorError("a cursor of no instant")
    try:
        return int(at), UUID(str(text))
    except ValueError as error:
        raise CursorError("a cursor of no row") from error


def page_of(
    rows: Sequence[Item], *, limit: int, listing: str, place_of: Callable[[Item], Place]
) -> Page[Item]:
    """The page made of rows of which one more than ``limit`` was read, to see if it goes on."""
    items = tuple(rows[:limit])
    if len(rows) <= limit or not items:
        return Page(items, None)
    return Page(items, encode_cursor(listing, place=place_of(items[-1])))


def _check(listing: str, body: bytes) -> bytes:
    return sha256(listing.encode() + b"\n" + body).digest()[:_CHECK_BYTES]
