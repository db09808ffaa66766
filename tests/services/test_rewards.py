"""Rewards through the intake: stock that is full again with every period, by the instant of
recording; audited and replayed."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.kit.instants import parse_instant
from tests.services.till import CORNER, Till

OFFERING: dict[str, Any] = CORNER | {
    "programme": "treats",
    "rewards": {
        "cake": {"cost": {"points": 10}, "gives": {"free_product": "cake"}},
        "tea": {"cost": {"points": 5}, "gives": {"free_product": "tea"}, "stock": "2 per month"},
        "few": {"cost": {"points": 1}, "gives": {"service": "massage"}, "stock": 1},
    },
}


@pytest.fixture
def shop(till: Till) -> Till:
    """A till at which one member has 100 points, and another one too."""
    till.programme = "treats"
    till.publish(OFFERING)
    for card in ("CARD000A", "CARD000B"):
        till.enrol(card)
        till.ok(till.purchase(card, "100.00"))
    return till


def take(till: Till, card: str, reward: str, currency: str = "points") -> Any:
    """A reward that is asked for."""
    return till.other("redemption", card, reward=reward, currency=currency)


def test_a_reward_is_taken_for_its_price_and_undone(shop: Till) -> None:
    envelope = take(shop, "CARD000A", "cake")
    assert shop.ok(envelope)["points"]["points"]["redeemed"] == -10
    assert shop.balance("CARD000A") == 90
    content = envelope.content
    assert isinstance(content, dict)
    key = {"source": content["source"], "external_id": content["external_id"]}
    shop.ok(shop.other("undo", "CARD000A", redemption=key, currency="points"))
    assert shop.balance("CARD000A") == 100


@pytest.mark.parametrize(
    ("reward", "currency", "code"),
    [
        ("pie", "points", "unknown_reward"),
        ("cake", "stars", "unknown_points"),
        ("cake", "voucher:cake", "not_enough_points"),
        ("cake", "voucher:tea", "reward_not_available"),
    ],
)
def test_what_cannot_be_had_changes_nothing(
    shop: Till, reward: str, currency: str, code: str
) -> None:
    before = shop.balance("CARD000A")
    assert shop.refused(take(shop, "CARD000A", reward, currency)) == code
    assert shop.balance("CARD000A") == before


def test_a_stock_is_shared_by_all(shop: Till) -> None:
    shop.ok(take(shop, "CARD000A", "few"))
    assert shop.refused(take(shop, "CARD000B", "few")) == "out_of_stock"


def test_a_stock_of_a_month_is_full_again_with_the_next(shop: Till) -> None:
    """May is over by the programme's zone; what is recorded late counts when it is recorded."""
    shop.ok(take(shop, "CARD000A", "tea"))
    shop.ok(take(shop, "CARD000B", "tea"))
    assert shop.refused(take(shop, "CARD000A", "tea")) == "out_of_stock"
    shop.clock.at = parse_instant("2026-06-30T23:59:59+00:00")
    assert shop.refused(take(shop, "CARD000A", "tea")) == "out_of_stock"
    shop.clock.at = parse_instant("2026-07-01T00:00:00+00:00")
    june = {"occurred_at": "2026-06-20T12:00:00+00:00"}
    shop.ok(shop.other("redemption", "CARD000A", reward="tea", currency="points", **june))
    shop.ok(take(shop, "CARD000B", "tea"))
    assert shop.refused(take(shop, "CARD000B", "tea")) == "out_of_stock"
    assert (shop.balance("CARD000A"), shop.balance("CARD000B")) == (90, 90)


def test_what_is_undone_is_in_stock_in_the_month_of_its_undoing(shop: Till) -> None:
    envelope = take(shop, "CARD000A", "tea")
    shop.ok(envelope)
    shop.ok(take(shop, "CARD000B", "tea"))
    content = envelope.content
    assert isinstance(content, dict)
    key = {"source": content["source"], "external_id": content["external_id"]}
    shop.ok(shop.other("undo", "CARD000A", redemption=key, currency="points"))
    shop.ok(take(shop, "CARD000B", "tea"))
    assert shop.refused(take(shop, "CARD000A", "tea")) == "out_of_stock"
