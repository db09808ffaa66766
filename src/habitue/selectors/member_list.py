"""The list of members, filtered, sorted and paged; and all of it for an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from psycopg import sql
from psycopg.rows import tuple_row

from habitue.data.insights.figures import PROJECTED
from habitue.domain.access import Actor, Permission
from habitue.domain.identity.normal import PhoneReader
from habitue.domain.member_filters import ACTIVE, Direction, MemberFilters, Sort
from habitue.kit.instants import Instant
from habitue.kit.paging import CursorError, decode_cursor, encode_cursor
from habitue.selectors.figures import (
    Connection,
    get_permitted_programme,
    one_moment,
    read_tail,
    version_of,
)
from habitue.selectors.member_conditions import Condition, all_of, conditions_of
from habitue.selectors.members import search_members

LARGEST_LIMIT: Final = 200
COUNT_BOUND: Final = 10_000
_FETCHED_AT_ONCE: Final = 1_000
_FOUND_AT_MOST: Final = 200

_Way: TypeAlias = Literal["next", "previous"]

# What a list is sorted by, and of which type its place in a cursor is.
_KEYS: Final[Mapping[Sort, tuple[str, type[str | int]]]] = {
    Sort.NAME: ("folded_name", str),
    Sort.NUMBER: ("number", str),
    Sort.JOINED: ("joined_at", int),
    Sort.LATEST_PURCHASE: ("latest_purchase_at", int),
    Sort.SPEND: ("spend", int),
    Sort.BALANCE: ("balance", int),
    Sort.TIER: ("tier_rank", int),
}

# A survivor has what the duplicates bought: those that are settled, and those that are not.
_FRESH: Final = f"""
WITH projected AS MATERIALIZED ({PROJECTED}),
fresh AS MATERIALIZED (
    SELECT p.member_id, p.number, p.name, p.folded_name, p.status, p.store, p.joined_at,
           p.birthday, p.tier, p.tier_rank, p.tiers_beside,
           greatest(p.own_purchase_at, (
               SELECT max(f.latest_purchase_at) FROM member_figure f
               WHERE f.merged_into = p.member_id AND f.programme_id = p.programme_id
                 AND f.member_id <> ALL(%(members)s::uuid[])
           ), (
               SELECT max(d.own_purchase_at) FROM projected d WHERE d.merged_into = p.member_id
           )) AS latest_purchase_at,
           p.purchases, p.visits, p.spend, p.balance, p.balances
    FROM projected p
)
"""  # noqa: S608  # constants
_COLUMNS: Final = sql.SQL(
    "member_id, number, name, status, store, joined_at, birthday, tier, tier_rank,"
    " latest_purchase_at, purchases, visits, spend, balance, balances, tiers_beside"
)
_SETTLED: Final = sql.SQL(
    "SELECT {columns}, {key} AS place FROM member_figure WHERE programme_id = %(programme)s"
    " AND member_id <> ALL(%(members)s::uuid[]) AND {condition}"
)
_UNSETTLED: Final = sql.SQL("SELECT {columns}, {key} AS place FROM fresh WHERE {condition}")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as a list shows them, in one programme.

    ``store`` is the home store, empty where there is none.  ``birthday`` is (month, day).
    ``balance`` is that of the programme's first currency of points, ``balances`` has all, in
    smallest units as booked; ``spend`` is what the programme counts, net of returns, in minor
    units.  ``latest_purchase_at`` is ``None`` where there was no purchase.  ``tiers_beside`` are
    the tiers in the further structures.
    """

    member_id: UUID
    number: str
    name: str
    status: str
    store: str
    joined_at: Instant
    birthday: tuple[int, int] | None
    tier: str
    tier_rank: int
    latest_purchase_at: Instant | None
    purchases: int
    visits: int
    spend: int
    balance: int
    balances: Mapping[str, int]
    tiers_beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some rows of the list; a cursor is ``None`` where there is nothing in that direction."""

    rows: tuple[MemberRow, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class MemberCount:
    """How many there are: exactly, or (``is_more``) more than ``number``."""

    number: int
    is_more: bool


def list_member_rows(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    now: Instant,
    phones: PhoneReader,
    country: str = "",
    query: str = "",
    filters: MemberFilters = ACTIVE,
    sort: Sort = Sort.NAME,
    direction: Direction = "ascending",
    cursor: str | None = None,
    limit: int = 50,
) -> MemberPage:
    """A page of the members whom the actor sees, exact up to the latest purchase.

    With a ``query`` these are the most relevant of the active members who fit it, in that order and
    on one page, and ``filters`` apply as well.  Actors who are bound to stores see members whose
    home store is one of them, and those without one.  Refuses ``NOT_PERMITTED`` and
    ``UNKNOWN_PROGRAMME``; raises ``kit.paging.CursorError`` for a cursor of another list.
    """
    limit = min(max(limit, 1), LARGEST_LIMIT)
    source = _Source(connection, actor, programme, now, Permission.MEMBERS_READ)
    if query.strip():
        found = _found(connection, query, phones=phones, country=country)
        rows = source.read(filters, sort, extra=_among(found), limit=len(found))
        order = {member_id: place for place, member_id in enumerate(found)}
        ranked = sorted((row for row, _ in rows), key=lambda row: order[row.member_id])
        return MemberPage(tuple(ranked[:limit]), None, None)
    listing = f"member rows {sort.value} {direction}"
    way, place = _decode(cursor, listing, sort)
    ascending = (direction == "ascending") == (way == "next")
    extra = _after(sort, place, ascending=ascending)
    rows = source.read(filters, sort, extra=extra, ascending=ascending, limit=limit + 1)
    return _page(rows, listing, way, limit=limit, is_first=cursor is None)


def count_member_rows(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    now: Instant,
    phones: PhoneReader,
    country: str = "",
    query: str = "",
    filters: MemberFilters = ACTIVE,
    bound: int = COUNT_BOUND,
) -> MemberCount:
    """How many members ``list_member_rows`` has on all its pages, counted up to ``bound``.

    Of a ``query`` at most 200 are found.  Refuses as the list does.
    """
    source = _Source(connection, actor, programme, now, Permission.MEMBERS_READ)
    extra: Condition | None = None
    if query.strip():
        extra = _among(_found(connection, query, phones=phones, country=country))
    number = source.count(filters, extra=extra, limit=bound + 1)
    return MemberCount(min(number, bound), number > bound)


def iterate_member_rows(
    connection: Connection,
    *,
    actor: Actor,
    programme: str,
    now: Instant,
    filters: MemberFilters = ACTIVE,
    sort: Sort = Sort.NAME,
    direction: Direction = "ascending",
) -> Iterator[MemberRow]:
    """All rows of the list, for an export, in memory bounded by a few of them.

    The connection is in a transaction until the iterator is exhausted or closed.  Refuses
    ``NOT_PERMITTED`` and ``UNKNOWN_PROGRAMME``, at once.
    """
    source = _Source(connection, actor, programme, now, Permission.EXPORTS_READ)
    source.check()
    return source.stream(filters, sort, ascending=direction == "ascending")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where rows come from: settled ones, and those that were touched since, made anew."""

    connection: Connection
    actor: Actor
    code: str
    now: Instant
    permission: Permission

    def check(self) -> None:
        """Refuse what the actor may not see."""
        get_permitted_programme(
            self.connection, actor=self.actor, permission=self.permission, code=self.code
        )

    def read(
        self,
        filters: MemberFilters,
        sort: Sort,
        *,
        limit: int,
        extra: Condition | None = None,
        ascending: bool = True,
    ) -> list[tuple[MemberRow, str | int]]:
        """Rows in the order of a column and then of the ids, each with its place."""
        with one_moment(self.connection) as cursor:
            parts, parameters = self._parts(cursor, filters, sort, extra)
            order = _order(ascending=ascending)
            # Each part is cut before they meet, or no index could give its first rows.
            cut = sql.SQL("({} {} LIMIT %(limit)s)")
            statement = sql.SQL("{} SELECT * FROM ({}) AS r {} LIMIT %(limit)s").format(
                parts.beginning,
                sql.SQL(" UNION ALL ").join(cut.format(one, order) for one in parts.selects),
                order,
            )
            cursor.execute(statement, {**parameters, "limit": limit})
            return [_row(row) for row in cursor.fetchall()]

    def count(self, filters: MemberFilters, *, extra: Condition | None, limit: int) -> int:
        """How many rows there are, or ``limit`` if there are more."""
        with one_moment(self.connection) as cursor:
            parts, parameters = self._parts(cursor, filters, Sort.NAME, extra)
            statement = sql.SQL("{} SELECT count(*) FROM ({} LIMIT %(limit)s) AS c").format(
                parts.beginning, sql.SQL(" UNION ALL ").join(parts.selects)
            )
            row = cursor.execute(statement, {**parameters, "limit": limit}).fetchone()
        assert row is not None, "a count has one row"
        return int(row[0])

    def stream(self, filters: MemberFilters, sort: Sort, *, ascending: bool) -> Iterator[MemberRow]:
        """All rows, by a cursor of the server."""
        with one_moment(self.connection) as cursor:
            parts, parameters = self._parts(cursor, filters, sort, None)
            statement = sql.SQL("{} SELECT * FROM ({}) AS r {}").format(
                parts.beginning,
                sql.SQL(" UNION ALL ").join(sql.SQL("({})").format(one) for one in parts.selects),
                _order(ascending=ascending),
            )
            with self.connection.cursor("member_rows", row_factory=tuple_row) as rows:
                rows.itersize = _FETCHED_AT_ONCE
                rows.execute(statement, parameters)
                for row in rows:
                    yield _row(row)[0]

    def _parts(
        self, cursor: Any, filters: MemberFilters, sort: Sort, extra: Condition | None
    ) -> tuple[_Parts, dict[str, Any]]:
        compiled = get_permitted_programme(
            self.connection, actor=self.actor, permission=self.permission, code=self.code
        )
        tail = read_tail(cursor, [compiled], now=self.now)
        zone = version_of(compiled, now=self.now).zone
        conditions = conditions_of(filters, stores=self.actor.stores, zone=zone)
        condition, values = all_of([*conditions, *([] if extra is None else [extra])])
        names = {"columns": _COLUMNS, "key": sql.Identifier(_KEYS[sort][0]), "condition": condition}
        selects = [_SETTLED.format(**names)]
        beginning: sql.Composable = sql.SQL("")
        if tail.members:
            selects.append(_UNSETTLED.format(**names))
            beginning = sql.SQL(_FRESH)
        parameters = {**tail.parameters, **values, "programme": compiled.programme_id}
        return _Parts(beginning, selects), parameters


