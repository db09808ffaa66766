"""What a programme says of being recognised: who earns and who spends by what (SEMANTICS 33)."""

from typing import Any

import pytest

from habitue.kit.instants import parse_instant
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.programmes import publish_version
from tests.interfaces.api.cast import CORNER, NOW, PHONES, World
from tests.interfaces.api.client import Client
from tests.support.database import DatabaseForTests

SHOWN = {
    "plate": "FR AB-123-CD",
    "serial": "SN 0042/7",
    "receipt": "till:4711",
    "phone": "06 98 76 54 32",
    "card": "CARD0099",
    "external": "shop:77",
}
SINCE = parse_instant("2026-03-10T00:00:00+01:00")


def shown(kind: str) -> dict[str, str]:
    return {"kind": kind, "value": SHOWN[kind]}


@pytest.fixture
def garage(database: DatabaseForTests, world: World) -> World:
    """Since the tenth of March the programme says what customers are recognised by."""
    document = CORNER | {"identify": ["plate", {"serial": "earn"}, "receipt", "card"]}
    with database.connect() as connection:
        publish_version(connection, document=document, now=SINCE, actor="tests", effective_at=SINCE)
        enrol_member(
            connection,
            now=NOW,
            phones=PHONES,
            country="FR",
            identifiers=[NewIdentifier(kind, value) for kind, value in SHOWN.items()],
        )
    return world


@pytest.mark.parametrize(
    ("kind", "earns", "spends"),
    [
        ("plate", True, False),
        ("serial", True, False),
        ("receipt", True, False),
        ("card", True, True),
        # Not in the list: a phone only greets, and a shop system is asked by nobody.
        ("phone", False, False),
        ("external", True, True),
    ],
)
def test_s33_what_the_document_lets_each_identifier_do(
    api: Client, garage: World, kind: str, *, earns: bool, spends: bool
) -> None:
    given = api.post(
        "/adjustments",
        garage.event("gift", member=shown("card"), reason="care", currency="points", units=9),
    )
    assert given.status_code == 201
    bought = api.post("/purchases", garage.purchase("sale", member=shown(kind)))
    spent = api.post(
        "/redemptions", garage.event("spend", member=shown(kind), currency="points", units=2)
    )
    moved = api.post(
        "/transfers",
        {
            "programme": "corner",
            "source": "till",
            "external_id": "moved",
            "currency": "points",
            "units": 1,
            "from_member": shown(kind),
            "to_member": {"kind": "card", "value": garage.bob_card},
        },
    )
    for answer, allowed in ((bought, earns), (spent, spends), (moved, spends)):
        assert (answer.status_code == 201) is allowed, answer.text
        if not allowed:
            assert (answer.status_code, answer.json()["code"]) == (403, "identifier_not_trusted")


def test_s33_the_version_of_the_events_own_time_is_asked(api: Client, garage: World) -> None:
    """Before the tenth of March a serial number only greeted, and a phone number earned."""

    def status(name: str, kind: str, day: str) -> int:
        body = garage.purchase(name, member=shown(kind), occurred_at=f"2026-03-{day}T12:00:00Z")
        return int(api.post("/purchases", body).status_code)

    assert (status("a", "serial", "09"), status("b", "serial", "10")) == (403, 201)
    assert (status("c", "phone", "09"), status("d", "phone", "10")) == (201, 403)


def test_s33_what_a_price_is_asked_for_is_judged_alike(api: Client, garage: World) -> None:
    event = garage.purchase("asked", member=shown("phone"), programme=...)
    asked = {"kind": "purchase", "programme": "corner", "event": event}
    answer: Any = api.post("/evaluate", asked)
    assert answer.json()["code"] == "identifier_not_trusted"


def test_s35_a_receipt_is_claimed_by_what_earns(api: Client, garage: World) -> None:
    assert api.post("/purchases", garage.purchase("anonymous", member=...)).status_code == 201
    claim = {"source": "till", "external_id": "anonymous"}
    refused = api.post("/claims", {**claim, "member": shown("phone")})
    assert refused.json()["code"] == "identifier_not_trusted"
    assert api.post("/claims", {**claim, "member": shown("plate")}).status_code == 201
