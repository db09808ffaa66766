"""The coffee chain: 1, 1.2 and 1.7 stars a dollar by tier, stars that lapse, rewards in steps."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.errors import Code
from habitue.domain.events import Birthday, Event, Redemption
from tests.domain.engine.building import bought, event, item, returned
from tests.domain.engine.harness import Member, snapshot
from tests.domain.examples.documents import example

CHAIN = example("coffee-chain")
ZONE = CHAIN.zone


def drank(when: str, *lines: Any, **fields: Any) -> Event:
    return bought(when, *lines, currency="USD", zone=ZONE, **fields)


def coffee(amount: str, **fields: Any) -> Any:
    return item("latte", amount, category="coffee", currency="USD", **fields)


def bakery(amount: str) -> Any:
    return item("croissant", amount, category="bakery", currency="USD")


def cold(amount: str) -> Any:
    return item("cold brew", amount, category="cold drinks", currency="USD")


def took(when: str, reward: str, currency: str = "stars") -> Event:
    body = Redemption(currency=currency, units=0, reward=reward)
    return event(when, body, name=f"{reward} {when}", zone=ZONE)


def here(when: str) -> str:
    """A local time of New York, in winter unless it is summer, with its offset."""
    summer = "2026-03-08" <= when[:10] < "2026-11-01"
    return f"{when}{'-04:00' if summer else '-05:00'}"


MORNING = drank("2026-03-02 08:30", coffee("4.86", tax="0.36"), bakery("3.00"))
CUP = drank("2026-03-02 12:00", coffee("5.00"), attributes={"own_cup": True})
CUP_AGAIN = drank("2026-03-02 13:00", coffee("2.49"), attributes={"own_cup": True})
DOUBLE = drank("2026-06-15 15:00", cold("10.00"))
AFTERNOON = drank("2026-06-16 15:00", cold("6.00"), coffee("3.00"))
EVENING = drank("2026-06-16 17:00", cold("6.00"))
PASTRY = took("2026-06-20 10:00", "pastry")


def test_half_a_year_of_coffee() -> None:
    member = Member(CHAIN)
    steps = [
        # 7.50 without tax is 7.5 stars, rounded half up; 10 for a breakfast.
        (MORNING, 8 + 10),
        # No breakfast at noon; 25 for the cup.
        (CUP, 18 + 5 + 25),
        # One cup a day.
        (CUP_AGAIN, 48 + 2),
        # A Monday afternoon in summer that is a double day: 10 times 2 times 2.
        (DOUBLE, 50 + 40),
        # 9 for all of it, and 6 more for what is cold.
        (AFTERNOON, 90 + 9 + 6),
        # Five o'clock is no afternoon any more.
        (EVENING, 105 + 6),
        (PASTRY, 111 - 100),
    ]
    for each, balance in steps:
        member.post(each)
        assert member.balance("stars") == balance, each.key
    # Green: six months after the latest purchase the rest lapses; taking a pastry is none.
    assert member.balance_on(here("2026-12-15 23:59"), "stars") == 11
    assert member.balance_on(here("2026-12-16 00:00"), "stars") == 0


def test_each_tier_has_its_rate_and_a_return_takes_the_tier_back() -> None:
    member = Member(CHAIN)
    gold = drank("2026-01-07", "10.00")
    tenth = drank("2026-02-04", "10.00")
    last = drank("2026-02-03", "1.00")
    steps = [
        (drank("2026-01-05", "499.00"), 499, ""),
        # The purchase that crosses still earns 1 a dollar.
        (drank("2026-01-06", "1.00"), 500, "gold"),
        (gold, 512, "gold"),
        # 1656.00 at 1.2 is 1987.2.
        (drank("2026-02-02", "1656.00"), 2499, "gold"),
        # 1.2, rounded to 1, is the 2500th star.
        (last, 2500, "reserve"),
        (tenth, 2517, "reserve"),
        # 4.35 at 1.7 is 7.395.
        (drank("2026-02-05", "4.35"), 2524, "reserve"),
        (returned("2026-02-10", tenth, currency="USD", zone=ZONE), 2507, "reserve"),
        (returned("2026-02-11", last, currency="USD", zone=ZONE), 2506, "reserve"),
        # 2494 were earned in twelve months, by then and by now: no reserve, but still gold.
        (returned("2026-02-12", gold, currency="USD", zone=ZONE), 2494, "gold"),
    ]
    for each, balance, tier in steps:
        member.post(each)
        assert (member.balance("stars"), member.state.standing.tier) == (balance, tier), each.key


def test_golden_stars_do_not_lapse_while_gold_lasts() -> None:
    member = Member(CHAIN)
    member.post(drank("2026-01-05", "499.00"), drank("2026-01-06", "1.00"))
    member.post(drank("2026-01-07", "10.00"))
    assert member.balance_on(here("2026-07-07 00:00"), "stars") == 512
    # Twelve months of gold are over: 13 stars in the year since 6 January keep nothing, so the
    # tier is what is deserved, and the stars that only gold protected lapse with it.
    assert member.balance_on(here("2027-01-05 23:59"), "stars") == 512
    assert member.tier_on(here("2027-01-05 23:59")) == "gold"
    assert member.balance_on(here("2027-01-06 00:00"), "stars") == 0
    assert member.tier_on(here("2027-01-06 00:00")) == ""


def test_a_year_of_reserve_is_kept_with_less_than_it_took() -> None:
    """2500 lead there on 5 January; 2000 in the year from that day on keep it."""
    risen = (drank("2026-01-04", "2499.00"), drank("2026-01-05", "1.00"))
    member, other = Member(CHAIN), Member(CHAIN)
    # 1 on the day itself, and 1175.88 at 1.7 is 1998.996: 2000 in all.
    member.post(*risen, drank("2026-12-01", "1175.88"))
    assert member.state.standing.tier == "reserve"
    assert member.tier_on(here("2027-01-05 00:00")) == "reserve"
    # 1175.00 at 1.7 is 1997.5, rounded to 1998: one too few, and enough for gold.
    other.post(*risen, drank("2026-12-01", "1175.00"))
    assert other.tier_on(here("2027-01-04 23:59")) == "reserve"
    assert other.tier_on(here("2027-01-05 00:00")) == "gold"


@pytest.mark.parametrize(
    ("reward", "price"),
    [
        ("extra", 25),
        ("brewed-coffee", 60),
        ("pastry", 100),
        ("any-drink", 200),
        ("lunch", 300),
        ("beans", 400),
    ],
)
def test_the_ladder(reward: str, price: int) -> None:
    member = Member(CHAIN)
    member.post(drank("2026-04-01", f"{price - 1}.00"))
    refusal = member.refuses(took("2026-04-02 09:00", reward), Code.NOT_ENOUGH_POINTS)
    assert refusal.parameters["limit"] == price - 1
    member.post(drank("2026-04-02 10:00", "1.00"), took("2026-04-02 11:00", reward))
    assert member.balance("stars") == 0


def test_a_birthday_drink_can_be_had_for_thirty_days() -> None:
    member = Member(CHAIN)
    member.post(drank("2026-05-01", "3.00"))
    birthday = event("2026-05-20 00:00", Birthday(), zone=ZONE)
    member.post(birthday)
    voucher = "voucher:any-drink"
    assert member.balance(voucher) == 1
    assert member.balance_on(here("2026-06-18 23:59"), voucher) == 1
    assert member.balance_on(here("2026-06-19 00:00"), voucher) == 0
    member.post(took("2026-06-18 20:00", "any-drink", voucher))
    assert (member.balance(voucher), member.balance("stars")) == (0, 3)


def test_what_arrives_late_ends_the_same() -> None:
    member, late = Member(CHAIN), Member(CHAIN)
    member.post(MORNING, CUP, CUP_AGAIN, DOUBLE, AFTERNOON, EVENING, PASTRY)
    late.post(CUP_AGAIN, DOUBLE, EVENING, CUP, MORNING, AFTERNOON, PASTRY)
    assert snapshot(late.state) == snapshot(member.state)
