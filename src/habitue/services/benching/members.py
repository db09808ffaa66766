"""A great many members, for measuring look-ups and searches; never for a real installation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any, Final, NamedTuple

from psycopg import Connection

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
    for place in range(count):
        joined_at = FIRST_JOINED + place * _JOINING // count
        name = make_name(random)
        number = make_number(random.randrange)
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

    Commits after every 50,000 members.  Raises ``psycopg.errors.UniqueViolation`` where the
    database already holds generated members.
    """
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


def _copy_members(connection: Connection[Any], batch: list[MadeMember]) -> None:
    statement = (
        "COPY member (member_id, number, given_name, family_name, folded_name, language,"
        " joined_at) FROM STDIN"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(
            "".join(
                f"{made.member_id}\t{made.number}\t{made.given}\t{made.family}\t"
                f"{folded_name(made.given, made.family, '')}\t{made.language}\t"
                f"{datetime_of(made.joined_at)}\n"
                for made in batch
            )
        )


def _copy_identifiers(connection: Connection[Any], batch: list[MadeMember]) -> None:
    statement = (
        "COPY identifier (identifier_id, kind, value, comparable, member_id, trust, added_at)"
        " FROM STDIN"
    )
    rows: list[tuple[str, str]] = []
    for made in batch:
        added_at = datetime_of(made.joined_at) + timedelta(seconds=1)
        for place, (kind, value) in enumerate(made.identifiers):
            comparable = comparable_email(value) if kind == "email" else "\\N"
            # The member's id with another variant: unique, and easy to tell apart.
            identifier_id = f"{made.member_id[:19]}{place:x}{made.member_id[20:23]}"
            identifier_id += made.member_id[23:]
            row = (
                f"{identifier_id}\t{kind}\t{value}\t{comparable}\t{made.member_id}\t"
                f"{int(DEFAULT_TRUST[kind])}\t{added_at}\n"
            )
            rows.append((f"{kind} {value}", row))
    # In the order of the largest index, whose pages are then written once for each batch.
    rows.sort()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(row for _, row in rows))


def _copy_keys(connection: Connection[Any], batch: list[MadeMember]) -> None:
    rows = sorted(
        f"{key}\t{made.member_id}\n"
        for made in batch
        for key in search_keys(
            made.given,
            made.family,
            "",
            phones=(value for kind, value in made.identifiers if kind == "phone"),
        )
    )
    statement = "COPY member_search (key, member_id) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(rows))
