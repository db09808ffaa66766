"""The list of members: filters, orders, pages forth and back, searches, and what actors may see."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.domain.access import Actor, Role
from habitue.domain.errors import Refusal
from habitue.domain.member_filters import Birthdays, Direction, MemberFilters, Sort
from habitue.kit.instants import DAY, parse_instant
from habitue.kit.paging import CursorError
from habitue.selectors.member_list import (
    MemberPage,
    MemberRow,
    count_member_rows,
    iterate_member_rows,
    list_member_rows,
)
from habitue.services.members import NewIdentifier, close_member, enrol_member
from tests.services.figures_cast import OWNER, Business, open_stores, rows, settle, staff
from tests.services.till import PHONES, Till
from tests.support.database import DatabaseForTests

EVERYBODY = MemberFilters(status=None)


def page(till: Till, *, actor: Actor = OWNER, **options: Any) -> MemberPage:
    """A page of the list."""
    return list_member_rows(
        till.connection,
        actor=actor,
        programme=till.programme,
        now=till.clock.now(),
        phones=PHONES,
        **options,
    )


def count(till: Till, *, actor: Actor = OWNER, **options: Any) -> Any:
    """How many there are."""
    return count_member_rows(
        till.connection,
        actor=actor,
        programme=till.programme,
        now=till.clock.now(),
        phones=PHONES,
        **options,
    )


@pytest.fixture
def house(till: Till, database: DatabaseForTests) -> Till:
    """Some guests: half of them in settled rows, the other half only in the ledger.

    They come once in a process, and are put back for each test after that.
    """
    till.audited = False
    if "guests" in database.kept:
        database.clean()
        till.programme, till.sent, till.clock.at = database.put_back("guests")
        return till
    till.clock.at = parse_instant("2026-03-01T12:00:00+00:00")
    open_stores(till)
    guests: list[tuple[str, str, str, str | None, str | None, tuple[str, ...]]] = [
        ("CARD0001", "Vadim", "Ivanovich", "1981-02-27", "paris", ("50.00", "60.00")),
        ("CARD0002", "Ana", "Ionescu", "1990-03-04", "tokyo", ("10.00",)),
        ("CARD0003", "Élodie", "Lefèvre", "2000-02-29", None, ()),
        ("CARD0004", "Jürgen", "Ölmüller", None, "paris", ("300.00",)),
        ("CARD0005", "Zoé", "Lefèvre", "1970-12-31", "tokyo", ("20.00",)),
        ("CARD0006", "", "", None, None, ("7.77",)),
    ]
    for place, (card, given, family, born, store, amounts) in enumerate(guests):
        till.clock.advance(DAY)
        enrol_member(
            till.connection,
            now=till.clock.now(),
            phones=PHONES,
            identifiers=[NewIdentifier("card", card)],
            details={
                "given_name": given,
                "family_name": family,
                "birth_date": born,
                "store": store,
            },
        )
        till.clock.advance(1)
        till.ok(till.other("enrolment", card))
        for amount in amounts:
            till.clock.advance(1)
            till.ok(till.purchase(card, amount))
        if place == 2:
            settle(till)
    database.keep("guests", (till.programme, till.sent, till.clock.at))
    return till


def given_names(found: MemberPage | list[MemberRow]) -> list[str]:
    """Who they are, in the order of the list."""
    kept = found.rows if isinstance(found, MemberPage) else found
    return [row.name.split(" ")[0] for row in kept]


@pytest.fixture(params=["half settled", "settled"])
def guests(request: pytest.FixtureRequest, house: Till) -> Till:
    """The house before and after its figures were settled to the end."""
    if request.param == "settled":
        settle(house)
    return house


@pytest.mark.parametrize(
    ("sort", "direction", "names"),
    [
        # By family name first, without accents, as people look names up.
        (Sort.NAME, "ascending", ["", "Ana", "Vadim", "Élodie", "Zoé", "Jürgen"]),
        (Sort.NAME, "descending", ["Jürgen", "Zoé", "Élodie", "Vadim", "Ana", ""]),
        (Sort.JOINED, "ascending", ["Vadim", "Ana", "Élodie", "Jürgen", "Zoé", ""]),
        (Sort.LATEST_PURCHASE, "descending", ["", "Zoé", "Jürgen", "Ana", "Vadim", "Élodie"]),
        (Sort.SPEND, "descending", ["Jürgen", "Vadim", "Zoé", "Ana", "", "Élodie"]),
        (Sort.BALANCE, "descending", ["Jürgen", "Vadim", "Zoé", "Ana", "", "Élodie"]),
        (Sort.TIER, "descending", ["Jürgen", "Vadim", "", "Zoé", "Élodie", "Ana"]),
    ],
)
def test_sorted(guests: Till, sort: Sort, direction: Direction, names: list[str]) -> None:
    found = page(guests, sort=sort, direction=direction)
    assert given_names(found) == names
    assert (found.next_cursor, found.previous_cursor) == (None, None)
    assert given_names(rows(guests, sort=sort, direction=direction)) == names


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (MemberFilters(tier="silver"), ["Vadim"]),
        (MemberFilters(tier="gold"), ["Jürgen"]),
        (MemberFilters(tier=""), ["", "Ana", "Élodie", "Zoé"]),
        (MemberFilters(store="paris"), ["Vadim", "Jürgen"]),
        (MemberFilters(store=""), ["", "Élodie"]),
        (MemberFilters(joined_from=date(2026, 3, 5)), ["", "Zoé", "Jürgen"]),
        (MemberFilters(joined_until=date(2026, 3, 3)), ["Ana", "Vadim"]),
        (
            MemberFilters(joined_from=date(2026, 3, 3), joined_until=date(2026, 3, 4)),
            ["Ana", "Élodie"],
        ),
        (MemberFilters(latest_from=date(2026, 3, 6)), ["", "Zoé"]),
        (MemberFilters(latest_until=date(2026, 3, 3)), ["Ana", "Vadim", "Élodie"]),
        (MemberFilters(birthdays=Birthdays(date(2026, 2, 27), 0)), ["Vadim"]),
        # 29 February is kept on the 28th this year.
        (MemberFilters(birthdays=Birthdays(date(2026, 2, 28), 0)), ["Élodie"]),
        (MemberFilters(birthdays=Birthdays(date(2028, 2, 28), 0)), []),
        (MemberFilters(birthdays=Birthdays(date(2026, 2, 26), 6)), ["Ana", "Vadim", "Élodie"]),
        (
            MemberFilters(birthdays=Birthdays(date(2026, 12, 30), 70)),
            ["Ana", "Vadim", "Élodie", "Zoé"],
        ),
        (
            MemberFilters(birthdays=Birthdays(date(2026, 1, 1), 400)),
            ["Ana", "Vadim", "Élodie", "Zoé"],
        ),
        (MemberFilters(balance_from=20), ["Vadim", "Zoé", "Jürgen"]),
        (MemberFilters(balance_until=7), ["", "Élodie"]),
        (MemberFilters(balance_from=7, balance_until=20, store="tokyo"), ["Ana", "Zoé"]),
        (MemberFilters(status="closed"), []),
    ],
)
def test_filtered(guests: Till, filters: MemberFilters, names: list[str]) -> None:
    assert given_names(page(guests, filters=filters)) == names
    assert given_names(rows(guests, filters=filters)) == names
    assert count(guests, filters=filters).number == len(names)


def test_a_row_says_what_lists_show(guests: Till) -> None:
    (row,) = page(guests, filters=MemberFilters(tier="silver")).rows
    assert (row.name, row.store, row.birthday, row.tier, row.tier_rank) == (
        "Vadim Ivanovich",
        "paris",
        (2, 27),
        "silver",
        1,
    )
    assert (row.purchases, row.visits, row.spend) == (2, 1, 11_000)
    assert (row.balance, dict(row.balances)) == (110, {"points": 110, "stars": 770})
    assert row.latest_purchase_at == parse_instant("2026-03-02T12:00:00.000003+00:00")
    assert row.status == "active"


def test_whoever_is_closed_leaves_the_list(guests: Till) -> None:
    (row,) = page(guests, filters=MemberFilters(tier="gold")).rows
    close_member(guests.connection, member_id=row.member_id, now=guests.clock.now())
    for _ in range(2):
        assert "Jürgen" not in given_names(page(guests))
        assert given_names(page(guests, filters=MemberFilters(status="closed"))) == ["Jürgen"]
        assert count(guests, filters=EVERYBODY).number == 6
        settle(guests)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("direction", ["ascending", "descending"])
@pytest.mark.parametrize("limit", [1, 4])
def test_pages_lead_forth_and_back(
    guests: Till, sort: Sort, direction: Direction, limit: int
) -> None:
    whole = page(guests, sort=sort, direction=direction).rows
    found: list[MemberRow] = []
    pages = []
    cursor = None
    while True:
        one = page(guests, sort=sort, direction=direction, limit=limit, cursor=cursor)
        found += one.rows
        pages.append(one.rows)
        if one.next_cursor is None:
            break
        cursor = one.next_cursor
    assert tuple(found) == whole
    for before in pages[-2::-1]:
        assert one.previous_cursor is not None
        one = page(guests, sort=sort, direction=direction, limit=limit, cursor=one.previous_cursor)
        assert one.rows == before
    assert one.previous_cursor is None
    assert one.next_cursor is not None


def test_pages_of_random_business_are_the_whole_list(till: Till) -> None:
    till.audited = False
    open_stores(till)
    business = Business(till, random.Random(5))
    for place in range(60):
        business.happen()
        if place == 30:
            settle(till)
    for sort in Sort:
        whole = rows(till, filters=EVERYBODY, sort=sort)
        assert len(whole) == len(business.cards)
        found: list[MemberRow] = []
        cursor = None
        while True:
            one = page(till, filters=EVERYBODY, sort=sort, limit=3, cursor=cursor)
            found += one.rows
            cursor = one.next_cursor
            if cursor is None:
                break
        assert found == whole


def test_a_cursor_belongs_to_its_list(guests: Till) -> None:
    cursor = page(guests, limit=2).next_cursor
    assert cursor is not None
    wrong: list[dict[str, Any]] = [
        {"cursor": cursor, "sort": Sort.SPEND},
        {"cursor": cursor, "direction": "descending"},
        {"cursor": cursor[:-2]},
        {"cursor": "nonsense"},
        {"cursor": ""},
    ]
    for options in wrong:
        with pytest.raises(CursorError):
            page(guests, **options)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("lef", ["Élodie", "Zoé"]),
        ("olmu", ["Jürgen"]),
        ("CARD0002", ["Ana"]),
        ("zoe lef", ["Zoé"]),
        ("nobody", []),
        ("' OR true --", []),
        ("\u202eLef", ["Élodie", "Zoé"]),
    ],
)
def test_searched_while_typing(guests: Till, query: str, names: list[str]) -> None:
    found = page(guests, query=query)
    assert given_names(found) == names
    assert (found.next_cursor, found.previous_cursor) == (None, None)
    assert count(guests, query=query).number == len(names)


def test_a_search_keeps_to_the_filters(guests: Till) -> None:
    filters = MemberFilters(store="tokyo")
    assert given_names(page(guests, query="lef", filters=filters)) == ["Zoé"]
    assert count(guests, query="lef", filters=filters).number == 1


def test_a_count_ends_at_its_bound(guests: Till) -> None:
    assert (count(guests).number, count(guests).is_more) == (6, False)
    assert (count(guests, bound=6).number, count(guests, bound=6).is_more) == (6, False)
    assert (count(guests, bound=4).number, count(guests, bound=4).is_more) == (4, True)


def test_whoever_is_bound_to_a_store_sees_its_members_and_those_of_none(guests: Till) -> None:
    actor = staff(Role.MANAGER, "tokyo")
    names = ["", "Ana", "Élodie", "Zoé"]
    assert given_names(page(guests, actor=actor)) == names
    assert given_names(rows(guests, actor=actor)) == names
    assert count(guests, actor=actor).number == 4
    assert given_names(page(guests, actor=actor, query="ivanovich")) == []
    assert given_names(page(guests, actor=actor, filters=MemberFilters(store="paris"))) == []


_READS: dict[str, Callable[..., Any]] = {"list": page, "count": count, "export": rows}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OWNER, {"list", "count", "export"}),
        (Role.MANAGER, {"list", "count", "export"}),
        (Role.ANALYST, {"list", "count", "export"}),
        (Role.STAFF, {"list", "count"}),
        (Role.DEVELOPER, set()),
    ],
)
def test_each_read_needs_its_permission(house: Till, role: Role, allowed: set[str]) -> None:
    for name, read in _READS.items():
        if name in allowed:
            assert read(house, actor=staff(role))
        else:
            with pytest.raises(Refusal, match="not_permitted"):
                read(house, actor=staff(role))
        with pytest.raises(Refusal, match="not_permitted"):
            read(house, actor=staff(role, programmes=frozenset({"other"})))


def test_an_unknown_programme_is_refused(till: Till) -> None:
    till.programme = "nobody"
    for read in _READS.values():
        with pytest.raises(Refusal, match="unknown_programme"):
            read(till)


def test_an_export_is_one_moment_in_bounded_memory(house: Till, database: DatabaseForTests) -> None:
    """What is recorded while it is read does not disturb it, and the server holds the rows."""
    with database.connect(autocommit=True) as connection:
        found: Iterator[MemberRow] = iterate_member_rows(
            connection,
            actor=OWNER,
            programme=house.programme,
            now=house.clock.now(),
            sort=Sort.SPEND,
        )
        names = [next(found).name]
        assert house.rows("SELECT count(*) FROM pg_cursors") == [(0,)]
        assert connection.execute(
            "SELECT count(*) FROM pg_cursors WHERE name = 'member_rows'"
        ).fetchone() == (1,)
        house.ok(house.purchase("CARD0003", "999.00"))
        settle(house)
        names += [row.name for row in found]
        assert len(names) == 6
        assert names[0] == "Élodie Lefèvre"
        assert connection.info.transaction_status.name == "IDLE"


@pytest.mark.parametrize("name", ["list", "search", "count"])
def test_a_fixed_number_of_statements(house: Till, name: str) -> None:
    few = _statements(house, name)
    for place in range(12):
        house.clock.advance(1)
        card = f"CARD1{place:03d}"
        house.enrol(card)
        house.ok(house.purchase(card, "3.00"))
    assert _statements(house, name) == few <= 6
    settle(house)
    assert _statements(house, name) == few


def _statements(till: Till, name: str) -> int:
    seen: list[Any] = []

    class Counting(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **options: Any) -> Any:
            seen.append(arguments[0])
            return super().execute(*arguments, **options)

    with psycopg.connect(till.connection.info.dsn, autocommit=True) as connection:
        connection.cursor_factory = Counting
        other = Till(connection, programme=till.programme, clock=till.clock)
        if name == "count":
            count(other)
        else:
            page(other, query="lef" if name == "search" else "")
    return len(seen)


def test_rows_are_of_members_and_no_strangers(house: Till) -> None:
    known = {member for (member,) in house.rows("SELECT member_id FROM member")}
    found = {row.member_id for row in page(house).rows}
    assert found == known
    assert all(isinstance(member, UUID) for member in found)
