"""Stores made and changed by people."""

from __future__ import annotations

import pytest

from habitue.domain.access import NOBODY, Actor, Role
from habitue.selectors.stores import StoreRecord, get_store, list_stores
from habitue.services.access.stores import add_store, change_store
from tests.services.access.cast import (
    ANALYST,
    MANAGER,
    OWNER,
    QUAI_MANAGER,
    actor,
    everything,
    open_stores,
    refused,
    trail,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests


def test_a_store_is_made_and_changed(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for write, name in ((add_store, "Quai"), (change_store, "Café du Quai")):
            write(connection, actor=MANAGER, code="quai", zone="Europe/Paris", name=name, now=NOW)
        found = StoreRecord("quai", "Café du Quai", "Europe/Paris")
        assert list_stores(connection, actor=OWNER) == (found,)
        assert get_store(connection, actor=OWNER, code="quai") == found
        assert trail(connection) == [
            ("Camille", "store_changed", "Quai"),
            ("Camille", "store_changed", "Café du Quai"),
        ]


def test_what_is_taken_is_not_made_and_what_is_not_there_is_not_changed(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert not add_store(connection, actor=OWNER, code="quai", zone="UTC", name="X", now=NOW)
        assert refused(
            lambda: change_store(
                connection, actor=OWNER, code="nowhere", zone="UTC", name="X", now=NOW
            )
        ) == ("unknown_store", "store")
        assert refused(
            lambda: add_store(
                connection, actor=QUAI_MANAGER, code="quai", zone="UTC", name="X", now=NOW
            )
        ) == ("not_permitted", "stores")
        assert everything(connection) == before


@pytest.mark.parametrize("nobody", [ANALYST, actor(Role.STAFF), actor(Role.DEVELOPER), NOBODY])
def test_who_may_not_changes_none(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert refused(
            lambda: change_store(
                connection, actor=nobody, code="quai", zone="UTC", name="X", now=NOW
            )
        ) == ("not_permitted", "")
        assert everything(connection) == before


def test_another_store_is_not_there(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert [one.code for one in list_stores(connection, actor=QUAI_MANAGER)] == ["quai"]
        assert refused(lambda: get_store(connection, actor=QUAI_MANAGER, code="marche")) == (
            "unknown_store",
            "store",
        )
        for code in ("marche", "new"):
            assert refused(
                lambda c=code: change_store(
                    connection, actor=QUAI_MANAGER, code=c, zone="UTC", name="X", now=NOW
                )
            ) == ("not_permitted", "")
        assert everything(connection) == before


def test_a_zone_that_does_not_exist_changes_nothing(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert refused(
            lambda: change_store(
                connection, actor=OWNER, code="quai", zone="Moon/Tranquility", name="X", now=NOW
            )
        ) == ("unknown_choice", "zone")
        assert everything(connection) == before
