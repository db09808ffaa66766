"""Where a referral stands: exact at any instant, whatever came back and in whatever order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.programme.referrals import Referral
from habitue.domain.referring import (
    Bought,
    ReferralStanding,
    State,
    looked_at_until,
    referral_standing,
)
from habitue.kit.instants import DAY, HOUR, Instant
from tests.domain.engine.building import at

ZONE = "Europe/Paris"
TERMS = Referral(spend=20_00, within_days=60, vests_days=30)
JOINED = at("2026-03-01 18:00", ZONE)


def stands(
    when: str,
    *bought: tuple[str, int],
    back: dict[str, tuple[str, int]] | None = None,
    terms: Referral = TERMS,
) -> ReferralStanding:
    """Where it stands; purchases by their time and amount, and what came back of them and when."""

    def kept(event_id: str, until: Instant) -> int:
        amount = dict(bought)[event_id]
        day, less = (back or {}).get(event_id, ("2099-01-01", 0))
        return amount - (less if at(day, ZONE) <= until else 0)

    return referral_standing(
        terms,
        zone=ZONE,
        joined_at=JOINED,
        bought=[Bought(day, at(day, ZONE)) for day, _ in bought],
        kept=kept,
        at=at(when, ZONE),
    )


# The last day to buy is 30 April, 60 days after 1 March.
ENDS = at("2026-05-01 00:00", ZONE)
FIRST = ("2026-03-05 09:00", 40_00)
SECOND = ("2026-03-20 09:00", 20_00)


@pytest.mark.parametrize(
    ("when", "state", "until"),
    [
        ("2026-03-01 18:00", "open", "2026-05-01 00:00"),
        ("2026-03-05 08:59", "open", "2026-05-01 00:00"),
        ("2026-03-05 09:00", "waiting", "2026-04-04 00:00"),
        ("2026-04-03 23:59", "waiting", "2026-04-04 00:00"),
        ("2026-04-04 00:00", "vested", "2026-04-04 00:00"),
        ("2027-04-04 00:00", "vested", "2026-04-04 00:00"),
    ],
)
def test_a_purchase_that_is_kept(when: str, state: State, until: str) -> None:
    assert stands(when, FIRST, SECOND) == ReferralStanding(state, at(until, ZONE))


@pytest.mark.parametrize(
    ("when", "state", "until"),
    [
        # 40.00 of which 25.00 come back: the second purchase, of just enough, takes its place.
        ("2026-03-09 00:00", "waiting", "2026-04-04 00:00"),
        ("2026-03-12 00:00", "open", "2026-05-01 00:00"),
        ("2026-03-20 09:00", "waiting", "2026-04-19 00:00"),
        ("2026-04-18 23:59", "waiting", "2026-04-19 00:00"),
        ("2026-04-19 00:00", "vested", "2026-04-19 00:00"),
    ],
)
def test_a_return_inside_the_window(when: str, state: State, until: str) -> None:
    back = {FIRST[0]: ("2026-03-10 12:00", 25_00)}
    standing = stands(when, FIRST, SECOND, back=back)
    assert standing == ReferralStanding(state, at(until, ZONE))


def test_a_return_after_the_window_changes_nothing() -> None:
    late = {FIRST[0]: ("2026-04-04 00:00", 40_00)}
    assert stands("2026-06-01", FIRST, back=late).state == "vested"
    in_time = {FIRST[0]: ("2026-04-03 23:59", 40_00)}
    assert stands("2026-06-01", FIRST, back=in_time) == ReferralStanding("lapsed", ENDS)


def test_nothing_bought_in_time_lapses_at_midnight() -> None:
    assert stands("2026-04-30 23:59").state == "open"
    assert stands("2026-05-01 00:00", ("2026-05-01 00:00", 99_00)).state == "lapsed"
    # Bought on the last day: the window closes a month later.
    last = ("2026-04-30 23:59", 20_00)
    assert stands("2026-05-15", last) == ReferralStanding("waiting", at("2026-05-30 00:00", ZONE))


def test_too_little_and_too_early_do_not_count() -> None:
    assert stands("2026-06-01", ("2026-03-05 09:00", 19_99)).state == "lapsed"
    assert stands("2026-06-01", ("2026-02-28 09:00", 99_00)).state == "lapsed"


def test_the_shortest_window_ends_with_the_day() -> None:
    terms = Referral(spend=0, within_days=60, vests_days=1)
    assert stands("2026-03-05 23:59", FIRST, terms=terms).state == "waiting"
    assert stands("2026-03-06 00:00", FIRST, terms=terms).state == "vested"
    # Something for nothing is no purchase.
    assert stands("2026-03-06", ("2026-03-05 09:00", 0), terms=terms).state == "open"


@given(
    st.lists(st.tuples(st.integers(0, 100 * DAY), st.integers(0, 50_00), st.integers(0, 90))),
    st.integers(0, 130),
    st.randoms(use_true_random=False),
)
def test_it_vests_once_and_for_ever_in_any_order(
    made: list[tuple[int, int, int]], day: int, shuffle: random.Random
) -> None:
    purchases = {
        f"{place:03}": (JOINED + after, amount, JOINED + after + days * DAY)
        for place, (after, amount, days) in enumerate(made)
    }

    def kept(event_id: str, until: Instant) -> int:
        _, amount, back_at = purchases[event_id]
        return 0 if back_at <= until else amount

    bought = [Bought(name, when) for name, (when, _, _) in purchases.items()]
    mixed = shuffle.sample(bought, len(bought))

    def standing(when: Instant, some: list[Bought]) -> ReferralStanding:
        return referral_standing(
            TERMS, zone=ZONE, joined_at=JOINED, bought=some, kept=kept, at=when
        )

    now = JOINED + day * DAY
    found = standing(now, bought)
    assert found == standing(now, mixed)
    later = standing(now + 40 * DAY, bought)
    if found.state == "vested":
        assert later == found
    end = standing(looked_at_until(TERMS, JOINED, ZONE) + HOUR, bought)
    assert end.state in ("vested", "lapsed")
    if end.state == "vested" and end.until <= now:
        assert found == end
