"""What the till and the portal offer: what pays first, what is nearest, what is not in force."""

from __future__ import annotations

from habitue.domain.offers import offers
from tests.domain.engine.building import at
from tests.domain.engine.rewarding import offering, reward

NOW = at("2026-02-01")
CAKE = reward("cake", ("points", 80), ("stamps", 10))
TEA = reward("tea", ("points", 20))


def told(held: dict[str, int], *rewards: object) -> list[tuple[str, str, int]]:
    """The offers: reward, what pays, what is lacking."""
    version = offering(*(rewards or (CAKE, TEA)))  # type: ignore[arg-type]  # rewards
    return [
        (one.reward.reward, one.price.currency, one.lacks) for one in offers(version, held, NOW)
    ]


def test_the_first_price_that_can_be_paid_pays() -> None:
    assert told({"points": 80, "stamps": 10}) == [("cake", "points", 0), ("tea", "points", 0)]
    assert told({"points": 79, "stamps": 10}) == [("cake", "stamps", 0), ("tea", "points", 0)]


def test_a_voucher_pays_before_points_do() -> None:
    assert told({"points": 80, "voucher:cake": 1})[0] == ("cake", "voucher:cake", 0)


def test_what_is_nearest_comes_first_where_nothing_can_be_had() -> None:
    assert told({"points": 10, "stamps": 9}) == [("cake", "stamps", 1), ("tea", "points", 10)]
    assert told({"points": -5}) == [("cake", "points", 80), ("tea", "points", 20)]


def test_what_only_a_voucher_pays_for_is_offered_to_those_who_have_one() -> None:
    treat = reward("treat")
    assert told({}, treat) == []
    assert told({"voucher:treat": 1}, treat) == [("treat", "voucher:treat", 0)]


def test_what_is_not_in_force_is_not_offered() -> None:
    assert not told(
        {"points": 100},
        reward("a", ("points", 1), enabled=False),
        reward("b", ("points", 1), starts_at=NOW + 1),
        reward("c", ("points", 1), ends_at=NOW),
    )
