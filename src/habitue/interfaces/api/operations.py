"""What the API can do: one operation per method and address.

The same table dispatches requests, guards them, and writes the OpenAPI document; so none of the
three can say anything else than the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from habitue.domain.errors import Code
from habitue.interfaces.api.http import Answer, Call
from habitue.selectors.keys import Permission

Handler: TypeAlias = Callable[[Call], Awaitable[Answer]]

ROOT: Final = "/api/v1"
SINGLE_LIMIT: Final = 1_000_000
BULK_LIMIT: Final = 16_000_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the address or after the question mark."""

    name: str
    place: str
    meaning: str
    form: Mapping[str, Any]
    required: bool = False
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to be done.  ``permission`` ``None``: open to all.

    ``answers`` are the forms of the answers by status; ``codes`` are the refusals that it can
    meet beside those that every operation can.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    permission: Permission | None
    handler: Handler
    answers: Mapping[int, tuple[str, type[BaseModel] | None]]
    request: type[BaseModel] | None = None
    example: Mapping[str, Any] | None = None
    parameters: tuple[Parameter, ...] = ()
    codes: tuple[Code, ...] = ()
    body_limit: int = SINGLE_LIMIT
    media_type: str = "application/json"
    # Whether a repetition with the same Idempotency-Key is answered as the first one was.
    repeatable: bool = False

    @property
    def writes(self) -> bool:
        """Whether it takes a body."""
        return self.request is not None
