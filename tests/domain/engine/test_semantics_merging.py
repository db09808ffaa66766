"""SEMANTICS 34: two members who are one, and the way back."""

from __future__ import annotations

from typing import Any

from habitue.domain.engine.snapshot import state_to_json
from habitue.domain.errors import Code
from habitue.domain.events import Event, MergeIn, MergeOut, Unmerge
from habitue.domain.programme.model import Programme
from tests.domain.engine.building import (
    after,
    bought,
    eur,
    event,
    gift,
    idle,
    ladder,
    per_member,
    points,
    programme,
    rate,
    redeemed,
    returned,
    tier,
    undone,
)
from tests.domain.engine.harness import Member


def _merge(into: Member, duplicate: Member, when: str, name: str = "m1") -> None:
    """What the service does: the duplicate hands over, the other one takes in."""
    decision = duplicate.post(_event(when, MergeOut(name, "kept"), f"{name}/out"))
    into.shared.duplicates["duplicate"] = list(duplicate.events)
    assert decision.handed_over is not None
    into.post(_event(when, MergeIn(name, "duplicate", decision.handed_over), f"{name}/in"))


def _unmerge(into: Member, duplicate: Member, when: str, name: str = "m1") -> None:
    into.post(_event(when, Unmerge(name), f"{name}/in undone"))
    duplicate.post(_event(when, Unmerge(name), f"{name}/out undone"))


def _event(when: str, body: Any, external_id: str) -> Event:
    return event(when, body, name=external_id)


def _two(made: Programme) -> tuple[Member, Member]:
    return Member(made), Member(made)


def test_s34_p16_balances_add_up_and_the_duplicate_is_empty() -> None:
    kept, duplicate = _two(programme(rate()))
    third = Member(programme(rate()))
    kept.post(bought("2026-01-10", "10.00"))
    duplicate.post(bought("2026-01-11", "20.00"))
    third.post(bought("2026-01-12", "30.00"))
    _merge(kept, duplicate, "2026-02-01")
    _merge(kept, third, "2026-02-02", "m2")
    assert kept.balance() == 60
    assert duplicate.balance() == third.balance() == 0
    assert not duplicate.state.lots


def test_s34_lots_keep_their_dates() -> None:
    made = programme(rate(), currencies=(points(expiry=after("3 months")),))
    kept, duplicate = _two(made)
    duplicate.post(bought("2026-01-10", "20.00"))
    kept.post(bought("2026-03-01", "10.00"))
    _merge(kept, duplicate, "2026-03-02")
    assert kept.balance_on("2026-04-09T23:59") == 30
    assert kept.balance_on("2026-04-10") == 10
    # The older points end first and are spent first.
    kept.post(redeemed("2026-03-05", 25))
    assert kept.balance_on("2026-04-10") == 5


def test_s34_debts_come_along_and_are_settled() -> None:
    kept, duplicate = _two(programme(rate()))
    first = bought("2026-01-10", "50.00")
    duplicate.post(first, redeemed("2026-01-11", 50), returned("2026-01-12", first))
    kept.post(bought("2026-01-20", "80.00"))
    _merge(kept, duplicate, "2026-02-01")
    assert kept.balance() == 30
    assert not kept.state.debts
    assert duplicate.balance() == 0


def test_s34_once_per_member_limits_hold_across_the_merge() -> None:
    once = gift(100, name="welcome", limits=(per_member(times=1),))
    kept, duplicate = _two(programme(rate(), once))
    duplicate.post(bought("2026-01-10", "10.00"))
    _merge(kept, duplicate, "2026-02-01")
    assert kept.balance() == 110
    kept.post(bought("2026-02-03", "10.00"))
    assert kept.balance() == 120


def test_s34_the_higher_tier_stays_and_credits_add_up() -> None:
    tiers = ladder(tier("silver", eur("100")), tier("gold", eur("200")))
    kept, duplicate = _two(programme(rate(), tiers=tiers))
    kept.post(bought("2026-01-10", "50.00"))
    duplicate.post(bought("2026-01-11", "120.00"))
    _merge(kept, duplicate, "2026-02-01")
    assert kept.state.standing.tier == "silver"
    assert duplicate.state.standing.tier == ""
    kept.post(bought("2026-02-02", "30.00"))
    assert kept.state.standing.tier == "gold"


def test_s34_what_the_duplicate_bought_can_be_returned() -> None:
    tiers = ladder(tier("silver", eur("100")))
    kept, duplicate = _two(programme(rate(), tiers=tiers))
    purchase = bought("2026-01-11", "120.00")
    duplicate.post(purchase)
    kept.post(bought("2026-01-10", "40.00"))
    _merge(kept, duplicate, "2026-02-01")
    assert kept.balance() == 160
    kept.post(returned("2026-02-05", purchase))
    assert kept.balance() == 40
    kept.refuses(returned("2026-02-06", purchase, name="again"), Code.RETURN_EXCEEDS_PURCHASE)


