"""Reading members: one of them, by any identifier, and while a name is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Kind, Trust
from habitue.domain.identity.normal import PhoneReader, read_identifiers
from habitue.domain.identity.search import plan_search
from habitue.kit.instants import Instant, instant_of
from habitue.kit.paging import CursorError, Page, decode_cursor, page_of
from habitue.selectors.member_search import hits_of

Database: TypeAlias = Connection[Any]

SEARCH_LIMIT: Final = 20
_LARGEST_LIMIT: Final = 200

COLUMNS: Final = sql.SQL(
    "m.member_id, m.number, m.given_name, m.family_name, m.display_name, m.language, m.birth_date,"
    " m.joined_at, m.status, m.merged_into, m.store, m.attributes, m.revision"
)

_JOINED_AT: Final = 7
_WITH_MEMBERS: Final = sql.SQL(
    "SELECT {columns}, b.matched, b.trust FROM ({hits}) AS b"
    " JOIN member m ON m.member_id = b.member_id"
    " WHERE m.status = 'active' ORDER BY b.rank, b.place, b.member_id LIMIT {limit}"
)


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as stored; ``joined_at`` is an instant."""

    member_id: UUID
    number: str
    given_name: str
    family_name: str
    display_name: str
    language: str
    birth_date: date | None
    joined_at: Instant
    status: str
    merged_into: UUID | None
    store: str | None
    attributes: dict[str, Any]
    revision: int

    @property
    def shown_name(self) -> str:
        """What to call the member: the display name, else both names; may be empty."""
        return self.display_name or f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class IdentifierRecord:
    """An identifier as stored; ``revoked_at`` is ``None`` while it is active."""

    identifier_id: UUID
    kind: Kind
    value: str
    member_id: UUID
    trust: Trust
    added_at: Instant
    revoked_at: Instant | None


@dataclass(frozen=True, slots=True)
class Match:
    """A member found by what was shown or typed.

    ``matched`` is a kind of identifier or ``name``; ``trust`` is that of an identifier that was
    shown in full, and ``None`` where a part of it or a name was typed: that allows nothing yet.
    """

    member: MemberRecord
    matched: str
    trust: Trust | None


def get_member(database: Database, *, member_id: UUID) -> MemberRecord:
    """The member of an id, whatever the status; refuses (``UNKNOWN_MEMBER``) if there is none."""
    rows = _fetch(
        database,
        sql.SQL("SELECT {} FROM member m WHERE m.member_id = %s").format(COLUMNS),
        [member_id],
    )
    if not rows:
        raise Refusal(Code.UNKNOWN_MEMBER, "member", value=str(member_id))
    return member_of(rows[0])


def get_members(database: Database, *, member_ids: Sequence[UUID]) -> dict[UUID, MemberRecord]:
    """The members of some ids, whatever the status; unknown ids are absent."""
    statement = sql.SQL("SELECT {} FROM member m WHERE m.member_id = ANY(%s)").format(COLUMNS)
    records = map(member_of, _fetch(database, statement, [list(member_ids)]))
    return {record.member_id: record for record in records}


def get_member_of(database: Database, *, actor: Actor, member_id: UUID) -> MemberRecord:
    """The member, as a colleague in the back office may see them.

    Refuses ``UNKNOWN_MEMBER``, and ``NOT_PERMITTED`` where the member is at home in a store that is
    none of the actor's: as the list of members has it.
    """
    member = get_member(database, member_id=member_id)
    if not actor.may(Permission.MEMBERS_READ, member.store):
        raise Refusal(Code.NOT_PERMITTED, "member", scope=Permission.MEMBERS_READ.value)
    return member


