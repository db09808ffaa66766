"""PINs say who serves, at tills of the store, and are not guessed."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from habitue.domain.access import Role
from habitue.domain.errors import Refusal
from habitue.kit.ids import new_id
from habitue.kit.instants import HOUR, MINUTE, SECOND, Instant
from habitue.selectors.staff import StaffRecord, get_staff
from habitue.services.access.pins import find_staff_by_pin, set_pin
from habitue.services.access.staff import deactivate_staff
from tests.services.access.cast import (
    OWNER,
    Connection,
    acting,
    at_once,
    colleague,
    everything,
    open_stores,
    refused,
    trail,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests

BAR, HALL = new_id(NOW), new_id(NOW)


def give(connection: Connection, who: StaffRecord, pin: str) -> None:
    set_pin(connection, actor=OWNER, staff_id=who.staff_id, pin=pin, now=NOW)


def find(
    connection: Connection,
    pin: str,
    *,
    store: str = "quai",
    device: UUID = BAR,
    now: Instant = NOW,
) -> UUID | str:
    """Who serves, or why nobody does."""
    try:
        return find_staff_by_pin(connection, device_id=device, store=store, pin=pin, now=now)
    except Refusal as refusal:
        return refusal.code.value


def test_a_pin_says_who_serves_in_their_stores(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        quai = colleague(connection, "Quai", stores=("quai",))
        everywhere = colleague(connection, "Everywhere", Role.MANAGER)
        counting = colleague(connection, "Counting", Role.ANALYST)
        for who, pin in ((quai, "4711"), (everywhere, "081500"), (counting, "2468")):
            give(connection, who, pin)
        assert find(connection, "4711") == quai.staff_id
        assert find(connection, "081500") == everywhere.staff_id
        assert find(connection, "4711", store="marche") == "wrong_pin"
        assert find(connection, "081500", store="marche") == everywhere.staff_id
        # Who counts does not serve.
        assert find(connection, "2468") == "wrong_pin"
        deactivate_staff(connection, actor=OWNER, staff_id=quai.staff_id, now=NOW)
        assert find(connection, "4711") == "wrong_pin"


def test_an_empty_pin_is_none(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        quai, other = colleague(connection, "Quai"), colleague(connection, "Other")
        assert find(connection, "") == "wrong_pin"
        give(connection, quai, "4711")
        for who in (quai, other):
            give(connection, who, "")
        assert find(connection, "4711") == "wrong_pin"
        assert find(connection, "") == "wrong_pin"
        assert not get_staff(connection, actor=OWNER, staff_id=quai.staff_id).has_pin


def test_no_two_colleagues_have_one_pin(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        first, second = colleague(connection, "First"), colleague(connection, "Second")
        give(connection, first, "4711")
        give(connection, second, "0815")
        before = everything(connection)
        assert refused(lambda: give(connection, second, "4711")) == ("pin_taken", "pin")
        assert everything(connection) == before
        give(connection, first, "4711")
        assert find(connection, "0815") == second.staff_id


def test_of_two_who_choose_a_pin_at_once_one_has_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for place in range(4):
            pair = [colleague(connection, f"c{place}{one}") for one in "ab"]
            pin = f"47{place}1"
            outcomes = at_once(database, *[lambda c, w=who, p=pin: give(c, w, p) for who in pair])
            assert sorted(map(str, outcomes)) == ["None", "pin_taken"]


def test_a_colleague_chooses_their_own_a_few_times(database: DatabaseForTests) -> None:
    """Or they would learn the PINs of others by choosing one after the other."""
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        for place in range(10):
            set_pin(
                connection,
                actor=acting(who),
                staff_id=who.staff_id,
                pin=f"47{place}1",
                now=NOW,
            )
        before = everything(connection)
        own: dict[str, Any] = {"actor": acting(who), "staff_id": who.staff_id, "pin": "2580"}
        assert refused(lambda: set_pin(connection, **own, now=NOW))[0] == "rate_limited"
        assert everything(connection) == before
        set_pin(connection, **own, now=NOW + HOUR)
        assert trail(connection)[-1] == ("Quai", "pin_set", "Quai")


def test_nobody_changes_a_pin_at_a_till(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who, other = colleague(connection, "Quai"), colleague(connection, "Other")
        before = everything(connection)
        for actor, staff in ((acting(who, at_till=True), who), (acting(who), other)):
            assert refused(
                lambda a=actor, s=staff: set_pin(
                    connection, actor=a, staff_id=s.staff_id, pin="4711", now=NOW
                )
            ) == ("not_permitted", "")
        assert everything(connection) == before


@pytest.mark.parametrize("pin", ["123", "1234567", "12a4", "1111", "1234", "४७११", "4711 "])
def test_bad_pins_change_nothing(database: DatabaseForTests, pin: str) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        before = everything(connection)
        assert refused(lambda: give(connection, who, pin)) == ("weak_pin", "pin")
        assert everything(connection) == before


def test_a_till_gives_up_after_ten_wrong_pins(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        give(connection, who, "4711")
        now = NOW - NOW % (5 * MINUTE)
        for place in range(10):
            assert find(connection, f"999{place}", now=now) == "wrong_pin"
        assert find(connection, "4711", now=now + 5 * MINUTE - SECOND) == "rate_limited"
        # Another till goes on, and this one after a while.
        assert find(connection, "4711", device=HALL, now=now) == who.staff_id
        assert find(connection, "4711", now=now + 5 * MINUTE) == who.staff_id


def test_right_pins_do_not_count(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        give(connection, who, "4711")
        for _ in range(100):
            assert find(connection, "4711") == who.staff_id
        # And they do not make room for more wrong ones.
        found = [find(connection, pin) for pin in ["9990", "4711"] * 11]
        assert found[:19] == ["wrong_pin", who.staff_id] * 9 + ["wrong_pin"]
        assert set(found[19:]) == {"rate_limited"}


def test_a_till_that_is_guessed_at_all_day_gives_up_for_the_day(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        give(connection, who, "4711")
        midnight = NOW - NOW % (24 * HOUR)
        for place in range(60):
            at = midnight + place * 5 * MINUTE
            assert find(connection, "9990", now=at) == "wrong_pin"
        assert find(connection, "4711", now=midnight + 23 * HOUR) == "rate_limited"
        assert find(connection, "4711", now=midnight + 24 * HOUR) == who.staff_id


def test_pins_guessed_at_the_same_time_do_not_share_a_count(database: DatabaseForTests) -> None:
    outcomes = at_once(database, *[lambda c, p=place: find(c, f"99{p:02}") for place in range(16)])
    assert sorted(outcomes) == ["rate_limited"] * 6 + ["wrong_pin"] * 10


def test_what_is_stored_of_a_pin_is_keyed_by_the_secret(
    database: DatabaseForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Quai")
        give(connection, who, "4711")
        ((stored,),) = connection.execute("SELECT pin_hash FROM staff").fetchall()
        assert sha256(b"4711").hexdigest() != stored
        monkeypatch.setattr(settings, "SECRET_KEY", "another secret of thirty-two letters")
        assert find(connection, "4711") == "wrong_pin"
