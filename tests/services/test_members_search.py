"""Finding members by any identifier, and while a name is being typed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.domain.identity.folding import fold_words
from habitue.domain.identity.kinds import Trust
from habitue.domain.identity.search import folded_name
from habitue.kit.paging import CursorError, encode_cursor
from habitue.selectors.members import (
    Match,
    find_by_identifier,
    list_members,
    search_members,
)
from habitue.services.benching.members import fill_members
from habitue.services.members import close_member, ensure_members
from tests.services.people import NOW, PHONES, enrol
from tests.support.database import DatabaseForTests

Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(database: DatabaseForTests) -> Iterator[Connection]:
    """A connection of the programme to a clean database."""
    with database.connect() as opened:
        yield opened


def search(connection: Connection, query: str, limit: int = 20) -> tuple[Match, ...]:
    return search_members(connection, query=query, phones=PHONES, country="FR", limit=limit)


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.member.shown_name for match in matches]


@pytest.fixture
def cast(connection: Connection) -> Connection:
    """Five members, and one who has left."""
    enrol(
        connection,
        ("phone", "06 12 34 56 78"),
        ("email", "marie.dupont@example.org"),
        ("external", "shop:4711"),
        given_name="Marie",
        family_name="Dupont",
    )
    enrol(
        connection,
        ("phone", "06 98 76 54 32"),
        ("plate", "M-AR 1234"),
        given_name="Jürgen",
        family_name="Müller",
    )
    enrol(
        connection, ("email", "m.popescu@example.ro"), given_name="Mărioara", family_name="Popescu"
    )
    enrol(connection, ("phone", "+40 722 123 456"), given_name="Jean-Pierre", family_name="Marie")
    enrol(connection, ("card", "5000112637922"), display_name="Café de Flore")
    gone = enrol(connection, given_name="Marie", family_name="Gone")
    close_member(connection, member_id=gone.member_id, now=NOW)
    connection.commit()
    return connection


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # A family name before a given name; then alphabetically.
        ("mar", ["Jean-Pierre Marie", "Marie Dupont", "Mărioara Popescu"]),
        ("MARIE", ["Jean-Pierre Marie", "Marie Dupont"]),
        ("m", ["Jean-Pierre Marie", "Jürgen Müller", "Marie Dupont", "Mărioara Popescu"]),
        ("marie d", ["Marie Dupont"]),
        ("d mar", ["Marie Dupont"]),
        ("dupônt  MÂR", ["Marie Dupont"]),
        ("mueller", ["Jürgen Müller"]),
        ("jürgen mull", ["Jürgen Müller"]),
        ("pierre jean", ["Jean-Pierre Marie"]),
        ("jean-pierre marie", ["Jean-Pierre Marie"]),
        ("marie marie", ["Jean-Pierre Marie", "Marie Dupont"]),
        ("flore", ["Café de Flore"]),
        ("cafe flo", ["Café de Flore"]),
        ("popescu marie", []),
        ("gone", []),
        # Whole identifiers, and their beginnings.
        ("0612345678", ["Marie Dupont"]),
        ("0033 6 12", ["Marie Dupont"]),
        ("06", ["Marie Dupont", "Jürgen Müller"]),
        ("+40", ["Jean-Pierre Marie"]),
        ("marie.d", ["Marie Dupont"]),
        ("Marie.Dupont@Example.org", ["Marie Dupont"]),
        ("m.p", ["Jean-Pierre Marie", "Mărioara Popescu"]),
        ("5000 1126", ["Café de Flore"]),
        ("4711", ["Marie Dupont"]),
        ("47", ["Marie Dupont"]),
        ("external:shop:4711", ["Marie Dupont"]),
        ("D: M-AR 1234", []),
        ("m-ar 1234", ["Jürgen Müller"]),
        # A name and a number.
        ("marie 06", ["Marie Dupont"]),
        ("marie 06 12 34", ["Marie Dupont"]),
        ("06 marie dup", ["Marie Dupont"]),
        ("marie 0698", []),
        ("pierre jean +40", ["Jean-Pierre Marie"]),
        ("popescu m.popescu@ex", ["Mărioara Popescu"]),
        # Nothing that anybody is called.
        ("", []),
        ("   ", []),
        ("%", []),
        ("_____", []),
        ("' OR 1=1 --", []),
        ("😀", []),
        ("... ,,, !!!", []),
        ("\u202e\u200b", []),
        ("محمد", []),
        ("@example", []),
        ("x" * 10_000, []),
        ("a\x00b", []),
    ],
)
def test_searches(cast: Connection, query: str, found: list[str]) -> None:
    assert names(search(cast, query)) == found


def test_a_name_and_a_part_allow_nothing_yet(cast: Connection) -> None:
    (by_name,) = search(cast, "dupont")
    assert (by_name.matched, by_name.trust) == ("name", None)
    (by_part,) = search(cast, "061234")
    assert (by_part.matched, by_part.trust) == ("phone", None)
    (by_phone,) = search(cast, "0612345678")
    assert (by_phone.matched, by_phone.trust) == ("phone", Trust.EARN)
    (by_customer,) = search(cast, "4711")
    assert (by_customer.matched, by_customer.trust) == ("external", Trust.SPEND)


def test_whole_identifiers_come_first(cast: Connection) -> None:
    other = enrol(cast, ("serial", "marie"), display_name="Zoe")
    first, *others = search(cast, "marie")
    assert first.member.member_id == other.member_id
    assert names(tuple(others)) == ["Jean-Pierre Marie", "Marie Dupont"]


@pytest.mark.parametrize(
    ("text", "name", "matched"),
    [
        ("06.12.34.56.78", "Marie Dupont", "phone"),
        ("MARIE.DUPONT@EXAMPLE.ORG", "Marie Dupont", "email"),
        ("m ar 1234", "Jürgen Müller", "plate"),
        ("5000112637922", "Café de Flore", "card"),
        ("external:shop:4711", "Marie Dupont", "external"),
    ],
)
def test_one_call_for_whatever_was_scanned(
    cast: Connection, text: str, name: str, matched: str
) -> None:
    (match,) = find_by_identifier(cast, text=text, phones=PHONES, country="FR")
    assert (match.member.shown_name, match.matched) == (name, matched)
    assert match.trust is not None


@pytest.mark.parametrize("text", ["", "marie", "4711", "061234567", "x" * 10_000, "😀", "a\x00b"])
def test_what_identifies_nobody(cast: Connection, text: str) -> None:
    assert find_by_identifier(cast, text=text, phones=PHONES, country="FR") == ()


def test_a_text_can_be_two_things_of_two_members(cast: Connection) -> None:
    enrol(cast, ("card", "0612345678"), display_name="Card")
    found = find_by_identifier(cast, text="0612345678", phones=PHONES, country="FR")
    assert [(match.matched, match.member.shown_name) for match in found] == [
        ("card", "Card"),
        ("phone", "Marie Dupont"),
    ]


def test_a_text_that_is_two_things_of_one_member_has_the_better_trust(cast: Connection) -> None:
    enrol(cast, ("serial", "BIKE17"), ("card", "BIKE17"), ("plate", "BIKE17"))
    (match,) = find_by_identifier(cast, text="bike-17", phones=PHONES, country="FR")
    assert match.trust is Trust.SPEND


def test_every_source_of_customers_is_looked_through(connection: Connection) -> None:
    with connection.cursor() as cursor:
        sources = ["shop", "shop-2", "shop;x", "a", "Z", "é"]
        ensure_members(cursor, [("external", f"{source}:4711") for source in sources], NOW)
        ensure_members(cursor, [("external", f"shop:{number}") for number in range(50)], NOW)
    found = search(connection, "4711")
    assert len(found) == len(sources)
    assert {match.trust for match in found} == {Trust.SPEND}


def test_results_are_limited_and_always_the_same(connection: Connection) -> None:
    for number in range(30):
        enrol(connection, given_name="Anna", family_name=f"Berg{'' if number % 2 else 'er'}")
    first = search(connection, "anna b", limit=7)
    assert len(first) == 7
    assert {match.member.family_name for match in first} == {"Berg"}
    assert search(connection, "anna b", limit=7) == first
    assert search(connection, "b a", limit=7) == first
    assert len(search(connection, "anna", limit=0)) == 1
    assert len(search(connection, "anna", limit=10_000)) == 30


def test_search_agrees_with_looking_at_everyone(connection: Connection) -> None:
    fill_members(connection, 800, 11)
    everyone: list[tuple[UUID, list[str]]] = [
        (member_id, folded_name(given, family, "").split())
        for member_id, given, family in connection.execute(
            "SELECT member_id, given_name, family_name FROM member"
        ).fetchall()
    ]
    generator = random.Random(5)
    words = sorted({word for _, listed in everyone for word in listed})
    for _ in range(120):
        listed = generator.choice(everyone)[1]
        if generator.random() < 0.4:
            listed = [generator.choice(words), generator.choice(listed)]
        chosen = generator.sample(listed, min(len(listed), generator.choice((1, 2, 2, 3))))
        asked = [word[: generator.randrange(1, 5)] for word in chosen]
        expected = {member_id for member_id, has in everyone if fits(asked, has)}
        found = search(connection, " ".join(asked), limit=200)
        by_name = {match.member.member_id for match in found if match.matched == "name"}
        if len(expected) < 60:
            assert by_name == expected, asked
        else:
            assert by_name <= expected, asked


def fits(asked: list[str], has: list[str]) -> bool:
    """Whether different words of a name begin with the words that were asked for."""
    rest = list(dict.fromkeys(fold_words(" ".join(asked))))
    if len(rest) == 1:
        return any(word.startswith(rest[0]) for word in has)
    first, second = sorted(rest, key=len, reverse=True)[:2]
    others = [word for word in rest if word not in (first, second)]
    return any(
        one.startswith(first)
        and two.startswith(second)
        and all(any(word.startswith(each) for word in has) for each in others)
        for one in has
        for two in has
        if one != two
    )


def test_members_are_listed_page_by_page(cast: Connection) -> None:
    seen: list[UUID] = []
    cursor = None
    while True:
        page = list_members(cast, cursor=cursor, limit=4)
        seen += [member.member_id for member in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(seen) == 6
    assert seen == sorted(seen)
    for wrong in ("nonsense", "", "é", encode_cursor("members", place=("x",))):
        with pytest.raises(CursorError):
            list_members(cast, cursor=wrong)
