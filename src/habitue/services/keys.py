"""Making, checking and revoking API keys.

A key reads ``hb_<id>_<secret>``.  The secret has 256 random bits, and only its SHA-256 is stored:
a slow password hash protects texts that people choose and others can guess; nobody guesses 256
random bits, so a fast hash gives away nothing, and each request can afford it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from datetime import date
from hashlib import sha256
from typing import Any, Final, TypeAlias

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import Instant, datetime_of
from habitue.selectors.keys import Key, Permission, get_key

Connection: TypeAlias = psycopg.Connection[Any]

# Generous for any till, and tight enough to stop a loop that ran away.
DEFAULT_REQUESTS_PER_MINUTE: Final = 60_000
MOST_REQUESTS_PER_MINUTE: Final = 100_000_000
LONGEST_NAME: Final = 100
LONGEST_CODE: Final = 64

_TOKEN = re.compile(r"hb_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


def read_token(text: str) -> tuple[str, str] | None:
    """The id and the secret of a key's text; ``None`` where it has not the form of a key."""
    match = _TOKEN.fullmatch(text)
    return None if match is None else (match[1], match[2])


def secret_matches(key: Key, *, secret: str) -> bool:
    """Whether the secret is the key's; takes the same time wherever they differ."""
    return hmac.compare_digest(_hash(secret), key.secret_hash)


def authenticate(connection: Connection, *, token: str, now: Instant) -> Key:
    """The key in force that the text is.

    Refuses (``NOT_AUTHENTICATED``) an unknown, wrong, expired or revoked one without telling which.
    """
    parts = read_token(token)
    key = None if parts is None else get_key(connection, key_id=parts[0])
    if parts is None or key is None or not secret_matches(key, secret=parts[1]):
        raise Refusal(Code.NOT_AUTHENTICATED)
    if not key.in_force(now):
        raise Refusal(Code.NOT_AUTHENTICATED)
    return key


def create_key(
    connection: Connection,
    *,
    name: str,
    scopes: Collection[str],
    now: Instant,
    programmes: Collection[str] = (),
    stores: Collection[str] = (),
    requests_per_minute: int = DEFAULT_REQUESTS_PER_MINUTE,
    expires_at: Instant | None = None,
) -> tuple[Key, str]:
    """Make a key; the answer holds it and its text, which cannot be read again later.

    Programmes and stores need not exist yet.  Refuses an empty or long name, an unknown scope, a
    negative limit and an end in the past.  Commits nothing; takes no locks.
    """
    _check_name(name)
    permitted = frozenset(_permission(text) for text in scopes)
    if not permitted:
        raise Refusal(Code.MISSING_FIELD, "scopes")
    for path, codes in (("programmes", programmes), ("stores", stores)):
        for code in codes:
            _check_code(code, path=path)
    if requests_per_minute < 0:
        raise Refusal(Code.NOT_POSITIVE, "requests_per_minute", value=requests_per_minute)
    if requests_per_minute > MOST_REQUESTS_PER_MINUTE:
        raise Refusal(
            Code.TOO_LARGE,
            "requests_per_minute",
            value=requests_per_minute,
            limit=MOST_REQUESTS_PER_MINUTE,
        )
    if expires_at is not None and expires_at <= now:
        shown = datetime_of(expires_at).isoformat()
        raise Refusal(
            Code.TOO_LONG_AGO, "expires_at", value=shown, limit=datetime_of(now).isoformat()
        )
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    connection.execute(
        "INSERT INTO api_key (key_id, name, secret_hash, scopes, programmes, stores,"
        " requests_per_minute, created_at, expires_at) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)",
        [
            key_id,
            name,
            _hash(secret),
            sorted(one.value for one in permitted),
            sorted(set(programmes)),
            sorted(set(stores)),
            requests_per_minute,
            datetime_of(now),
            None if expires_at is None else datetime_of(expires_at),
        ],
    )
    key = get_key(connection, key_id=key_id)
    assert key is not None, "the key that was just written can be read"
    return key, f"hb_{key_id}_{secret}"


def revoke_key(connection: Connection, *, key_id: str, now: Instant) -> bool:
    """Revoke a key for ever; ``False`` where there is none in force.  Locks its row."""
    done = connection.execute(
        "UPDATE api_key SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL",
        [datetime_of(now), key_id],
    )
    return done.rowcount == 1


def note_use(connection: Connection, *, key_id: str, day: date) -> None:
    """Remember the latest day on which a key was used; writes at most once per day and key."""
    connection.execute(
        "UPDATE api_key SET latest_used_on = %s WHERE key_id = %s"
        " AND (latest_used_on IS NULL OR latest_used_on < %s)",
        [day, key_id, day],
    )


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _permission(text: str) -> Permission:
    try:
        return Permission(text)
    except ValueError:
        allowed = ", ".join(one.value for one in Permission)
        raise Refusal(Code.UNKNOWN_CHOICE, "scopes", value=text[:64], allowed=allowed) from None


def _check_name(name: str) -> None:
    if not name or name != name.strip() or not name.isprintable():
        raise Refusal(Code.INVALID_TEXT, "name", value=name[:LONGEST_NAME])
    if len(name) > LONGEST_NAME:
        raise Refusal(Code.TOO_LONG, "name", value=name[:LONGEST_NAME], limit=LONGEST_NAME)


def _check_code(code: str, *, path: str) -> None:
    if not code or code != code.strip() or not code.isprintable():
        raise Refusal(Code.INVALID_TEXT, path, value=code[:LONGEST_CODE])
    if len(code) > LONGEST_CODE:
        raise Refusal(Code.TOO_LONG, path, value=code[:LONGEST_CODE], limit=LONGEST_CODE)
