"""Keys: made once, never readable again, refused without a reason."""

from collections.abc import Callable
from functools import partial

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY, datetime_of, parse_instant
from habitue.selectors.keys import Permission, get_key, list_keys
from habitue.services.keys import (
    authenticate,
    create_key,
    note_use,
    read_token,
    revoke_key,
    secret_matches,
)
from tests.support.database import DatabaseForTests

NOW = parse_instant("2026-03-01T12:00:00+00:00")


def test_a_key_can_be_used_and_its_secret_is_not_stored(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        key, token = create_key(
            connection,
            name="till 2",
            scopes=["purchases:write", "members:read"],
            programmes=["corner"],
            stores=["lyon"],
            now=NOW,
        )
        assert authenticate(connection, token=token, now=NOW) == key
        row = connection.execute("SELECT api_key::text FROM api_key").fetchone()
    parts = read_token(token)
    assert parts is not None
    assert parts[0] == key.key_id
    assert row is not None
    assert parts[1] not in row[0]
    assert parts[1].encode().hex() not in row[0]
    assert key.scopes == {Permission.PURCHASES_WRITE, Permission.MEMBERS_READ}
    assert (key.programmes, key.stores) == (frozenset({"corner"}), frozenset({"lyon"}))


def test_every_key_is_different(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        made = [create_key(connection, name="x", scopes=["members:read"], now=NOW)[1] for _ in "ab"]
    assert len({token[:20] for token in made}) == 2
    assert len({token[20:] for token in made}) == 2


def test_unknown_wrong_expired_and_revoked_look_the_same(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        key, token = create_key(
            connection, name="x", scopes=["members:read"], now=NOW, expires_at=NOW + DAY
        )
        gone, gone_token = create_key(connection, name="y", scopes=["members:read"], now=NOW)
        assert revoke_key(connection, key_id=gone.key_id, now=NOW)
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        cases = [
            (wrong, NOW),
            (token, NOW + DAY),
            (gone_token, NOW),
            ("hb_0000000000000000_" + "a" * 43, NOW),
            ("", NOW),
            ("nonsense", NOW),
            (token + "x", NOW),
        ]
        told = set()
        for text, at in cases:
            with pytest.raises(Refusal) as caught:
                authenticate(connection, token=text, now=at)
            told.add(str(caught.value))
        assert len(told) == 1
        assert authenticate(connection, token=token, now=NOW + DAY - 1) == key


def test_revoking_is_for_ever_and_says_whether_it_did(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        key, _ = create_key(connection, name="x", scopes=["members:read"], now=NOW)
        assert revoke_key(connection, key_id=key.key_id, now=NOW)
        assert not revoke_key(connection, key_id=key.key_id, now=NOW + DAY)
        assert not revoke_key(connection, key_id="nobody", now=NOW)
        found = get_key(connection, key_id=key.key_id)
        assert found is not None
        assert found.revoked_at == NOW
        assert list_keys(connection) == []
        assert [one.key_id for one in list_keys(connection, revoked_too=True)] == [key.key_id]


def test_the_day_of_use_only_moves_forward(database: DatabaseForTests) -> None:
    today, before = datetime_of(NOW).date(), datetime_of(NOW - DAY).date()
    with database.connect() as connection:
        key, _ = create_key(connection, name="x", scopes=["members:read"], now=NOW)
        note_use(connection, key_id=key.key_id, day=today)
        note_use(connection, key_id=key.key_id, day=before)
        found = get_key(connection, key_id=key.key_id)
    assert found is not None
    assert found.latest_used_on == today


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, Code.INVALID_TEXT),
        ({"name": " x"}, Code.INVALID_TEXT),
        ({"name": "a\nb"}, Code.INVALID_TEXT),
        ({"name": "x" * 101}, Code.TOO_LONG),
        ({"scopes": []}, Code.MISSING_FIELD),
        ({"scopes": ["everything"]}, Code.UNKNOWN_CHOICE),
        ({"programmes": [""]}, Code.INVALID_TEXT),
        ({"stores": ["x" * 65]}, Code.TOO_LONG),
        ({"requests_per_minute": -1}, Code.NOT_POSITIVE),
        ({"requests_per_minute": 10**9}, Code.TOO_LARGE),
        ({"expires_at": NOW}, Code.TOO_LONG_AGO),
    ],
)
def test_what_makes_no_key_changes_nothing(
    database: DatabaseForTests, changes: dict[str, object], code: Code
) -> None:
    arguments: dict[str, object] = {"name": "x", "scopes": ["members:read"], "now": NOW}
    with database.connect() as connection:
        with pytest.raises(Refusal) as caught:
            create_key(connection, **(arguments | changes))  # type: ignore[arg-type]  # wrong on purpose
        assert caught.value.code is code
        assert list_keys(connection, revoked_too=True) == []


def test_a_permission_that_no_longer_exists_allows_nothing(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        key, _ = create_key(connection, name="x", scopes=["members:read"], now=NOW)
        connection.execute("UPDATE api_key SET scopes = scopes || '{old:thing}'")
        found = get_key(connection, key_id=key.key_id)
    assert found is not None
    assert found.scopes == {Permission.MEMBERS_READ}


def test_restrictions_are_named_in_the_refusal(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        key, _ = create_key(
            connection,
            name="x",
            scopes=["members:read"],
            programmes=["corner"],
            stores=["lyon"],
            now=FixedClock(NOW).now(),
        )
    assert key.sees_programme("corner")
    assert not key.sees_programme("other")
    refusing: tuple[Callable[[], None], ...] = (
        partial(key.require, Permission.PURCHASES_WRITE),
        partial(key.require_programme, "other"),
        partial(key.require_store, "paris"),
        partial(key.require_store, None),
    )
    for refuse in refusing:
        with pytest.raises(Refusal) as caught:
            refuse()
        assert caught.value.code is Code.NOT_PERMITTED
    assert secret_matches(key, secret="wrong") is False
