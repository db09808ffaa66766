"""Members who may be the same person, each with the reasons; a suspicion, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.identity.normal import PhoneReader
from habitue.selectors.members import MemberRecord, get_member, search_members

Connection: TypeAlias = psycopg.Connection[Any]

_LOOKED_AT: Final = 50


class Sign(StrEnum):
    """Why two members may be one."""

    SAME_MAILBOX = "same_mailbox"
    SAME_NAME = "same_name"
    SAME_BIRTHDAY = "same_birthday"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A member who may be the same person."""

    member: MemberRecord
    signs: tuple[Sign, ...]


# Addresses that probably lead to one mailbox, by the index of their comparable form.
_MAILBOX: Final = """
SELECT DISTINCT o.member_id FROM identifier i
JOIN identifier o ON o.comparable = i.comparable AND o.revoked_at IS NULL
WHERE i.member_id = %s AND i.revoked_at IS NULL AND i.comparable IS NOT NULL
  AND o.member_id <> i.member_id
LIMIT %s
"""


def list_possible_duplicates(
    connection: Connection,
    *,
    member_id: UUID,
    phones: PhoneReader,
    country: str = "",
    limit: int = 10,
) -> tuple[Suspect, ...]:
    """Other active members who may be the same person, those with most signs first.

    Reads by indexes only: the mailbox of the address, and the names that a search finds.  Refuses
    ``UNKNOWN_MEMBER``.
    """
    member = get_member(connection, member_id=member_id)
    signs: dict[UUID, list[Sign]] = {}
    known: dict[UUID, MemberRecord] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_MAILBOX.encode(), [member_id, _LOOKED_AT]).fetchall()
    for (other,) in rows:
        signs.setdefault(other, []).append(Sign.SAME_MAILBOX)
    for other in _of_the_same_name(connection, member, phones, country):
        known[other.member_id] = other
        signs.setdefault(other.member_id, []).append(Sign.SAME_NAME)
    for other_id, some in signs.items():
        other = known.get(other_id) or get_member(connection, member_id=other_id)
        known[other_id] = other
        if member.birth_date is not None and other.birth_date == member.birth_date:
            some.append(Sign.SAME_BIRTHDAY)
    found = [
        Suspect(known[other], tuple(some))
        for other, some in signs.items()
        if known[other].status == "active"
    ]
    found.sort(key=lambda one: (-len(one.signs), one.member.member_id))
    return tuple(found[:limit])


def _of_the_same_name(
    connection: Connection, member: MemberRecord, phones: PhoneReader, country: str
) -> Iterable[MemberRecord]:
    name = f"{member.given_name} {member.family_name}".strip()
    if not (member.given_name and member.family_name):
        return ()
    matches = search_members(
        connection, query=name, phones=phones, country=country, limit=_LOOKED_AT
    )
    return (
        one.member
        for one in matches
        if one.member.member_id != member.member_id
        and one.member.given_name.casefold() == member.given_name.casefold()
        and one.member.family_name.casefold() == member.family_name.casefold()
    )
