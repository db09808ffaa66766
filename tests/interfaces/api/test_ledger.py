"""Balances as of any instant, and lines that say why they are there."""

import pytest

from tests.interfaces.api.cast import World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared


@pytest.fixture
def bought(api: Client, world: World) -> World:
    """Three purchases on three days, and some points spent."""
    for number, day in enumerate(("01", "05", "09")):
        body = world.purchase(f"p{number}", occurred_at=f"2026-03-{day}T12:00:00+01:00")
        assert api.post("/purchases", body).status_code == 201
    spent = world.event("s", currency="points", units=20)
    assert api.post("/redemptions", spent).status_code == 201
    return world


@pytest.mark.parametrize(
    ("as_of", "balance"),
    [
        ("2026-03-01T11:59:59%2B01:00", 0),
        ("2026-03-01T12:00:00%2B01:00", 12),
        ("2026-03-05T12:00:00+01:00", 24),
        ("2026-03-10T00:00:00Z", 36),
        ("2026-03-14T12:00:00Z", 16),
        ("2027-06-01T00:00:00Z", 0),
    ],
)
def test_balances_are_right_at_any_instant(
    api: Client, bought: World, as_of: str, balance: int
) -> None:
    answer = api.get(f"/members/{bought.ana}/balances?programme=corner&as_of={as_of}")
    assert answer.status_code == 200
    (corner,) = answer.json()["items"]
    assert corner["points"]["points"]["balance"] == balance


def test_balances_say_what_ends_when_and_in_which_unit(api: Client, bought: World) -> None:
    answer = api.get(f"/members/{bought.ana}/balances", key="reader").json()
    assert [one["programme"] for one in answer["items"]] == ["corner", "tokyo"]
    points = answer["items"][0]["points"]
    assert points["points"]["expiring"][0]["units"] == 4
    assert points["points"]["expiring"][0]["at"].startswith("2027-03-0")
    assert points["cash"]["decimals"] == 2
    assert answer["member_id"] == bought.ana


def test_lines_come_in_pages_with_their_explanation(api: Client, bought: World) -> None:
    seen = []
    cursor = ""
    for _ in range(10):
        page = api.get(f"/members/{bought.ana}/entries?limit=2{cursor}", key="reader").json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sum(one["amount"] for one in seen) == 16
    assert len({one["entry_id"] for one in seen}) == len(seen)
    assert [one["effective_at"] for one in seen] == sorted(
        (one["effective_at"] for one in seen), reverse=True
    )
    first = next(one for one in seen if one["kind"] == "earn")
    assert (first["rule"], first["version"]) == ("base", 1)
    assert first["event"]["source"] == "till"
    assert first["reason"]


def test_filters_and_restrictions(api: Client, bought: World) -> None:
    path = f"/members/{bought.ana}/entries"
    assert api.get(f"{path}?currency=cash").json()["items"] == []
    assert api.get(f"{path}?programme=tokyo").json()["items"] == []
    assert api.get(path, key="tokyo").json()["items"] == []
    hidden = api.get(f"{path}?programme=corner", key="tokyo")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown_programme")
    seen = api.get(f"/members/{bought.ana}/balances", key="tokyo").json()
    assert [one["programme"] for one in seen["items"]] == ["tokyo"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("balances?as_of=soon", 422, "not_an_instant"),
        ("balances?as_of=2026-03-01T12:00:00", 422, "not_an_instant"),
        ("balances?as_of=", 422, "not_an_instant"),
        ("balances?programme=nowhere", 404, "unknown_programme"),
        ("balances?colour=red", 422, "unknown_field"),
        ("entries?programme=nowhere", 404, "unknown_programme"),
        ("entries?cursor=x", 400, "malformed"),
        ("entries?limit=-1", 422, "not_a_number"),
    ],
)
def test_a_bad_question_is_refused(shared: Shared, path: str, status: int, code: str) -> None:
    answer = shared.api.get(f"/members/{shared.world.ana}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["balances", "entries"])
def test_nobody_has_no_ledger(shared: Shared, path: str) -> None:
    answer = shared.api.get(f"/members/{'0' * 32}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_member")


@pytest.mark.parametrize("as_of", ["0001-01-02T00:00:00Z", "9999-12-20T00:00:00Z"])
def test_the_ends_of_the_calendar_are_instants_too(shared: Shared, as_of: str) -> None:
    answer = shared.api.get(f"/members/{shared.world.ana}/balances?as_of={as_of}")
    assert answer.status_code == 200
