"""Reading programmes: their versions as documents, and compiled for the engine."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.identifying import Method
from habitue.domain.programme.measures import Budget
from habitue.domain.programme.model import Programme
from habitue.domain.programme.naming import Names, merged, names_of
from habitue.domain.received.normalising import Conventions
from habitue.kit.instants import Instant, instant_of

Connection: TypeAlias = psycopg.Connection[Any]

# More programmes than any organisation runs; a process that met more forgets and compiles again.
_MOST_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class ProgrammeRecord:
    """A programme; ``latest_number`` is the number of its newest version."""

    programme_id: UUID
    code: str
    currency: str
    latest_number: int
    created_at: Instant


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A published version, with the document as plain data."""

    number: int
    effective_at: Instant
    published_at: Instant
    published_by: str
    document_hash: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """All versions of one programme, ready to run; it is never changed, only replaced.

    ``programme_id`` is 32 hexadecimal digits, as ids are wherever the engine's data is handled.
    ``starts`` holds instants, in order, each with the version that is in force from then on: the
    newest of those that have taken effect, so that an earlier one that was to start later than a
    newer one never does.
    """

    programme_id: str
    code: str
    latest_number: int
    conventions: Conventions
    versions: Mapping[int, Programme]
    starts: tuple[tuple[Instant, int], ...]
    budgets: frozenset[str]

    def number_at(self, at: Instant) -> int | None:
        """The version in force at an instant; ``None`` before the first one."""
        place = bisect_right(self.starts, (at, 2**31))
        return self.starts[place - 1][1] if place else None

    def methods_at(self, at: Instant) -> tuple[Method, ...]:
        """What customers are recognised by at an instant; empty where no version says."""
        number = self.number_at(at)
        return () if number is None else self.versions[number].identify

    def budget(self, key: str, number: int) -> Budget | None:
        """The cap of a budget as a version sees it: its own, else that of the nearest version
        before it, else of the nearest after it."""
        for other in (*range(number, 0, -1), *range(number + 1, self.latest_number + 1)):
            version = self.versions.get(other)
            if version is not None and key in version.budgets:
                return version.budgets[key]
        return None


# Compiled versions never change, and an id is never used again: what is kept cannot be wrong, only
# incomplete, which ``latest_number`` tells.
_kept: dict[UUID, Compiled] = {}


def get_compiled(connection: Connection, *, codes: Iterable[str]) -> dict[str, Compiled]:
    """The programmes with these codes, compiled; unknown codes are absent.

    One statement when nothing was published since the process last looked.
    """
    rows = _rows(
        connection,
        "SELECT programme_id, code, latest_number FROM programme WHERE code = ANY(%s)",
        [sorted(set(codes))],
    )
    return {code: _compiled(connection, programme_id, code, n) for programme_id, code, n in rows}


def get_compiled_by_id(connection: Connection, *, programme_id: UUID) -> Compiled:
    """One programme, compiled; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
    rows = _rows(
        connection,
        "SELECT code, latest_number FROM programme WHERE programme_id = %s",
        [programme_id],
    )
    if not rows:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=str(programme_id))
    return _compiled(connection, programme_id, rows[0][0], rows[0][1])


def get_one_compiled(connection: Connection, *, code: str) -> Compiled:
    """One programme, compiled; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
    known = get_compiled(connection, codes=[code])
    if code not in known:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])
    return known[code]


