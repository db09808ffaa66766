"""The other events, one after another as they happen, and evaluating each before."""

from collections.abc import Callable
from typing import Any

import pytest

from habitue.kit.clock import FixedClock
from habitue.kit.instants import DAY
from tests.interfaces.api.cast import World
from tests.interfaces.api.client import Client

Counts = Callable[[], dict[str, int]]


def change(found: dict[str, Any], currency: str = "points") -> int:
    """By how much an answer says that a balance changed."""
    return int(found["points"].get(currency, {}).get("change", 0))


def record(api: Client, counts: Counts, path: str, kind: str, body: dict[str, Any]) -> Any:
    """Evaluate, prove that this changed nothing, record, and prove that both say the same."""
    event = {name: value for name, value in body.items() if name != "programme"}
    asked = {"kind": kind, "event": event}
    if "programme" in body:
        asked["programme"] = body["programme"]
    before = counts()
    evaluated = api.post("/evaluate", asked)
    assert evaluated.status_code == 200, evaluated.text
    assert counts() == before
    recorded = api.post(path, body)
    assert recorded.status_code == 201, recorded.text
    ours, theirs = evaluated.json(), recorded.json()
    for name in ("recorded_at", "occurred_at"):
        ours.pop(name, None), theirs.pop(name, None)
    assert ours == theirs
    again = api.post(path, body)
    assert (again.status_code, again.content) == (201, recorded.content)
    return recorded.json()


def test_a_return_takes_back_what_its_lines_earned(
    api: Client, world: World, counts: Counts
) -> None:
    api.post("/purchases", world.purchase("1"))
    part = world.event(
        "r1",
        currency="EUR",
        purchase={"source": "till", "external_id": "1"},
        lines=[{"line": "1", "quantity": 1}],
        member=...,
    )
    first = record(api, counts, "/returns", "return", part)
    whole = world.event(
        "r2", currency="EUR", purchase={"source": "till", "external_id": "1"}, member=...
    )
    second = record(api, counts, "/returns", "return", whole)
    assert change(first) + change(second) == -12
    assert second["points"]["points"]["balance"] == 0
    third = api.post("/returns", {**whole, "external_id": "r3"})
    assert (third.status_code, third.json()["code"]) == (409, "return_exceeds_purchase")


def test_a_return_that_names_no_purchase_is_matched(
    api: Client, world: World, counts: Counts
) -> None:
    api.post("/purchases", world.purchase("1"))
    body = world.event("r", currency="EUR", lines=[{"product": "cake", "quantity": 1}])
    found = record(api, counts, "/returns", "return", body)
    assert change(found) < 0
    assert found["matched"][0]["quantity"] == 1000


def test_visits_enrolments_and_adjustments(api: Client, world: World, counts: Counts) -> None:
    assert change(record(api, counts, "/visits", "visit", world.event("v"))) == 2
    assert change(record(api, counts, "/enrolments", "enrolment", world.event("e"))) == 50
    given = world.event("a1", reason="Care", currency="points", units="7")
    assert change(record(api, counts, "/adjustments", "adjustment", given)) == 7
    taken = world.event("a2", reason="Mistake", currency="points", units="-3")
    assert change(record(api, counts, "/adjustments", "adjustment", taken)) == -3
    raised = world.event("a3", reason="Guest of honour", tier="gold")
    found = record(api, counts, "/adjustments", "adjustment", raised)
    assert (found["tier"], found["tier_before"]) == ("gold", "")


def test_what_is_known_of_a_member_is_noted(api: Client, world: World, counts: Counts) -> None:
    unknown = api.post("/profiles", world.event("p1", attributes={"shoe_size": 43}))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_choice")
    nothing = api.post("/profiles", world.event("p2"))
    assert (nothing.status_code, nothing.json()["code"]) == (422, "missing_field")
    noted = record(
        api, counts, "/profiles", "profile", world.event("p3", attributes={"vegan": True})
    )
    assert change(noted) == 0
    came = api.post("/visits", world.event("v"))
    assert came.json()["points"]["cash"]["change"] == 50


def test_points_are_spent_and_come_back(api: Client, world: World, counts: Counts) -> None:
    api.post("/purchases", world.purchase("1"))
    spend = world.event("s", currency="points", units=10, purpose="dessert")
    found = record(api, counts, "/redemptions", "redemption", spend)
    assert found["points"]["points"]["balance"] == 2
    undo = world.event(
        "u",
        redemption={"source": "till", "external_id": "s"},
        currency="points",
        units=4,
        member=...,
    )
    assert change(record(api, counts, "/redemptions/undo", "undo", undo)) == 4
    rest = world.event("u2", redemption={"source": "till", "external_id": "s"}, member=...)
    assert (
        change(record(api, counts, "/redemptions/undo", "undo", rest | {"currency": "points"})) == 6
    )


