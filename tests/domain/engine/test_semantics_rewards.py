"""SEMANTICS 8, 12, 20 and 22 for rewards: what they cost, who may have them, and their way back;
vouchers are lots of their own, and birthdays give both."""

from __future__ import annotations

import pytest

from habitue.domain.errors import Code
from habitue.domain.events import Event
from habitue.domain.programme.measures import Every, Limit
from habitue.domain.programme.model import Rule
from habitue.kit.instants import DAY, day_start
from tests.domain.engine.building import (
    ZONE,
    adjusted,
    after,
    at,
    back,
    bought,
    day,
    gift,
    holds,
    item,
    ladder,
    points,
    programme,
    rate,
    redeemed,
    returned,
    tier,
    undone,
    visited,
)
from tests.domain.engine.harness import Member, Way
from tests.domain.engine.rewarding import birthday, offering, reward, taken

ONCE = Limit(1, None, Every(), "refuse")
CAKE = reward("cake", ("points", 80))


def rich(*events: Event, way: Way = "straight", **fields: object) -> Member:
    """A member with 200 points, and whatever happened besides."""
    version = offering(CAKE, rules=(rate(),), **fields)  # type: ignore[arg-type]  # passed on as they are
    member = Member(version, way=way)
    member.post(bought("2026-02-01", "200.00"), *events)
    return member


# --- 22: one price, taken at once -----------------------------------------------------------------


def test_s22_a_reward_costs_what_the_version_says() -> None:
    member = rich(taken("2026-02-02", "cake"))
    assert member.balance() == 120
    assert member.posted("redeem") == -80


def test_s22_the_price_of_the_version_of_the_event_counts() -> None:
    cheap = offering(CAKE, rules=(rate(),))
    dear = offering(reward("cake", ("points", 150)), rules=(rate(),), number=2)
    member = Member(cheap, dear)
    member.post(bought("2026-02-01", "300.00"), taken("2026-02-03", "cake", version=2))
    assert member.balance() == 150
    member.post(taken("2026-02-02", "cake", version=1))
    assert member.balance() == 70


def test_s22_any_of_its_prices_pays() -> None:
    both = reward("cake", ("points", 80), ("stamps", 10))
    stamped = gift(10, name="stamps", currency="stamps")
    currencies = (points(), points("stamps"))
    member = Member(offering(both, rules=(rate(), stamped), currencies=currencies))
    member.post(bought("2026-02-01", "100.00"))
    member.post(taken("2026-02-02", "cake", "stamps"), taken("2026-02-03", "cake"))
    assert (member.balance(), member.balance("stamps")) == (20, 0)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (taken("2026-02-02", "pie"), Code.UNKNOWN_REWARD),
        (taken("2026-02-02", "cake", "voucher:cake"), Code.NOT_ENOUGH_POINTS),
        (taken("2026-02-02", "cake", "voucher:pie"), Code.UNKNOWN_POINTS),
        (taken("2026-02-02", "cake", units=79), Code.INCONSISTENT),
        (taken("2026-01-31", "cake"), Code.NOT_ENOUGH_POINTS),
    ],
    ids=["unknown", "no voucher", "another voucher", "another price", "too early"],
)
def test_s22_a_reward_that_cannot_be_had_changes_nothing(event: Event, code: Code) -> None:
    rich().refuses(event, code)


def test_s22_points_that_do_not_pay_for_it() -> None:
    currencies = (points(), points("stamps"))
    member = Member(offering(CAKE, rules=(rate(),), currencies=currencies))
    member.post(bought("2026-02-01", "100.00"), adjusted("2026-02-01", 90, currency="stamps"))
    member.refuses(taken("2026-02-02", "cake", "stamps"), Code.REWARD_NOT_AVAILABLE)


@pytest.mark.parametrize(
    "fields",
    [
        {"enabled": False},
        {"starts_at": at("2026-03-01")},
        {"ends_at": at("2026-02-02")},
        {"when": holds("gold", lambda moment: moment.tier == "gold")},
    ],
    ids=["disabled", "not yet", "over", "condition"],
)
def test_s10_a_reward_that_is_not_for_this_member_now(fields: dict[str, object]) -> None:
    version = offering(reward("cake", ("points", 80), **fields), rules=(rate(),))
    member = Member(version)
    member.post(bought("2026-02-01", "200.00"))
    member.refuses(taken("2026-02-02", "cake"), Code.REWARD_NOT_AVAILABLE)


