"""Generated members are found like real ones, and the same seed makes the same ones."""

from __future__ import annotations

import pytest

from habitue.domain.identity.search import search_keys
from habitue.selectors.members import find_by_identifier, search_members
from habitue.services.benching import members
from habitue.services.benching.members import fill_members, make_members
from tests.services.people import PHONES
from tests.support.database import DatabaseForTests


def test_the_same_seed_makes_the_same_members() -> None:
    made = list(make_members(500, seed=3))
    assert made == list(make_members(500, seed=3))
    assert made != list(make_members(500, seed=4))
    identifiers = [each for member in made for each in member.identifiers]
    assert len(set(identifiers)) == len(identifiers)
    assert len({member.member_id for member in made}) == 500


def test_generated_members_are_indexed_as_the_services_would(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        fill_members(connection, 200, 7)
        keys: dict[str, set[str]] = {}
        for key, member_id in connection.execute("SELECT key, member_id FROM member_search"):
            keys.setdefault(str(member_id), set()).add(key)
        for made in make_members(200, seed=7):
            phones = [value for kind, value in made.identifiers if kind == "phone"]
            expected = search_keys(made.given, made.family, "", phones=phones)
            assert keys[made.member_id] == set(expected)


def test_many_members_leave_every_index_in_place(
    database: DatabaseForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = (
        "SELECT indexdef FROM pg_indexes"
        " WHERE tablename IN ('member', 'identifier', 'member_search') ORDER BY indexname"
    )
    monkeypatch.setattr(members, "_MANY", 100)
    with database.connect() as connection:
        before = connection.execute(reading).fetchall()
        fill_members(connection, 150, 9)
        assert connection.execute(reading).fetchall() == before
        assert len(before) == 6


def test_generated_members_are_found(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        fill_members(connection, 300, 7)
        for made in list(make_members(300, seed=7))[::29]:
            for kind, value in made.identifiers:
                (match,) = find_by_identifier(
                    connection, text=f"{kind}:{value}", phones=PHONES, country="FR"
                )
                assert str(match.member.member_id) == made.member_id
            found = search_members(
                connection, query=f"{made.given} {made.family}", phones=PHONES, limit=200
            )
            assert made.member_id in {str(match.member.member_id) for match in found}