def test_a_reward_is_taken_once_and_given_back(api: Client, world: World, counts: Counts) -> None:
    api.post("/purchases", world.purchase("1"))
    wish = world.event("w", reward="dessert", currency="points")
    found = record(api, counts, "/redemptions", "redemption", wish)
    assert found["points"]["points"]["redeemed"] == -10
    again = api.post("/redemptions", world.event("w2", reward="dessert", currency="points"))
    assert (again.status_code, again.json()["code"]) == (409, "out_of_stock")
    undo = world.event("u", redemption={"source": "till", "external_id": "w"}, member=...)
    undo["currency"] = "points"
    assert change(record(api, counts, "/redemptions/undo", "undo", undo)) == 10
    later = {"occurred_at": "2026-03-14T12:50:00+01:00"}
    wish = world.event("w3", reward="dessert", currency="points", **later)
    assert change(record(api, counts, "/redemptions", "redemption", wish)) == -10


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"reward": "cake", "currency": "points"}, 422, "unknown_reward"),
        ({"reward": "spa", "currency": "points"}, 409, "not_enough_points"),
        ({"reward": "dessert", "currency": "nights"}, 409, "reward_not_available"),
        ({"reward": "dessert", "currency": "voucher:dessert"}, 409, "not_enough_points"),
        ({"reward": "dessert", "currency": "points", "units": "9"}, 422, "inconsistent"),
        ({"reward": "dessert"}, 422, "missing_field"),
        ({"currency": "points"}, 422, "missing_field"),
    ],
    ids=["unknown", "dear", "other points", "no voucher", "other price", "no currency", "nothing"],
)
def test_a_reward_that_cannot_be_had(
    api: Client, world: World, counts: Counts, fields: dict[str, str], status: int, code: str
) -> None:
    api.post("/purchases", world.purchase("1"))
    before = counts()
    answer = api.post("/redemptions", world.event("w", **fields))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert counts() == before


def test_pending_points_wait_for_their_confirmation(
    api: Client, world: World, counts: Counts
) -> None:
    lines = [{"product": "room", "category": "room", "quantity": 3, "amount": "240.00"}]
    bought = api.post("/purchases", world.purchase("1", lines=lines)).json()
    nights = bought["points"]["nights"]
    assert (nights["pending"], nights["spendable"]) == (3, 0)
    body = world.event("c", purchase={"source": "till", "external_id": "1"}, member=...)
    found = record(api, counts, "/confirmations", "confirmation", body)
    assert found["points"]["nights"]["spendable"] == 3


def test_an_anonymous_purchase_is_claimed_once(api: Client, world: World, counts: Counts) -> None:
    api.post("/purchases", world.purchase("1", member=...))
    claim = {
        "source": "till",
        "external_id": "1",
        "member": {"kind": "email", "value": "Bob@Example.org"},
    }
    found = record(api, counts, "/claims", "claim", claim)
    assert (found["member"], change(found)) == (world.bob, 12)
    other = {**claim, "member": {"kind": "card", "value": world.ana_card}}
    refused = api.post("/claims", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_claimed")


def test_a_claim_can_come_too_late(
    api: Client, world: World, counts: Counts, clock: FixedClock
) -> None:
    api.post("/purchases", world.purchase("1", member=...))
    before = counts()
    clock.advance(31 * DAY)
    claim = {
        "source": "till",
        "external_id": "1",
        "member": {"kind": "card", "value": world.ana_card},
    }
    refused = api.post("/claims", claim)
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_too_late")
    assert counts() == before


def test_points_go_from_one_member_to_another(api: Client, world: World, clock: FixedClock) -> None:
    api.post("/purchases", world.purchase("1"))
    transfer = {
        "programme": "corner",
        "source": "portal",
        "external_id": "t",
        "from_member": {"kind": "member_id", "value": world.ana},
        "to_member": {"kind": "email", "value": "bob@example.org"},
        "currency": "points",
        "units": "5",
    }
    evaluated = api.post(
        "/evaluate",
        {"kind": "transfer", "event": {k: v for k, v in transfer.items() if k != "programme"}}
        | {"programme": "corner"},
    )
    assert evaluated.status_code == 200
    assert change(evaluated.json()) == -5
    sent = api.post("/transfers", transfer)
    again = api.post("/transfers", transfer, headers={"idempotency-key": "t"})
    assert (sent.status_code, change(sent.json())) == (201, -5)
    assert again.json()["event"] == sent.json()["event"]
    clock.advance(DAY)
    bobs = api.get(f"/members/{world.bob}/balances?programme=corner").json()
    assert bobs["items"][0]["points"]["points"]["balance"] == 5


def test_an_evaluation_may_ask_for_another_moment(
    api: Client, world: World, counts: Counts
) -> None:
    before = counts()
    event = {
        "member": {"kind": "card", "value": world.ana_card},
        "currency": "EUR",
        "lines": [{"product": "cake", "amount": "7.50"}],
    }
    asked = {"kind": "purchase", "programme": "corner", "event": event}
    found = api.post("/evaluate", {**asked, "as_of": "2026-02-01T10:00:00+01:00"})
    assert found.status_code == 200
    assert found.json()["occurred_at"].startswith("2026-02-01T09:00:00")
    early = api.post("/evaluate", {**asked, "as_of": "2025-02-01T10:00:00+01:00"})
    assert (early.status_code, early.json()["code"]) == (409, "programme_not_in_effect")
    assert counts() == before


@pytest.mark.parametrize("path", ["/claims", "/transfers"])
def test_a_key_of_another_programme_moves_nothing(
    api: Client, world: World, counts: Counts, path: str
) -> None:
    api.post("/purchases", world.purchase("1", member=...))
    before = counts()
    card = {"kind": "card", "value": world.ana_card}
    bodies: dict[str, dict[str, Any]] = {
        "/claims": {"source": "till", "external_id": "1", "member": card},
        "/transfers": {
            "programme": "corner",
            "source": "x",
            "external_id": "1",
            "from_member": card,
            "to_member": card,
            "currency": "points",
            "units": 1,
        },
    }
    refused = api.post(path, bodies[path], key="tokyo")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert counts() == before
