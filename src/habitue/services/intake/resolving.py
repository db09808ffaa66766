"""Whose event it is: by an identifier, or by the earlier event that it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.bulk import array
from habitue.data.programme.claiming import KeyPair, KnownKey, fetch_keys, find_keys
from habitue.data.programme.survivors import find_survivors
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import Purchase, Undo, Withdrawal
from habitue.domain.identity.kinds import Trust, kind_of
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.domain.programme.identifying import allowed_by
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

    ``survivors`` are those who stand for members who were merged.
    """

    identifiers: dict[tuple[str, str], Name | Refusal]
    members: dict[Name, Found]
    references: dict[KeyPair, KnownKey]
    survivors: dict[str, str] = field(default_factory=dict)


_BY_IDENTIFIER: Final = """
SELECT i.kind, i.value, i.member_id, i.trust, m.status = 'active'
FROM identifier i
JOIN unnest(%s::text[], %s::text[]) AS u(kind, value) ON i.kind = u.kind AND i.value = u.value
JOIN member m ON m.member_id = i.member_id
WHERE i.revoked_at IS NULL
"""

_BY_ID: Final = """
SELECT m.member_id, m.status = 'active', m.merged_into IS NOT NULL FROM member m
JOIN unnest(%s::uuid[]) AS u(member_id) ON m.member_id = u.member_id
"""


def look_up(
    cursor: psycopg.Cursor[Any], items: Iterable[Item], *, phones: PhoneReader, country: str
) -> Directory:
    """Look up everything that the items name: a fixed number of statements.

    Whoever was merged is found as the survivor.
    """
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
        owners = (known.member for known in directory.references.values())
        directory.survivors = find_survivors(cursor, filter(None, owners))
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
        for member, (found, active) in _by_id(cursor, by_id).items():
            directory.members[(MEMBER_ID, member)] = Found(found, Trust.SPEND, active)


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


@dataclass(slots=True)
class _Earlier:
    """What came before in the batch: the items by their keys, and the newcomers among them."""

    items: dict[KeyPair, Item] = field(default_factory=dict)
    newcomers: dict[KeyPair, Name] = field(default_factory=dict)


def settle_members(
    items: Iterable[Item], directory: Directory, *, enrol_unknown: bool
) -> dict[Name, list[Item]]:
    """Give each item its member, its receipt or its refusal.

    Answers the items of identifiers that nobody has, where those are to become new members.
    """
    earlier = _Earlier()
    newcomers: dict[Name, list[Item]] = {}
    for item in items:
        try:
            unknown = _named(item, directory, enrol_unknown=enrol_unknown)
            if item.reference is not None:
                unknown = _follow_reference(item, directory, earlier, unknown)
            elif item.found.member is None:
                _check_anonymous(item)
        except Refusal as refusal:
            item.refusal = refusal
            continue
        if item.key not in earlier.items:
            earlier.items[item.key] = item
            if unknown is not None:
                earlier.newcomers[item.key] = unknown
        if unknown is not None:
            newcomers.setdefault(unknown, []).append(item)
    return newcomers


def _named(item: Item, directory: Directory, *, enrol_unknown: bool) -> Name | None:
    """Give the item the member of its identifier; answers an identifier that nobody has."""
    received = item.found.member
    if received is None:
        return None
    identifier = directory.identifiers[(received.kind, received.value)]
    if isinstance(identifier, Refusal):
        raise identifier
    found = directory.members.get(identifier)
    if found is not None:
        check_found(item, identifier, found)
        item.member = found.member
        return None
    if enrol_unknown and identifier[0] != MEMBER_ID:
        return identifier
    raise Refusal(Code.UNKNOWN_MEMBER, "member.value", value=received.value[:80])


def _check_anonymous(item: Item) -> None:
    """Only purchases may be nobody's; nobody's points pay, and discounts are for members."""
    body = item.event.body
    if not isinstance(body, Purchase) or body.points_paid or body.discounts:
        raise Refusal(Code.MISSING_FIELD, "member")


def check_found(item: Item, identifier: Name, found: Found) -> None:
    """Refuse a closed member, and an identifier that is not trusted enough for the event, by what
    the version of its own time says of such identifiers."""
    if not found.active:
        raise Refusal(Code.MEMBER_CLOSED, "member.value", value=identifier[1][:80])
    kind, event = identifier[0], item.event
    methods = () if kind == MEMBER_ID else item.compiled.methods_at(event.occurred_at)
    if allowed_by(methods, kind, found.trust) < needed_trust(event):
        raise Refusal(
            Code.IDENTIFIER_NOT_TRUSTED,
            "member.kind",
            value=identifier[1][:80],
            kind=kind,
        )


def _follow_reference(
    item: Item, directory: Directory, earlier: _Earlier, unknown: Name | None
) -> Name | None:
    """The earlier event says whose this one is; whoever is named must be the same.

    Answers the newcomer whose it is, who is made only with this batch.
    """
    reference = item.reference
    assert reference is not None, "only for items that name an earlier event"
    known = directory.references.get(reference)
    if known is not None:
        owner = directory.survivors.get(known.member or "", known.member)
        newcomer, receipt = None, known.event
        programme = known.programme
    elif reference in earlier.items:
        before = earlier.items[reference]
        owner, newcomer = before.member, earlier.newcomers.get(reference)
        receipt, programme = before.event.event_id, before.compiled.programme_id
    else:
        raise _not_found(item)
    if programme != item.compiled.programme_id:
        raise _not_found(item)
    if item.found.member is not None and (item.member, unknown) != (owner, newcomer):
        raise _not_found(item)
    item.member = owner
    if owner is None and newcomer is None:
        item.receipt = receipt
    return newcomer


def _not_found(item: Item) -> Refusal:
    assert item.reference is not None, "only for items that name an earlier event"
    value = "/".join(item.reference)[:80]
    if isinstance(item.event.body, Undo):
        return Refusal(Code.UNKNOWN_EVENT, "redemption", value=value)
    if isinstance(item.event.body, Withdrawal):
        return Refusal(Code.UNKNOWN_EVENT, "contribution", value=value)
    return Refusal(Code.PURCHASE_NOT_FOUND, "purchase", value=value)


def check_active(cursor: psycopg.Cursor[Any], members: Sequence[str], *, path: str) -> list[str]:
    """The members themselves, or those whom they were merged into.

    Refuses (``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``) members that cannot take part.
    """
    known = _by_id(cursor, members)
    found: list[str] = []
    for member in members:
        if member not in known:
            raise Refusal(Code.UNKNOWN_MEMBER, path, value=member)
        survivor, active = known[member]
        if not active:
            raise Refusal(Code.MEMBER_CLOSED, path, value=member)
        found.append(survivor)
    return found


def _by_id(cursor: psycopg.Cursor[Any], members: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Who serves for each of these members, and whether they are active; one statement more where
    somebody was merged."""
    cursor.execute(_BY_ID, [array("uuid", members)], prepare=True)
    rows = cursor.fetchall()
    found = {member.hex: (member.hex, active) for member, active, _ in rows}
    survivors = find_survivors(cursor, (member.hex for member, _, merged in rows if merged))
    if survivors:
        cursor.execute(_BY_ID, [array("uuid", sorted(set(survivors.values())))], prepare=True)
        status = {member.hex: active for member, active, _ in cursor.fetchall()}
        found |= {member: (one, status[one]) for member, one in survivors.items()}
    return found
