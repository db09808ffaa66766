"""Who is asking: keys, read once and remembered for a few seconds.

A revoked key therefore works for at most ``REMEMBERED`` seconds longer.  Texts that are no keys
are remembered too, so that a client with a wrong key does not cost a query each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias, TypeVar

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import Clock
from habitue.kit.instants import datetime_of
from habitue.selectors.keys import Key, get_key
from habitue.services.keys import note_use, read_token, secret_matches

T = TypeVar("T")
Connection: TypeAlias = psycopg.Connection[Any]
Run: TypeAlias = Callable[[Callable[[Connection], Any]], Awaitable[Any]]

REMEMBERED: Final = 5.0
_MOST_KEYS: Final = 10_000


class Keyring:
    """The keys that this process has lately seen.

    ``run`` runs a function with a connection in a transaction, outside the event loop.
    """

    def __init__(self, *, run: Run, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._run = run
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Key | None]] = {}

    async def authenticate(self, authorization: bytes | None) -> Key:
        """The key of the header; refuses (``NOT_AUTHENTICATED``) without telling why."""
        if authorization is None:
            raise Refusal(Code.NOT_AUTHENTICATED)
        scheme, _, text = authorization.decode("latin-1").partition(" ")
        parts = read_token(text.strip()) if scheme.lower() == "bearer" else None
        if parts is None:
            raise Refusal(Code.NOT_AUTHENTICATED)
        key_id, secret = parts
        seen = self._known.get(key_id)
        if seen is None or self._monotonic() - seen[0] > REMEMBERED:
            key = await self._read(key_id, secret)
        else:
            key = seen[1]
        if key is None or not secret_matches(key, secret=secret):
            raise Refusal(Code.NOT_AUTHENTICATED)
        if not key.in_force(self._clock.now()):
            raise Refusal(Code.NOT_AUTHENTICATED)
        return key

    async def _read(self, key_id: str, secret: str) -> Key | None:
        now = self._clock.now()
        today = datetime_of(now).date()

        def read(connection: Connection) -> Key | None:
            found = get_key(connection, key_id=key_id)
            if found is None or found.latest_used_on == today or not found.in_force(now):
                return found
            if secret_matches(found, secret=secret):
                note_use(connection, key_id=key_id, day=today)
            return found

        key: Key | None = await self._run(read)
        if len(self._known) >= _MOST_KEYS:
            self._known.clear()
        self._known[key_id] = (self._monotonic(), key)
        return key
