"""Contributions as they were sent in: the queue for colleagues, and each member's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import EventKey
from habitue.domain.pictures import Picture
from habitue.kit.instants import Instant, datetime_of, instant_of
from habitue.kit.paging import Page, decode_moment, page_of

Connection: TypeAlias = psycopg.Connection[Any]
State: TypeAlias = Literal["waiting", "approved", "refused", "withdrawn"]

STATES: Final[tuple[State, ...]] = ("waiting", "approved", "refused", "withdrawn")

_LARGEST_LIMIT: Final = 200
_MOST_OWN: Final = 100

_COLUMNS: Final = """
SELECT c.member_id, c.contribution_id, p.code, c.kind, c.product, c.product_name,
    c.purchase_source, c.purchase_external_id, c.body, c.link, c.picture_type, c.sent_at,
    c.sent_by, c.state, c.decided_at, c.decided_by, c.reason, c.gave::text::jsonb,
    m.number,
    coalesce(nullif(m.display_name, ''), trim(concat_ws(' ', m.given_name, m.family_name))),
    m.store
FROM contribution c JOIN programme p ON p.programme_id = c.programme_id
JOIN member m ON m.member_id = c.member_id
"""
# A member, and whoever was merged into them, along whole chains.
_SAME: Final = """
WITH RECURSIVE same(member_id) AS (
    SELECT %s::uuid
    UNION SELECT m.member_id FROM member m JOIN same s ON m.merged_into = s.member_id
)
"""
_PICTURE: Final = """
SELECT picture_type, picture FROM contribution
WHERE member_id = %s AND contribution_id = %s AND picture IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class ContributionFilter:
    """What is looked for; an empty text restricts nothing.  ``text`` is a part of what was written,
    of the product, or of the member's name or number."""

    state: str = ""
    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ContributionRecord:
    """A contribution with whoever sent it.

    ``purchase`` is the key of the purchase that it is about.  ``sent_by`` is the colleague who
    entered it, empty for the member.  ``gave`` is what it earned when it was approved, in smallest
    units by currency of points.
    """

    member_id: UUID
    contribution_id: UUID
    programme: str
    kind: str
    product: str
    product_name: str
    purchase: EventKey | None
    body: str
    link: str
    picture_type: str
    sent_at: Instant
    sent_by: str
    state: State
    decided_at: Instant | None
    decided_by: str
    reason: str
    gave: Mapping[str, int]
    member_number: str
    member_name: str
    store: str | None


def list_contributions(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    wanted: ContributionFilter,
    cursor: str | None = None,
    limit: int = 25,
) -> Page[ContributionRecord]:
    """The contributions of a programme, the latest first; a page at a time.

    Whoever works in some stores sees those of members who are at home there or nowhere.  Refuses
    ``NOT_PERMITTED``; raises ``kit.paging.CursorError`` for a cursor that is not of this list.
    """
    if not actor.may(Permission.CONTRIBUTIONS_DECIDE) or not actor.in_programme(programme):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.CONTRIBUTIONS_DECIDE.value)
    limit = min(max(limit, 1), _LARGEST_LIMIT)
    conditions, parameters = _conditions(actor, programme, wanted)
    if cursor:
        at, last = decode_moment("contributions", cursor=cursor)
        conditions.append("(c.sent_at, c.contribution_id) < (%s, %s)")
        parameters += [datetime_of(at), last]
    statement = (
        f"{_COLUMNS} WHERE {' AND '.join(conditions)}"
        " ORDER BY c.sent_at DESC, c.contribution_id DESC LIMIT %s"
    )
    found = _read(connection, statement, [*parameters, limit + 1])
    return page_of(
        found,
        limit=limit,
        listing="contributions",
        place_of=lambda one: (one.sent_at, one.contribution_id.hex),
    )


