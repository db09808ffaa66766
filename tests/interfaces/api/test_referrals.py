"""Referrals by the API: a code, a friend who has joined, and the list."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY
from habitue.services.programmes import publish_version
from tests.interfaces.api.cast import CORNER, NOW, World
from tests.interfaces.api.client import Client
from tests.support.database import DatabaseForTests

FRIENDLY: dict[str, Any] = CORNER | {
    "referral": {"spend": "10.00", "vests": "14 days"},
    "earn": CORNER["earn"]
    | {
        "hello": {"on": "referred", "give": {"points": 5}},
        "friend": {"on": "referral", "give": {"points": 9}},
    },
}


@pytest.fixture(autouse=True)
def _friendly(database: DatabaseForTests, world: World) -> None:
    """The programme of the cast takes referrals since yesterday."""
    assert world.ana
    with database.connect() as connection:
        publish_version(
            connection, document=FRIENDLY, now=NOW - DAY, actor="cast", effective_at=NOW - DAY
        )


def joined(api: Client, name: str) -> dict[str, Any]:
    """Somebody who has just joined."""
    member: dict[str, Any] = api.post("/members", {"given_name": name}).json()
    event = {
        "programme": "corner",
        "source": "shop",
        "external_id": f"join-{name}",
        "occurred_at": "2026-03-14T12:00:00+01:00",
        "member": {"kind": "card", "value": member["number"]},
    }
    assert api.post("/enrolments", event).status_code == 201
    return member


def code_of(api: Client, member_id: str) -> str:
    """The code of a member for friends."""
    return str(api.post("/referral-codes", {"member_id": member_id}).json()["referral_code"])


def test_a_friend_is_brought_once_and_listed(api: Client, world: World, clock: FixedClock) -> None:
    code = code_of(api, world.ana)
    assert code_of(api, world.ana) == code
    zoe = joined(api, "Zoe")
    content = {"programme": "corner", "member_id": zoe["member_id"], "referral_code": code}
    made = api.post("/referrals", content)
    assert made.status_code == 201
    assert made.json() | {"referral_id": "", "referred_at": "", "until": ""} == {
        "referral_id": "",
        "programme": "corner",
        "referrer": world.ana,
        "friend": zoe["member_id"],
        "referred_at": "",
        "channel": "api",
        "state": "open",
        "until": "",
        "signs": [],
    }
    assert api.post("/referrals", content).json() == made.json()
    other = api.post("/referrals", content | {"referral_code": code_of(api, world.bob)})
    assert (other.status_code, other.json()["code"]) == (409, "referral_not_possible")
    balances = api.get(f"/members/{zoe['member_id']}/balances?programme=corner").json()
    # 50 for joining, 5 for being brought.
    assert balances["items"][0]["points"]["points"]["balance"] == 55
    card = {"kind": "card", "value": zoe["number"]}
    clock.advance(DAY // 24)
    assert api.post("/purchases", world.purchase("z1", member=card)).status_code == 201
    listed = api.get("/referrals?programme=corner&state=running").json()
    assert [(one["state"], one["until"]) for one in listed["items"]] == [
        ("waiting", "2026-03-27T23:00:00+00:00")
    ]
    clock.advance(20 * DAY)
    assert api.get("/referrals?programme=corner").json()["items"][0]["state"] == "vested"


def test_what_is_refused_changes_nothing(api: Client, world: World, counts: Any) -> None:
    code = code_of(api, world.ana)
    zoe = joined(api, "Zoe")["member_id"]
    before = counts()
    good = {"programme": "corner", "member_id": zoe, "referral_code": code}
    for changes, status, expected in (
        ({"referral_code": "AAAAAAAAAAA"}, 422, "unknown_referral_code"),
        ({"referral_code": "\x00"}, 422, "invalid_text"),
        ({"member_id": "f" * 32}, 404, "unknown_member"),
        ({"member_id": world.ana}, 422, "same_member"),
        ({"member_id": world.bob}, 409, "referral_not_possible"),
        ({"programme": "tokyo"}, 409, "referral_not_possible"),
        ({"programme": "none"}, 404, "unknown_programme"),
        ({"more": 1}, 422, "unknown_field"),
    ):
        answer = api.post("/referrals", good | changes)
        assert (answer.status_code, answer.json()["code"]) == (status, expected), changes
    for query, status in (
        ("", 422),
        ("?programme=corner&state=x", 422),
        ("?programme=corner&cursor=x", 400),
        ("?programme=none", 404),
    ):
        assert api.get(f"/referrals{query}").status_code == status, query
    assert counts() == before
