"""A great many members, for measuring look-ups and searches; never for a real installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql

from habitue.domain.identity.cards import make_number
from habitue.domain.identity.emails import comparable_email
from habitue.domain.identity.folding import fold
from habitue.domain.identity.kinds import DEFAULT_TRUST, Kind
from habitue.domain.identity.search import folded_name, search_keys
from habitue.kit.instants import DAY, SECOND, Instant, datetime_of
from habitue.services.benching.names import make_name

# When the first of them joined: 1 January 2020; the others follow within five years.
FIRST_JOINED: Final[Instant] = 1_577_836_800 * SECOND
_JOINING: Final[Instant] = 5 * 365 * DAY
_BATCH: Final = 50_000
_TRUST: Final = {kind: int(trust) for kind, trust in DEFAULT_TRUST.items()}
# From here on building the indexes once is quicker than keeping them up to date.
_MANY: Final = 100_000

_MOBILES: Final = {"fr": "+336", "de": "+49151", "ro": "+407", "en": "+4479"}
_PROVIDERS: Final = ("gmail.com", "orange.fr", "gmx.de", "yahoo.ro", "outlook.com", "example.org")


class MadeMember(NamedTuple):
    """One generated member, ready to be written; ``identifiers`` are (kind, value) pairs."""

    member_id: str
    number: str
    given: str
    family: str
    language: str
    joined_at: Instant
    identifiers: tuple[tuple[Kind, str], ...]


def make_members(count: int, *, seed: int) -> Iterator[MadeMember]:
    """``count`` members; the same count and seed give the same ones."""
    random = Random(seed)  # noqa: S311  # Data for measuring must be repeatable, not secret.

    def below(limit: int) -> int:
        # Several times quicker than `randrange`, and as good for what is not secret.
        return int(random.random() * limit)

    for place in range(count):
        joined_at = FIRST_JOINED + place * _JOINING // count
        name = make_name(random)
        number = make_number(below)
        identifiers: list[tuple[Kind, str]] = [
            ("card", number),
            ("external", f"shop:{seed}-{place:08d}"),
        ]
        if random.random() < 0.85:
            # The place makes it unique; the digits are turned so that they look like numbers.
            digits = (place * 6_700_417 + seed) % 100_000_000
            identifiers.append(("phone", f"{_MOBILES[name.language]}{digits:08d}"))
        if random.random() < 0.7:
            local = fold(f"{name.given}.{name.family}").replace(" ", ".")
            provider = random.choice(_PROVIDERS)
            identifiers.append(("email", f"{local}{place}@{provider}"))
        millisecond = joined_at // 1000
        member_id = (
            f"{millisecond >> 16:08x}-{millisecond & 0xFFFF:04x}-7{place & 0xFFF:03x}-"
            f"{0x8000 | seed & 0x3FFF:04x}-{place:012x}"
        )
        yield MadeMember(
            member_id, number, name.given, name.family, name.language, joined_at, tuple(identifiers)
        )


def fill_members(connection: Connection[Any], count: int, seed: int) -> None:
    """Write ``count`` generated members, their identifiers and search keys by COPY, and analyse.

    Commits after every 50,000 members.  Where there are many of them and no member yet, the
    indexes are made anew afterwards: for databases that are thrown away, as an interruption leaves
    this one without indexes.  Raises ``psycopg.errors.UniqueViolation`` where the database already
    holds generated members.
    """
    with ExitStack() as stack:
        if count >= _MANY and _is_empty(connection):
            stack.enter_context(_without_indexes(connection))
        members = make_members(count, seed=seed)
        while batch := list(islice(members, _BATCH)):
            with connection.transaction():
                _copy_members(connection, batch)
                _copy_identifiers(connection, batch)
                _copy_keys(connection, batch)
        connection.commit()
    autocommit = connection.autocommit
    connection.autocommit = True
    # Sets the visibility of pages too, without which no index can answer alone.
    connection.execute("VACUUM (ANALYZE) member, identifier, member_search")
    connection.autocommit = autocommit


def _is_empty(connection: Connection[Any]) -> bool:
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM member)").fetchone()
    return found == (False,)


_INDEXES: Final = """
SELECT x.indrelid::regclass::text, x.indexrelid::regclass::text, pg_get_indexdef(x.indexrelid),
    c.conname, pg_get_constraintdef(c.oid)
FROM pg_index x LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid
WHERE x.indrelid = ANY('{member,identifier,member_search}'::regclass[])
"""


@contextmanager
def _without_indexes(connection: Connection[Any]) -> Iterator[None]:
    """Take the indexes away, and build each of them from all rows at the end."""
    found = connection.execute(_INDEXES).fetchall()
    for table, index, _, constraint, _ in found:
        if constraint is None:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
        else:
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(table), sql.Identifier(constraint)
                )
            )
    connection.commit()
    try:
        yield
    finally:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET statement_timeout = 0")
        for table, _, definition, constraint, text in found:
            # Both texts are PostgreSQL's own, of its own catalogue.
            statement = sql.Composed([sql.SQL(definition)])
            if constraint is not None:
                statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    sql.Identifier(table), sql.Identifier(constraint), sql.SQL(text)
                )
            connection.execute(statement)
        connection.execute("RESET maintenance_work_mem")
        connection.execute("RESET statement_timeout")
        connection.commit()


@lru_cache(maxsize=200_000)
def _indexed(given: str, family: str) -> tuple[str, tuple[str, ...]]:
    # Two members in three share their name with others.
    return folded_name(given, family, ""), tuple(search_keys(given, family, ""))


def _copy_members(connection: Connection[Any], batch: list[MadeMember]) -> None:
    statement = (
        "COPY member (member_id, number, given_name, family_name, folded_name, language,"
        " joined_at) FROM STDIN"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(
            "".join(
                f"{made.member_id}\t{made.number}\t{made.given}\t{made.family}\t"
                f"{_indexed(made.given, made.family)[0]}\t{made.language}\t"
                f"{datetime_of(made.joined_at)}\n"
                for made in batch
            )
        )


def _copy_identifiers(connection: Connection[Any], batch: list[MadeMember]) -> None:
    statement = (
        "COPY identifier (identifier_id, kind, value, comparable, member_id, trust, added_at)"
        " FROM STDIN"
    )
    rows: list[str] = []
    for made in batch:
        start, end = made.member_id[:19], made.member_id[20:]
        added_at = datetime_of(made.joined_at)
        for place, (kind, value) in enumerate(made.identifiers):
            comparable = comparable_email(value) if kind == "email" else "\\N"
            # The member's id with another variant: unique, and easy to tell apart.
            rows.append(
                f"{start}{place:x}{end}\t{kind}\t{value}\t{comparable}\t{made.member_id}\t"
                f"{_TRUST[kind]}\t{added_at}\n"
            )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(rows))


def _copy_keys(connection: Connection[Any], batch: list[MadeMember]) -> None:
    rows: list[str] = []
    for made in batch:
        folded, keys = _indexed(made.given, made.family)
        rows += [f"{key}\t{made.member_id}\n" for key in keys]
        # As `search_keys` writes them for a number.
        rows += [
            f"{value}{folded}\t{made.member_id}\n"
            for kind, value in made.identifiers
            if kind == "phone"
        ]
    statement = "COPY member_search (key, member_id) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(rows))
