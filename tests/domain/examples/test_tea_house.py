"""The tea house: attributes of members, segments, other rules, the cheapest line."""

from __future__ import annotations

from typing import Any

from habitue.domain.errors import Code
from habitue.domain.events import Event, Profile
from tests.domain.engine.building import back, bought, enrolled, event, item, returned
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import example

TEA_HOUSE = example("tea-house")
ZONE = TEA_HOUSE.zone


def noted(when: str, **attributes: str | int | bool) -> Event:
    return event(when, Profile(), attributes=attributes, zone=ZONE)


def ate(when: str, *lines: Any, **fields: Any) -> Event:
    return bought(when, *lines, zone=ZONE, **fields)


def cake(amount: str) -> Any:
    return item("tart", amount, category="cake")


JOINED = enrolled("2026-09-01 09:00", zone=ZONE, attributes={"children": 2})
FIRST = ate("2026-09-01 10:00", "4.50")
HAPPY = ate("2026-09-02 16:00", "5.00")
THREE = ate("2026-09-05 11:00", cake("3.00"), "4.00", "6.50")
VEGAN = noted("2026-09-07 12:00", diet="vegan")
TART = ate("2026-09-07 13:00", cake("3.50"), "4.50")
HAPPY_AGAIN = ate("2026-09-08 16:30", "5.00")
BACK = returned("2026-09-09", TART, back("tart"), zone=ZONE)


def test_a_fortnight_at_the_tea_house() -> None:
    member = Member(TEA_HOUSE)
    steps = [
        (JOINED, 0),
        # 4 for 4.50, and 20 for the first purchase.
        (FIRST, 24),
        # A Wednesday afternoon: 5 twice.
        (HAPPY, 24 + 10),
        # 13 for 13.50; the cake is the cheapest of three things, and there are children.
        (THREE, 34 + 13),
        (VEGAN, 47),
        # 8, 5 as the third earlier visit makes a regular, 10 for a vegan cake.
        (TART, 47 + 23),
        # 10 in the happy hour, and so nothing as a regular.
        (HAPPY_AGAIN, 70 + 10),
        # What is left of it earns 4 and 5: 4 and 10 go.
        (BACK, 80 - 14),
    ]
    for each, balance in steps:
        member.post(each)
        assert member.balance() == balance, each.key
    assert member.balance("voucher:cookie") == 1


def test_a_rule_is_told_what_the_other_one_did() -> None:
    member = Member(TEA_HOUSE)
    member.post(JOINED, FIRST, HAPPY, THREE, TART)
    outcomes = {one.rule: one for one in member.post(HAPPY_AGAIN).outcomes}
    assert outcomes["happy-hour"].fired
    assert outcomes["regulars"].blocked == "condition"
    assert {"field": "rule.happy-hour", "asked": "not_fired", "seen": "fired", "held": False} in (
        outcomes["regulars"].seen
    )


def test_what_is_noted_late_counts_from_its_own_time() -> None:
    late = noted("2026-09-05 10:00", diet="vegan")
    member = Member(TEA_HOUSE)
    member.post(JOINED, FIRST, HAPPY, THREE, TART, HAPPY_AGAIN)
    # The cakes of the fifth and of the seventh were vegan ones, as is known now.
    before = member.balance()
    member.post(late)
    assert member.balance() == before + 20
    other = Member(TEA_HOUSE)
    other.post(JOINED, FIRST, HAPPY, late, THREE, TART, HAPPY_AGAIN)
    assert snapshot(other.state) == snapshot(member.state)


def test_an_attribute_is_taken_away_by_an_empty_text() -> None:
    member = Member(TEA_HOUSE)
    member.post(JOINED, VEGAN, noted("2026-09-07 12:30", diet=""))
    assert member.state.attributes == {"children": 2}
    # 8, and 20 for the first purchase.
    member.post(TART)
    assert member.balance() == 28


def test_what_is_not_declared_or_of_another_type_is_refused() -> None:
    member = Member(TEA_HOUSE)
    member.post(JOINED)
    unknown = member.refuses(noted("2026-09-02", shoe_size=43), Code.UNKNOWN_CHOICE)
    assert unknown.path == "attributes.shoe_size"
    wrong = member.refuses(noted("2026-09-02", children="many"), Code.WRONG_TYPE)
    assert wrong.parameters["expected"] == "number"
    member.refuses(noted("2026-09-02", children=True), Code.WRONG_TYPE)
