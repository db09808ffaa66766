"""What the last twelve months say of a document: each finding with its numbers, and no others."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from habitue.domain.programme.faults import Fault
from habitue.kit.instants import DAY
from habitue.services.simulation import check_history
from tests.services.test_rewards import OFFERING, take
from tests.services.till import CORNER, Till


def found(till: Till, document: dict[str, Any], **options: Any) -> list[Fault]:
    """The findings of the till's programme."""
    return check_history(
        till.connection,
        programme=till.programme,
        document=document,
        now=till.clock.now(),
        **options,
    )


def priced(points: int) -> dict[str, Any]:
    """A programme with one reward of some price."""
    return {**CORNER, "rewards": {"bike": {"cost": {"points": points}, "gives": {"service": "x"}}}}


@pytest.fixture
def shop(till: Till) -> Till:
    """Three members who spent 10, 30 and 200 euros, and one who never came."""
    for number, amount in enumerate(("10.00", "30.00", "200.00")):
        till.enrol(f"CARD{number:04d}")
        till.ok(till.purchase(f"CARD{number:04d}", amount))
        till.clock.advance(DAY)
    till.enrol("CARD0009")
    return till


def test_a_reward_beyond_the_median_is_named_with_the_pace(shop: Till) -> None:
    (fault,) = found(shop, priced(31))
    assert (fault.path, fault.value, fault.problem, fault.severity) == (
        "rewards.bike.cost",
        "31 points",
        "beyond_a_year",
        "warning",
    )
    assert fault.remedy.startswith("Lower it to 30 points, or give more")
    assert "median of 3 members" in fault.remedy
    assert not found(shop, priced(30))


def test_what_lies_more_than_a_year_back_is_no_pace(shop: Till) -> None:
    shop.clock.advance(360 * DAY)
    assert not found(shop, priced(31))[0].remedy.startswith("Lower it to 0")
    shop.clock.advance(10 * DAY)
    assert not found(shop, priced(31))


def test_a_budget_that_runs_out_is_named_with_the_day_and_the_need(shop: Till) -> None:
    """10 and 30 were given of 60; of the 200 of the third day only 20: 60 of 240."""
    few = {"base": {**CORNER["earn"]["base"], "budget": 60}}
    (fault,) = found(shop, {**CORNER, "earn": few})
    assert (fault.path, fault.value, fault.problem) == ("earn.base.budget", "60", "runs_out_early")
    assert fault.remedy == (
        "Raise it to 240, or give less: it could not give what was asked from 2026-06-03 on, and "
        "gave 60 of 240."
    )
    enough = {"base": {**CORNER["earn"]["base"], "budget": 240}}
    assert not found(shop, {**CORNER, "earn": enough})


def test_a_budget_of_times_and_one_of_a_campaign(shop: Till) -> None:
    base = {**CORNER["earn"]["base"], "campaign": "spring"}
    campaigns = {"spring": {"from": "2026-01-01", "until": "2026-12-31", "budget": 35}}
    (fault,) = found(shop, {**CORNER, "campaigns": campaigns, "earn": {"base": base}})
    assert (fault.path, fault.value) == ("campaigns.spring.budget", "35")
    assert "from 2026-06-02 on" in fault.remedy
    times = {"base": {**CORNER["earn"]["base"], "budget": {"times": 1}}}
    (fault,) = found(shop, {**CORNER, "earn": times})
    assert (fault.path, fault.value) == ("earn.base.budget", "1 times")


def test_stock_that_would_have_been_gone(till: Till) -> None:
    till.programme = "treats"
    till.publish(OFFERING)
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "100.00"))
    for _ in range(3):
        till.ok(take(till, "CARD0001", "cake"))
    cake = {"cost": {"points": 10}, "gives": {"free_product": "cake"}, "stock": "2 per month"}
    (fault,) = found(till, OFFERING | {"rewards": {"cake": cake}})
    assert (fault.path, fault.value, fault.problem) == (
        "rewards.cake.stock",
        "2 per month",
        "stock_too_small",
    )
    assert "it was gone 1 times" in fault.remedy


def test_a_sample_scales_what_it_says(till: Till) -> None:
    for number in range(40):
        till.enrol(f"CARD{number:04d}")
    till.send(*(till.purchase(f"CARD{number:04d}", "10.00") for number in range(40)))
    few = {"base": {**CORNER["earn"]["base"], "budget": 200}}
    (fault,) = found(till, {**CORNER, "earn": few}, sample=Fraction(1, 2))
    assert fault.remedy.startswith("Raise it to 400,")


def test_nobody_bought_and_nothing_is_found(till: Till) -> None:
    assert not found(till, priced(1000))
