"""Whose event it is: by an identifier, or by the earlier event that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.bulk import array
from habitue.data.programme.claiming import KeyPair, KnownKey, fetch_keys, find_keys
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Purchase, Undo
from habitue.domain.identity.kinds import Trust, kind_of
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.domain.received.models import ReceivedMember
from habitue.services.intake.items import Item, needed_trust

MEMBER_ID: Final = "member_id"

Name: TypeAlias = tuple[str, str]
"""An identifier in its normal form: kind and value."""


@dataclass(frozen=True, slots=True)
class Found:
    """The member that an identifier stands for."""

    member: str
    trust: int
    active: bool


@dataclass(slots=True)
class Directory:
    """The members and earlier events that a batch refers to.

    ``unknown`` holds, by their normal form, the identifiers that nobody has.
    """

    identifiers: dict[tuple[str, str], Name | Refusal]
    members: dict[Name, Found]
    references: dict[KeyPair, KnownKey]


_BY_IDENTIFIER: Final = """
SELECT i.kind, i.value, i.member_id, i.trust, m.status = 'active'
FROM identifier i
JOIN unnest(%s::text[], %s::text[]) AS u(kind, value) ON i.kind = u.kind AND i.value = u.value
JOIN member m ON m.member_id = i.member_id
WHERE i.revoked_at IS NULL
"""

_BY_ID: Final = """
SELECT m.member_id, m.status = 'active' FROM member m
JOIN unnest(%s::uuid[]) AS u(member_id) ON m.member_id = u.member_id
"""


def look_up(
    cursor: psycopg.Cursor[Any], items: Iterable[Item], *, phones: PhoneReader, country: str
) -> Directory:
    """Look up everything that the items name: at most three statements, whatever their number."""
    directory = Directory({}, {}, {})
    references: set[KeyPair] = set()
    for item in items:
        if item.found.member is not None:
            _read(directory, item.found.member, phones, country)
        if item.reference is not None:
            references.add(item.reference)
    wanted = {one for one in directory.identifiers.values() if not isinstance(one, Refusal)}
    find_members(cursor, directory, wanted)
    if references:
        find_keys(cursor, sorted(references))
        directory.references = fetch_keys(cursor)
    return directory


def find_members(cursor: psycopg.Cursor[Any], directory: Directory, wanted: Iterable[Name]) -> None:
    """Look up the members of identifiers in their normal form."""
    by_value = [name for name in wanted if name[0] != MEMBER_ID]
    if by_value:
        cursor.execute(
            _BY_IDENTIFIER,
            [
                array("text", (one[0] for one in by_value)),
                array("text", (one[1] for one in by_value)),
            ],
            prepare=True,
        )
        for kind, value, member, trust, active in cursor.fetchall():
            directory.members[(kind, value)] = Found(member.hex, trust, active)
    by_id = [value for kind, value in wanted if kind == MEMBER_ID]
    if by_id:
        cursor.execute(_BY_ID, [array("uuid", by_id)], prepare=True)
        for member, active in cursor.fetchall():
            directory.members[(MEMBER_ID, member.hex)] = Found(member.hex, Trust.SPEND, active)


def _read(
    directory: Directory, received: ReceivedMember, phones: PhoneReader, country: str
) -> None:
    said = (received.kind, received.value)
    if said in directory.identifiers:
        return
    try:
        directory.identifiers[said] = _normal(received, phones, country)
    except Refusal as refusal:
        directory.identifiers[said] = refusal


def _normal(received: ReceivedMember, phones: PhoneReader, country: str) -> Name:
    path = "member.value"
    if received.kind == MEMBER_ID:
        try:
            return (MEMBER_ID, UUID(received.value).hex)
        except ValueError:
            raise Refusal(
                Code.INVALID_IDENTIFIER, path, value=received.value[:80], kind=MEMBER_ID
            ) from None
    kind = kind_of(received.kind, path="member.kind")
    normal = normalise_identifier(kind, received.value, phones=phones, country=country, path=path)
    return (normal.kind, normal.value)


def settle_members(
    items: Iterable[Item], directory: Directory, *, enrol_unknown: bool
) -> dict[Name, list[Item]]:
    """Give each item its member, its receipt or its refusal.

    Answers the items of identifiers that nobody has, where those are to become new members.
    """
    earlier: dict[KeyPair, Item] = {}
    newcomers: dict[Name, list[Item]] = {}
    for item in items:
        try:
            unknown = _settle(item, directory, earlier, enrol_unknown)
        except Refusal as refusal:
            item.refusal = refusal
            continue
        if unknown is not None:
            newcomers.setdefault(unknown, []).append(item)
        earlier.setdefault(item.key, item)
    return newcomers


def _settle(
    item: Item,
    directory: Directory,
    earlier: Mapping[KeyPair, Item],
    enrol_unknown: bool,  # noqa: FBT001  # passed on from a keyword
) -> Name | None:
    received = item.found.member
    unknown: Name | None = None
    if received is not None:
        identifier = directory.identifiers[(received.kind, received.value)]
        if isinstance(identifier, Refusal):
            raise identifier
        found = directory.members.get(identifier)
        if found is not None:
            check_found(item, identifier, found)
            item.member = found.member
        elif enrol_unknown and identifier[0] != MEMBER_ID:
            unknown = identifier
        else:
            raise Refusal(Code.UNKNOWN_MEMBER, "member.value", value=received.value[:80])
    if item.reference is not None:
        _follow_reference(item, directory, earlier, newcomer=unknown is not None)
    elif received is None:
        body = item.event.body
        if not isinstance(body, Purchase):
            raise Refusal(Code.MISSING_FIELD, "member")
        if body.points_paid:
            # Nobody's points cannot pay.
            raise Refusal(Code.MISSING_FIELD, "member")
    return unknown


def check_found(item: Item, identifier: Name, found: Found) -> None:
    """Refuse a closed member, and an identifier that is not trusted enough for the event."""
    if not found.active:
        raise Refusal(Code.MEMBER_CLOSED, "member.value", value=identifier[1][:80])
    if found.trust < needed_trust(item.event):
        raise Refusal(
            Code.IDENTIFIER_NOT_TRUSTED,
            "member.kind",
            value=identifier[1][:80],
            kind=identifier[0],
        )


def _follow_reference(
    item: Item, directory: Directory, earlier: Mapping[KeyPair, Item], *, newcomer: bool
) -> None:
    """The earlier event says whose this one is; whoever is named must be the same."""
    reference = item.reference
    assert reference is not None, "only for items that name an earlier event"
    known = directory.references.get(reference)
    owner: str | None
    if known is not None:
        if known.programme != item.compiled.programme_id:
            raise _not_found(item)
        owner, receipt = known.member, known.event
    elif reference in earlier:
        owner, receipt = earlier[reference].member, earlier[reference].event.event_id
        if owner is None and earlier[reference].found.member is not None:
            # Both belong to the same newcomer, who is made in this batch.
            if not newcomer or earlier[reference].found.member != item.found.member:
                raise _not_found(item)
            return
    else:
        raise _not_found(item)
    if owner is None and not newcomer and item.member is None:
        item.receipt = receipt
    elif owner is None or newcomer or item.member not in (None, owner):
        raise _not_found(item)
    else:
        item.member = owner


def _not_found(item: Item) -> Refusal:
    assert item.reference is not None, "only for items that name an earlier event"
    value = "/".join(item.reference)[:80]
    if isinstance(item.event.body, Undo):
        return Refusal(Code.UNKNOWN_EVENT, "redemption", value=value)
    return Refusal(Code.PURCHASE_NOT_FOUND, "purchase", value=value)


def check_active(cursor: psycopg.Cursor[Any], members: Sequence[str], *, path: str) -> None:
    """Refuse (``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``) members that cannot take part."""
    cursor.execute(_BY_ID, [array("uuid", members)], prepare=True)
    active = {member.hex: active for member, active in cursor.fetchall()}
    for member in members:
        if member not in active:
            raise Refusal(Code.UNKNOWN_MEMBER, path, value=member)
        if not active[member]:
            raise Refusal(Code.MEMBER_CLOSED, path, value=member)
