"""Serving: once however often it is sent, with its trail, and undone whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from habitue.domain.access import Actor
from habitue.kit.instants import HOUR, MINUTE
from habitue.services.counter.counter import Counter
from habitue.services.counter.serving import (
    foresee_sale,
    record_sale,
    record_visit,
    redeem_points,
    undo_redemption,
    undo_sale,
)
from habitue.services.intake import Answer
from habitue.services.members import close_member
from habitue.services.merging import merge_members
from tests.services.access.cast import QUAI_MANAGER, at_once, everything, refused, trail
from tests.services.counter.cast import CAMILLE, STRANGERS, balance, counter, guest
from tests.services.till import Till
from tests.support.database import DatabaseForTests

LINES = [{"product": "soup", "amount": "12.50"}, {"product": "tea", "amount": "3.50"}]


def sell(at: Counter, external_id: str = "s1", **fields: Any) -> Answer:
    wanted: dict[str, Any] = {
        "programme": "corner",
        "currency": "EUR",
        "lines": LINES,
        "member_id": None,
    }
    return record_sale(at, external_id=external_id, **(wanted | fields))


def test_a_sale_is_recorded_once_however_often_it_is_sent(till: Till) -> None:
    marie, at = guest(till), counter(till)
    first = sell(at, member_id=marie.member_id, occurred_at=till.clock.now())
    assert first.status == "recorded"
    assert balance(till, marie.member_id) == 16
    before = everything(till.connection)
    again = sell(at, member_id=marie.member_id, occurred_at=till.clock.now())
    assert (again.status, again.content) == ("known", first.content)
    assert everything(till.connection) == before
    assert trail(till.connection) == [("Volodia", "purchase_recorded", "Marie")]
    row = till.rows("SELECT subject_kind, subject_id, member_id, store FROM trail")
    assert row == [("event", "s1", marie.member_id, "quai")]


def test_a_form_that_is_sent_again_a_minute_later_is_still_the_same(till: Till) -> None:
    marie, at = guest(till), counter(till)
    first = sell(at, member_id=marie.member_id)
    visit = record_visit(at, programme="corner", external_id="v1", member_id=marie.member_id)
    spent = redeem(at, marie.member_id)
    before = everything(till.connection)
    till.clock.advance(MINUTE)
    assert sell(at, member_id=marie.member_id).content == first.content
    later = record_visit(at, programme="corner", external_id="v1", member_id=marie.member_id)
    assert later.content == visit.content
    assert redeem(at, marie.member_id).content == spent.content
    assert everything(till.connection) == before


def redeem(at: Counter, member_id: Any, units: str = "5", external_id: str = "r1") -> Answer:
    return redeem_points(
        at,
        programme="corner",
        external_id=external_id,
        member_id=member_id,
        currency="points",
        units=units,
        purpose="coffee",
    )


def test_the_same_number_with_another_content_is_refused(till: Till) -> None:
    marie, at = guest(till), counter(till)
    sell(at, member_id=marie.member_id)
    before = everything(till.connection)
    other = [{"product": "soup", "amount": "99.00"}]
    till.clock.advance(MINUTE)
    at_another_time = till.clock.now()
    for fields in ({"lines": other}, {"occurred_at": at_another_time}, {"member_id": None}):
        wanted: dict[str, Any] = {"member_id": marie.member_id} | fields
        assert refused(lambda w=wanted: sell(at, **w)) == ("key_reused", "external_id")
    assert everything(till.connection) == before


def test_a_sale_of_nobody_in_particular(till: Till) -> None:
    at = counter(till)
    sell(at)
    assert trail(till.connection) == [("Volodia", "purchase_recorded", "")]
    answer = undo_sale(at, programme="corner", currency="EUR", external_id="s1")
    assert answer.status == "recorded"
    assert trail(till.connection)[-1] == ("Volodia", "purchase_undone", "")


def test_what_a_sale_would_earn_is_foreseen_and_not_recorded(till: Till) -> None:
    marie, at = guest(till), counter(till)
    before = everything(till.connection)
    foreseen = foresee_sale(
        at,
        programme="corner",
        external_id="s1",
        currency="EUR",
        lines=LINES,
        member_id=marie.member_id,
    )
    assert everything(till.connection) == before
    recorded = sell(at, member_id=marie.member_id)
    assert foreseen.content["points"] == recorded.content["points"]


def test_a_sale_is_undone_whole_and_once(till: Till) -> None:
    marie, at = guest(till), counter(till)
    sell(at, member_id=marie.member_id)
    till.clock.advance(HOUR)
    first = undo_sale(at, programme="corner", currency="EUR", external_id="s1")
    assert balance(till, marie.member_id) == 0
    before = everything(till.connection)
    till.clock.advance(MINUTE)
    again = undo_sale(at, programme="corner", currency="EUR", external_id="s1")
    assert again.content == first.content
    assert everything(till.connection) == before
    assert trail(till.connection)[-1] == ("Volodia", "purchase_undone", "Marie")


def test_spent_points_come_back_once(till: Till) -> None:
    marie, at = guest(till), counter(till)
    sell(at, member_id=marie.member_id)
    redeem(at, marie.member_id)
    assert balance(till, marie.member_id) == 11
    first = undo_redemption(at, programme="corner", external_id="r1")
    assert balance(till, marie.member_id) == 16
    before = everything(till.connection)
    till.clock.advance(MINUTE)
    assert undo_redemption(at, programme="corner", external_id="r1").content == first.content
    assert everything(till.connection) == before
    assert [action for _, action, _ in trail(till.connection)] == [
        "purchase_recorded",
        "points_redeemed",
        "redemption_undone",
    ]


def test_a_slip_of_somebody_who_was_merged_since_is_undone(till: Till) -> None:
    marie, double, at = guest(till), guest(till, "Maria"), counter(till)
    sell(at, member_id=double.member_id)
    redeem(at, double.member_id)
    till.clock.advance(MINUTE)
    merge_members(
        till.connection,
        actor=CAMILLE,
        duplicate=double.member_id,
        into=marie.member_id,
        clock=till.clock,
    )
    till.clock.advance(MINUTE)
    undo_redemption(at, programme="corner", external_id="r1")
    undo_sale(at, programme="corner", currency="EUR", external_id="s1")
    total = balance(till, marie.member_id) + balance(till, double.member_id)
    assert total == 0
    assert [action for _, action, _ in trail(till.connection)][-2:] == [
        "redemption_undone",
        "purchase_undone",
    ]


def test_what_was_not_done_here_is_not_undone(till: Till) -> None:
    marie, at = guest(till), counter(till)
    sell(at, member_id=marie.member_id)
    redeem(at, marie.member_id)
    office = counter(till, by=CAMILLE, source="backoffice")
    before = everything(till.connection)
    for verb in (
        lambda: undo_sale(at, programme="corner", currency="EUR", external_id="none"),
        lambda: undo_sale(at, programme="corner", currency="EUR", external_id="r1"),
        lambda: undo_sale(office, programme="corner", currency="EUR", external_id="s1"),
        lambda: undo_redemption(at, programme="corner", external_id="s1"),
        lambda: undo_redemption(at, programme="corner", external_id="x" * 10_000),
    ):
        assert refused(verb) == ("purchase_not_found", "external_id")
    assert everything(till.connection) == before


def verbs(at: Counter, member_id: Any) -> list[Callable[[], object]]:
    """Everything that a counter does for a guest, each for the first time."""
    return [
        lambda: sell(at, "n1", member_id=member_id),
        lambda: foresee_sale(
            at,
            programme="corner",
            external_id="n2",
            currency="EUR",
            lines=LINES,
            member_id=member_id,
        ),
        lambda: record_visit(at, programme="corner", external_id="n3", member_id=member_id),
        lambda: redeem(at, member_id, external_id="n4"),
    ]


@pytest.mark.parametrize("nobody", STRANGERS, ids=lambda who: f"{who.kind} {sorted(who.roles)}")
def test_who_does_not_serve_does_nothing(till: Till, nobody: Actor) -> None:
    marie, at = guest(till), counter(till)
    sell(at, member_id=marie.member_id)
    redeem(at, marie.member_id)
    there = counter(till, by=nobody)
    before = everything(till.connection)
    undone: list[Callable[[], object]] = [
        lambda: undo_sale(there, programme="corner", currency="EUR", external_id="s1"),
        lambda: undo_redemption(there, programme="corner", external_id="r1"),
    ]
    for verb in (*verbs(there, marie.member_id), *undone):
        assert refused(verb) == ("not_permitted", "")
    assert everything(till.connection) == before


def test_nobody_serves_in_another_store(till: Till) -> None:
    marie = guest(till)
    there = counter(till, by=QUAI_MANAGER, store="marche")
    before = everything(till.connection)
    for verb in verbs(there, marie.member_id):
        assert refused(verb) == ("not_permitted", "")
    assert everything(till.connection) == before
    sell(counter(till, by=QUAI_MANAGER), member_id=marie.member_id)


def test_what_the_intake_refuses_leaves_no_trail(till: Till) -> None:
    marie, gone, at = guest(till), guest(till, "Gone"), counter(till)
    close_member(till.connection, member_id=gone.member_id, now=till.clock.now())
    before = everything(till.connection)
    for verb, code in (
        (lambda: sell(at, member_id=gone.member_id), "member_closed"),
        (lambda: sell(at, currency="JPY"), "wrong_currency"),
        (lambda: sell(at, programme="none"), "unknown_programme"),
        (lambda: sell(at, lines=[{"product": "x", "amount": "much"}]), "not_a_number"),
        (lambda: sell(at, "x" * 10_000), "too_long"),
        (lambda: redeem(at, marie.member_id, units="5000"), "not_enough_points"),
        (lambda: redeem(at, marie.member_id, units="0"), "not_positive"),
    ):
        assert refused(verb)[0] == code
    assert everything(till.connection) == before


def test_a_form_sent_twice_at_once_is_recorded_once(till: Till, database: DatabaseForTests) -> None:
    marie, at = guest(till), counter(till)

    def send(connection: Any) -> str:
        here = counter_on(at, connection)
        return sell(here, member_id=marie.member_id).status

    assert sorted(at_once(database, *[send] * 3)) == ["known", "known", "recorded"]
    assert balance(till, marie.member_id) == 16
    assert len(trail(till.connection)) == 1


def counter_on(at: Counter, connection: Any) -> Counter:
    """The same counter by another connection."""
    return Counter(
        connection=connection,
        actor=at.actor,
        clock=at.clock,
        phones=at.phones,
        source=at.source,
        country=at.country,
        store=at.store,
    )
