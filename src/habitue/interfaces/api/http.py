"""Requests and answers at the level of ASGI: small enough for the hot path, strict about form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

import orjson

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.problems import MEDIA_TYPE, Fault, FaultError
from habitue.interfaces.texts.catalogue import Language, negotiate
from habitue.selectors.keys import Key

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

JSON: Final = b"application/json"
_COMMON: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
# Tells that an answer is the repetition of an earlier one.
REPLAYED: Final = (b"idempotent-replayed", b"true")
LONGEST_QUERY: Final = 8192


class GoneError(Exception):
    """The client went away before it had sent everything; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    content_type: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass
class Call:
    """One request that was let in: by whom, to what, with what."""

    key: Key | None
    headers: dict[bytes, bytes]
    parameters: dict[str, str]
    query_string: bytes
    method: str
    path: str
    body: bytes = b""
    idempotency_key: str | None = None
    extra: Headers = field(default_factory=list)

    @property
    def actor(self) -> Key:
        """The key of an operation that needs one."""
        assert self.key is not None, "an operation open to all asked who is calling"
        return self.key

    @cached_property
    def language(self) -> Language:
        """The reader's language."""
        return language_of(self.headers)

    def query(self, *allowed: str) -> dict[str, str]:
        """The parameters after the question mark; refuses unknown, repeated and unreadable ones."""
        if not self.query_string:
            return {}
        if len(self.query_string) > LONGEST_QUERY:
            raise Refusal(Code.TOO_LONG, "query", value="", limit=LONGEST_QUERY)
        try:
            pairs = parse_qsl(
                self.query_string.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=50,
            )
        except ValueError:
            raise Refusal(Code.MALFORMED, "query", reason="the query is not UTF-8") from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if name not in allowed:
                raise Refusal(Code.UNKNOWN_FIELD, "query", value=name[:64])
            if name in found:
                raise Refusal(Code.MALFORMED, name, reason="the parameter stands twice")
            if "\x00" in value:
                raise Refusal(Code.INVALID_TEXT, name, value=value.replace("\x00", "\\x00")[:64])
            found[name] = value
        return found


def language_of(headers: dict[bytes, bytes]) -> Language:
    """The reader's language, as the headers ask."""
    return negotiate(headers.get(b"accept-language", b"").decode("latin-1"))


def answer_json(
    status: int, value: Any, *, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    """An answer in JSON."""
    return Answer(status, orjson.dumps(value), JSON, headers)


def answer_problem(
    details: dict[str, Any], *, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    """An answer that is a problem."""
    return Answer(details["status"], orjson.dumps(details), MEDIA_TYPE, headers)


async def read_body(receive: Receive, headers: dict[bytes, bytes], *, limit: int) -> bytes:
    """The whole body; refuses another content type and more than ``limit`` bytes."""
    _check_content_type(headers)
    told = headers.get(b"content-length")
    if told is not None and (not told.isdigit() or len(told) > 15 or int(told) > limit):
        raise FaultError(Fault.BODY_TOO_LARGE, limit=str(limit))
    body = b""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise FaultError(Fault.BODY_TOO_LARGE, limit=str(limit))
        if not message.get("more_body", False):
            body = chunk if not chunks else b"".join([*chunks, chunk])
            return bytes(body)
        chunks.append(chunk)


async def send_answer(send: Send, answer: Answer, *, extra: Headers, body_too: bool = True) -> None:
    """Send an answer; without its body where only the head was asked for."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.content_type),
                (b"content-length", b"%d" % len(answer.body)),
                *_COMMON,
                *answer.headers,
                *extra,
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.body if body_too else b""})


def _check_content_type(headers: dict[bytes, bytes]) -> None:
    given = headers.get(b"content-type", b"")
    if given != JSON:
        kind, _, rest = given.partition(b";")
        charset = rest.replace(b" ", b"").replace(b'"', b"").lower()
        if kind.strip().lower() != JSON or charset not in (b"", b"charset=utf-8"):
            raise FaultError(
                Fault.UNSUPPORTED_MEDIA_TYPE, value=given[:80].decode("latin-1") or '""'
            )
    encoding = headers.get(b"content-encoding", b"identity")
    if encoding.lower() != b"identity":
        raise FaultError(Fault.UNSUPPORTED_MEDIA_TYPE, value=encoding[:80].decode("latin-1"))
