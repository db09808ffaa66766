"""Making members known, and what identifies them.

Every verb is one transaction (a savepoint, where one is open already).  Verbs on a known member
lock its row first; identifiers are claimed after it, in the order of kind and value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import is_number
from habitue.domain.identity.details import MemberDetails, read_details
from habitue.domain.identity.kinds import DEFAULT_TRUST, Identifier, kind_of, trust_of
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.domain.identity.search import folded_name, search_keys
from habitue.kit.ids import new_id
from habitue.kit.instants import HOUR, Instant, datetime_of
from habitue.selectors.members import (
    IdentifierRecord,
    MemberRecord,
    get_member,
    identifier_of,
    list_identifiers,
)
from habitue.services.member_making import (
    Ensured,
    Holder,
    comparable_form,
    ensure_members,
    give_number,
    resolve_members,
)

__all__ = [
    "Ensured",
    "Holder",
    "NewIdentifier",
    "add_identifier",
    "close_member",
    "enrol_member",
    "ensure_members",
    "keys_of_member",
    "resolve_members",
    "revoke_identifier",
    "update_member",
    "write_search_keys",
]

Connection: TypeAlias = psycopg.Connection[Any]
Cursor: TypeAlias = psycopg.Cursor[Any]

IDENTIFIERS_LIMIT: Final = 50
# The day has already begun somewhere: a child born today may be born "tomorrow" by UTC.
_EARLIEST_ZONE: Final[Instant] = 14 * HOUR


@dataclass(frozen=True, slots=True)
class NewIdentifier:
    """An identifier as it was entered.

    ``trust`` is ``greet``, ``earn`` or ``spend``; empty: what its kind deserves.  ``source`` is the
    system that a customer's id or a receipt comes from.
    """

    kind: str
    value: str
    trust: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Claim:
    identifier: Identifier
    trust: int
    path: str


def enrol_member(
    connection: Connection,
    *,
    now: Instant,
    phones: PhoneReader,
    country: str = "",
    identifiers: Sequence[NewIdentifier] = (),
    details: Mapping[str, object] | None = None,
    joined_at: Instant | None = None,
) -> MemberRecord:
    """Make a new member with a number of its own, and with all of the identifiers or not at all.

    A card among the identifiers that is a printed number of ours becomes the member's number.
    Refuses what ``read_details`` and ``normalise_identifier`` refuse, then ``UNKNOWN_STORE``,
    ``TOO_MANY`` identifiers, and ``IDENTIFIER_TAKEN`` (also where two come at the same time).
    Locks the identifiers.
    """
    known = read_details(details or {}, today=_today(now))
    claims = [
        _read_claim(each, path=f"identifiers[{place}]", phones=phones, country=country)
        for place, each in enumerate(identifiers[: IDENTIFIERS_LIMIT + 1])
    ]
    if len(claims) > IDENTIFIERS_LIMIT:
        raise Refusal(Code.TOO_MANY, "identifiers", value=len(identifiers), limit=IDENTIFIERS_LIMIT)
    member_id = new_id(now)
    cards = (each.identifier.value for each in claims if each.identifier.kind == "card")
    number = next(filter(is_number, cards), None)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        _check_store(cursor, known.store)
        cursor.execute(
            "INSERT INTO member (member_id, number, given_name, family_name, display_name,"
            " folded_name, language, birth_date, joined_at, store, attributes)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                member_id,
                number or "",
                known.given_name,
                known.family_name,
                known.display_name,
                _folded(known),
                known.language,
                known.birth_date,
                datetime_of(now if joined_at is None else joined_at),
                known.store,
                Jsonb(known.attributes),
            ],
        )
        _claim(cursor, claims, member_id=member_id, now=now)
        if number is None:
            give_number(cursor, member_id, now)
        numbers = [each.identifier.value for each in claims if each.identifier.kind == "phone"]
        write_search_keys(cursor, member_id, before=[], after=_keys(known, numbers))
        return get_member(connection, member_id=member_id)


def update_member(
    connection: Connection,
    *,
    member_id: UUID,
    changes: Mapping[str, object],
    now: Instant,
    expected_revision: int | None = None,
) -> MemberRecord:
    """Change details of a member; fields that are not named stay as they are.

    Refuses ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``, ``VERSION_CONFLICT`` (the member is no longer as
    ``expected_revision`` knew it), what ``read_details`` refuses, and ``UNKNOWN_STORE``.  Locks the
    member.  Changing nothing leaves the revision as it is.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        member = _lock(connection, cursor, member_id)
        if expected_revision not in (None, member.revision):
            raise Refusal(
                Code.VERSION_CONFLICT,
                "revision",
                value=expected_revision,
                expected=member.revision,
            )
        before = _details_of(member)
        after = read_details(changes, today=_today(now), base=before)
        if after == before:
            return member
        if after.store != before.store:
            _check_store(cursor, after.store)
        cursor.execute(
            "UPDATE member SET given_name = %s, family_name = %s, display_name = %s,"
            " folded_name = %s, language = %s, birth_date = %s, store = %s, attributes = %s,"
            " revision = revision + 1 WHERE member_id = %s",
            [
                after.given_name,
                after.family_name,
                after.display_name,
                _folded(after),
                after.language,
                after.birth_date,
                after.store,
                Jsonb(after.attributes),
                member_id,
            ],
        )
        numbers = _phones(list_identifiers(connection, member_id=member_id))
        write_search_keys(
            cursor, member_id, before=_keys(before, numbers), after=_keys(after, numbers)
        )
        return get_member(connection, member_id=member_id)


