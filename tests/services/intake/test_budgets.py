"""Budgets that all members share are never exceeded, and are given back (SEMANTICS 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.till import CORNER, Till


def campaign(budget: Any) -> dict[str, Any]:
    """The corner programme with a budget on its only rule."""
    rule = {"on": "purchase", "give": {"points": 1, "per": "1.00"}, "budget": budget}
    return CORNER | {"programme": "campaign", "earn": {"base": rule}}


@pytest.fixture
def shop(till: Till) -> Till:
    """A till of a programme with a budget of 100 points."""
    till.publish(campaign(100))
    till.programme = "campaign"
    for card in ("CARD0001", "CARD0002"):
        till.enrol(card)
    return till


def taken(till: Till) -> list[tuple[Any, ...]]:
    """The books of the budget."""
    return till.rows("SELECT units_taken, times_taken FROM budget")


def test_s08_a_budget_is_shared_by_members_and_trimmed(shop: Till) -> None:
    answers = shop.send(shop.purchase("CARD0001", "70.00"), shop.purchase("CARD0002", "50.00"))
    assert [answer.content["points"]["points"]["earned"] for answer in answers] == [70, 30]
    assert taken(shop) == [(100, 2)]
    third = shop.ok(shop.purchase("CARD0001", "5.00"))
    assert third["points"]["points"]["change"] == 0
    assert taken(shop) == [(100, 2)]


def test_s08_a_return_gives_its_share_back(shop: Till) -> None:
    bought = shop.purchase("CARD0001", "70.00", "30.00")
    shop.ok(bought)
    shop.ok(shop.give_back(None, bought, lines=[{"line": "2", "quantity": 1}]))
    assert taken(shop)[0][0] == 70
    assert shop.ok(shop.purchase("CARD0002", "40.00"))["points"]["points"]["earned"] == 30


def test_s01_budgets_are_settled_in_the_order_of_recording(shop: Till) -> None:
    shop.ok(shop.purchase("CARD0001", "90.00"))
    late = shop.purchase("CARD0001", "30.00", occurred_at="2026-05-01T00:00:00+00:00")
    assert shop.ok(late)["points"]["points"]["change"] == 10
    assert taken(shop)[0][0] == 100


def test_s08_a_budget_goes_on_over_versions(shop: Till) -> None:
    shop.ok(shop.purchase("CARD0001", "90.00"))
    shop.clock.advance(1)
    document = campaign(120)
    shop.publish(document, effective_at=shop.clock.now())
    shop.clock.advance(1000)
    assert shop.ok(shop.purchase("CARD0002", "50.00"))["points"]["points"]["earned"] == 30


def test_s08_a_budget_of_times(till: Till) -> None:
    till.publish(campaign({"times": 2}))
    till.programme = "campaign"
    till.enrol("CARD0001")
    answers = till.send(*(till.purchase("CARD0001", "5.00") for _ in range(3)))
    assert [answer.content["points"]["points"]["change"] for answer in answers] == [5, 5, 0]


def test_evaluating_takes_nothing_from_a_budget(shop: Till) -> None:
    answer = shop.evaluate(shop.purchase("CARD0001", "70.00"))
    assert answer.content["points"]["points"]["earned"] == 70
    assert taken(shop) == [(0, 0)]
