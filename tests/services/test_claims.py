"""An anonymous purchase is claimed once, by one member, for ever (SEMANTICS 35, 21)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY, HOUR, datetime_of
from habitue.services.claims import claim_receipt
from habitue.services.intake import Answer, Envelope
from tests.services.till import CORNER, Till, key_of


def claim(till: Till, receipt: Envelope, member: UUID) -> Answer:
    """Claim a receipt for a member."""
    key = key_of(receipt)
    return claim_receipt(
        till.connection,
        source=key["source"],
        external_id=key["external_id"],
        member_id=member,
        clock=till.clock,
    )


def refusal_of(till: Till, receipt: Envelope, member: UUID) -> str:
    """Why a claim is refused."""
    with pytest.raises(Refusal) as caught:
        claim(till, receipt, member)
    return caught.value.code.value


def test_s31_anonymous_purchases_are_recorded_once(till: Till) -> None:
    receipt = till.purchase(None, "10.00")
    first = till.ok(receipt)
    assert first["member"] is None
    assert first["claim_until"] == "2026-07-02T00:00:00+00:00"
    (second,) = till.send(receipt)
    assert (second.status, second.content) == ("known", first)
    assert till.rows("SELECT count(*) FROM receipt") == [(1,)]


def test_s35_a_claim_counts_as_of_the_time_of_the_purchase(till: Till) -> None:
    member = till.enrol("CARD0001")
    receipt = till.purchase(None, "10.00")
    first = till.ok(receipt)
    till.clock.advance(20 * DAY)
    answer = claim(till, receipt, member)
    assert answer.content["points"]["points"]["balance"] == 10
    ((opened,),) = till.rows("SELECT opened_at FROM lot")
    assert opened == datetime_of(till.clock.now() - 20 * DAY)
    # The till that repeats its purchase is still answered as the first time.
    assert till.send(receipt)[0].content == first


def test_s35_a_receipt_is_claimed_once_by_one_member(till: Till) -> None:
    member, other = till.enrol("CARD0001"), till.enrol("CARD0002")
    receipt = till.purchase(None, "10.00")
    till.ok(receipt)
    first = claim(till, receipt, member)
    again = claim(till, receipt, member)
    assert (again.status, again.content) == ("known", first.content)
    assert refusal_of(till, receipt, other) == "already_claimed"
    assert till.balance("CARD0001") == 10


def test_s35_a_claim_has_its_time(till: Till) -> None:
    member = till.enrol("CARD0001")
    receipt, second = till.purchase(None, "10.00"), till.purchase(None, "5.00")
    till.send(receipt, second)
    till.clock.advance(30 * DAY + 11 * HOUR)
    assert claim(till, receipt, member).status == "recorded"
    till.clock.advance(HOUR)
    assert refusal_of(till, second, member) == "claim_too_late"


def test_s35_what_cannot_be_claimed(till: Till) -> None:
    member = till.enrol("CARD0001")
    receipt, bought = till.purchase(None, "10.00"), till.purchase("CARD0001", "10.00")
    back = till.give_back(None, receipt)
    assert refusal_of(till, receipt, member) == "purchase_not_found"
    till.send(receipt, bought, back)
    assert refusal_of(till, bought, member) == "already_claimed"
    assert refusal_of(till, back, member) == "purchase_not_found"
    assert refusal_of(till, receipt, uuid4()) == "unknown_member"


def test_s35_a_programme_without_claims_refuses_them(till: Till) -> None:
    member = till.enrol("CARD0001")
    strict = {name: part for name, part in CORNER.items() if name != "claims"}
    till.clock.advance(DAY)
    till.publish(strict, effective_at=till.clock.now())
    receipt = till.purchase(None, "10.00")
    assert "claim_until" not in till.ok(receipt)
    assert refusal_of(till, receipt, member) == "claim_not_allowed"


def test_s21_returns_of_an_anonymous_purchase_are_checked(till: Till) -> None:
    receipt = till.purchase(None, "10.00", "4.00")
    early = datetime_of(till.clock.now() - HOUR).isoformat()
    lines: list[tuple[list[dict[str, Any]], str]] = [
        ([{"line": "9", "quantity": 1}], "return_of_unknown_line"),
        ([{"line": "1", "quantity": 2}], "return_exceeds_purchase"),
        ([{"line": "1", "quantity": 1}], "return_exceeds_purchase"),
    ]
    assert till.refused(till.give_back(None, receipt)) == "purchase_not_found"
    till.ok(receipt)
    too_soon = till.give_back(None, receipt, occurred_at=early)
    assert till.refused(too_soon) == "return_before_purchase"
    first = till.give_back(None, receipt, lines=[{"line": "1", "quantity": "0.5"}])
    assert till.ok(first)["member"] is None
    assert till.send(first)[0].status == "known"
    for named, code in lines:
        assert till.refused(till.give_back(None, receipt, lines=named)) == code
    till.ok(till.give_back(None, receipt))
    assert till.refused(till.give_back(None, receipt)) == "return_exceeds_purchase"
    assert till.rows("SELECT count(*) FROM receipt_return") == [(2,)]


def test_s21_both_in_one_batch(till: Till) -> None:
    receipt = till.purchase(None, "10.00")
    back, twice = till.give_back(None, receipt), till.give_back(None, receipt)
    answers = till.send(receipt, back, twice)
    assert [answer.status for answer in answers] == ["recorded", "recorded", "refused"]
    bad = till.purchase(None, "-1.00")
    answers = till.send(bad, till.give_back(None, bad))
    assert [answer.status for answer in answers] == ["refused", "refused"]


def test_s35_its_returns_follow_the_receipt(till: Till) -> None:
    member = till.enrol("CARD0001")
    receipt = till.purchase(None, "10.00", "4.00")
    before = till.give_back(None, receipt, lines=[{"line": "2", "quantity": 1}])
    till.send(receipt, before)
    content = claim(till, receipt, member).content
    assert content["points"]["points"]["balance"] == 10
    assert len(content["returns"]) == 1
    after = till.give_back(None, receipt, lines=[{"line": "1", "quantity": 1}])
    assert till.ok(after)["member"] == member.hex
    assert till.refused(till.give_back(None, receipt)) == "return_exceeds_purchase"
    assert till.balance("CARD0001") == 0


def test_s01_a_claim_may_come_late(till: Till) -> None:
    member = till.enrol("CARD0001")
    receipt = till.purchase(None, "10.00")
    till.ok(receipt)
    till.clock.advance(DAY)
    till.ok(till.purchase("CARD0001", "7.00"))
    till.clock.advance(DAY)
    assert claim(till, receipt, member).content["points"]["points"]["balance"] == 17


def test_a_named_member_cannot_return_what_belongs_to_nobody(till: Till) -> None:
    till.enrol("CARD0001")
    receipt = till.purchase(None, "10.00")
    till.ok(receipt)
    assert till.refused(till.give_back("CARD0001", receipt)) == "purchase_not_found"