def iterate_contributions(
    connection: Connection, *, actor: Actor, programme: str, wanted: ContributionFilter
) -> Iterator[ContributionRecord]:
    """All of them, the latest first, in bounded memory; refuses as ``list_contributions`` does."""
    cursor: str | None = None
    while True:
        page = list_contributions(
            connection,
            actor=actor,
            programme=programme,
            wanted=wanted,
            cursor=cursor,
            limit=_LARGEST_LIMIT,
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def count_waiting(connection: Connection, *, actor: Actor, programme: str) -> int:
    """How many wait for a decision that the actor may take."""
    conditions, parameters = _conditions(actor, programme, ContributionFilter("waiting"))
    statement = (
        "SELECT count(*) FROM contribution c JOIN programme p ON p.programme_id = c.programme_id"  # noqa: S608 - constants.
        f" JOIN member m ON m.member_id = c.member_id WHERE {' AND '.join(conditions)}"
    )
    with connection.cursor(row_factory=tuple_row) as cursor:
        ((count,),) = cursor.execute(statement.encode(), parameters).fetchall()
    return int(count)


def get_contribution(
    connection: Connection, *, actor: Actor, member_id: UUID, contribution_id: UUID
) -> ContributionRecord:
    """One contribution, for a colleague.

    Refuses ``UNKNOWN_CONTRIBUTION``, and ``NOT_PERMITTED`` where the member is at home in a store,
    or the programme is one, that is none of the actor's.
    """
    record = _one(connection, member_id, contribution_id)
    permission = Permission.CONTRIBUTIONS_DECIDE
    if not actor.may(permission, record.store) or not actor.in_programme(record.programme):
        raise Refusal(Code.NOT_PERMITTED, scope=permission.value)
    return record


def list_own_contributions(
    connection: Connection, *, member_id: UUID, programme: str
) -> list[ContributionRecord]:
    """What a member has sent in, and whoever was merged into them; the latest first."""
    statement = (
        f"{_SAME} {_COLUMNS} JOIN same s ON s.member_id = c.member_id WHERE p.code = %s"
        f" ORDER BY c.sent_at DESC, c.contribution_id DESC LIMIT {_MOST_OWN}"
    )
    return _read(connection, statement, [member_id, programme])


def get_own_contribution(
    connection: Connection, *, member_id: UUID, contribution_id: UUID
) -> ContributionRecord:
    """One that the member has sent in; refuses ``UNKNOWN_CONTRIBUTION``."""
    statement = (
        f"{_SAME} {_COLUMNS} JOIN same s ON s.member_id = c.member_id WHERE c.contribution_id = %s"
    )
    found = _read(connection, statement, [member_id, contribution_id])
    if not found:
        raise _unknown(contribution_id)
    return found[0]


def get_picture(connection: Connection, *, record: ContributionRecord) -> Picture:
    """The picture of a contribution; refuses ``UNKNOWN_CONTRIBUTION`` where there is none."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_PICTURE, [record.member_id, record.contribution_id]).fetchall()
    if not rows:
        raise _unknown(record.contribution_id)
    return Picture(rows[0][0], bytes(rows[0][1]))


def _conditions(
    actor: Actor, programme: str, wanted: ContributionFilter
) -> tuple[list[str], list[object]]:
    conditions, parameters = ["p.code = %s"], list[object]([programme])
    if actor.stores:
        conditions.append("(m.store IS NULL OR m.store = ANY(%s))")
        parameters.append(sorted(actor.stores))
    if wanted.state:
        conditions.append("c.state = %s")
        parameters.append(wanted.state)
    if wanted.kind:
        conditions.append("c.kind = %s")
        parameters.append(wanted.kind)
    if wanted.text:
        conditions.append(
            "position(lower(%s) in lower(concat_ws(E'\\n', c.body, c.product, c.product_name,"
            " m.number, m.display_name, concat_ws(' ', m.given_name, m.family_name)))) > 0"
        )
        parameters.append(wanted.text)
    return conditions, parameters


def _one(connection: Connection, member_id: UUID, contribution_id: UUID) -> ContributionRecord:
    statement = f"{_COLUMNS} WHERE c.member_id = %s AND c.contribution_id = %s"
    found = _read(connection, statement, [member_id, contribution_id])
    if not found:
        raise _unknown(contribution_id)
    return found[0]


def _read(
    connection: Connection, statement: str, parameters: Sequence[object]
) -> list[ContributionRecord]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(statement.encode(), parameters).fetchall()
    return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> ContributionRecord:
    return ContributionRecord(
        member_id=row[0],
        contribution_id=row[1],
        programme=row[2],
        kind=row[3],
        product=row[4],
        product_name=row[5],
        purchase=EventKey(row[6], row[7]) if row[6] else None,
        body=row[8],
        link=row[9],
        picture_type=row[10],
        sent_at=instant_of(row[11]),
        sent_by=row[12],
        state=row[13],
        decided_at=None if row[14] is None else instant_of(row[14]),
        decided_by=row[15],
        reason=row[16],
        gave=row[17] or {},
        member_number=row[18],
        member_name=row[19],
        store=row[20],
    )


def _unknown(contribution_id: UUID) -> Refusal:
    return Refusal(Code.UNKNOWN_CONTRIBUTION, "contribution", value=str(contribution_id))
