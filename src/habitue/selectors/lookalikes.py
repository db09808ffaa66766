"""Members who may be whoever is about to be enrolled: seen while the form is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from habitue.data.bulk import array
from habitue.domain.errors import Refusal
from habitue.domain.identity.details import MemberDetails
from habitue.domain.identity.emails import comparable_email
from habitue.domain.identity.kinds import Identifier, Kind
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.selectors.duplicates import Suspect, likeliest, signs_of, whole_names
from habitue.selectors.members import COLUMNS, member_of

Connection: TypeAlias = psycopg.Connection[Any]

# How many of one kind are looked at, at most: of a name that is very common only some are.
_NAMES_READ: Final = 500
_MAILBOXES_READ: Final = 100

# Every branch reads one index from one end and stops at its limit.
_LOOKALIKES: Final = sql.SQL("""
WITH hit AS (
    (SELECT i.member_id, CASE i.kind WHEN 'phone' THEN 'same_phone'
            WHEN 'email' THEN 'same_mailbox' ELSE 'same_identifier' END AS sign
     FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS w(kind, value)
     JOIN identifier i ON i.kind = w.kind AND i.value = w.value AND i.revoked_at IS NULL)
    UNION ALL
    (SELECT member_id, 'same_mailbox' FROM identifier
     WHERE comparable = ANY(%(mailboxes)s::text[]) AND revoked_at IS NULL LIMIT %(most_mailboxes)s)
    UNION ALL
    (SELECT member_id, 'same_name' FROM member_search
     WHERE key = ANY(%(keys)s::text[]) LIMIT %(most_names)s)
), found AS (
    SELECT member_id, array_agg(DISTINCT sign) AS signs FROM hit GROUP BY member_id
)
SELECT {columns}, f.signs FROM found f JOIN member m ON m.member_id = f.member_id
WHERE m.status = 'active'
""").format(columns=COLUMNS)


def list_lookalikes(
    connection: Connection,
    *,
    person: MemberDetails,
    identifiers: Iterable[tuple[Kind, str]],
    phones: PhoneReader,
    country: str = "",
    limit: int = 5,
) -> tuple[Suspect, ...]:
    """Active members who may be this person already, the likeliest first.

    What cannot be read as an identifier (somebody is still typing) is left out.  The signs are
    those of ``selectors.duplicates``.  One statement, whose work is bounded.
    """
    read = tuple(_read(identifiers, phones=phones, country=country))
    keys = whole_names(person)
    if not read and not keys:
        return ()
    mailboxes = [comparable_email(one.value) for one in read if one.kind == "email"]
    parameters = {
        "kinds": array("text", [one.kind for one in read]),
        "values": array("text", [one.value for one in read]),
        "mailboxes": array("text", mailboxes),
        "keys": array("text", keys),
        "most_mailboxes": _MAILBOXES_READ,
        "most_names": _NAMES_READ,
    }
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_LOOKALIKES, parameters).fetchall()
    found = [
        Suspect(other, signs)
        for *columns, hits in rows
        if (signs := signs_of(person, other := member_of(columns), hits))
    ]
    return likeliest(found, limit=limit)


def _read(
    identifiers: Iterable[tuple[Kind, str]], *, phones: PhoneReader, country: str
) -> Iterator[Identifier]:
    for kind, text in identifiers:
        try:
            yield normalise_identifier(kind, text, phones=phones, country=country)
        except Refusal:
            continue
