"""Discounts and paid plans, added by forms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interfaces.backoffice.editor.test_pages import begun, document, revisions
from tests.interfaces.backoffice.members import opened, sent
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page


def saved(world: World, address: str, **fields: Any) -> dict[str, Any]:
    """What stands in the draft once a new entry was filled in."""
    answer = world.browser("owner").post(address, {"revision": revisions(world), **fields})
    assert answer.status_code == 302, read_page(answer).words
    return document(world)


def test_discounts_of_every_kind_and_a_plan_are_added(world: World) -> None:
    home = begun(world)
    new = f"{home}discounts/new/?kind="
    common = {"enabled": "on", "things_mode": "all", "things_by": "category"}
    saved(world, f"{new}share", name_en="Students", share="12.5", tier="is:gold", **common)
    saved(world, f"{new}amount", name_en="First", amount="5", turn="first", times="1", **common)
    some = common | {"things_mode": "only", "things": "croissant, roll", "things_by": "product"}
    saved(world, f"{new}price", name_en="Mornings", price="1.00", time_until="10:00", **some)
    steps = {"start_0_from": "100", "start_0_share": "3", "start_1_from": "300"}
    regulars = {"metric": "spend", "window": "calendar year", **steps, "start_1_share": "5"}
    saved(world, f"{new}ladder", name_en="Regulars", budget="900", **regulars, **common)
    saved(world, f"{new}shipping", name_en="Post", spent="49", enabled="on")
    plan = {"price": "29", "every": "12 months", "trial": "14", "refund": "30"}
    found = saved(world, f"{home}plans/new/", name_en="Club", **plan)
    assert found["discounts"] == {
        "students": {"name": {"en": "Students"}, "discount": "12.5 %",
                     "when": {"member.tier": "gold"}},
        "first": {"name": {"en": "First"}, "discount": "5", "when": {"member.purchases": 0},
                  "limit": {"per_member": 1}},
        "mornings": {"name": {"en": "Mornings"}, "price": "1.00",
                     "lines": {"product": ["croissant", "roll"]},
                     "when": {"time": {"until": "10:00"}}},
        "regulars": {"name": {"en": "Regulars"}, "budget": "900", "ladder": {
            "by": {"spend": "calendar year"}, "steps": {"100": "3 %", "300": "5 %"}}},
        "post": {"name": {"en": "Post"}, "free_shipping": "yes",
                 "when": {"basket.amount": {"at_least": "49"}}},
    }  # fmt: skip
    assert found["plans"] == {
        "club": {"name": {"en": "Club"}, "price": "29", "every": "12 months",
                 "trial": "14 days", "refund": {"within": "30 days"}},
    }  # fmt: skip
    words = opened(world.browser("owner"), home).words
    assert "12.5% off the whole purchase. Only if the member's tier is Gold." in words
    assert "It costs €29 for 12 months" in words
    # Each can be changed, by its own form, and what was not touched stays.
    sent(
        world.browser("owner"), f"{home}discounts/regulars/", button="Save in the draft", budget=""
    )
    assert "budget" not in document(world)["discounts"]["regulars"]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("share", {"share": "0"}, "Write a number above zero."),
        ("share", {"share": "101"}, "More than 100 per cent cannot be taken off."),
        ("price", {"price": "1", "things_mode": "only"}, "Write at least one."),
        ("ladder", {"metric": "spend", "window": "lifetime"}, "Write at least one step."),
        (
            "ladder",
            {"metric": "spend", "window": "lifetime", "start_0_share": "3"},
            "Write where the step begins",
        ),
    ],
)
def test_a_discount_says_at_the_field_what_is_wrong(
    world: World, kind: str, fields: dict[str, str], words: str
) -> None:
    home = begun(world)
    answer = world.browser("owner").post(
        f"{home}discounts/new/?kind={kind}",
        {"revision": 1, "name_en": "X", "things_mode": "all", "things_by": "category", **fields},
    )
    assert answer.status_code == 422
    assert words in read_page(answer).words
    assert revisions(world) == 1