def test_s10_a_tier_may_open_a_reward() -> None:
    golden = reward("cake", ("points", 80), when=holds("gold", lambda one: one.tier == "gold"))
    version = offering(golden, rules=(rate(),), tiers=ladder(tier("gold", 20_000)))
    member = Member(version)
    member.post(bought("2026-02-01", "199.00"))
    member.refuses(taken("2026-02-02", "cake"), Code.REWARD_NOT_AVAILABLE)
    member.post(bought("2026-02-03", "1.00"), taken("2026-02-04", "cake"))
    assert member.balance() == 120


# --- 8: limits and stock, and their way back ------------------------------------------------------


def test_s08_a_limit_for_each_member_and_its_way_back() -> None:
    version = offering(reward("cake", ("points", 80), limits=(ONCE,)), rules=(rate(),))
    member = Member(version)
    first = taken("2026-02-02", "cake", name="first")
    member.post(bought("2026-02-01", "200.00"), first)
    member.refuses(taken("2026-02-03", "cake"), Code.REWARD_LIMIT_REACHED)
    member.post(undone("2026-02-04", first))
    assert member.balance() == 200
    member.post(taken("2026-02-05", "cake"))
    assert member.balance() == 120


def test_s08_a_limit_of_a_calendar_period() -> None:
    weekly = Limit(1, None, Every("week"), "refuse")
    version = offering(reward("cake", ("points", 10), limits=(weekly,)), rules=(rate(),))
    member = Member(version)
    member.post(bought("2026-02-02", "200.00"), taken("2026-02-03", "cake"))
    member.refuses(taken("2026-02-08", "cake"), Code.REWARD_LIMIT_REACHED)
    member.post(taken("2026-02-09", "cake"))
    assert member.balance() == 180


def test_s22_stock_is_shared_and_comes_back() -> None:
    counted = reward("cake", ("points", 80), stock="reward:cake")
    version = offering(counted, rules=(rate(),), stock=2)
    first = Member(version)
    second = Member(version, shared=first.shared)
    got = taken("2026-02-02", "cake", name="got")
    first.post(bought("2026-02-01", "200.00", name="first"), got)
    second.post(
        bought("2026-02-01", "200.00", name="second"), taken("2026-02-02", "cake", name="other")
    )
    first.refuses(taken("2026-02-03", "cake"), Code.OUT_OF_STOCK)
    first.post(undone("2026-02-04", got))
    assert first.shared.remaining_times["reward:cake"] == 1
    second.post(taken("2026-02-05", "cake"))
    assert second.balance() == 40
    assert first.shared.remaining_times["reward:cake"] == 0


def test_s08_a_late_undoing_puts_nothing_back_twice() -> None:
    counted = reward("cake", ("points", 80), stock="reward:cake", limits=(ONCE,))
    member = Member(offering(counted, rules=(rate(),), stock=1))
    got = taken("2026-02-02", "cake")
    member.post(bought("2026-02-01", "200.00"), got, undone("2026-02-05", got))
    member.post(undone("2026-02-04", got))
    assert member.balance() == 200
    assert member.shared.remaining_times["reward:cake"] == 1


def test_s12_a_part_that_is_undone_leaves_the_reward_taken() -> None:
    got = taken("2026-02-02", "cake")
    version = offering(reward("cake", ("points", 80), limits=(ONCE,)), rules=(rate(),))
    member = Member(version)
    member.post(bought("2026-02-01", "200.00"), got, undone("2026-02-03", got, 30))
    assert member.balance() == 150
    member.refuses(taken("2026-02-04", "cake"), Code.REWARD_LIMIT_REACHED)
    member.post(undone("2026-02-05", got))
    member.post(taken("2026-02-06", "cake"))


