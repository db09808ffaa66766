"""Challenges on the ledger: answered, replayed, and merged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.merging_cast import merge
from tests.services.till import CORNER, Till

CHALLENGING: dict[str, Any] = CORNER | {
    "programme": "challenging",
    "points": {"points": {}},
    "rewards": {"tea": {"gives": {"free_product": "tea"}}},
    "challenges": {
        "four": {"every": "month", "goal": {"purchases": 4}, "gives": {"points": 100}},
        "ten": {"goal": {"spend": "10.00"}, "gives": {"voucher": "tea"}, "badge": True},
    },
}
CARD, OTHER = "CARD000A", "CARD000B"


@pytest.fixture
def house(till: Till) -> Till:
    """A till of a programme with challenges; the fixture audits and replays everything in the
    end."""
    till.programme = "challenging"
    till.publish(CHALLENGING)
    return till


def test_the_answer_says_how_far_the_member_is(house: Till) -> None:
    house.enrol(CARD)
    first = house.ok(house.purchase(CARD, "6.00"))
    assert first["challenges"] == {
        "four": {"has": 1, "needs": 4, "met": False},
        "ten": {"has": 600, "needs": 1000, "met": False},
    }
    evaluated = house.evaluate(house.purchase(CARD, "6.00")).content
    assert evaluated["challenges"]["ten"] == {"has": 1200, "needs": 1000, "met": True}
    second = house.ok(house.purchase(CARD, "6.00"))
    assert second["challenges"] == evaluated["challenges"]
    assert house.balance(CARD, "voucher:tea") == 1


def test_a_return_and_a_late_purchase_are_replayed_line_for_line(house: Till) -> None:
    house.enrol(CARD)
    sales = [house.purchase(CARD, "5.00") for _ in range(4)]
    for sale in sales:
        house.ok(sale)
    assert house.balance(CARD) == 20 + 100
    house.ok(house.give_back(CARD, sales[1]))
    assert house.balance(CARD) == 15
    house.ok(house.purchase(CARD, "5.00", occurred_at="2026-06-01T08:00:00+00:00"))
    assert house.balance(CARD) == 20 + 100


def test_whoever_turns_out_to_be_one_member_gets_no_second_gift_and_loses_none(
    house: Till,
) -> None:
    one, other = house.enrol(CARD), house.enrol(OTHER)
    sales = [house.purchase(card, "3.00") for card in (CARD, CARD, OTHER, OTHER)]
    for sale in sales:
        house.ok(sale)
    merge(house, other, one)
    assert house.balance(CARD) == 12
    # The fifth purchase finds that four are more than reached, and gives once.
    house.ok(house.purchase(CARD, "3.00"))
    assert house.balance(CARD) == 15 + 100
    house.ok(house.purchase(CARD, "3.00"))
    assert house.balance(CARD) == 18 + 100
    assert house.balance(CARD, "voucher:tea") == 1
