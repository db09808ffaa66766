"""One batch, one transaction, exact answers; a repetition is answered the same (SEMANTICS 31)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from habitue.domain.received.normalising import Conventions, normalise
from habitue.kit.instants import DAY, HOUR, datetime_of, parse_instant
from habitue.services.intake import Envelope
from habitue.services.stores import put_store
from tests.services.till import CORNER, Till, key_of


def again(envelope: Envelope, **changes: Any) -> Envelope:
    """The same envelope with other fields."""
    assert isinstance(envelope.content, dict)
    return replace(envelope, content=envelope.content | changes)


def test_s10_an_answer_says_what_changed_and_why(till: Till) -> None:
    member = till.enrol("CARD0001")
    content = till.ok(till.purchase("CARD0001", "10.50", "20.00"))
    assert content["member"] == member.hex
    assert content["points"] == {
        "points": {
            "change": 30,
            "earned": 30,
            "balance": 30,
            "spendable": 30,
            "pending": 0,
            "debt": 0,
        }
    }
    assert content["rules"] == [
        {"rule": "base", "fired": True, "currency": "points", "exact": "30.5", "given": 30}
    ]
    assert sum(content["line_points"]["points"].values()) == 30


def test_s31_the_same_key_and_body_is_answered_the_same(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "10.00")
    first = till.ok(envelope)
    till.ok(till.purchase("CARD0001", "5.00"))
    (repeated,) = till.send(envelope)
    assert repeated.status == "known"
    assert repeated.content == first
    assert till.balance("CARD0001") == 15


def test_s31_the_same_key_with_another_body_is_refused(till: Till) -> None:
    till.enrol("CARD0001")
    till.enrol("CARD0002")
    envelope = till.purchase("CARD0001", "10.00")
    till.ok(envelope)
    other = {"member": {"kind": "card", "value": "CARD0002"}}
    for changed in (
        till.purchase("CARD0001", "11.00"),
        again(envelope, **other),
        again(envelope, occurred_at="2026-06-01T11:00:00+00:00"),
        again(envelope, staff="ann"),
        Envelope("corner", "visit", till.content("CARD0001")),
    ):
        reused = again(changed, external_id="r1")
        assert till.refused(reused) == "key_reused"
    assert till.balance("CARD0001") == 10


def test_s31_equal_numbers_are_the_same_body_however_they_are_written(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "10.00")
    till.ok(envelope)
    (repeated,) = till.send(again(envelope, lines=[{"product": "p1", "amount": 10}]))
    assert repeated.status == "known"


def test_s31_a_store_that_moved_does_not_make_a_retry_another_event(till: Till) -> None:
    till.enrol("CARD0001")
    put_store(till.connection, code="s1", zone="Europe/Paris")
    envelope = till.purchase("CARD0001", "10.00", store="s1")
    till.ok(envelope)
    put_store(till.connection, code="s1", zone="Asia/Tokyo")
    assert till.send(envelope)[0].status == "known"


def test_s31_duplicates_in_one_batch_happen_once(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "10.00")
    other = again(envelope, lines=[{"product": "p1", "amount": 11}])
    answers = till.send(envelope, envelope, other)
    assert [answer.status for answer in answers] == ["recorded", "known", "refused"]
    assert answers[0].content == answers[1].content
    assert till.balance("CARD0001") == 10


def test_s31_a_refused_event_does_not_hold_its_key(till: Till) -> None:
    till.enrol("CARD0001")
    spent = till.other("redemption", "CARD0001", currency="points", units=10)
    assert till.refused(spent) == "not_enough_points"
    assert till.rows("SELECT count(*) FROM event_key") == [(0,)]
    till.ok(till.purchase("CARD0001", "10.00"))
    assert till.ok(spent)["points"]["points"]["redeemed"] == -10
    first = till.other("redemption", "CARD0001", currency="points", units=10)
    second = again(first, currency="points", units=5)
    third = till.purchase("CARD0001", "7.00")
    answers = till.send(first, third, second)
    assert [answer.status for answer in answers] == ["refused", "recorded", "recorded"]
    assert till.send(second)[0].status == "known"
    assert till.refused(first) == "key_reused"


def test_a_refusal_does_not_disturb_the_others(till: Till) -> None:
    till.enrol("CARD0001")
    answers = till.send(
        till.purchase("CARD0001", "10.00"),
        till.purchase("NOBODY01", "10.00"),
        till.purchase("CARD0001", "-1.00"),
        till.purchase("CARD0001", "5.00"),
    )
    assert [answer.status for answer in answers] == ["recorded", "refused", "refused", "recorded"]
    codes = [answer.refusal.code.value for answer in answers if answer.refusal]
    assert codes == ["unknown_member", "negative_amount"]
    assert answers[3].content["points"]["points"]["balance"] == 15


def test_s32_events_of_one_member_in_a_batch_see_one_another(till: Till) -> None:
    till.enrol("CARD0001")
    spend = till.other("redemption", "CARD0001", currency="points", units=8)
    answers = till.send(spend, till.purchase("CARD0001", "10.00"))
    assert [answer.status for answer in answers] == ["refused", "recorded"]
    answers = till.send(till.purchase("CARD0001", "10.00"), again(spend, external_id="s2"))
    assert [answer.status for answer in answers] == ["recorded", "recorded"]
    assert till.balance("CARD0001") == 12


def test_an_empty_batch_is_answered(till: Till) -> None:
    assert till.send() == []


def test_contents_that_were_checked_elsewhere_are_taken(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "10.00")
    conventions = Conventions("EUR", {"points": 0})
    checked = normalise("purchase", envelope.content, conventions=conventions, now=till.clock.now())
    till.ok(Envelope("corner", "purchase", checked))
    assert till.send(envelope)[0].status == "known"


def test_s01_recording_times_are_strictly_in_order(till: Till) -> None:
    till.enrol("CARD0001")
    for _ in range(3):
        till.ok(till.purchase("CARD0001", "1.00"))
    (times,) = zip(*till.rows("SELECT recorded_at FROM ledger_event"), strict=True)
    assert len(set(times)) == 3


def test_s03_the_zone_of_the_store_is_kept_with_the_event(till: Till) -> None:
    till.enrol("CARD0001")
    put_store(till.connection, code="s1", zone="Asia/Tokyo")
    till.ok(till.purchase("CARD0001", "1.00", store="s1"))
    till.ok(till.purchase("CARD0001", "1.00"))
    assert till.rows("SELECT payload->>'zone' FROM ledger_event ORDER BY external_id") == [
        ("Asia/Tokyo",),
        ("UTC",),
    ]
    assert till.refused(till.purchase("CARD0001", "1.00", store="s9")) == "unknown_store"


def test_programmes_and_versions_are_found_by_their_time(till: Till) -> None:
    till.enrol("CARD0001")
    early = till.purchase("CARD0001", "5.00", occurred_at="2025-12-31T23:59:59+00:00")
    assert till.refused(early) == "programme_not_in_effect"
    elsewhere = Envelope("nowhere", "visit", till.content("CARD0001"))
    assert till.refused(elsewhere) == "unknown_programme"
    double = {"base": {"on": "purchase", "give": {"points": 2, "per": "1.00"}}}
    till.publish(CORNER | {"earn": double}, effective_at=till.clock.now() + HOUR)
    assert till.ok(till.purchase("CARD0001", "5.00"))["version"] == 1
    till.clock.advance(2 * HOUR)
    assert till.ok(till.purchase("CARD0001", "5.00"))["points"]["points"]["earned"] == 10
    late = till.purchase("CARD0001", "5.00", occurred_at="2026-06-01T12:30:00+00:00")
    assert till.ok(late)["version"] == 1


@pytest.mark.parametrize("announce", [True, False])
def test_the_outbox_tells_what_was_recorded(till: Till, announce: bool) -> None:  # noqa: FBT001  # both ways
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "5.00")
    till.send(envelope, till.purchase("NOBODY01", "5.00"), announce=announce)
    till.send(envelope, announce=announce)
    expected = [("purchase.recorded",)] if announce else []
    assert till.rows("SELECT topic FROM outbox WHERE published_at IS NULL") == expected


def test_evaluating_answers_what_recording_answers_and_changes_nothing(till: Till) -> None:
    till.enrol("CARD0001")
    till.ok(till.purchase("CARD0001", "5.00"))
    before = till.rows("SELECT (SELECT count(*) FROM event_key), (SELECT count(*) FROM entry)")
    envelope = till.purchase("CARD0001", "10.00")
    first = till.evaluate(envelope)
    assert first.status == "evaluated"
    assert (
        till.rows("SELECT (SELECT count(*) FROM event_key), (SELECT count(*) FROM entry)") == before
    )
    recorded = till.ok(envelope)
    assert first.content["points"] == recorded["points"]
    assert first.content["rules"] == recorded["rules"]
    assert till.evaluate(envelope).status == "known"
    assert till.evaluate(till.purchase("NOBODY01", "1.00")).status == "refused"
    reused = again(envelope, lines=[{"product": "x", "amount": 1}])
    assert till.evaluate(reused).status == "refused"
    back = till.evaluate(till.give_back(None, envelope))
    assert back.content["points"]["points"]["reversed"] == -10
    assert till.evaluate(till.purchase(None, "1.00")).content["member"] is None


def test_s01_late_events_post_the_difference(till: Till) -> None:
    till.enrol("CARD0001")
    limited = {
        "base": {
            "on": "purchase",
            "give": {"points": 1, "per": "1.00"},
            "limit": {"per_member": 1, "every": "day"},
        }
    }
    till.clock.advance(DAY)
    till.publish(CORNER | {"earn": limited}, effective_at=till.clock.now())
    till.clock.advance(DAY)
    noon = datetime_of(till.clock.now()).isoformat()
    morning = datetime_of(till.clock.now() - 3 * HOUR).isoformat()
    till.ok(till.purchase("CARD0001", "10.00", occurred_at=noon))
    late = till.ok(till.purchase("CARD0001", "4.00", occurred_at=morning))
    assert late["points"]["points"]["change"] == -6
    assert till.balance("CARD0001") == 4


def test_many_programmes_and_members_in_one_batch(till: Till) -> None:
    till.enrol("CARD0001")
    till.enrol("CARD0002")
    till.publish(CORNER | {"programme": "harbour"})
    harbour = replace(till, programme="harbour", sent=100)
    answers = till.send(
        till.purchase("CARD0001", "1.00"),
        harbour.purchase("CARD0001", "2.00"),
        till.purchase("CARD0002", "3.00"),
    )
    assert [one.content["points"]["points"]["balance"] for one in answers] == [1, 2, 3]


def test_inside_an_open_transaction_the_batch_is_a_part_of_it(till: Till) -> None:
    till.enrol("CARD0001")
    envelope = till.purchase("CARD0001", "1.00")
    with till.connection.transaction(force_rollback=True):
        till.ok(envelope)
    assert till.send(envelope)[0].status == "recorded"


def test_s31_what_names_an_earlier_event_of_the_same_batch_finds_it(till: Till) -> None:
    till.enrol("CARD0001")
    bought = till.purchase("CARD0001", "10.00", "5.00")
    back = till.give_back(None, bought, lines=[{"line": "2", "quantity": 1}])
    answers = till.send(bought, back)
    assert [answer.status for answer in answers] == ["recorded", "recorded"]
    assert till.balance("CARD0001") == 10
    spent = till.other("redemption", "CARD0001", currency="points", units=4)
    undone = till.other("undo", None, redemption=key_of(spent), units=3)
    till.send(spent, undone)
    assert till.balance("CARD0001") == 9


def test_instants_before_the_programme_or_in_the_future_are_refused(till: Till) -> None:
    till.enrol("CARD0001")
    future = datetime_of(till.clock.now() + HOUR).isoformat()
    assert till.refused(till.purchase("CARD0001", "1", occurred_at=future)) == "in_the_future"
    assert parse_instant(future) > till.clock.now()