@pytest.mark.parametrize("way", ["straight", "history", "chronicle"])
def test_s01_a_reward_that_was_handed_over_stays_so(way: Way) -> None:
    """A late purchase, a late return and a late visit take nothing from it."""
    counted = reward("cake", ("points", 80), stock="reward:cake", limits=(ONCE,))
    version = offering(counted, rules=(rate(), gift(5, name="came", on="visit")), stock=1)
    member = Member(version, way=way)
    sale = bought("2026-02-01", item("A", "100.00"), name="sale")
    member.post(sale, taken("2026-02-05", "cake"))
    member.post(visited("2026-02-03"), bought("2026-02-02", "10.00"))
    member.post(returned("2026-02-04", sale, back("A")))
    assert member.balance() == 100 + 5 + 10 - 80 - 100
    assert member.posted("redeem") == -80
    assert member.shared.remaining_times["reward:cake"] == 0


# --- vouchers -------------------------------------------------------------------------------------


def voucher_rule() -> Rule:
    """A voucher for a cake with every purchase."""
    return gift(1, name="treat", currency="voucher:cake")


def test_s11_a_voucher_is_a_lot_and_pays_once() -> None:
    member = Member(offering(CAKE, rules=(voucher_rule(),), expiry=after("30 days")))
    member.post(bought("2026-02-01", "5.00"))
    assert member.balance("voucher:cake") == 1
    member.post(taken("2026-02-02", "cake", "voucher:cake"))
    assert member.balance("voucher:cake") == 0
    member.refuses(taken("2026-02-03", "cake", "voucher:cake"), Code.NOT_ENOUGH_POINTS)
    assert member.balance() == 0


def test_s02_a_voucher_expires_by_itself() -> None:
    member = Member(offering(CAKE, rules=(voucher_rule(),), expiry=after("30 days")))
    member.post(bought("2026-02-01", "5.00"))
    ends_at = day_start(day("2026-03-03"), ZONE)
    assert member.spendable_on(ends_at - 1, "voucher:cake") == 1
    assert member.spendable_on(ends_at, "voucher:cake") == 0


def test_s20_a_return_takes_an_unused_voucher_back() -> None:
    sale = bought("2026-02-01", item("A", "5.00"))
    member = Member(offering(CAKE, rules=(voucher_rule(),)))
    member.post(sale, returned("2026-02-02", sale))
    assert member.balance("voucher:cake") == 0
    used = Member(offering(CAKE, rules=(voucher_rule(),)))
    used.post(sale, taken("2026-02-02", "cake", "voucher:cake"), returned("2026-02-03", sale))
    assert used.balance("voucher:cake") == 0
    assert used.posted("write_off", "voucher:cake") == 1


def test_s22_points_named_like_a_voucher_are_the_reward() -> None:
    """Whoever spends a voucher without naming the reward takes it all the same."""
    limited = reward("cake", ("points", 80), limits=(ONCE,))
    member = Member(offering(limited, rules=(voucher_rule(),)))
    member.post(bought("2026-02-01", "5.00"), bought("2026-02-02", "5.00"))
    member.post(redeemed("2026-02-03", 1, currency="voucher:cake"))
    member.refuses(redeemed("2026-02-04", 1, currency="voucher:cake"), Code.REWARD_LIMIT_REACHED)
    member.refuses(redeemed("2026-02-04", 2, currency="voucher:cake"), Code.INCONSISTENT)


# --- 3: occasions ---------------------------------------------------------------------------------


def test_s03_a_birthday_gives_points_and_an_early_one_waits_for_its_own_rule() -> None:
    today = gift(50, name="today", on="birthday")
    ahead = gift(7, name="ahead", on="birthday", days_before=3)
    member = Member(programme(today, ahead))
    member.post(birthday("2026-02-01", 3))
    assert member.balance() == 7
    member.post(birthday("2026-02-04"))
    assert member.balance() == 57
    assert member.state.activity == {}


def test_s03_a_voucher_around_a_birthday_ends_as_many_days_after_it() -> None:
    treat = gift(1, name="treat", currency="voucher:cake", on="birthday", days_before=3)
    member = Member(offering(CAKE, rules=(treat,)))
    begins_at = day_start(day("2026-02-01"), ZONE)
    member.post(birthday(begins_at, 3))
    (lot,) = member.state.lots
    # The birthday is the 4th; three days after it are the 5th, the 6th and the 7th.
    assert lot.expires_at == day_start(day("2026-02-08"), ZONE)
    assert member.spendable_on(begins_at + 6 * DAY, "voucher:cake") == 1
