"""Contributions that a shop sends in: they wait, and are answered as they stand."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.clock import FixedClock
from habitue.services.contributing.deciding import approve_contribution
from habitue.services.counter.counter import Counter
from tests.domain.test_pictures import SECRET, png, png_block
from tests.interfaces.api.cast import NOW, PHONES, World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared
from tests.support.database import DatabaseForTests

PATH = "/contributions/submissions"


def review(world: World, **changes: Any) -> dict[str, Any]:
    """A review of Ana's, with changes."""
    plain = {
        "programme": "corner",
        "source": "shop",
        "external_id": "review-1",
        "member": {"kind": "card", "value": world.ana_card},
        "contribution": "review",
        "product": "espresso",
        "text": "Strong,\nand short.",
    }
    return plain | changes


def test_it_waits_and_is_answered_as_it_stands(
    api: Client, world: World, database: DatabaseForTests
) -> None:
    sent = api.post(PATH, review(world))
    assert sent.status_code == 200
    waiting = sent.json()
    assert (waiting["state"], waiting["gave"]) == ("waiting", {})
    assert api.post(PATH, review(world)).json() == waiting
    other = api.post(PATH, review(world, text="Something else."))
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    with database.connect() as connection:
        counter = Counter(connection, SYSTEM, FixedClock(NOW), PHONES, "backoffice")
        approve_contribution(
            counter,
            member_id=UUID(world.ana),
            contribution_id=UUID(waiting["contribution_id"]),
        )
    stands = api.post(PATH, review(world)).json()
    assert (stands["state"], stands["gave"]) == ("approved", {"points": 7})
    again = api.post(PATH, review(world, external_id="review-2"))
    assert (again.status_code, again.json()["code"]) == (409, "already_contributed")


def test_a_picture_comes_in_base64_and_is_freed_of_what_is_none(
    api: Client, world: World, database: DatabaseForTests
) -> None:
    told = b64encode(png(png_block(b"tEXt", SECRET))).decode()
    photo = review(world, contribution="photo", product=None, picture=told)
    assert api.post(PATH, photo).status_code == 200
    with database.connect() as connection:
        ((kept, by),) = connection.execute("SELECT picture, sent_by FROM contribution").fetchall()
    assert (bytes(kept), by) == (png(), "full")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "Short."}, "contribution_not_complete"),
        ({"contribution": "song"}, "unknown_contribution"),
        ({"product": None}, "missing_field"),
        ({"member": {"kind": "card", "value": "JMCW4H69ANNJ"}}, "unknown_member"),
        ({"picture": "not base64"}, "invalid_text"),
        ({"picture": b64encode(b"<svg/>").decode()}, "picture_not_taken"),
        ({"link": "javascript:alert(1)"}, "invalid_text"),
        ({"purchase": {"source": "till", "external_id": "bobs"}}, "purchase_not_found"),
        ({"programme": "nowhere"}, "unknown_programme"),
        ({"praise": True}, "unknown_field"),
        ({"text": "a" * 5_001}, "too_long"),
    ],
    ids=lambda one: one if isinstance(one, str) else next(iter(one)),
)
def test_what_could_not_count_is_refused(
    shared: Shared, changes: dict[str, Any], code: str
) -> None:
    before = shared.counts()
    answer = shared.api.post(PATH, review(shared.world, **changes))
    assert answer.json()["code"] == code
    assert answer.status_code in (404, 409, 422)
    assert shared.counts() == before


def test_a_key_without_the_right_sends_nothing(shared: Shared) -> None:
    answer = shared.api.post(PATH, review(shared.world), key="reader")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
