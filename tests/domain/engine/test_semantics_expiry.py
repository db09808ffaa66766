"""SEMANTICS 14: expiry models, what a tier overrides, and changes of policy."""

from __future__ import annotations

import pytest

from habitue.domain.programme.model import (
    ExpiresAt,
    ExpiresOnDates,
    Expiry,
    NeverExpires,
    Programme,
)
from tests.domain.engine.building import (
    after,
    bought,
    eur,
    idle,
    ladder,
    morning,
    points,
    programme,
    rate,
    tier,
    visited,
)
from tests.domain.engine.harness import Member

# --- 14: expiry models ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expiry", "earned", "expires"),
    [
        (after("30 days"), "2026-01-15", "2026-02-14"),
        (after("12 months"), "2026-01-31", "2027-01-31"),
        (after("12 months", "month"), "2026-01-15", "2027-02-01"),
        (after("12 months", "quarter"), "2026-01-15", "2027-04-01"),
        (after("12 months", "year"), "2026-01-15", "2028-01-01"),
        (after("1 month", "month"), "2026-01-31", "2026-03-01"),
        (after("10 days", "week"), "2026-01-15", "2026-01-26"),
        # Where the last day already is the last of its month, that month's end is the end.
        (after("12 months", "month"), "2026-01-01", "2027-01-01"),
        (after("1 month", "quarter"), "2026-03-01", "2026-04-01"),
        (ExpiresOnDates(((3, 1), (9, 1))), "2026-02-28", "2026-03-01"),
        (ExpiresOnDates(((3, 1), (9, 1))), "2026-03-01", "2026-09-01"),
        (ExpiresOnDates(((3, 1), (9, 1))), "2026-09-01", "2027-03-01"),
        (ExpiresOnDates(((2, 29),)), "2026-01-15", "2026-02-28"),
        (ExpiresOnDates(((2, 29),)), "2028-01-15", "2028-02-29"),
        (ExpiresAt(morning("2027-01-01")), "2026-05-05", "2027-01-01"),
    ],
)
def test_s14_models_with_a_date(expiry: Expiry, earned: str, expires: str) -> None:
    member = Member(programme(rate(), currencies=(points(expiry=expiry),)))
    member.post(bought(earned, "1.00"))
    assert member.state.lots[0].expires_at == morning(expires)
    assert member.balance_on(morning(expires) - 1) == 1
    assert member.balance_on(morning(expires)) == 0


def test_s14_never() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-02-01", "1.00"))
    assert member.balance_on("2126-02-01") == 1


def test_s14_inactivity_lapses_all_lots_together() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=idle("6 months")),)))
    member.post(bought("2026-01-31", "10.00"), bought("2026-05-31", "5.00"))
    assert member.balance_on(morning("2026-11-30") - 1) == 15
    assert member.balance_on(morning("2026-11-30")) == 0


def test_s14_only_qualifying_activity_counts() -> None:
    by_purchase = Member(programme(rate(), currencies=(points(expiry=idle("6 months")),)))
    by_purchase.post(bought("2026-01-31", "10.00"), visited("2026-05-31"))
    assert by_purchase.balance_on("2026-08-01") == 0
    versions = programme(rate(), currencies=(points(expiry=idle("6 months", "purchase", "visit")),))
    by_visit = Member(versions)
    by_visit.post(bought("2026-01-31", "10.00"), visited("2026-05-31"))
    assert by_visit.balance_on("2026-08-01") == 10


def test_s14_a_late_activity_revives_what_would_have_lapsed() -> None:
    """SEMANTICS 1 with 14: the member was active all the time, the till was only slow to say so."""
    member = Member(programme(rate(), currencies=(points(expiry=idle("6 months")),)))
    member.post(bought("2026-01-31", "10.00"), bought("2026-09-01", "1.00"))
    assert member.balance() == 1
    member.post(bought("2026-06-01", "2.00"))
    assert member.balance() == 13


def test_s14_inactivity_is_counted_in_days_of_the_store() -> None:
    """Noon of 1 February in Paris is still 31 January at a store in Honolulu at 01:00."""
    member = Member(programme(rate(), currencies=(points(expiry=idle("10 days")),)))
    member.post(bought("2026-01-31 23:00", "10.00", zone="Pacific/Honolulu"))
    lapse = morning("2026-02-10", "Pacific/Honolulu")
    assert member.balance_on(lapse - 1) == 10
    assert member.balance_on(lapse) == 0


def _overridden(base: Expiry, gold: Expiry) -> Programme:
    return programme(
        rate(),
        currencies=(points(expiry=base, expiry_by_tier={"gold": gold}),),
        tiers=ladder(tier("gold", eur("100")), valid=None),
    )


@pytest.mark.parametrize("base", [after("12 months"), NeverExpires()])
def test_s14_a_tier_may_override_the_date(base: Expiry) -> None:
    member = Member(_overridden(base, after("24 months")))
    member.post(bought("2026-01-15", "100.00"), bought("2026-02-15", "1.00"))
    first, second = member.state.lots
    assert first.expires_at == (morning("2027-01-15") if base == after("12 months") else None)
    assert second.expires_at == morning("2028-02-15")


def test_s14_a_tier_may_override_inactivity_with_never() -> None:
    member = Member(_overridden(idle("1 month"), NeverExpires()))
    member.post(bought("2026-01-15", "100.00"))
    assert member.balance_on("2027-01-15") == 100


def test_s14_a_tier_may_override_inactivity_with_a_longer_one() -> None:
    member = Member(_overridden(idle("1 month"), idle("3 months")))
    member.post(bought("2026-01-15", "100.00"))
    assert member.balance_on(morning("2026-04-15") - 1) == 100
    assert member.balance_on(morning("2026-04-15")) == 0


def test_s14_a_tier_may_override_inactivity_with_a_date() -> None:
    member = Member(_overridden(idle("1 month"), after("2 months")))
    member.post(bought("2026-01-15", "100.00"), bought("2026-01-20", "7.00"))
    assert member.state.lots[-1].expires_at == morning("2026-03-20")
    assert member.balance_on(morning("2026-03-20")) == 100  # Earned below gold, held at gold.


def test_s14_a_change_of_policy_applies_to_new_lots() -> None:
    old = programme(rate(), currencies=(points(expiry=NeverExpires()),))
    new = programme(rate(), currencies=(points(expiry=after("1 month")),), number=2)
    member = Member(old, new)
    member.post(bought("2026-01-15", "10.00"), bought("2026-02-15", "5.00", version=2))
    assert member.balance_on("2026-12-31") == 10


def test_s14_inactivity_introduced_later_leaves_old_lots_alone() -> None:
    old = programme(rate(), currencies=(points(expiry=NeverExpires()),))
    new = programme(rate(), currencies=(points(expiry=idle("1 month")),), number=2)
    member = Member(old, new)
    member.post(bought("2026-01-15", "10.00"), bought("2026-02-15", "5.00", version=2))
    assert member.balance_on("2026-12-31") == 10


def test_s14_inactivity_given_up_later_stays_with_old_lots() -> None:
    old = programme(rate(), currencies=(points(expiry=idle("1 month")),))
    new = programme(rate(), currencies=(points(expiry=NeverExpires()),), number=2)
    member = Member(old, new)
    member.post(bought("2026-01-15", "10.00"), bought("2026-02-01", "5.00", version=2))
    assert member.balance_on("2026-12-31") == 5
