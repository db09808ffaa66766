"""API keys made and revoked by people."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from habitue.domain.access import NOBODY, Actor, Role
from habitue.selectors.keys import Key, get_key
from habitue.services.access.keys import issue_key, withdraw_key
from habitue.services.keys import authenticate
from tests.services.access.cast import (
    MANAGER,
    OWNER,
    QUAI_OWNER,
    Connection,
    actor,
    everything,
    refused,
    trail,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests


def issue(
    connection: Connection,
    *,
    by: Actor = OWNER,
    name: str = "Shop",
    stores: Sequence[str] = (),
    programmes: Sequence[str] = (),
) -> tuple[Key, str]:
    return issue_key(
        connection,
        actor=by,
        name=name,
        scopes=["purchases:write"],
        programmes=programmes,
        stores=stores,
        requests_per_minute=60,
        expires_at=None,
        now=NOW,
    )


def test_a_key_is_made_and_revoked_with_its_trail(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        key, token = issue(connection)
        assert authenticate(connection, token=token, now=NOW) == key
        for _ in range(2):
            withdraw_key(connection, actor=OWNER, key_id=key.key_id, now=NOW)
        assert refused(lambda: authenticate(connection, token=token, now=NOW))[0] == (
            "not_authenticated"
        )
        assert trail(connection) == [
            ("Hélène", "key_created", "Shop"),
            ("Hélène", "key_revoked", "Shop"),
        ]
        assert token.rpartition("_")[2] not in str(everything(connection))


def test_developers_connect_machines(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        key, _ = issue(connection, by=actor(Role.DEVELOPER))
        withdraw_key(connection, actor=actor(Role.DEVELOPER), key_id=key.key_id, now=NOW)


@pytest.mark.parametrize("nobody", [MANAGER, actor(Role.STAFF), actor(Role.ANALYST), NOBODY])
def test_who_may_not_makes_and_revokes_none(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        key, _ = issue(connection)
        before = everything(connection)
        assert refused(lambda: issue(connection, by=nobody)) == ("not_permitted", "")
        assert refused(
            lambda: withdraw_key(connection, actor=nobody, key_id=key.key_id, now=NOW)
        ) == ("not_permitted", "")
        assert everything(connection) == before


def test_a_key_reaches_no_further_than_who_made_it(database: DatabaseForTests) -> None:
    partly = actor(Role.OWNER, programmes=("corner",))
    with database.connect(autocommit=True) as connection:
        own, _ = issue(connection, by=QUAI_OWNER, stores=["quai"])
        issue(connection, by=partly, programmes=["corner"])
        wider = [issue(connection, stores=stores)[0] for stores in ([], ["marche"])]
        before = everything(connection)
        for stores in ([], ["marche"], ["quai", "marche"]):
            assert refused(lambda s=stores: issue(connection, by=QUAI_OWNER, stores=s)) == (
                "not_permitted",
                "stores",
            )
            assert refused(lambda p=stores: issue(connection, by=partly, programmes=p)) == (
                "not_permitted",
                "programmes",
            )
        for key in wider:
            assert refused(
                lambda k=key: withdraw_key(connection, actor=QUAI_OWNER, key_id=k.key_id, now=NOW)
            ) == ("not_permitted", "stores")
        assert everything(connection) == before
        withdraw_key(connection, actor=QUAI_OWNER, key_id=own.key_id, now=NOW)


def test_bad_input_makes_no_key(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        before = everything(connection)
        assert refused(lambda: issue(connection, name=""))[1] == "name"
        assert refused(lambda: issue(connection, name="n" * 10_000)) == ("too_long", "name")
        assert refused(
            lambda: withdraw_key(connection, actor=OWNER, key_id="x" * 10_000, now=NOW)
        ) == ("unknown_key", "key")
        assert everything(connection) == before
        assert get_key(connection, key_id="") is None
