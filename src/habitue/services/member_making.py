"""Finding and making the members of many identifiers at once, for imports and the intake."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import psycopg

from habitue.data.bulk import array
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import is_number, make_number
from habitue.domain.identity.emails import comparable_email
from habitue.domain.identity.kinds import DEFAULT_TRUST, Identifier, Kind, Trust
from habitue.kit.ids import new_id
from habitue.kit.instants import Instant, datetime_of

Cursor: TypeAlias = psycopg.Cursor[Any]
Named: TypeAlias = tuple[Kind, str]
"""An identifier in its normal form; ``Identifier`` is one, and so is a plain pair."""

_TRIES: Final = 5


class Holder(NamedTuple):
    """Who holds an identifier, and what showing it allows."""

    member_id: UUID
    trust: Trust


@dataclass(frozen=True, slots=True)
class Ensured:
    """The member of each identifier, and which of the identifiers are those of new members."""

    members: dict[Named, UUID]
    made: frozenset[Named]

    @property
    def created(self) -> int:
        """How many members were made."""
        return len(self.made)


def resolve_members(cursor: Cursor, identifiers: Iterable[Named]) -> dict[Named, Holder]:
    """Who holds each of the identifiers (in normal form); those that nobody holds are left out.

    One statement, whatever their number.  Takes no locks.
    """
    wanted = sorted(set(identifiers))
    if not wanted:
        return {}
    cursor.execute(
        "SELECT i.kind, i.value, i.member_id, i.trust"
        " FROM unnest(%s::text[], %s::text[]) AS w(kind, value)"
        " JOIN identifier i ON i.kind = w.kind AND i.value = w.value AND i.revoked_at IS NULL",
        [array("text", (each[0] for each in wanted)), array("text", (each[1] for each in wanted))],
        prepare=True,
    )
    return {
        (kind, value): Holder(member_id, Trust(trust))
        for kind, value, member_id, trust in cursor.fetchall()
    }


def ensure_members(cursor: Cursor, identifiers: Iterable[Named], now: Instant) -> Ensured:
    """The member of each identifier (in normal form); those that nobody holds become new members.

    One statement where all are known, two where some are new.  Each new member gets a number of
    its own, and holds the identifier with the trust of its kind.

    Runs in the caller's transaction and locks the new identifiers, in their order, until it ends:
    of two transactions that need the same one, the later waits and finds the member that the
    earlier has made.  Refuses (``BUSY``) where an identifier is taken and freed again at each try.
    """
    wanted = set(identifiers)
    members = {named: held.member_id for named, held in resolve_members(cursor, wanted).items()}
    made: dict[Named, UUID] = {}
    for _ in range(_TRIES):
        missing = sorted(wanted - members.keys())
        if not missing:
            return Ensured(members, frozenset(made))
        made |= _make_members(cursor, missing, now)
        members |= made
        # Whatever was not made belongs to a member whom somebody else has just made.
        others = wanted - members.keys()
        held = resolve_members(cursor, others)
        members |= {named: holder.member_id for named, holder in held.items()}
    if wanted <= members.keys():
        return Ensured(members, frozenset(made))
    raise Refusal(Code.BUSY, "identifier", seconds=1)


_MAKE: Final = """
WITH wanted AS (
    SELECT * FROM unnest(
        %s::uuid[], %s::text[], %s::text[], %s::text[], %s::smallint[],
        %s::uuid[], %s::uuid[], %s::text[]
    ) AS w(identifier_id, kind, value, comparable, trust, member_id, card_id, number)
), claimed AS (
    INSERT INTO identifier (identifier_id, kind, value, comparable, member_id, trust, added_at)
    SELECT identifier_id, kind, value, comparable, member_id, trust, %s
    FROM wanted ORDER BY kind, value
    ON CONFLICT (kind, value) WHERE revoked_at IS NULL DO NOTHING
    RETURNING member_id
), carded AS (
    INSERT INTO identifier (identifier_id, kind, value, member_id, trust, added_at)
    SELECT card_id, 'card', number, member_id, %s, %s
    FROM wanted JOIN claimed USING (member_id) WHERE (kind, value) <> ('card', number)
    ON CONFLICT (kind, value) WHERE revoked_at IS NULL DO NOTHING
    RETURNING member_id
), made AS (
    INSERT INTO member (member_id, number, joined_at)
    SELECT member_id, number, %s FROM wanted JOIN claimed USING (member_id)
)
SELECT kind, value, member_id,
    (kind, value) = ('card', number) OR member_id IN (SELECT member_id FROM carded)
FROM wanted JOIN claimed USING (member_id)
"""


def _make_members(cursor: Cursor, missing: list[Named], now: Instant) -> dict[Named, UUID]:
    """One member for each identifier that nobody took in the meantime."""
    at = datetime_of(now)
    cursor.execute(
        _MAKE,
        [
            array("uuid", (new_id(now) for _ in missing)),
            array("text", (kind for kind, _ in missing)),
            array("text", (value for _, value in missing)),
            array("text", (comparable_form(*named) for named in missing)),
            array("smallint", (int(DEFAULT_TRUST[kind]) for kind, _ in missing)),
            array("uuid", (new_id(now) for _ in missing)),
            array("uuid", (new_id(now) for _ in missing)),
            array("text", (number_for(*named) for named in missing)),
            at,
            int(DEFAULT_TRUST["card"]),
            at,
            at,
        ],
        prepare=True,
    )
    made: dict[Named, UUID] = {}
    for kind, value, member_id, has_card in cursor.fetchall():
        made[kind, value] = member_id
        if not has_card:
            give_number(cursor, member_id, now)
    return made


def comparable_form(kind: Kind, value: str) -> str | None:
    """What is stored beside an identifier for the review of duplicates."""
    return comparable_email(value) if kind == "email" else None


def number_for(kind: Kind, value: str) -> str:
    """The number of a new member: the card's, where it is one of ours, else a new one."""
    if kind == "card" and is_number(value):
        return value
    return make_number(secrets.randbelow)


def give_number(cursor: Cursor, member_id: UUID, now: Instant) -> Identifier:
    """Give a member a new number, and the identifier of kind ``card`` that goes with it.

    Refuses (``BUSY``) where every number that was drawn is taken, which chance alone cannot do.
    """
    at = datetime_of(now)
    for _ in range(_TRIES):
        number = make_number(secrets.randbelow)
        cursor.execute(
            "INSERT INTO identifier (identifier_id, kind, value, member_id, trust, added_at)"
            " VALUES (%s, 'card', %s, %s, %s, %s)"
            " ON CONFLICT (kind, value) WHERE revoked_at IS NULL DO NOTHING RETURNING 1",
            [new_id(now), number, member_id, int(DEFAULT_TRUST["card"]), at],
        )
        if cursor.fetchone() is not None:
            cursor.execute(
                "UPDATE member SET number = %s WHERE member_id = %s", [number, member_id]
            )
            return Identifier("card", number)
    raise Refusal(Code.BUSY, "number", seconds=1)
