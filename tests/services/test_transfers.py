"""Points between members keep their dates (SEMANTICS 13)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY
from habitue.services.intake import Answer
from habitue.services.transfers import transfer_points
from tests.services.till import Till


def send(till: Till, **changes: Any) -> Answer:
    """Transfer 30 points from the first member to the second."""
    order: dict[str, Any] = {
        "programme": "corner",
        "source": "portal",
        "external_id": "t1",
        "currency": "points",
        "units": 30,
    }
    return transfer_points(till.connection, clock=till.clock, **(order | changes))


def test_s13_there_and_back_a_lot_still_ends_on_its_first_date(till: Till) -> None:
    ann, ben = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.ok(till.purchase("CARD0001", "50.00"))
    ((first,),) = till.rows("SELECT expires_at FROM lot")
    till.clock.advance(40 * DAY)
    answer = send(till, from_member=ann, to_member=ben)
    assert answer.content["points"]["points"]["transferred"] == -30
    till.clock.advance(40 * DAY)
    send(till, from_member=ben, to_member=ann, external_id="t2", units=20)
    assert till.rows("SELECT DISTINCT expires_at FROM lot") == [(first,)]
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (40, 10)


def test_s31_a_transfer_happens_once(till: Till) -> None:
    ann, ben = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.ok(till.purchase("CARD0001", "50.00"))
    first = send(till, from_member=ann, to_member=ben)
    till.clock.advance(DAY)
    again = send(till, from_member=ann, to_member=ben)
    assert (again.status, again.content) == ("known", first.content)
    for change in ({"units": 31}, {"from_member": ben, "to_member": ann}):
        with pytest.raises(Refusal, match="key_reused"):
            send(till, **({"from_member": ann, "to_member": ben} | change))
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (20, 30)


def test_what_cannot_be_transferred(till: Till) -> None:
    ann, ben = till.enrol("CARD0001"), till.enrol("CARD0002")
    till.ok(till.purchase("CARD0001", "10.00"))
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "not_enough_points"),
        ({"units": 0}, "not_positive"),
        ({"to_member": ann}, "same_member"),
        ({"to_member": uuid4()}, "unknown_member"),
        ({"programme": "nowhere"}, "unknown_programme"),
        ({"currency": "gold", "units": 1}, "unknown_points"),
        ({"source": "habitue:x"}, "invalid_text"),
        ({"external_id": ""}, "invalid_text"),
        ({"external_id": "x" * 201}, "too_long"),
    ]
    for change, code in cases:
        with pytest.raises(Refusal, match=code):
            send(till, **({"from_member": ann, "to_member": ben} | change))
    assert till.rows("SELECT count(*) FROM event_key") == [(1,)]
    assert (till.balance("CARD0001"), till.balance("CARD0002")) == (10, 0)
