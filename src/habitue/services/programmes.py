"""Publishing versions of programmes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.canonical import plain_document
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of, format_instant, instant_of
from habitue.selectors.programmes import Compiled, get_one_compiled
from habitue.services.documents import read_programme_document
from habitue.services.drawing.committing import commit_draws
from habitue.services.intake.transacting import HOLD_ALONE

Connection: TypeAlias = psycopg.Connection[Any]

CHANNEL = "habitue_programme"
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Published:
    """The version that a document is; ``created`` is false where it was published before."""

    programme_id: UUID
    code: str
    number: int
    effective_at: Instant
    created: bool


def publish_version(
    connection: Connection,
    *,
    document: Mapping[str, Any],
    now: Instant,
    actor: str,
    effective_at: Instant | None = None,
    expected_number: int | None = None,
    written: str | None = None,
) -> Published:
    """Publish a document as the next version of its programme, in one transaction.

    A document equal to the newest version is that version again, and changes nothing.  Without
    ``effective_at`` it takes effect now; only the first version may take effect in the past.  What
    was recorded with a clock that is a little fast stays before it: a version takes effect right
    after the latest event at the earliest.

    ``written`` is the YAML that the document was read from: it is kept with the version, comments
    and order included.  A text of which the comments alone changed is no new version.

    Refuses a faulty document (``InvalidDocument``); a ``written`` text that says something else
    (``INCONSISTENT``); a change of what the ledger's amounts rest on,
    the currency of money and the decimals of points, or another newest version than
    ``expected_number`` (``VERSION_CONFLICT``); a later version that would take effect in the past
    (``TOO_LONG_AGO``).  Waits for batches that are being recorded; locks the programme's row.
    """
    parsed = parse_document(document, number=1)
    if written is not None:
        _check_written(written, document)
    text = orjson.dumps(document, default=_plain, option=orjson.OPT_SORT_KEYS)
    digest = sha256(text).digest()
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        programme_id, latest = _lock(cursor, parsed, now)
        if expected_number is not None and expected_number != latest:
            raise Refusal(Code.VERSION_CONFLICT, "", value=expected_number, expected=latest)
        if latest:
            newest = cursor.execute(
                "SELECT document_hash, effective_at FROM programme_version"
                " WHERE programme_id = %s AND number = %s",
                [programme_id, latest],
            ).fetchone()
            assert newest is not None, "the newest version exists"
            if bytes(newest[0]) == digest:
                at = instant_of(newest[1])
                return Published(programme_id, parsed.code, latest, at, created=False)
            check_conventions(get_one_compiled(connection, code=parsed.code), parsed)
        at = now if effective_at is None else effective_at
        if latest and at < now:
            value, limit = format_instant(at), format_instant(now)
            raise Refusal(Code.TOO_LONG_AGO, "effective_at", value=value, limit=limit)
        if latest:
            at = max(at, _latest_horizon(cursor, programme_id) + 1)
        row = [text.decode(), digest, datetime_of(at), datetime_of(now), actor, written]
        _insert(cursor, programme_id, latest + 1, row, sorted(parsed.budgets))
        commit_draws(cursor, programme_id=programme_id, version=parsed, now=now)
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, parsed.code])
    return Published(programme_id, parsed.code, latest + 1, at, created=True)


def _insert(
    cursor: psycopg.Cursor[Any],
    programme_id: UUID,
    number: int,
    row: list[object],
    budgets: list[str],
) -> None:
    """Write the version and the budgets that it is the first to name; with a programme's first
    version also the secret of which the seeds of chances are made."""
    cursor.execute(
        "INSERT INTO programme_version (programme_id, number, document, document_hash,"
        " effective_at, published_at, published_by, written)"
        " VALUES (%s,%s,%s::jsonb,%s,%s,%s,%s,%s)",
        [programme_id, number, *row],
    )
    cursor.execute(
        "UPDATE programme SET latest_number = %s, chance_secret = coalesce(chance_secret, %s)"
        " WHERE programme_id = %s",
        [number, token_bytes(_SECRET_BYTES), programme_id],
    )
    cursor.execute(
        "INSERT INTO budget (programme_id, key, units_taken, times_taken)"
        " SELECT %s, key, 0, 0 FROM unnest(%s::text[]) AS key ON CONFLICT DO NOTHING",
        [programme_id, budgets],
    )


def _check_written(written: str, document: Mapping[str, Any]) -> None:
    if plain_document(read_programme_document(written)) != plain_document(document):
        raise Refusal(Code.INCONSISTENT, "written", value="written", expected="document")


def _latest_horizon(cursor: psycopg.Cursor[Any], programme_id: UUID) -> Instant:
    row = cursor.execute(
        "SELECT max(horizon_at) FROM member_state WHERE programme_id = %s", [programme_id]
    ).fetchone()
    return instant_of(row[0]) if row is not None and row[0] is not None else 0


def _lock(cursor: psycopg.Cursor[Any], parsed: Programme, now: Instant) -> tuple[UUID, int]:
    cursor.execute(HOLD_ALONE, [parsed.code])
    cursor.execute(
        "INSERT INTO programme (programme_id, code, currency, latest_number, created_at)"
        " VALUES (%s,%s,%s,0,%s) ON CONFLICT (code) DO NOTHING",
        [new_id(now), parsed.code, parsed.currency, datetime_of(now)],
    )
    row = cursor.execute(
        "SELECT programme_id, latest_number FROM programme WHERE code = %s FOR UPDATE",
        [parsed.code],
    ).fetchone()
    assert row is not None, "the programme was just made sure of"
    return row[0], row[1]


def check_conventions(known: Compiled, parsed: Programme) -> None:
    """What amounts in the ledger mean never changes (``VERSION_CONFLICT``)."""
    if parsed.currency != known.conventions.currency:
        raise Refusal(
            Code.VERSION_CONFLICT,
            "money.currency",
            value=parsed.currency,
            expected=known.conventions.currency,
        )
    for code, points in parsed.points.items():
        decimals = known.conventions.points.get(code, points.decimals)
        if points.decimals != decimals:
            raise Refusal(
                Code.VERSION_CONFLICT,
                f"points.{code}.decimals",
                value=points.decimals,
                expected=decimals,
            )


def _plain(value: object) -> str:
    """Decimals are stored as texts: they stay exact in every reader of JSON."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a document")