def list_members(
    database: Database, *, cursor: str | None = None, limit: int = 50
) -> Page[MemberRecord]:
    """All members by id, which is the order in which they were made; a page at a time.

    Raises ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    after = UUID(int=0)
    if cursor is not None:
        after = _read_place(cursor)
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    rows = _fetch(
        database,
        sql.SQL(
            "SELECT {} FROM member m WHERE m.member_id > %s ORDER BY m.member_id LIMIT %s"
        ).format(COLUMNS),
        [after, limit + 1],
    )
    members = [member_of(row) for row in rows]
    return page_of(
        members, limit=limit, listing="members", place_of=lambda member: (str(member.member_id),)
    )


def _read_place(cursor: str) -> UUID:
    (place,) = decode_cursor("members", cursor=cursor, shape=(str,))
    try:
        return UUID(str(place))
    except ValueError as error:
        raise CursorError("a cursor without a member") from error


def list_identifiers(
    database: Database, *, member_id: UUID, revoked: bool = False
) -> tuple[IdentifierRecord, ...]:
    """The member's identifiers, the oldest first; with ``revoked``, the former ones too."""
    rows = _fetch(
        database,
        sql.SQL(
            "SELECT identifier_id, kind, value, member_id, trust, added_at, revoked_at"
            " FROM identifier WHERE member_id = %s AND (%s OR revoked_at IS NULL)"
            " ORDER BY added_at, identifier_id"
        ),
        [member_id, revoked],
    )
    return tuple(identifier_of(row) for row in rows)


def find_by_identifier(
    database: Database, *, text: str, phones: PhoneReader, country: str = ""
) -> tuple[Match, ...]:
    """The members whom a scanned or typed text identifies in full: none, one, or (where it is a
    different thing for two members, such as a card number and a phone number) several, the
    likeliest first.  One statement, for as many kinds as the text may be."""
    readings = read_identifiers(text, phones=phones, country=country)
    if not readings:
        return ()
    rows = _fetch(
        database,
        sql.SQL(
            "SELECT {}, i.kind, i.trust"
            " FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w(kind, value, place)"
            " JOIN identifier i"
            " ON i.kind = w.kind AND i.value = w.value AND i.revoked_at IS NULL"
            " JOIN member m ON m.member_id = i.member_id"
            " ORDER BY w.place"
        ).format(COLUMNS),
        [[each.kind for each in readings], [each.value for each in readings]],
    )
    found: dict[UUID, Match] = {}
    for *columns, kind, trust in rows:
        member = member_of(columns)
        known = found.get(member.member_id)
        # A text that is two things of one member is trusted as the better of them.
        if known is None or (known.trust or 0) < trust:
            found[member.member_id] = Match(member, kind, Trust(trust))
    return tuple(found.values())


def search_members(
    database: Database,
    *,
    query: str,
    phones: PhoneReader,
    country: str = "",
    limit: int = SEARCH_LIMIT,
) -> tuple[Match, ...]:
    """Active members who fit what has been typed so far, the most relevant first.

    In this order: whole identifiers; names (family name, given name, others; then alphabetically);
    beginnings of e-mail addresses, phone numbers, cards, and of customers' ids in shop systems.
    Words may be incomplete and in any order, with or without accents.  One statement, whose work
    is bounded whatever the text is.
    """
    plan = plan_search(query, phones=phones, country=country)
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    hits, parameters = hits_of(plan, limit=limit)
    if hits is None:
        return ()
    statement = _WITH_MEMBERS.format(columns=COLUMNS, hits=hits, limit=limit)
    return tuple(
        Match(member_of(columns), matched, None if trust is None else Trust(trust))
        for *columns, matched, trust in _fetch(database, statement, parameters)
    )


def member_of(row: Sequence[Any]) -> MemberRecord:
    """The record of a row with the columns of ``COLUMNS``."""
    values = list(row)
    values[_JOINED_AT] = instant_of(values[_JOINED_AT])
    return MemberRecord(*values)


def identifier_of(row: Sequence[Any]) -> IdentifierRecord:
    """The record of a row with the identifier's columns, in the order of the fields."""
    identifier_id, kind, value, member_id, trust, added_at, revoked_at = row
    return IdentifierRecord(
        identifier_id,
        kind,
        value,
        member_id,
        Trust(trust),
        instant_of(added_at),
        None if revoked_at is None else instant_of(revoked_at),
    )


def _fetch(
    database: Database, statement: sql.SQL | sql.Composed, parameters: Sequence[object]
) -> list[Any]:
    with database.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(statement, parameters).fetchall()
