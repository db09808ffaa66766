"""Many members at once: one statement, every identifier once, whoever comes at the same time."""

from __future__ import annotations

import random
import threading
from uuid import UUID

import psycopg
import pytest

from habitue.domain.identity.cards import is_number, make_number
from habitue.domain.identity.kinds import Identifier, Kind, Trust
from habitue.services import member_making
from habitue.services.members import ensure_members, resolve_members
from tests.services.people import NOW, enrol
from tests.support.database import DatabaseForTests


def external(count: int) -> list[tuple[Kind, str]]:
    return [("external", f"shop:{number}") for number in range(count)]


def test_unknown_identifiers_become_members_once(database: DatabaseForTests) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        wanted = external(300)
        first = ensure_members(cursor, [*wanted, *wanted[:50]], NOW)
        assert first.created == 300
        assert set(first.members) == set(wanted)
        assert len(set(first.members.values())) == 300
        again = ensure_members(cursor, [*wanted[100:], ("external", "shop:new")], NOW)
        assert again.created == 1
        assert again.made == frozenset[tuple[Kind, str]]({("external", "shop:new")})
        assert {key: first.members[key] for key in wanted[100:]}.items() <= again.members.items()
        numbers = cursor.execute(
            "SELECT m.number, m.joined_at, m.status FROM member m JOIN identifier i"
            " ON i.member_id = m.member_id AND i.kind = 'card' AND i.value = m.number"
            " AND i.revoked_at IS NULL AND i.trust = 3"
        ).fetchall()
        assert len(numbers) == 301
        assert all(is_number(number) and status == "active" for number, _, status in numbers)
        assert cursor.execute("SELECT count(*) FROM identifier").fetchone() == (602,)


def test_nothing_is_asked_for_nothing(database: DatabaseForTests) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        assert resolve_members(cursor, []) == {}
        made = ensure_members(cursor, [], NOW)
        assert (made.members, made.created) == ({}, 0)


def test_holders_are_told_with_their_trust(database: DatabaseForTests) -> None:
    with database.connect() as connection, connection.cursor() as cursor:
        anna = enrol(connection, ("plate", "AB-123-CD"))
        found = resolve_members(
            cursor, [Identifier("plate", "FR-AB123CD"), ("card", anna.number), ("card", "none")]
        )
        assert found == {
            ("plate", "FR-AB123CD"): (anna.member_id, Trust.EARN),
            ("card", anna.number): (anna.member_id, Trust.SPEND),
        }


def test_values_that_look_like_arrays_are_only_values(database: DatabaseForTests) -> None:
    odd: list[tuple[Kind, str]] = [
        ("external", 'shop:a"b'),
        ("external", "shop:{x,y}"),
        ("external", "shop:NULL"),
        ("external", "shop:a\\b'c"),
        ("external", "shop:%s %%"),
    ]
    with database.connect() as connection, connection.cursor() as cursor:
        made = ensure_members(cursor, odd, NOW)
        assert made.created == len(odd)
        assert set(resolve_members(cursor, odd)) == set(odd)


def test_a_card_of_ours_is_the_number_and_an_address_is_comparable(
    database: DatabaseForTests,
) -> None:
    number = make_number(lambda _: 5)
    with database.connect() as connection, connection.cursor() as cursor:
        made = ensure_members(
            cursor, [("card", number), ("card", "5000112637922"), ("email", "a+b@x.example")], NOW
        )
        assert made.created == 3
        mine = made.members["card", number]
        found = cursor.execute("SELECT number FROM member WHERE member_id = %s", [mine]).fetchone()
        assert found == (number,)
        assert cursor.execute("SELECT count(*) FROM identifier").fetchone() == (5,)
        comparable = cursor.execute("SELECT comparable FROM identifier WHERE kind = 'email'")
        assert comparable.fetchone() == ("a@x.example",)


def test_a_number_that_is_taken_is_drawn_again(
    database: DatabaseForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = random.Random(1)
    drawn = [make_number(generator.randrange) for _ in range(4)]
    # The first two members draw the same number; the second one must draw again.
    sequence = iter([drawn[0], drawn[0], drawn[0], drawn[1]])
    monkeypatch.setattr(member_making, "make_number", lambda _: next(sequence))
    with database.connect() as connection, connection.cursor() as cursor:
        ensure_members(cursor, external(1), NOW)
        ensure_members(cursor, external(2), NOW)
        numbers = cursor.execute("SELECT number FROM member").fetchall()
        assert {number for (number,) in numbers} == set(drawn[:2])


def test_parallel_imports_make_each_member_once(database: DatabaseForTests) -> None:
    answers: list[dict[tuple[Kind, str], UUID]] = []
    created: list[int] = []
    failures: list[BaseException] = []
    start = threading.Barrier(6)

    def load(seed: int) -> None:
        generator = random.Random(seed)
        try:
            with database.connect() as connection:
                start.wait()
                for _ in range(10):
                    wanted = generator.sample(external(200), 60)
                    with connection.transaction(), connection.cursor() as cursor:
                        made = ensure_members(cursor, wanted, NOW)
                    answers.append(made.members)
                    created.append(made.created)
        except (psycopg.Error, AssertionError) as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    known: dict[tuple[Kind, str], UUID] = {}
    for answer in answers:
        for named, member in answer.items():
            assert known.setdefault(named, member) == member
    with database.connect() as connection:
        counted = connection.execute("SELECT count(*) FROM member").fetchone()
    assert counted == (len(known),) == (sum(created),)
