"""API keys as an actor: what a key may do, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias

import psycopg

from habitue.domain.access import Actor
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]


class Permission(StrEnum):
    """Everything that a key can be allowed to do: ``resource:action``, a closed list."""

    PURCHASES_WRITE = "purchases:write"
    RETURNS_WRITE = "returns:write"
    VISITS_WRITE = "visits:write"
    ENROLMENTS_WRITE = "enrolments:write"
    PROFILES_WRITE = "profiles:write"
    MEMBERSHIPS_WRITE = "memberships:write"
    CONTRIBUTIONS_WRITE = "contributions:write"
    REFERRALS_WRITE = "referrals:write"
    ADJUSTMENTS_WRITE = "adjustments:write"
    REDEMPTIONS_WRITE = "redemptions:write"
    CONFIRMATIONS_WRITE = "confirmations:write"
    CLAIMS_WRITE = "claims:write"
    TRANSFERS_WRITE = "transfers:write"
    EVALUATIONS_READ = "evaluations:read"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    LEDGER_READ = "ledger:read"
    PROGRAMMES_READ = "programmes:read"
    PROGRAMMES_WRITE = "programmes:write"


READING: Final = frozenset(one for one in Permission if one.value.endswith(":read"))


@dataclass(frozen=True, slots=True)
class Key:
    """A machine that uses the API.

    ``programmes`` and ``stores`` hold codes; an empty set restricts nothing.  A key restricted to
    stores may only report what happened in one of them.  ``requests_per_minute`` 0: no limit.
    """

    key_id: str
    name: str
    scopes: frozenset[Permission]
    programmes: frozenset[str]
    stores: frozenset[str]
    requests_per_minute: int
    secret_hash: bytes
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    latest_used_on: date | None

    def in_force(self, now: Instant) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def require(self, permission: Permission) -> None:
        """Refuse (``NOT_PERMITTED``) what the key may not do."""
        if permission not in self.scopes:
            raise Refusal(Code.NOT_PERMITTED, scope=permission.value)

    def sees_programme(self, code: str) -> bool:
        """Whether the programme exists for this key."""
        return not self.programmes or code in self.programmes

    def require_programme(self, code: str, *, path: str = "programme") -> None:
        """Refuse (``NOT_PERMITTED``) a programme to which the key is not admitted."""
        if not self.sees_programme(code):
            raise Refusal(
                Code.NOT_PERMITTED, path, scope=f"programme {code[:64]}", programme=code[:64]
            )

    def require_store(self, code: str | None, *, path: str = "store") -> None:
        """Refuse (``NOT_PERMITTED``) another store than the key's; none at all is another one."""
        if self.stores and code not in self.stores:
            needed = ", ".join(sorted(self.stores))
            raise Refusal(Code.NOT_PERMITTED, path, scope=f"store {needed}", store=code)


_COLUMNS: Final = (
    "key_id, name, scopes, programmes, stores, requests_per_minute, secret_hash,"
    " created_at, expires_at, revoked_at, latest_used_on"
)


def get_key(connection: Connection, *, key_id: str) -> Key | None:
    """The key with this id, in force or not."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM api_key WHERE key_id = %s",  # noqa: S608  # constant columns
        [key_id],
    ).fetchone()
    return None if row is None else _key(row)


def list_keys(connection: Connection, *, revoked_too: bool = False) -> list[Key]:
    """All keys, the oldest first; revoked ones only where asked for."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM api_key"  # noqa: S608  # constant columns
        " WHERE %s OR revoked_at IS NULL ORDER BY created_at, key_id",
        [revoked_too],
    ).fetchall()
    return [_key(row) for row in rows]


def list_keys_for(connection: Connection, *, actor: Actor, revoked_too: bool = False) -> list[Key]:
    """The keys that somebody may see, the oldest first.

    Whoever works in some stores sees the keys of those and of no other; programmes likewise.
    """
    return [key for key in list_keys(connection, revoked_too=revoked_too) if _sees(actor, key)]


def get_key_for(connection: Connection, *, actor: Actor, key_id: str) -> Key:
    """One key; refuses (``UNKNOWN_KEY``) where there is none that the actor may see."""
    # The database has no text with this character in it, and would not even look.
    key = None if "\0" in key_id else get_key(connection, key_id=key_id)
    if key is None or not _sees(actor, key):
        raise Refusal(Code.UNKNOWN_KEY, "key", value=key_id[:64])
    return key


def _sees(actor: Actor, key: Key) -> bool:
    return _within(key.stores, actor.stores) and _within(key.programmes, actor.programmes)


def _within(theirs: frozenset[str], mine: frozenset[str]) -> bool:
    """Whether a key reaches no further than somebody; nothing at all means everywhere."""
    return not mine or (bool(theirs) and theirs <= mine)


def _key(row: Sequence[Any]) -> Key:
    known = {one.value for one in Permission}
    return Key(
        key_id=row[0],
        name=row[1],
        # A permission that a later release dropped allows nothing.
        scopes=frozenset(Permission(text) for text in row[2] if text in known),
        programmes=frozenset(row[3]),
        stores=frozenset(row[4]),
        requests_per_minute=row[5],
        secret_hash=bytes(row[6]),
        created_at=instant_of(row[7]),
        expires_at=None if row[8] is None else instant_of(row[8]),
        revoked_at=None if row[9] is None else instant_of(row[9]),
        latest_used_on=row[10],
    )
