"""SEMANTICS 9 and 10: pending points, and an answer to every why."""

from __future__ import annotations

from habitue.domain.engine.types import RuleOutcome
from habitue.domain.errors import Code
from habitue.domain.events import PointsPayment
from habitue.domain.programme.model import PendingConfirmation, PendingFor, PendingUntil
from habitue.domain.programme.moments import Moment
from habitue.kit.instants import FAR_FUTURE
from habitue.kit.periods import parse_period
from tests.domain.engine.building import (
    adjusted,
    after,
    at,
    back,
    bought,
    confirmed,
    day,
    enrolled,
    gift,
    holds,
    item,
    morning,
    passed,
    per_purchase,
    points,
    programme,
    rate,
    redeemed,
    returned,
    spend_at_least,
    times,
)
from tests.domain.engine.harness import Member


def _outcome(member: Member, name: str) -> RuleOutcome:
    decision = member.decisions[member.events[-1].event_id]
    return next(outcome for outcome in decision.outcomes if outcome.rule == name)


# --- 9: pending -----------------------------------------------------------------------------------


def test_s09_pending_points_show_separately_and_cannot_be_spent() -> None:
    pending = PendingFor(parse_period("14 days"))
    member = Member(programme(rate(), currencies=(points(pending=pending),)))
    member.post(bought("2026-02-01", "10.00"))
    assert (member.balance(), member.pending_on("2026-02-02")) == (10, 10)
    assert member.spendable_on("2026-02-02") == 0
    refusal = member.refuses(redeemed("2026-02-14", 1), Code.NOT_ENOUGH_POINTS)
    assert refusal.parameters
    ready = morning("2026-02-15")
    assert member.spendable_on(ready - 1) == 0
    assert member.spendable_on(ready) == 10
    member.post(redeemed(ready, 10))
    assert member.balance() == 0


def test_s09_pending_until_a_date() -> None:
    opening = morning("2026-03-01")
    member = Member(programme(rate(), currencies=(points(pending=PendingUntil(opening)),)))
    member.post(bought("2026-02-01", "10.00"), bought("2026-03-02", "5.00"))
    assert member.spendable_on(opening - 1) == 0
    assert member.spendable_on(opening) == 10
    assert member.spendable_on("2026-03-02 12:01") == 15
    assert [lot.activates_at for lot in member.state.lots] == [opening, at("2026-03-02")]


def test_s09_pending_on_confirmation() -> None:
    member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
    sale = bought("2026-02-01", "10.00")
    member.post(sale)
    assert member.state.lots[0].activates_at == FAR_FUTURE
    assert member.spendable_on("2027-02-01") == 0
    assert member.pending_on("2027-02-01") == 10
    member.post(confirmed("2026-02-05", sale))
    assert member.spendable_on(at("2026-02-05") - 1) == 0
    assert member.spendable_on("2026-02-05") == 10
    assert member.pending_on("2026-02-05") == 0


def test_s09_what_a_return_adds_to_a_confirmed_purchase_does_not_wait() -> None:
    """The cap refused the whole; what is left is within it, and was confirmed long ago."""
    small = rate(limits=(per_purchase(20, "refuse"),))
    kept = gift(5, name="kept")
    waits = points(pending=PendingConfirmation())
    member = Member(programme(small, kept, currencies=(waits,)))
    sale = bought("2026-02-01", item("A", "15.00"), item("B", "10.00"))
    member.post(sale, confirmed("2026-02-02", sale))
    assert member.spendable_on("2026-02-02") == 5
    member.post(returned("2026-02-03", sale, back("B")))
    assert member.spendable_on("2026-02-03") == 20
    assert member.pending_on("2026-02-03") == 0


def test_s09_a_confirmation_needs_something_to_confirm() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "10.00")
    member.post(sale)
    member.refuses(confirmed("2026-02-05", sale), Code.NOTHING_TO_CONFIRM)
    member = Member(programme(rate(), currencies=(points(pending=PendingConfirmation()),)))
    member.post(sale, confirmed("2026-02-05", sale))
    member.refuses(confirmed("2026-02-06", sale), Code.NOTHING_TO_CONFIRM)


def test_s09_points_may_expire_while_they_wait() -> None:
    member = Member(
        programme(
            rate(), currencies=(points(pending=PendingConfirmation(), expiry=after("1 month")),)
        )
    )
    sale = bought("2026-02-01", "10.00")
    member.post(sale, passed("2026-03-01"))
    assert member.balance() == 0
    assert member.posted("expire") == -10


