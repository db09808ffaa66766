"""Tills: added by whoever may, paired once, and out for ever once revoked."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.access import SYSTEM, Actor, Kind
from habitue.kit.instants import HOUR, MINUTE
from habitue.selectors.actors import actor_of_device
from habitue.selectors.devices import get_device, list_devices
from habitue.services.access.devices import (
    PAIRING_VALID,
    Paired,
    add_device,
    pair_device,
    renew_pairing,
    revoke_device,
)
from tests.services.access.cast import (
    ANALYST,
    MANAGER,
    OWNER,
    QUAI_MANAGER,
    Connection,
    at_once,
    everything,
    open_stores,
    refused,
    session_of,
    sessions,
    trail,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests


def pair(connection: Connection, code: str, *, caller: str = "x", now: int = NOW) -> Paired:
    return pair_device(connection, code=code, caller=caller, now=now)


def test_a_till_is_added_and_paired_once(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        device_id, code = add_device(connection, actor=MANAGER, name="Bar", store="quai", now=NOW)
        waiting = get_device(connection, actor=MANAGER, device_id=device_id)
        assert (waiting.pairing_until_at, waiting.paired_at) == (NOW + PAIRING_VALID, None)
        paired = pair(connection, code, now=NOW + MINUTE)
        assert (paired.device_id, paired.name, paired.store) == (device_id, "Bar", "quai")
        till = actor_of_device(connection, secret=paired.secret)
        assert till == Actor(
            kind=Kind.DEVICE,
            id=device_id,
            name="Bar",
            stores=frozenset({"quai"}),
            device=device_id,
        )
        found = get_device(connection, actor=MANAGER, device_id=device_id)
        assert (found.pairing_until_at, found.paired_at) == (None, NOW + MINUTE)
        assert found.created_by == MANAGER.name
        before = everything(connection)
        assert refused(lambda: pair(connection, code)) == ("link_not_valid", "code")
        assert everything(connection) == before
        assert trail(connection) == [
            ("Camille", "device_added", "Bar"),
            ("Bar", "device_paired", "Bar"),
        ]


def test_a_pairing_code_may_be_typed_by_hand(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        device_id, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        assert len(code) == 8
        assert not set(code) & set("01IO")
        typed = f" {code[:4].lower()}-{code[4:]} "
        assert pair(connection, typed).device_id == device_id


def test_a_pairing_code_runs_out_after_a_day(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        _, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        end = NOW + 24 * HOUR
        assert refused(lambda: pair(connection, code, now=end))[0] == "link_not_valid"
        pair(connection, code, now=end - 1)


def test_of_two_who_pair_a_till_one_is_the_till(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        for _ in range(4):
            _, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
            outcomes = at_once(
                database,
                lambda c, k=code: pair(c, k, caller="one"),
                lambda c, k=code: pair(c, k, caller="two"),
            )
            assert outcomes.count("link_not_valid") == 1


def test_pairing_codes_are_not_guessed_for_long(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        _, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        for place in range(10):
            assert refused(lambda p=place: pair(connection, f"WRONG{p}"))[0] == "link_not_valid"
        assert refused(lambda: pair(connection, code))[0] == "rate_limited"
        pair(connection, code, caller="somebody else")


def test_a_till_is_paired_anew(database: DatabaseForTests) -> None:
    """What it was paired with lets nobody in from the moment on which it waits again."""
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        device_id, first = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        old = pair(connection, first)
        session_of(connection, "there", device_id=device_id)
        session_of(connection, "elsewhere")
        code = renew_pairing(connection, actor=OWNER, device_id=device_id, now=NOW)
        assert actor_of_device(connection, secret=old.secret) is None
        assert sessions(connection) == ["elsewhere"]
        new = pair(connection, code)
        assert new.secret != old.secret
        assert actor_of_device(connection, secret=new.secret) is not None
        assert actor_of_device(connection, secret=old.secret) is None


def test_a_revoked_till_is_out_for_ever(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        device_id, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        waiting, unused = add_device(connection, actor=OWNER, name="Hall", store="quai", now=NOW)
        paired = pair(connection, code)
        session_of(connection, "there", device_id=device_id)
        for one in (device_id, waiting):
            revoke_device(connection, actor=OWNER, device_id=one, now=NOW)
        assert actor_of_device(connection, secret=paired.secret) is None
        assert sessions(connection) == []
        assert refused(lambda: pair(connection, unused))[0] == "link_not_valid"
        assert list_devices(connection, actor=OWNER) == ()
        assert len(list_devices(connection, actor=OWNER, revoked_too=True)) == 2
        before = everything(connection)
        revoke_device(connection, actor=OWNER, device_id=device_id, now=NOW)
        assert refused(
            lambda: renew_pairing(connection, actor=OWNER, device_id=device_id, now=NOW)
        ) == ("unknown_device", "device")
        assert everything(connection) == before


def test_a_manager_of_one_store_has_no_tills_of_another(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        other, _ = add_device(connection, actor=OWNER, name="Market", store="marche", now=NOW)
        own, _ = add_device(connection, actor=QUAI_MANAGER, name="Bar", store="quai", now=NOW)
        before = everything(connection)
        seen = list_devices(connection, actor=QUAI_MANAGER)
        assert [one.device_id for one in seen] == [own]
        for verb in (renew_pairing, revoke_device):
            assert refused(
                lambda v=verb: v(connection, actor=QUAI_MANAGER, device_id=other, now=NOW)
            ) == ("unknown_device", "device")
        assert refused(lambda: get_device(connection, actor=QUAI_MANAGER, device_id=other)) == (
            "unknown_device",
            "device",
        )
        assert refused(
            lambda: add_device(connection, actor=QUAI_MANAGER, name="X", store="marche", now=NOW)
        ) == ("not_permitted", "")
        assert everything(connection) == before


@pytest.mark.parametrize("nobody", [ANALYST, Actor(kind=Kind.NOBODY), Actor(kind=Kind.DEVICE)])
def test_who_may_not_changes_no_till(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        device_id, _ = add_device(connection, actor=SYSTEM, name="Bar", store="quai", now=NOW)
        before = everything(connection)
        for verb in (
            lambda: add_device(connection, actor=nobody, name="X", store="quai", now=NOW),
            lambda: renew_pairing(connection, actor=nobody, device_id=device_id, now=NOW),
            lambda: revoke_device(connection, actor=nobody, device_id=device_id, now=NOW),
        ):
            assert refused(verb) == ("not_permitted", "")
        assert everything(connection) == before


@pytest.mark.parametrize(
    ("name", "store", "code"),
    [
        ("", "quai", "invalid_text"),
        (" Bar", "quai", "invalid_text"),
        ("Bar\u202e", "quai", "invalid_text"),
        ("Bar\n", "quai", "invalid_text"),
        ("B" * 61, "quai", "too_long"),
        ("B" * 10_000, "quai", "too_long"),
        ("Bar", "nowhere", "unknown_store"),
        ("Bar", "", "unknown_store"),
    ],
)
def test_bad_input_makes_no_till(
    database: DatabaseForTests, name: str, store: str, code: str
) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert (
            refused(lambda: add_device(connection, actor=OWNER, name=name, store=store, now=NOW))[0]
            == code
        )
        assert everything(connection) == before


def test_an_unknown_till_is_unknown(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        assert refused(
            lambda: revoke_device(connection, actor=OWNER, device_id=uuid4(), now=NOW)
        ) == ("unknown_device", "device")
        assert actor_of_device(connection, secret="x" * 10_000) is None


def test_neither_codes_nor_secrets_are_stored(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        _, code = add_device(connection, actor=OWNER, name="Bar", store="quai", now=NOW)
        stored = str(everything(connection))
        secret = pair(connection, code).secret
        stored += str(everything(connection))
    assert code not in stored
    assert secret not in stored