@dataclass(frozen=True, slots=True)
class _Parts:
    beginning: sql.Composable
    selects: Sequence[sql.Composable]


def _found(connection: Connection, query: str, *, phones: PhoneReader, country: str) -> list[UUID]:
    matches = search_members(
        connection, query=query, phones=phones, country=country, limit=_FOUND_AT_MOST
    )
    return [match.member.member_id for match in matches]


def _among(found: Sequence[UUID]) -> Condition:
    return Condition("member_id = ANY(%(found)s::uuid[])", {"found": list(found)})


def _order(*, ascending: bool) -> sql.SQL:
    return sql.SQL(
        "ORDER BY place, member_id" if ascending else "ORDER BY place DESC, member_id DESC"
    )


def _after(
    sort: Sort, place: tuple[str | int, UUID] | None, *, ascending: bool
) -> Condition | None:
    if place is None:
        return None
    column, kind = _KEYS[sort]
    cast = "text" if kind is str else "bigint"
    sign = ">" if ascending else "<"
    return Condition(
        f"({column}, member_id) {sign} (%(after)s::{cast}, %(after_member)s::uuid)",
        {"after": place[0], "after_member": place[1]},
    )


def _decode(
    cursor: str | None, listing: str, sort: Sort
) -> tuple[_Way, tuple[str | int, UUID] | None]:
    if cursor is None:
        return "next", None
    kind = _KEYS[sort][1]
    way, place, member_id = decode_cursor(listing, cursor=cursor, shape=(str, kind, str))
    try:
        return ("next" if way == "next" else "previous"), (place, UUID(str(member_id)))
    except ValueError as error:
        raise CursorError("a cursor without a member") from error


def _page(
    rows: Sequence[tuple[MemberRow, str | int]],
    listing: str,
    way: _Way,
    *,
    limit: int,
    is_first: bool,
) -> MemberPage:
    goes_on = len(rows) > limit
    kept = list(rows[:limit])
    if way == "previous":
        kept.reverse()
    if not kept:
        return MemberPage((), None, None)

    def cursor_at(place: int, way: _Way) -> str:
        row, value = kept[place]
        return encode_cursor(listing, place=(way, value, row.member_id.hex))

    has_next = goes_on if way == "next" else True
    has_previous = not is_first if way == "next" else goes_on
    return MemberPage(
        tuple(row for row, _ in kept),
        cursor_at(-1, "next") if has_next else None,
        cursor_at(0, "previous") if has_previous else None,
    )


def _row(values: Sequence[Any]) -> tuple[MemberRow, str | int]:
    *columns, place = values
    columns[6] = None if columns[6] is None else divmod(columns[6], 100)
    columns[9] = columns[9] or None
    return MemberRow(*columns), place