def test_s09_own_points_pay_only_when_they_are_ready() -> None:
    pending = PendingFor(parse_period("1 day"))
    member = Member(programme(rate(), currencies=(points(pending=pending),)))
    member.post(bought("2026-02-01", "10.00"))
    paid = bought("2026-02-01 15:00", "9.00", points_paid=(PointsPayment("points", 5, 500),))
    member.refuses(paid, Code.NOT_ENOUGH_POINTS)


# --- 10: explained --------------------------------------------------------------------------------


def test_s10_every_rule_considered_has_its_answer() -> None:
    member = Member(
        programme(
            rate(limits=(per_purchase(15),)),
            gift(100, name="big-basket", when=spend_at_least("50.00")),
            rate(name="switched-off", enabled=False),
            times("2", name="friday", when=holds("friday", lambda moment: moment.day == 0)),
        )
    )
    member.post(bought("2026-02-01", "20.50"))
    base = _outcome(member, "base")
    assert (base.fired, base.exact, base.given) == (True, "20.5", 15)
    assert len(base.caps) == 1
    missed = _outcome(member, "big-basket")
    assert not missed.fired
    assert missed.seen == [{"field": "amount", "asked": ">= 5000", "seen": "2050", "held": False}]
    assert not _outcome(member, "switched-off").fired
    assert _outcome(member, "switched-off").blocked
    assert not _outcome(member, "friday").fired


def test_s10_the_ledger_line_keeps_version_rule_and_reason() -> None:
    member = Member(programme(rate("1.7"), gift(20), number=1))
    member.post(bought("2026-02-01", "10.55"))
    assert member.balance() == 37
    assert [(line.rule, line.amount, line.version_number) for line in member.postings] == [
        ("base", 17, 1),
        ("gift", 20, 1),
    ]
    assert all(line.reason for line in member.postings)
    assert member.postings[0].reason["exact"] == "17.935"
    assert all(line.event_id == member.events[0].event_id for line in member.postings)


def test_s10_corrections_say_what_they_answer() -> None:
    member = Member(programme(rate()))
    sale = bought("2026-02-01", "10.00")
    spent = redeemed("2026-02-02", 4)
    member.post(sale, spent, returned("2026-02-03", sale))
    reversals = [line for line in member.postings if line.kind == "reverse"]
    assert sum(line.amount for line in reversals) == -10
    assert {line.against for line in reversals} == {sale.event_id}
    assert {line.rule for line in reversals} == {"base"}


def test_s10_what_was_seen_is_the_member_just_before_the_event() -> None:
    seen: list[tuple[int, int, int | None, int]] = []

    def look(moment: Moment) -> bool:
        seen.append(
            (moment.purchases, moment.visits, moment.days_since_visit, moment.balance("points"))
        )
        return False

    spy = holds("spy", look)
    member = Member(programme(rate(), gift(1, name="spy", when=spy)))
    member.post(bought("2026-02-01", "10.00"))
    member.post(bought("2026-02-01 18:00", "10.00"))
    member.post(bought("2026-02-05", "10.00"))
    assert sorted(set(seen), key=lambda one: one[0]) == [
        (0, 0, None, 0),
        (1, 1, 0, 10),
        (2, 1, 4, 20),
    ]


def test_s10_days_since_enrolment() -> None:
    new = holds(
        "new member",
        lambda moment: (
            moment.days_since_enrolment is not None and moment.days_since_enrolment <= 30
        ),
    )
    member = Member(programme(gift(1, when=new)))
    member.post(bought("2025-12-31", "1.00"))
    member.post(enrolled("2026-01-01 23:59"))
    member.post(bought("2026-01-31 00:01", "1.00"))
    assert day("2026-01-31") - day("2026-01-01") == 30
    assert member.balance() == 1
    member.post(bought("2026-02-01 00:01", "1.00"))
    assert member.balance() == 1


def test_s10_an_adjustment_carries_its_reason() -> None:
    member = Member(programme(rate()))
    member.post(adjusted("2026-02-01", 5))
    (line,) = member.postings
    assert line.kind == "adjust"
    assert line.amount == 5
    assert "a correction" in str(line.reason)