def test_s34_what_the_duplicate_spent_can_be_undone() -> None:
    made = programme(rate(), currencies=(points(expiry=after("12 months")),))
    kept, duplicate = _two(made)
    spending = redeemed("2026-01-12", 15)
    duplicate.post(bought("2026-01-11", "20.00"), spending)
    _merge(kept, duplicate, "2026-02-01")
    kept.post(undone("2026-02-05", spending))
    assert kept.balance() == 20
    assert kept.balance_on("2027-01-11") == 0


def test_s34_an_exhausted_lot_of_the_duplicate_is_opened_anew() -> None:
    made = programme(rate(), currencies=(points(expiry=idle("6 months", "purchase")),))
    kept, duplicate = _two(made)
    spending = redeemed("2026-01-12", 20)
    duplicate.post(bought("2026-01-11", "20.00"), spending)
    _merge(kept, duplicate, "2026-02-01")
    kept.post(undone("2026-02-05", spending))
    assert kept.balance() == 20


def test_s34_a_merge_is_reversible() -> None:
    tiers = ladder(tier("silver", eur("100")))
    kept, duplicate = _two(programme(rate(), tiers=tiers))
    kept.post(bought("2026-01-10", "10.00"))
    duplicate.post(bought("2026-01-11", "120.00"))
    before = [state_to_json(member.state)["lots"] for member in (kept, duplicate)]
    _merge(kept, duplicate, "2026-02-01")
    _unmerge(kept, duplicate, "2026-02-03")
    assert [state_to_json(member.state)["lots"] for member in (kept, duplicate)] == before
    assert kept.state.standing.tier == ""
    assert duplicate.state.standing.tier == "silver"
    kept.refuses(_event("2026-02-04", Unmerge("m1"), "twice"), Code.UNKNOWN_EVENT)


def test_s34_points_spent_meanwhile_are_owed_after_the_way_back() -> None:
    kept, duplicate = _two(programme(rate()))
    kept.post(bought("2026-01-10", "10.00"))
    duplicate.post(bought("2026-01-11", "20.00"))
    _merge(kept, duplicate, "2026-02-01")
    kept.post(redeemed("2026-02-02", 25))
    _unmerge(kept, duplicate, "2026-02-03")
    assert kept.balance() == -15
    assert duplicate.balance() == 20


def test_s34_a_late_purchase_before_the_merge_still_counts() -> None:
    kept, duplicate = _two(programme(rate()))
    kept.post(bought("2026-01-10", "10.00"))
    duplicate.post(bought("2026-01-11", "20.00"))
    _merge(kept, duplicate, "2026-02-01")
    kept.post(bought("2026-01-05", "7.00", name="late"))
    assert kept.balance() == 37


def test_s34_a_return_from_before_the_merge_waits_for_the_purchase() -> None:
    kept, duplicate = _two(programme(rate()))
    purchase = bought("2026-01-11", "20.00")
    duplicate.post(purchase)
    kept.post(bought("2026-01-10", "10.00"))
    _merge(kept, duplicate, "2026-02-01")
    kept.post(returned("2026-01-20", purchase))
    assert kept.balance() == 10
    assert kept.balance_on("2026-01-31") == 10
    kept.refuses(returned("2026-01-21", purchase, name="again"), Code.RETURN_EXCEEDS_PURCHASE)
    kept.refuses(returned("2026-01-10", purchase, name="early"), Code.RETURN_BEFORE_PURCHASE)
    _unmerge(kept, duplicate, "2026-02-03")
    assert (kept.balance(), duplicate.balance()) == (10, 20)


def test_s34_an_undo_from_before_the_merge_waits_for_the_redemption() -> None:
    kept, duplicate = _two(programme(rate()))
    spending = redeemed("2026-01-12", 15)
    duplicate.post(bought("2026-01-11", "20.00"), spending)
    _merge(kept, duplicate, "2026-02-01")
    kept.refuses(undone("2026-01-11", spending, name="early"), Code.UNKNOWN_EVENT)
    kept.post(undone("2026-01-20", spending))
    assert kept.balance() == 20
    kept.refuses(undone("2026-01-21", spending, name="again"), Code.UNDO_EXCEEDS_REDEMPTION)


def test_s34_what_no_merge_brings_stays_unknown() -> None:
    kept, duplicate = _two(programme(rate()))
    _merge(kept, duplicate, "2026-02-01")
    purchase = bought("2026-01-11", "20.00")
    kept.refuses(returned("2026-01-20", purchase), Code.PURCHASE_NOT_FOUND)
    kept.refuses(returned("2026-02-20", purchase), Code.PURCHASE_NOT_FOUND)


def test_s34_an_undone_spending_of_a_lot_that_lapsed_at_the_duplicate_stays_gone() -> None:
    made = programme(rate(), currencies=(points(expiry=after("1 month")),))
    kept, duplicate = _two(made)
    spending = redeemed("2026-01-12", 20)
    duplicate.post(bought("2026-01-11", "20.00"), spending)
    _merge(kept, duplicate, "2026-03-01")
    kept.post(undone("2026-03-02", spending))
    assert kept.balance() == 0
    assert kept.posted("restore") == -kept.posted("expire") == 20
