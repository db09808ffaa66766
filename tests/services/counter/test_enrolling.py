"""Enrolling: a member, the joining, consents and trail, all of it or nothing, and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from habitue.domain.access import NOBODY, Actor, Kind
from habitue.domain.consents import Channel, Purpose
from habitue.kit.instants import HOUR
from habitue.selectors.consents import list_consents
from habitue.services.counter.counter import Counter
from habitue.services.counter.enrolling import Enrolled, enrol_at
from habitue.services.counter.serving import record_visit
from habitue.services.members import NewIdentifier
from tests.services.access.cast import QUAI_MANAGER, at_once, everything, refused, trail
from tests.services.counter.cast import STRANGERS, balance, counter, guest
from tests.services.till import CORNER, Till
from tests.support.database import DatabaseForTests

MAIL = (Purpose.NEWS_AND_OFFERS, Channel.EMAIL)
WELCOME: dict[str, Any] = CORNER | {
    "earn": CORNER["earn"] | {"welcome": {"on": "enrolment", "give": {"points": 50}}}
}
PHONE = (NewIdentifier("phone", "06 12 34 56 78"),)


def enrol(
    at: Counter,
    external_id: str = "e1",
    *,
    identifiers: Sequence[NewIdentifier] = PHONE,
    details: Mapping[str, object] | None = None,
    programme: str = "corner",
) -> Enrolled:
    return enrol_at(
        at,
        programme=programme,
        external_id=external_id,
        identifiers=identifiers,
        details={"given_name": "Marie"} if details is None else details,
        consents={MAIL: True},
    )


def test_a_guest_joins_at_the_till(till: Till) -> None:
    till.publish(WELCOME, effective_at=till.clock.now())
    at = counter(till)
    enrolled = enrol(at)
    member = enrolled.member
    assert (member.given_name, member.store) == ("Marie", "quai")
    assert enrolled.answer.status == "recorded"
    assert balance(till, member.member_id) == 50
    given = [
        (one.purpose, one.channel)
        for one in list_consents(till.connection, member_id=member.member_id)
        if one.given
    ]
    assert given == [MAIL]
    assert trail(till.connection) == [
        ("Volodia", "member_enrolled", "Marie"),
        ("Volodia", "consent_given", "Marie"),
    ]


def test_the_form_sent_again_answers_the_same_member(till: Till) -> None:
    at = counter(till)
    first = enrol(at)
    before = everything(till.connection)
    till.clock.advance(HOUR)
    again = enrol(at)
    assert again.member == first.member
    assert (again.answer.status, again.answer.content) == ("known", first.answer.content)
    assert everything(till.connection) == before


def test_the_form_sent_twice_at_once_makes_one_member(
    till: Till, database: DatabaseForTests
) -> None:
    at = counter(till)
    for place, identifiers in enumerate((PHONE, ())):
        outcomes = at_once(
            database,
            *[
                lambda c, p=place, i=identifiers: (
                    enrol(replace(at, connection=c), f"e{p}", identifiers=i).member.member_id
                )
            ]
            * 3,
        )
        assert len(set(outcomes)) == 1, outcomes
    assert till.rows("SELECT count(*) FROM member") == [(2,)]
    assert [action for _, action, _ in trail(till.connection)].count("member_enrolled") == 2


def test_a_stranger_joins_by_the_portal_alone(till: Till) -> None:
    online = counter(till, by=NOBODY, source="portal", store="")
    enrolled = enrol(online)
    assert enrolled.member.store is None
    assert trail(till.connection) == [
        ("Marie", "member_enrolled", "Marie"),
        ("Marie", "consent_given", "Marie"),
    ]
    assert till.rows("SELECT DISTINCT actor_kind, actor_id FROM trail") == [
        ("member", enrolled.member.member_id)
    ]


@pytest.mark.parametrize("nobody", STRANGERS, ids=lambda who: f"{who.kind} {sorted(who.roles)}")
def test_who_may_not_enrols_nobody(till: Till, nobody: Actor) -> None:
    enrol(counter(till))
    there = [counter(till, by=nobody)]
    if nobody.kind is not Kind.NOBODY:
        there.append(counter(till, by=nobody, source="portal", store=""))
    before = everything(till.connection)
    for at in there:
        # Not even to learn who has joined with a form.
        for external_id in ("e1", "e2"):
            assert refused(lambda a=at, e=external_id: enrol(a, e)) == ("not_permitted", "")
    assert everything(till.connection) == before


def test_nobody_enrols_in_another_store(till: Till) -> None:
    there = counter(till, by=QUAI_MANAGER, store="marche")
    before = everything(till.connection)
    assert refused(lambda: enrol(there)) == ("not_permitted", "")
    assert everything(till.connection) == before


def test_what_is_refused_makes_nobody(till: Till) -> None:
    at = counter(till)
    other = guest(till, "Other")
    record_visit(at, programme="corner", external_id="v1", member_id=other.member_id)
    before = everything(till.connection)
    taken = [*PHONE, NewIdentifier("email", "other@example.org")]
    for verb, code in (
        (lambda: enrol(at, identifiers=taken), "identifier_taken"),
        (lambda: enrol(at, identifiers=[NewIdentifier("email", "x")]), "invalid_identifier"),
        (lambda: enrol(at, details={"given_name": "x" * 10_000}), "too_long"),
        (lambda: enrol(at, details={"store": "nowhere"}), "unknown_store"),
        (lambda: enrol(at, programme="none"), "unknown_programme"),
        (lambda: enrol(at, "x" * 10_000), "too_long"),
        (lambda: enrol(at, "v1"), "key_reused"),
    ):
        assert refused(verb)[0] == code
    assert everything(till.connection) == before


def test_nobody_lets_themselves_into_a_closed_club(till: Till) -> None:
    till.publish(WELCOME | {"joining": "invitation"}, effective_at=till.clock.now())
    online = counter(till, by=NOBODY, source="portal", store="")
    before = everything(till.connection)
    assert refused(lambda: enrol(online)) == ("joining_by_invitation", "programme")
    assert everything(till.connection) == before
    assert balance(till, enrol(counter(till)).member.member_id) == 50


def test_who_came_in_before_the_club_was_closed_stays_in_it(till: Till) -> None:
    online = counter(till, by=NOBODY, source="portal", store="")
    enrolled = enrol(online)
    till.clock.advance(HOUR)
    till.publish(CORNER | {"joining": "invitation"}, effective_at=till.clock.now())
    # The form sent again is no new joining.
    assert enrol(online).member == enrolled.member
    inside, outside = enrolled.member, guest(till, "Other")
    for place, (member, points) in enumerate(((inside, 12), (outside, 0))):
        till.ok(till.purchase(member.number, "12.00", external_id=f"p{place}"))
        assert balance(till, member.member_id) == points
