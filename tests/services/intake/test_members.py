"""Whose event it is: identifiers, trust, newcomers (SEMANTICS 33)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.services.intake import Envelope
from tests.services.till import Till, key_of


def named(till: Till, kind: str, identifier: str, value: str, **fields: object) -> Envelope:
    """An event of a member who is named by an identifier of another kind."""
    content = till.content(None, member={"kind": identifier, "value": value}, **fields)
    return Envelope("corner", kind, content)


def test_s33_identifiers_are_normalised_before_they_are_looked_up(till: Till) -> None:
    till.enrol("+33612345678", kind="phone", trust=2)
    till.ok(named(till, "visit", "phone", "06 12 34 56 78"), country="FR")
    assert till.refused(named(till, "visit", "phone", "not a phone")) == "invalid_identifier"
    assert till.refused(named(till, "visit", "iris", "blue")) == "unknown_choice"


def test_s33_a_member_may_be_named_by_id(till: Till) -> None:
    member = till.enrol("CARD0001")
    assert till.ok(named(till, "visit", "member_id", str(member)))["member"] == member.hex
    assert till.refused(named(till, "visit", "member_id", str(uuid4()))) == "unknown_member"
    assert till.refused(named(till, "visit", "member_id", "me")) == "invalid_identifier"


@pytest.mark.parametrize(
    ("trust", "earns", "spends"), [(1, False, False), (2, True, False), (3, True, True)]
)
def test_s33_spending_needs_more_trust_than_earning(
    till: Till,
    trust: int,
    earns: bool,  # noqa: FBT001  # a table
    spends: bool,  # noqa: FBT001  # a table
) -> None:
    till.enrol("FR-AB123CD", kind="plate", trust=trust)
    member = {"kind": "plate", "value": "AB-123-CD"}
    line = [{"product": "x", "amount": 100}]
    buy = Envelope(
        "corner", "purchase", till.content(None, member=member, currency="EUR", lines=line)
    )
    spend = named(till, "redemption", "plate", "AB-123-CD", currency="points", units=1)
    answers = till.send(buy, spend, country="FR")
    assert [answer.status == "recorded" for answer in answers] == [earns, spends]
    for answer, allowed in zip(answers, (earns, spends), strict=True):
        if not allowed:
            assert answer.refusal is not None
            assert answer.refusal.code.value == "identifier_not_trusted"
    paid = [{"currency": "points", "units": 1, "amount": 1}]
    part = Envelope(
        "corner",
        "purchase",
        till.content(None, member=member, currency="EUR", lines=line, points_paid=paid),
    )
    assert (till.send(part, country="FR")[0].status == "recorded") is spends


def test_a_closed_member_takes_no_part(till: Till) -> None:
    member = till.enrol("CARD0001")
    with till.connection.transaction():
        till.connection.execute(
            "UPDATE member SET status = 'closed' WHERE member_id = %s", [member]
        )
    assert till.refused(till.purchase("CARD0001", "1.00")) == "member_closed"


@pytest.mark.parametrize("kind", ["visit", "enrolment", "adjustment", "redemption", "return"])
def test_only_purchases_may_be_anonymous(till: Till, kind: str) -> None:
    fields: dict[str, dict[str, object]] = {
        "adjustment": {"reason": "gift", "currency": "points", "units": 1},
        "redemption": {"currency": "points", "units": 1},
        "return": {"currency": "EUR", "lines": [{"product": "x", "quantity": 1}]},
    }
    assert till.refused(till.other(kind, None, **fields.get(kind, {}))) == "missing_field"


def test_an_anonymous_purchase_cannot_be_paid_with_points(till: Till) -> None:
    paid = [{"currency": "points", "units": 1, "amount": 1}]
    assert till.refused(till.purchase(None, "5.00", points_paid=paid)) == "missing_field"


def test_newcomers_are_enrolled_only_where_asked_for(till: Till) -> None:
    envelope = till.purchase("NEWCARD1", "5.00")
    assert till.refused(envelope) == "unknown_member"
    (answer,) = till.send(envelope, enrol_unknown=True)
    assert (answer.status, answer.enrolled) == ("recorded", True)
    (second,) = till.send(till.purchase("NEWCARD1", "5.00"), enrol_unknown=True)
    assert second.enrolled is False
    assert second.content["points"]["points"]["balance"] == 10
    assert till.rows("SELECT count(*) FROM member") == [(1,)]


def test_a_newcomer_has_joined_at_their_first_purchase(till: Till) -> None:
    """An import of old sales makes members who joined then, not today."""
    later = till.purchase("NEWCARD1", "1.00", occurred_at="2026-03-02T10:00:00+01:00")
    first = till.purchase("NEWCARD1", "1.00", occurred_at="2026-02-01T10:00:00+01:00")
    till.send(later, first, enrol_unknown=True)
    ((joined_at,),) = till.rows("SELECT joined_at FROM member")
    assert joined_at.isoformat() == "2026-02-01T09:00:00+00:00"


def test_newcomers_of_one_batch_are_one_member_each(till: Till) -> None:
    answers = till.send(
        *(till.purchase(f"NEWCARD{n % 3}", "1.00") for n in range(9)), enrol_unknown=True
    )
    assert sum(answer.enrolled for answer in answers) == 3
    assert len({answer.content["member"] for answer in answers}) == 3


def test_a_newcomers_purchase_can_be_returned_in_the_same_batch(till: Till) -> None:
    bought = till.purchase("NEWCARD1", "5.00")
    answers = till.send(bought, till.give_back("NEWCARD1", bought), enrol_unknown=True)
    assert [answer.status for answer in answers] == ["recorded", "recorded"]
    unnamed = till.purchase("NEWCARD2", "5.00")
    answers = till.send(unnamed, till.give_back(None, unnamed), enrol_unknown=True)
    assert till.balance("NEWCARD2") == 0


def test_nobody_is_enrolled_for_an_event_that_is_refused(till: Till) -> None:
    spend = till.other("redemption", "NEWCARD1", currency="points", units=5)
    buy = till.purchase("NEWCARD2", "5.00")
    answers = till.send(spend, buy, enrol_unknown=True)
    assert [answer.status for answer in answers] == ["refused", "recorded"]
    assert till.rows("SELECT value FROM identifier WHERE value LIKE 'NEWCARD%%'") == [("NEWCARD2",)]
    assert till.rows("SELECT count(*) FROM member_state") == [(1,)]
    assert till.rows("SELECT count(*) FROM event_key") == [(1,)]


def test_s31_a_known_event_is_answered_although_its_identifier_was_revoked(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "5.00")
    first = till.ok(envelope)
    with till.connection.transaction():
        till.connection.execute("UPDATE identifier SET revoked_at = now()")
    for enrol_unknown in (False, True):
        (answer,) = till.send(envelope, enrol_unknown=enrol_unknown)
        assert (answer.status, answer.content) == ("known", first)
    assert till.rows("SELECT count(*) FROM member") == [(1,)]


def test_an_event_follows_the_owner_of_what_it_names(till: Till) -> None:
    till.enrol("CARD0001")
    till.enrol("CARD0002")
    bought = till.purchase("CARD0001", "5.00")
    till.ok(bought)
    assert till.refused(till.give_back("CARD0002", bought)) == "purchase_not_found"
    assert till.ok(till.give_back(None, bought))["points"]["points"]["balance"] == 0
    spent = till.other("undo", None, redemption={"source": "till", "external_id": "zz"})
    assert till.refused(spent) == "unknown_event"
    confirm = till.other("confirmation", None, purchase={"source": "a", "external_id": "b"})
    assert till.refused(confirm) == "purchase_not_found"
    undo_of_purchase = till.other("undo", None, redemption=key_of(bought))
    assert till.refused(undo_of_purchase) == "unknown_event"
