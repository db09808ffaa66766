"""Members who may be the same person, each with the reasons; a suspicion, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from habitue.data.bulk import array
from habitue.domain.identity.details import MemberDetails
from habitue.domain.identity.search import FAMILY_SLOT, GIVEN_SLOT, OTHER_SLOT, search_keys
from habitue.selectors.members import COLUMNS, MemberRecord, get_member, member_of

Connection: TypeAlias = psycopg.Connection[Any]
Person: TypeAlias = MemberRecord | MemberDetails

LARGEST_LIMIT: Final = 50
# How many of one kind are looked at, at most: of a name that is very common only some are.
_NAMES_READ: Final = 500
_IDENTIFIERS_READ: Final = 100
_SLOTS: Final = (FAMILY_SLOT, GIVEN_SLOT, OTHER_SLOT)


class Sign(StrEnum):
    """Why two members may be one."""

    SAME_MAILBOX = "same_mailbox"
    SAME_PHONE = "same_phone"
    SAME_IDENTIFIER = "same_identifier"
    SAME_NAME = "same_name"
    SAME_BIRTHDAY = "same_birthday"
    SAME_STORE = "same_store"


_WEIGHT: Final = {
    Sign.SAME_MAILBOX: 8,
    Sign.SAME_PHONE: 8,
    Sign.SAME_IDENTIFIER: 8,
    Sign.SAME_NAME: 2,
    Sign.SAME_BIRTHDAY: 4,
    Sign.SAME_STORE: 1,
}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A member who may be the same person."""

    member: MemberRecord
    signs: tuple[Sign, ...]


# Every branch reads one index from one end and stops at its limit.  A phone number or a card is
# active at one member at a time: who had it before may be who has it now.
_SUSPECTS: Final = sql.SQL("""
WITH hit AS (
    (SELECT o.member_id, 'same_mailbox' AS sign
     FROM identifier i JOIN identifier o ON o.comparable = i.comparable
     WHERE i.member_id = %(member)s AND i.comparable IS NOT NULL
       AND o.comparable IS NOT NULL AND o.revoked_at IS NULL AND o.member_id <> i.member_id
     LIMIT %(identifiers)s)
    UNION ALL
    (SELECT o.member_id, CASE i.kind WHEN 'phone' THEN 'same_phone' ELSE 'same_identifier' END
     FROM identifier i JOIN identifier o ON o.kind = i.kind AND o.value = i.value
     WHERE i.member_id = %(member)s AND i.revoked_at IS NOT NULL
       AND o.revoked_at IS NULL AND o.member_id <> i.member_id
     LIMIT %(identifiers)s)
    UNION ALL
    (SELECT member_id, 'same_name' FROM member_search
     WHERE key = ANY(%(keys)s::text[]) AND member_id <> %(member)s LIMIT %(names)s)
), found AS (
    SELECT member_id, array_agg(DISTINCT sign) AS signs FROM hit GROUP BY member_id
)
SELECT {columns}, f.signs FROM found f JOIN member m ON m.member_id = f.member_id
WHERE m.status = 'active'
""").format(columns=COLUMNS)


def list_possible_duplicates(
    connection: Connection, *, member_id: UUID, limit: int = 10
) -> tuple[Suspect, ...]:
    """Other active members who may be the same person, the likeliest first.

    Signs are: e-mail addresses that probably lead to one mailbox; a number or another identifier
    that was this member's and is theirs now; the same words as a name, in any order, where the
    dates of birth do not differ; with it the date of birth and the home store.  One word alone is
    too little of a name, unless the date of birth is the same.  Two statements; the work is bounded
    however many members there are.  Refuses ``UNKNOWN_MEMBER``.
    """
    member = get_member(connection, member_id=member_id)
    parameters = {
        "member": member_id,
        "keys": array("text", whole_names(member)),
        "identifiers": _IDENTIFIERS_READ,
        "names": _NAMES_READ,
    }
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_SUSPECTS, parameters).fetchall()
    found = [
        Suspect(other, signs)
        for *columns, hits in rows
        if (signs := signs_of(member, other := member_of(columns), hits))
    ]
    return likeliest(found, limit=limit)


def likeliest(found: Iterable[Suspect], *, limit: int) -> tuple[Suspect, ...]:
    """Some of the suspects, those with the strongest signs first."""
    ordered = sorted(
        found, key=lambda one: (-sum(_WEIGHT[sign] for sign in one.signs), one.member.member_id)
    )
    return tuple(ordered[: min(max(limit, 1), LARGEST_LIMIT)])


def whole_names(person: Person) -> list[str]:
    """The keys of all who have the same words as a name, whichever word is the family's."""
    keys = search_keys(person.given_name, person.family_name, person.display_name)
    whole = next((key[1:] for key in keys if key[0] in _SLOTS), None)
    return [] if whole is None else [f"{slot}{whole}" for slot in _SLOTS]


def signs_of(person: Person, other: MemberRecord, hits: Iterable[str]) -> tuple[Sign, ...]:
    """All signs; none where there is but a name, and too little of one or of another person."""
    signs = {Sign(hit) for hit in hits}
    dates = {person.birth_date, other.birth_date}
    if Sign.SAME_NAME in signs:
        differ = len(dates) == 2 and None not in dates
        words = f"{other.given_name} {other.family_name} {other.display_name}".split()
        weak = len(words) == 1 and (len(dates) > 1 or None in dates)
        if differ or weak:
            signs.discard(Sign.SAME_NAME)
    if not signs:
        return ()
    if len(dates) == 1 and None not in dates:
        signs.add(Sign.SAME_BIRTHDAY)
    if person.store is not None and person.store == other.store:
        signs.add(Sign.SAME_STORE)
    return tuple(sign for sign in Sign if sign in signs)
