"""Who may come in, how often, and that a refusal does not tell why."""

import pytest

from habitue.interfaces.api import keyring
from habitue.kit.instants import datetime_of
from habitue.services.keys import revoke_key
from tests.interfaces.api.cast import NOW, World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared
from tests.support.database import DatabaseForTests


def test_whoever_is_not_let_in_is_told_the_same(shared: Shared) -> None:
    tokens = shared.world.tokens
    good = tokens["full"]
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    texts = [
        "",
        "Bearer",
        f"Basic {good}",
        good,
        "Bearer nonsense",
        f"Bearer {wrong}",
        f"Bearer hb_0000000000000000_{'a' * 43}",
        f"Bearer {tokens['expired']}",
        f"Bearer {tokens['revoked']}",
        f"Bearer {good} x",
    ]
    answers = [
        shared.api.get("/programmes", key=None, headers={"authorization": text}) for text in texts
    ]
    answers.append(shared.api.get("/programmes", key=None))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert all("www-authenticate" in answer.headers for answer in answers)
    assert shared.api.get("/programmes").status_code == 200
    assert (
        shared.api.get(
            "/programmes", key=None, headers={"authorization": f"bearer {good}"}
        ).status_code
        == 200
    )


def test_a_revoked_key_stops_within_seconds(
    api: Client, world: World, database: DatabaseForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api.get("/programmes", key="reader").status_code == 200
    with database.connect() as connection:
        assert revoke_key(connection, key_id=world.key_ids["reader"], now=NOW)
    # What is remembered lives for a few seconds; after them the key is read again.
    monkeypatch.setattr(keyring, "REMEMBERED", -1.0)
    assert api.get("/programmes", key="reader").status_code == 401


def test_the_day_of_use_is_noted_for_the_right_secret_alone(
    api: Client, world: World, database: DatabaseForTests
) -> None:
    def used_on(name: str) -> object:
        with database.connect() as connection:
            row = connection.execute(
                "SELECT latest_used_on FROM api_key WHERE key_id = %s", [world.key_ids[name]]
            ).fetchone()
        assert row is not None
        return row[0]

    wrong = f"Bearer hb_{world.key_ids['reader']}_{'a' * 43}"
    api.get("/programmes", key=None, headers={"authorization": wrong})
    assert used_on("reader") is None
    api.get("/programmes", key="oslo")
    assert used_on("oslo") == datetime_of(NOW).date()


def test_too_many_requests_are_told_to_wait(api: Client) -> None:
    answers = [api.get("/programmes", key="slow") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    last = answers[-1]
    assert last.json()["code"] == "rate_limited"
    assert last.headers["ratelimit-limit"] == "3"
    assert 1 <= int(last.headers["retry-after"]) <= 20
    assert int(last.headers["ratelimit-reset"]) <= 60
    assert api.get("/programmes").status_code == 200
    assert "ratelimit-limit" not in api.get("/programmes").headers


def test_secrets_do_not_come_back(shared: Shared) -> None:
    answer = shared.api.get("/programmes", key="expired")
    assert shared.world.tokens["expired"].split("_", 2)[2] not in answer.text
