"""Correcting by hand: with a reason, once, by those who may."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.access import Actor
from habitue.kit.instants import MINUTE
from habitue.services.counter.correcting import adjust_points, foresee_adjustment, set_tier
from habitue.services.counter.counter import Counter
from habitue.services.intake import Answer
from habitue.services.members import close_member
from tests.services.access.cast import QUAI_MANAGER, everything, refused, trail
from tests.services.counter.cast import (
    CAMILLE,
    STRANGERS,
    VOLODIA,
    balance,
    counter,
    guest,
)
from tests.services.till import CORNER, Till

TIERED: dict[str, Any] = CORNER | {
    "tiers": {
        "by": {"spend": "rolling 12 months"},
        "silver": {"enter": "100.00"},
        "gold": {"enter": "500.00"},
    }
}


@pytest.fixture
def office(till: Till) -> Counter:
    """The back office."""
    return counter(till, by=CAMILLE, source="backoffice", store="")


def adjust(at: Counter, member_id: Any, **fields: Any) -> Answer:
    wanted: dict[str, Any] = {
        "programme": "corner",
        "external_id": "a1",
        "currency": "points",
        "units": "25",
        "reason": "Waited for an hour",
    }
    return adjust_points(at, member_id=member_id, **(wanted | fields))


def test_points_are_given_once_with_a_reason(till: Till, office: Counter) -> None:
    marie = guest(till)
    before = everything(till.connection)
    foreseen = foresee_adjustment(
        office,
        programme="corner",
        external_id="a1",
        member_id=marie.member_id,
        currency="points",
        units="25",
        reason="",
    )
    assert everything(till.connection) == before
    first = adjust(office, marie.member_id)
    assert foreseen.content["points"] == first.content["points"]
    assert balance(till, marie.member_id) == 25
    before = everything(till.connection)
    till.clock.advance(MINUTE)
    assert adjust(office, marie.member_id).content == first.content
    assert everything(till.connection) == before
    assert trail(till.connection) == [("Camille", "points_adjusted", "Marie")]
    rows = till.rows("SELECT details FROM trail")
    assert rows == [({"currency": "points", "units": "25", "reason": "Waited for an hour"},)]


def test_points_are_taken(till: Till, office: Counter) -> None:
    marie = guest(till)
    adjust(office, marie.member_id)
    adjust(office, marie.member_id, units="-10", external_id="a2")
    assert balance(till, marie.member_id) == 15


def test_a_tier_is_set_and_set_free(till: Till, office: Counter) -> None:
    till.publish(TIERED, effective_at=till.clock.now())
    marie = guest(till)
    wanted: dict[str, Any] = {
        "programme": "corner",
        "member_id": marie.member_id,
        "reason": "A regular",
    }
    for external_id, tier in (("t1", "gold"), ("t1", "gold"), ("t2", "")):
        set_tier(office, external_id=external_id, tier=tier, **wanted)
    moves = till.rows("SELECT to_tier FROM tier_move ORDER BY at, move_id")
    assert moves[0] == ("gold",)
    assert trail(till.connection) == [("Camille", "tier_set", "Marie")] * 2
    before = everything(till.connection)
    assert refused(lambda: set_tier(office, external_id="t3", tier="none", **wanted))[0] == (
        "unknown_tier"
    )
    assert everything(till.connection) == before


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"reason": ""}, "missing_field", "reason"),
        ({"reason": " \t"}, "missing_field", "reason"),
        ({"reason": "x" * 201}, "too_long", "reason"),
        ({"reason": "x" * 10_000}, "too_long", "reason"),
        ({"units": "much"}, "not_a_number", "units"),
        ({"units": "1.5"}, "too_precise", "units"),
        ({"units": "9" * 30}, "too_large", "units"),
        ({"currency": "miles"}, "unknown_points", "currency"),
        ({"programme": "none"}, "unknown_programme", "programme"),
        ({"external_id": "x" * 10_000}, "too_long", "external_id"),
    ],
)
def test_bad_input_changes_nothing(
    till: Till, office: Counter, fields: dict[str, str], code: str, path: str
) -> None:
    marie = guest(till)
    before = everything(till.connection)
    assert refused(lambda: adjust(office, marie.member_id, **fields)) == (code, path)
    assert everything(till.connection) == before


def verbs(at: Counter, member_id: Any) -> list[Any]:
    """Everything that is corrected by hand."""
    fields: dict[str, Any] = {
        "programme": "corner",
        "external_id": "x1",
        "member_id": member_id,
        "reason": "So",
    }
    points: dict[str, Any] = {"currency": "points", "units": "5"}
    return [
        lambda: adjust_points(at, **fields, **points),
        lambda: foresee_adjustment(at, **fields, **points),
        lambda: set_tier(at, **fields, tier="gold"),
    ]


@pytest.mark.parametrize(
    "nobody", [VOLODIA, *STRANGERS], ids=lambda who: f"{who.kind} {sorted(who.roles)}"
)
def test_who_serves_does_not_correct(till: Till, nobody: Actor) -> None:
    marie = guest(till)
    there = counter(till, by=nobody, source="backoffice", store="")
    before = everything(till.connection)
    for verb in verbs(there, marie.member_id):
        assert refused(verb) == ("not_permitted", "")
    assert everything(till.connection) == before


def test_members_of_another_store_are_corrected_there(till: Till) -> None:
    there = counter(till, by=QUAI_MANAGER, source="backoffice", store="")
    theirs, nobodys = guest(till, "Theirs", store="marche"), guest(till, "Nobodys")
    own = guest(till, "Own", store="quai")
    before = everything(till.connection)
    for verb in verbs(there, theirs.member_id):
        assert refused(verb) == ("not_permitted", "member")
    assert everything(till.connection) == before
    for place, one in enumerate((own, nobodys)):
        adjust(there, one.member_id, external_id=f"a{place}")


def test_a_closed_member_is_left_alone(till: Till, office: Counter) -> None:
    gone = guest(till)
    close_member(till.connection, member_id=gone.member_id, now=till.clock.now())
    before = everything(till.connection)
    for verb in verbs(office, gone.member_id):
        assert refused(verb) == ("member_closed", "member")
    assert everything(till.connection) == before
