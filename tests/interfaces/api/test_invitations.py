"""Invitations into closed clubs through the API: made once, answered as they stand, revoked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared
from tests.support.database import DatabaseForTests

PATH = "/invitations"
KEY = {"source": "guests", "external_id": "harvest"}


def guests(**changes: Any) -> dict[str, Any]:
    """A wish for an invitation, with changes."""
    return {**KEY, "programme": "corner", "people": 12, "note": "Harvest"} | changes


def test_it_is_made_once_and_answered_as_it_stands(api: Client, database: DatabaseForTests) -> None:
    made = api.post(PATH, guests())
    assert made.status_code == 200, made.text
    stands = made.json()
    assert (stands["people"], stands["joined"], stands["revoked_at"]) == (12, 0, None)
    assert [len(part) for part in stands["code"].split("-")] == [4, 4, 4]
    with database.connect() as connection:
        connection.execute("UPDATE invitation SET joined = 3")
    assert api.post(PATH, guests()).json() == stands | {"joined": 3}
    other = api.post(PATH, guests(people=13))
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    gone = api.post(f"{PATH}/revocations", KEY).json()
    assert gone["revoked_at"] is not None
    # A second time changes nothing.
    assert api.post(f"{PATH}/revocations", KEY).json() == gone
    with database.connect() as connection:
        noted = connection.execute("SELECT action FROM trail ORDER BY at, trail_id").fetchall()
    assert noted[-2:] == [("invitation_created",), ("invitation_revoked",)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"people": 0}, "not_positive"),
        ({"people": -1}, "negative_amount"),
        ({"people": 2_000_000}, "too_large"),
        ({"people": "two"}, "wrong_type"),
        ({"note": "x" * 201}, "too_long"),
        ({"note": "a\u0000b"}, "invalid_text"),
        ({"expires_at": "1999-01-01T00:00:00Z"}, "too_long_ago"),
        ({"expires_at": "soon"}, "not_an_instant"),
        ({"programme": "nowhere"}, "unknown_programme"),
        ({"external_id": ""}, "invalid_text"),
        ({"code": "mine"}, "unknown_field"),
    ],
    ids=lambda one: one if isinstance(one, str) else next(iter(one)),
)
def test_what_is_no_invitation_is_refused(
    shared: Shared, changes: dict[str, Any], code: str
) -> None:
    answer = shared.api.post(PATH, guests(**changes))
    assert (answer.json()["code"], answer.status_code in (404, 422)) == (code, True)
    unknown = shared.api.post(f"{PATH}/revocations", KEY)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_invitation")