def get_programme(connection: Connection, *, code: str) -> ProgrammeRecord:
    """One programme; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
    for record in list_programmes(connection):
        if record.code == code:
            return record
    raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])


def list_programmes(connection: Connection) -> list[ProgrammeRecord]:
    """All programmes, by code."""
    rows = _rows(
        connection,
        "SELECT programme_id, code, currency, latest_number, created_at FROM programme"
        " ORDER BY code",
        [],
    )
    return [
        ProgrammeRecord(programme_id, code, currency, latest, instant_of(created))
        for programme_id, code, currency, latest, created in rows
    ]


def list_versions(connection: Connection, *, code: str) -> list[VersionRecord]:
    """All versions of a programme, the newest first; refuses (``UNKNOWN_PROGRAMME``)."""
    programme = get_programme(connection, code=code)
    return _versions(connection, programme.programme_id)[::-1]


def get_version(connection: Connection, *, code: str, number: int | None = None) -> VersionRecord:
    """One version, the newest without a number; refuses (``UNKNOWN_PROGRAMME``,
    ``UNKNOWN_VERSION``)."""
    versions = list_versions(connection, code=code)
    for version in versions:
        if number is None or version.number == number:
            return version
    raise Refusal(Code.UNKNOWN_VERSION, "version", value=number, programme=code)


def get_written(connection: Connection, *, code: str, number: int) -> str | None:
    """The text that a version was published from, with its comments; ``None`` where it did not
    come as a text, or there is no such version."""
    rows = _rows(
        connection,
        "SELECT written FROM programme_version JOIN programme USING (programme_id)"
        " WHERE code = %s AND number = %s",
        [code, number],
    )
    return rows[0][0] if rows else None


def _versions(connection: Connection, programme_id: UUID) -> list[VersionRecord]:
    rows = _rows(
        connection,
        "SELECT number, effective_at, published_at, published_by, document_hash, document::text"
        " FROM programme_version WHERE programme_id = %s ORDER BY number",
        [programme_id],
    )
    return [
        VersionRecord(
            number,
            instant_of(effective),
            instant_of(published),
            actor,
            bytes(digest).hex(),
            json.loads(document, parse_float=Decimal),
        )
        for number, effective, published, actor, digest, document in rows
    ]


def _compiled(
    connection: Connection, programme_id: UUID, code: str, latest_number: int
) -> Compiled:
    known = _kept.get(programme_id)
    if known is not None and known.latest_number == latest_number:
        return known
    records = _versions(connection, programme_id)
    secret = _rows(
        connection, "SELECT chance_secret FROM programme WHERE programme_id = %s", [programme_id]
    )[0][0]
    before = {} if known is None else known.versions
    versions = {
        record.number: before.get(record.number)
        or replace(
            parse_document(record.document, number=record.number),
            effective_at=record.effective_at,
            chance_secret=b"" if secret is None else bytes(secret),
        )
        for record in records
    }
    newest = versions[max(versions)] if versions else None
    made = Compiled(
        programme_id=programme_id.hex,
        code=code,
        latest_number=max(versions, default=0),
        conventions=Conventions(
            "" if newest is None else newest.currency,
            {
                points.code: points.decimals
                for version in versions.values()
                for points in version.points.values()
            },
        ),
        versions=versions,
        starts=_starts(records),
        budgets=frozenset(key for version in versions.values() for key in version.budgets),
    )
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[programme_id] = made
    return made


def _starts(records: Iterable[VersionRecord]) -> tuple[tuple[Instant, int], ...]:
    starts: list[tuple[Instant, int]] = []
    newest = 0
    for record in sorted(records, key=lambda record: (record.effective_at, record.number)):
        if record.number > newest:
            newest = record.number
            starts.append((record.effective_at, newest))
    return tuple(starts)


def _rows(connection: Connection, statement: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(statement, parameters).fetchall()


_named: dict[UUID, tuple[int, Names]] = {}


def get_names(connection: Connection, *, code: str) -> Names:
    """What a programme calls its parts, over all its versions; the newest name wins.

    Refuses (``UNKNOWN_PROGRAMME``) where there is none.  One statement when nothing was published
    since the process last looked.
    """
    known = get_names_of(connection, codes=[code])
    if code not in known:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])
    return known[code]


def get_names_of(connection: Connection, *, codes: Iterable[str]) -> dict[str, Names]:
    """The same of several programmes, by their codes; unknown codes are absent.

    One statement for all of them when nothing was published since the process last looked.
    """
    rows = _rows(
        connection,
        "SELECT programme_id, code, latest_number FROM programme WHERE code = ANY(%s)",
        [sorted(set(codes))],
    )
    return {code: _names(connection, programme_id, latest) for programme_id, code, latest in rows}


def _names(connection: Connection, programme_id: UUID, latest_number: int) -> Names:
    known = _named.get(programme_id)
    if known is not None and known[0] == latest_number:
        return known[1]
    found = Names()
    for record in _versions(connection, programme_id):
        found = merged(found, names_of(record.document))
    if len(_named) >= _MOST_KEPT:
        _named.clear()
    _named[programme_id] = (latest_number, found)
    return found
