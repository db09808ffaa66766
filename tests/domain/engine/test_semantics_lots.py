"""SEMANTICS 11-13 and 15: lots, undone spend, transfers, negative balances."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from habitue.domain.errors import Code
from habitue.domain.events import PointsPayment, Portion
from habitue.domain.programme.model import (
    PendingFor,
)
from habitue.kit.instants import FAR_FUTURE, Instant
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    back,
    bought,
    idle,
    morning,
    passed,
    points,
    programme,
    rate,
    received,
    redeemed,
    returned,
    sent,
    undone,
)
from tests.domain.engine.harness import Member

MARCH, JUNE = morning("2026-03-01"), morning("2026-06-01")


def _two_lots(reinstate_days: int | None = None) -> Member:
    """The worked example: 100 (exp. 1 Mar) and 50 (exp. 1 Jun)."""
    member = Member(programme(rate(), currencies=(points(reinstate_days=reinstate_days),)))
    member.post(
        adjusted("2026-01-02", 50, expires_at=JUNE, name="june"),
        adjusted("2026-01-03", 100, expires_at=MARCH, name="march"),
    )
    return member


def _held(member: Member, when: str | Instant) -> dict[Instant | None, int]:
    return {lot.expires_at: lot.remaining for lot in member.on(when).lots if lot.remaining}


# --- 11: soonest expiry first, then oldest --------------------------------------------------------


def test_s11_soonest_expiry_first() -> None:
    member = _two_lots()
    member.post(redeemed("2026-02-01", 120))
    assert _held(member, "2026-02-01") == {JUNE: 30}
    member.post(passed("2026-03-02"))
    assert member.posted("expire") == 0
    member.post(passed("2026-06-02"))
    assert member.posted("expire") == -30
    assert member.balance() == 0


def test_s11_then_oldest() -> None:
    member = Member(programme(rate()))
    first, second = bought("2026-01-02", "10.00"), bought("2026-01-03", "20.00")
    member.post(second, first, redeemed("2026-02-01", 15))
    assert member.remaining() == [15]
    (lot,) = member.state.lots
    assert lot.opened_at == second.occurred_at


def test_s11_a_lot_without_an_end_comes_after_one_with() -> None:
    member = Member(programme(rate()))
    member.post(bought("2026-01-02", "10.00"), adjusted("2026-01-03", 10, expires_at=JUNE))
    member.post(redeemed("2026-02-01", 10))
    assert _held(member, "2026-02-01") == {None: 10}


def test_s11_pending_lots_are_not_spent() -> None:
    pending = points(pending=PendingFor(parse_period("14 days")), expiry=after("1 month"))
    member = Member(programme(rate(), currencies=(pending,)))
    member.post(adjusted("2026-01-31", 10, expires_at=JUNE), bought("2026-02-01", "10.00"))
    member.post(redeemed("2026-02-02", 10))
    assert _held(member, "2026-02-02") == {morning("2026-03-01"): 10}


def test_s11_at_the_instant_of_expiry_nothing_is_left_to_spend() -> None:
    member = _two_lots()
    member.refuses(redeemed(MARCH, 51), Code.NOT_ENOUGH_POINTS)
    member.post(redeemed(MARCH, 50))
    assert member.posted("expire") == -100


def test_s11_lots_that_lapse_by_inactivity_count_with_their_present_end() -> None:
    """The idle lots would lapse on 1 March, before the dated lot ends in June: they go first."""
    member = Member(programme(rate(), currencies=(points(expiry=idle("1 month")),)))
    member.post(adjusted("2026-01-15", 10, expires_at=JUNE), bought("2026-02-01", "10.00"))
    member.post(redeemed("2026-02-10", 10))
    assert _held(member, "2026-02-10") == {JUNE: 10}


# --- 12: undone spend -----------------------------------------------------------------------------


def test_s12_last_taken_comes_back_first_and_what_lapsed_is_forfeited() -> None:
    member = _two_lots()
    spent = redeemed("2026-02-01", 120)
    member.post(spent, undone("2026-03-15", spent, 60))
    assert member.balance() == 30 + 20
    assert _held(member, "2026-03-15") == {JUNE: 50}
    assert member.posted("restore") == 60
    assert member.posted("expire") == -40


def test_s12_what_lapsed_is_reinstated_where_the_programme_says_so() -> None:
    member = _two_lots(reinstate_days=7)
    spent = redeemed("2026-02-01", 120)
    member.post(spent, undone("2026-03-15", spent, 60))
    until = morning("2026-03-22")
    assert member.balance() == 90
    assert _held(member, "2026-03-15") == {JUNE: 50, until: 40}
    assert member.balance_on(until - 1) == 90
    assert member.balance_on(until) == 50


def test_s12_before_it_lapses_everything_is_as_it_was() -> None:
    member = _two_lots()
    spent = redeemed("2026-02-01", 120)
    member.post(spent, undone("2026-02-15", spent))
    assert _held(member, "2026-02-15") == {MARCH: 100, JUNE: 50}


@pytest.mark.parametrize("parts", [(60, 60), (1, 59, 60), (20, 20, 20, 60), (120,)])
def test_s12_any_split_of_an_undo_ends_in_the_same_lots(parts: tuple[int, ...]) -> None:
    member = _two_lots()
    spent = redeemed("2026-02-01", 120)
    member.post(spent)
    for number, part in enumerate(parts):
        member.post(undone(f"2026-02-15 12:{number:02}", spent, part))
    assert _held(member, "2026-02-15 13:00") == {MARCH: 100, JUNE: 50}
    member.refuses(undone("2026-02-16", spent, 1), Code.UNDO_EXCEEDS_REDEMPTION)


def test_s12_never_more_than_was_redeemed() -> None:
    member = _two_lots()
    spent = redeemed("2026-02-01", 120)
    member.post(spent)
    member.refuses(undone("2026-02-02", spent, 121), Code.UNDO_EXCEEDS_REDEMPTION)
    member.post(undone("2026-02-02", spent))
    member.refuses(undone("2026-02-03", spent), Code.UNDO_EXCEEDS_REDEMPTION)


def test_s12_an_undo_needs_its_redemption() -> None:
    member = _two_lots()
    never = redeemed("2026-02-01", 120)
    member.refuses(undone("2026-02-02", never), Code.UNKNOWN_EVENT)


def test_s12_a_lot_that_lapsed_by_inactivity_while_empty() -> None:
    """Spent whole in January, silent for a year: what is undone then has lapsed in July."""
    member = Member(programme(rate(), currencies=(points(expiry=idle("6 months")),)))
    spent = redeemed("2026-01-10", 10)
    member.post(bought("2026-01-05", "10.00"), spent, bought("2026-12-01", "3.00"))
    member.post(undone("2026-12-02", spent))
    assert member.balance_on("2026-12-02") == 3
    assert member.posted("restore") == 10


def test_s12_a_lot_kept_alive_by_activity_takes_back_what_was_spent() -> None:
    member = Member(programme(rate(), currencies=(points(expiry=idle("6 months")),)))
    spent = redeemed("2026-01-10", 10)
    member.post(bought("2026-01-05", "10.00"), spent, bought("2026-06-01", "3.00"))
    member.post(bought("2026-11-01", "1.00"), undone("2026-11-02", spent))
    assert member.balance_on("2026-11-02") == 14


def test_s12_what_paid_a_debt_comes_back_spendable() -> None:
    """The redemption lost its cover to a late return; later earnings paid; undone, they are back
    and need not wait a second time."""
    pending = points(pending=PendingFor(parse_period("3 days")))
    member = Member(programme(rate(), currencies=(pending,)))
    sale = bought("2026-01-01", "10.00")
    spent = redeemed("2026-01-10", 10)
    member.post(sale, spent, bought("2026-01-11", "10.00"), returned("2026-01-05", sale))
    assert member.spendable_on("2026-01-15") == 0
    assert member.balance_on("2026-01-15") == 0
    member.post(undone("2026-01-20", spent))
    assert member.spendable_on("2026-01-20") == 10


def test_s12_a_lot_lapses_where_it_was_last_active() -> None:
    """Bought at midnight in Tokyo, it lives until midnight in Tokyo; Paris, where it is undone,
    had still the day before when it was bought."""
    member = Member(programme(rate(), currencies=(points(expiry=idle("20 days")),)))
    spent = redeemed("2026-03-15 00:01", 4, zone="Asia/Tokyo")
    member.post(bought("2026-03-15 00:00", "10.00", zone="Asia/Tokyo"), spent)
    member.post(undone("2026-04-03 05:00", spent))
    assert member.balance_on("2026-04-03 05:00") == 10
    assert member.balance_on("2026-04-04 00:00") == 0


# --- 13: transfers --------------------------------------------------------------------------------


def _portions(member: Member, name: str) -> tuple[Portion, ...]:
    """What a transfer took, with the dates that it takes along."""
    event = next(event for event in member.events if event.key.external_id == name)
    taken = [
        line
        for line in member.decisions[event.event_id].postings
        if line.kind == "transfer_out" and line.lot_id is not None
    ]
    return tuple(
        Portion(
            -line.amount,
            member.lots[line.lot_id or ""].activates_at,
            member.lots[line.lot_id or ""].expires_at,
        )
        for line in taken
    )


def test_s13_sent_and_back_a_lot_still_ends_on_its_first_date() -> None:
    versions = programme(rate(), currencies=(points(expiry=after("24 months")),))
    sender, friend = Member(versions), Member(versions)
    sender.post(
        adjusted("2026-01-02", 50, expires_at=JUNE, name="june"),
        adjusted("2026-01-03", 100, expires_at=MARCH, name="march"),
        sent("2026-01-10", 120, name="out"),
    )
    assert _held(sender, "2026-01-10") == {JUNE: 30}
    friend.post(received("2026-01-10", *_portions(sender, "out"), name="in"))
    assert _held(friend, "2026-01-10") == {MARCH: 100, JUNE: 20}
    friend.post(sent("2026-01-20", 120, name="back"))
    assert friend.balance() == 0
    sender.post(received("2026-01-20", *_portions(friend, "back"), name="home"))
    assert sender.balance() == 150
    assert sender.balance_on(MARCH) == 50
    assert sender.balance_on(JUNE) == 0


def test_s13_more_than_there_is_cannot_be_sent() -> None:
    member = _two_lots()
    member.refuses(sent("2026-02-01", 151), Code.NOT_ENOUGH_POINTS)


def test_s13_what_arrives_after_its_end_is_gone() -> None:
    member = Member(programme(rate()))
    member.post(received("2026-04-01", Portion(10, at("2026-01-01"), MARCH)))
    assert member.balance_on("2026-04-01") == 0
    assert member.posted("transfer_in") == 10


# --- 15: negative balance is a policy -------------------------------------------------------------


def _negative(policy: Literal["allow_negative", "book_loss", "refuse"], **fields: Any) -> Member:
    return Member(programme(rate(), currencies=(points(negative=policy, **fields),)))


def test_s15_allow_negative_is_a_debt_paid_from_later_earnings() -> None:
    member = _negative("allow_negative")
    sale = bought("2026-02-01", "100.00")
    member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
    assert member.balance() == -100
    assert member.state.debts == {"points": 100}
    member.post(bought("2026-02-04", "30.00"))
    assert member.balance() == -70
    assert member.state.lots == []
    member.post(bought("2026-02-05", "100.00"))
    assert member.balance() == 30
    assert member.state.debts == {}


def test_s15_book_loss_is_a_line_of_its_own() -> None:
    member = _negative("book_loss")
    sale = bought("2026-02-01", "100.00")
    member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
    assert member.balance() == 0
    assert member.posted("reverse") == -100
    assert member.posted("write_off") == 100
    member.post(bought("2026-02-04", "30.00"))
    assert member.balance() == 30


def test_s15_refuse_changes_nothing() -> None:
    member = _negative("refuse")
    sale = bought("2026-02-01", "100.00")
    member.post(sale, redeemed("2026-02-02", 100))
    member.refuses(returned("2026-02-03", sale), Code.RETURN_EXCEEDS_BALANCE)
    assert member.balance() == 0
    member.post(bought("2026-02-04", "100.00"), returned("2026-02-05", sale))
    assert member.balance() == 0


def test_s15_partly_covered() -> None:
    for policy, balance in (("allow_negative", -60), ("book_loss", 0)):
        member = _negative(policy)  # type: ignore[arg-type]  # a table of literals
        sale = bought("2026-02-01", "100.00")
        member.post(sale, redeemed("2026-02-02", 60), returned("2026-02-03", sale))
        assert member.balance() == balance


def test_s15_pending_points_pay_debts_when_they_become_active() -> None:
    member = _negative("allow_negative", pending=PendingFor(parse_period("10 days")))
    member.post(adjusted("2026-01-01", 100))
    sale = bought("2026-01-02", "50.00")
    member.post(sale, redeemed("2026-01-20", 150), returned("2026-01-21", sale))
    assert member.balance() == -50
    member.post(bought("2026-02-01", "80.00"))
    ready = morning("2026-02-11")
    assert member.on(ready - 1).debts == {"points": 50}
    assert member.pending_on(ready - 1) == 80
    assert member.on(ready).debts == {}
    assert member.spendable_on(ready) == 30


def test_s15_a_debt_forbids_spending_pending_or_not() -> None:
    member = _negative("allow_negative")
    sale = bought("2026-02-01", "100.00")
    member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
    member.refuses(redeemed("2026-02-04", 1), Code.NOT_ENOUGH_POINTS)


def test_s15_points_are_never_silently_zero() -> None:
    """Whatever the policy, issued and taken away stand in the books with their full figures."""
    for policy in ("allow_negative", "book_loss"):
        member = _negative(policy)
        sale = bought("2026-02-01", "100.00")
        member.post(sale, redeemed("2026-02-02", 100), returned("2026-02-03", sale))
        assert member.posted("earn") == 100
        assert member.posted("redeem") == -100
        assert member.posted("reverse") == -100


def test_s15_a_return_takes_from_other_lots_before_it_makes_a_debt() -> None:
    member = _negative("allow_negative", pending=PendingFor(parse_period("10 days")))
    sale = bought("2026-01-01", "100.00")
    member.post(sale, redeemed("2026-01-20", 100))
    member.post(adjusted("2026-01-21", 30, name="active"), bought("2026-01-22", "50.00"))
    member.post(returned("2026-01-23", sale))
    # 30 from the active lot, then 50 from the pending one, then 20 of debt.
    assert member.balance() == -20
    assert member.state.lots == []
    assert member.state.debts == {"points": 20}


def test_s15_an_adjustment_never_takes_more_than_the_balance() -> None:
    member = _negative("allow_negative")
    member.post(bought("2026-02-01", "50.00"))
    member.refuses(adjusted("2026-02-02", -80), Code.NOT_ENOUGH_POINTS)
    member.post(adjusted("2026-02-02", -50))
    assert member.balance() == 0


def test_s15_paid_points_of_a_return_settle_the_debt_first() -> None:
    member = _negative("allow_negative")
    member.post(adjusted("2026-01-01", 100))
    sale = bought("2026-02-01", "100.00", points_paid=(PointsPayment("points", 100, 4000),))
    member.post(sale, redeemed("2026-02-02", 60), returned("2026-02-03", sale, back("1")))
    # 60 earned and spent, 100 restored: 40 are left, and no debt.
    assert member.balance() == 40
    assert member.state.debts == {}
    assert FAR_FUTURE not in {lot.activates_at for lot in member.state.lots}
