"""What reads of figures have in common: one moment, the watermark, and what came after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from habitue.data.insights.figures import TOUCHED
from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import Programme
from habitue.kit.instants import Instant, instant_of
from habitue.selectors.programmes import Compiled, get_one_compiled

Connection: TypeAlias = psycopg.Connection[Any]
Cursor: TypeAlias = psycopg.Cursor[Any]

ALWAYS: Final = "-infinity"
OPEN_END: Final = "infinity"

_WATERMARK: Final = "SELECT settled_until FROM figure_watermark WHERE watermark_id = 1"


@dataclass(frozen=True, slots=True)
class Tail:
    """What was recorded after the figures were settled: ``parameters`` of the queries in
    ``habitue.data.insights.figures``, and the ``members`` who were touched."""

    settled_until: Instant | None
    parameters: dict[str, Any]
    members: list[UUID]


@contextmanager
def one_moment(connection: Connection) -> Iterator[Cursor]:
    """A cursor all of whose statements see the same moment, or figures that are settled between
    two of them would count twice.  Inside an open transaction its own isolation holds."""
    idle = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        if idle:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield cursor


def get_settled_until(connection: Connection) -> Instant | None:
    """Up to which instant of recording the figures are settled; ``None``: they never were."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = _read_watermark(cursor)
    return None if found is None else instant_of(found)


def has_unsettled(connection: Connection) -> bool:
    """Whether anything was recorded after the watermark, or at all where there is none."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = _read_watermark(cursor)
        row = cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM ledger_event WHERE recorded_at > %s::timestamptz)",
            [ALWAYS if found is None else found],
        ).fetchone()
    assert row is not None, "one row was asked for"
    return bool(row[0])


def get_permitted_programme(
    connection: Connection, *, actor: Actor, permission: Permission, code: str
) -> Compiled:
    """A programme of the actor's.  Refuses ``NOT_PERMITTED``, also where the programme is none of
    theirs, then ``UNKNOWN_PROGRAMME``."""
    if not actor.may(permission) or not actor.in_programme(code):
        raise Refusal(Code.NOT_PERMITTED, scope=permission.value)
    return get_one_compiled(connection, code=code)


def read_tail(cursor: Cursor, programmes: Iterable[Compiled], *, now: Instant) -> Tail:
    """The watermark and the members touched since: two statements."""
    found = _read_watermark(cursor)
    low: datetime | str = ALWAYS if found is None else found
    parameters = programme_parameters(programmes, now=now)
    parameters |= {"low": low, "high": OPEN_END}
    members = [row[0] for row in cursor.execute(TOUCHED, parameters).fetchall()]
    parameters["members"] = members
    return Tail(None if found is None else instant_of(found), parameters, members)


def programme_parameters(programmes: Iterable[Compiled], *, now: Instant) -> dict[str, Any]:
    """What the queries of figures must know of some programmes."""
    known = list(programmes)
    newest = [version_of(compiled, now=now) for compiled in known]
    versions = [
        (compiled.programme_id, number, version.zone)
        for compiled in known
        for number, version in compiled.versions.items()
    ]
    tiers = [
        (compiled.programme_id, tier.code, rank)
        for compiled, version in zip(known, newest, strict=True)
        if version.tiers is not None
        for rank, tier in enumerate(version.tiers.tiers, 1)
    ]
    return {
        "programmes": [compiled.programme_id for compiled in known],
        "zones": [version.zone for version in newest],
        "mains": [main_currency(version) for version in newest],
        # Of a programme that had several, members may still have to be renewed.
        "several": [
            any(version.beside for version in compiled.versions.values()) for compiled in known
        ],
        "version_programmes": [programme for programme, _, _ in versions],
        "version_numbers": [number for _, number, _ in versions],
        "version_zones": [zone for _, _, zone in versions],
        "tier_programmes": [programme for programme, _, _ in tiers],
        "tiers": [code for _, code, _ in tiers],
        "tier_ranks": [rank for _, _, rank in tiers],
    }


def main_currency(version: Programme) -> str:
    """The currency of points that a list shows first: points before cashback before stamps before
    vouchers before entries in draws, then by the code (a stored document does not keep the order of
    its keys); empty without any."""
    kinds = ("points", "cashback", "stamps", "voucher", "entries")
    ranked = sorted(version.points.values(), key=lambda one: (kinds.index(one.kind), one.code))
    return ranked[0].code if ranked else ""


def version_of(compiled: Compiled, *, now: Instant) -> Programme:
    """The version in force, or the newest where none is yet."""
    return compiled.versions[compiled.number_at(now) or compiled.latest_number]


def _read_watermark(cursor: Cursor) -> datetime | None:
    row = cursor.execute(_WATERMARK).fetchone()
    return None if row is None else row[0]