def add_identifier(
    connection: Connection,
    *,
    member_id: UUID,
    identifier: NewIdentifier,
    now: Instant,
    phones: PhoneReader,
    country: str = "",
) -> IdentifierRecord:
    """Let a member be known by one more identifier; the same one again changes nothing.

    Refuses what ``normalise_identifier`` refuses, then ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``,
    ``IDENTIFIER_TAKEN`` and ``TOO_MANY``.  Locks the member, then the identifier.
    """
    claim = _read_claim(identifier, path="identifier", phones=phones, country=country)
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        member = _lock(connection, cursor, member_id)
        active = list_identifiers(connection, member_id=member_id)
        for known in active:
            if (known.kind, known.value) == claim.identifier:
                return known
        if len(active) >= IDENTIFIERS_LIMIT:
            raise Refusal(
                Code.TOO_MANY, "identifier", value=len(active) + 1, limit=IDENTIFIERS_LIMIT
            )
        _claim(cursor, [claim], member_id=member_id, now=now)
        _renew_keys(connection, cursor, member, before=active)
        return _read_identifier(cursor, claim.identifier)


def revoke_identifier(
    connection: Connection, *, member_id: UUID, identifier_id: UUID, now: Instant
) -> IdentifierRecord:
    """Stop knowing a member by an identifier, which may then be given to another member.

    Revoking the member's number (a card that was lost) gives the member a new number in the same
    step.  Revoking what is revoked changes nothing.  Refuses ``UNKNOWN_MEMBER``, and
    ``INVALID_IDENTIFIER`` where the member never had it.  Locks the member.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        member = _lock(connection, cursor, member_id, active=False)
        found = _read_own(connection, member_id, identifier_id)
        if found.revoked_at is not None:
            return found
        active = list_identifiers(connection, member_id=member_id)
        cursor.execute(
            "UPDATE identifier SET revoked_at = %s WHERE identifier_id = %s",
            [datetime_of(now), identifier_id],
        )
        if (found.kind, found.value) == ("card", member.number) and member.status == "active":
            give_number(cursor, member_id, now)
        _renew_keys(connection, cursor, member, before=active)
        return _read_own(connection, member_id, identifier_id)


def close_member(connection: Connection, *, member_id: UUID, now: Instant) -> MemberRecord:
    """End a membership: nothing identifies the member any more, and no search finds them.

    The ledger stays as it is.  Closing a closed member changes nothing.  Refuses
    ``UNKNOWN_MEMBER``.  Locks the member.
    """
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        member = _lock(connection, cursor, member_id, active=False)
        if member.status != "active":
            return member
        numbers = _phones(list_identifiers(connection, member_id=member_id))
        cursor.execute(
            "UPDATE identifier SET revoked_at = %s WHERE member_id = %s AND revoked_at IS NULL",
            [datetime_of(now), member_id],
        )
        write_search_keys(cursor, member_id, before=_keys(_details_of(member), numbers), after=[])
        cursor.execute(
            "UPDATE member SET status = 'closed', revision = revision + 1 WHERE member_id = %s",
            [member_id],
        )
        return get_member(connection, member_id=member_id)


def _today(now: Instant) -> date:
    return datetime_of(now + _EARLIEST_ZONE).date()


def _details_of(member: MemberRecord) -> MemberDetails:
    return MemberDetails(
        given_name=member.given_name,
        family_name=member.family_name,
        display_name=member.display_name,
        language=member.language,
        birth_date=member.birth_date,
        store=member.store,
        attributes=member.attributes,
    )


def _folded(details: MemberDetails) -> str:
    return folded_name(details.given_name, details.family_name, details.display_name)


def _read_claim(new: NewIdentifier, *, path: str, phones: PhoneReader, country: str) -> _Claim:
    kind = kind_of(new.kind, path=f"{path}.kind")
    identifier = normalise_identifier(
        kind, new.value, phones=phones, country=country, source=new.source, path=f"{path}.value"
    )
    trust = trust_of(new.trust, path=f"{path}.trust") if new.trust else DEFAULT_TRUST[kind]
    return _Claim(identifier, int(trust), f"{path}.value")


def _lock(
    connection: Connection, cursor: Cursor, member_id: UUID, *, active: bool = True
) -> MemberRecord:
    cursor.execute("SELECT 1 FROM member WHERE member_id = %s FOR UPDATE", [member_id])
    member = get_member(connection, member_id=member_id)
    if active and member.status != "active":
        raise Refusal(Code.MEMBER_CLOSED, "member", value=str(member_id))
    return member


def _check_store(cursor: Cursor, store: str | None) -> None:
    if store is None:
        return
    cursor.execute("SELECT 1 FROM store WHERE code = %s", [store])
    if cursor.fetchone() is None:
        raise Refusal(Code.UNKNOWN_STORE, "store", value=store)


def _claim(cursor: Cursor, claims: Sequence[_Claim], *, member_id: UUID, now: Instant) -> None:
    """Take identifiers for a member; the first one that another member has refuses them all."""
    unique = {claim.identifier: claim for claim in claims}
    for identifier in sorted(unique):
        claim = unique[identifier]
        cursor.execute(
            "INSERT INTO identifier"
            " (identifier_id, kind, value, comparable, member_id, trust, added_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (kind, value) WHERE revoked_at IS NULL DO NOTHING",
            [
                new_id(now),
                identifier.kind,
                identifier.value,
                comparable_form(*identifier),
                member_id,
                claim.trust,
                datetime_of(now),
            ],
        )
        if cursor.rowcount == 0:
            raise Refusal(
                Code.IDENTIFIER_TAKEN,
                claim.path,
                value=identifier.value[:80],
                kind=identifier.kind,
            )


def _read_identifier(cursor: Cursor, identifier: Identifier) -> IdentifierRecord:
    cursor.execute(
        "SELECT identifier_id, kind, value, member_id, trust, added_at, revoked_at FROM identifier"
        " WHERE kind = %s AND value = %s AND revoked_at IS NULL",
        list(identifier),
    )
    row = cursor.fetchone()
    assert row is not None, "it was written in this transaction"
    return identifier_of(row)


def _read_own(connection: Connection, member_id: UUID, identifier_id: UUID) -> IdentifierRecord:
    for record in list_identifiers(connection, member_id=member_id, revoked=True):
        if record.identifier_id == identifier_id:
            return record
    raise Refusal(
        Code.INVALID_IDENTIFIER, "identifier", value=str(identifier_id), kind="identifier_id"
    )


def _phones(identifiers: Iterable[IdentifierRecord]) -> list[str]:
    return [each.value for each in identifiers if each.kind == "phone"]


def keys_of_member(member: MemberRecord, identifiers: Iterable[IdentifierRecord]) -> list[str]:
    """The keys under which a search finds a member with these identifiers."""
    return _keys(_details_of(member), _phones(identifiers))


def _keys(details: MemberDetails, phones: Iterable[str]) -> list[str]:
    return search_keys(details.given_name, details.family_name, details.display_name, phones=phones)


def _renew_keys(
    connection: Connection,
    cursor: Cursor,
    member: MemberRecord,
    *,
    before: Iterable[IdentifierRecord],
) -> None:
    """Bring the keys of a member to the identifiers that are active now."""
    details = _details_of(member)
    after = list_identifiers(connection, member_id=member.member_id)
    write_search_keys(
        cursor,
        member.member_id,
        before=_keys(details, _phones(before)),
        after=_keys(details, _phones(after)),
    )


def write_search_keys(
    cursor: Cursor, member_id: UUID, *, before: Iterable[str], after: Iterable[str]
) -> None:
    """Let a member be found under the keys of ``after`` instead of those of ``before``."""
    old, new = set(before), set(after)
    if gone := sorted(old - new):
        cursor.execute(
            "DELETE FROM member_search WHERE key = ANY(%s::text[]) AND member_id = %s",
            [gone, member_id],
        )
    if fresh := sorted(new - old):
        cursor.execute(
            "INSERT INTO member_search (key, member_id)"
            " SELECT key, %s FROM unnest(%s::text[]) AS u(key)",
            [member_id, fresh],
        )
