"""Enrolling: a member, the joining, consents and trail, all of it or nothing, and once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from habitue.domain.access import NOBODY, Actor, Kind
from habitue.domain.consents import Channel, Purpose
from habitue.domain.identity.cards import make_number
from habitue.kit.instants import HOUR
from habitue.selectors.consents import list_consents
from habitue.selectors.invitations import Invitation
from habitue.services.access.invitations import (
    Wish,
    invite_people,
    revoke_invitation,
    try_invitation,
)
from habitue.services.counter.counter import Counter
from habitue.services.counter.enrolling import Enrolled, enrol_at, enter_by_invitation
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


def invited(till: Till, **wish: Any) -> Invitation:
    return invite_people(
        till.connection,
        actor=QUAI_MANAGER,
        wish=Wish("corner", **wish),
        key=f"k{wish}",
        now=till.clock.now(),
    )


def closed(till: Till) -> None:
    till.publish(WELCOME | {"joining": "invitation"}, effective_at=till.clock.now())


def stranger(till: Till, invitation: str, *, place: int = 1) -> Enrolled:
    return enrol_at(
        counter(till, by=NOBODY, source="portal", store=""),
        programme="corner",
        external_id=f"i{place}",
        identifiers=[NewIdentifier("email", f"i{place}@example.org")],
        details={"given_name": "Ilinca"},
        invitation=invitation,
    )


def test_an_invitation_lets_a_stranger_in_and_is_used_with_the_joining(till: Till) -> None:
    closed(till)
    one = invited(till)
    counter(till)
    before = everything(till.connection)
    assert refused(lambda: stranger(till, "")) == ("joining_by_invitation", "programme")
    mistyped = one.printed[:-1] + ("A" if one.printed[-1] != "A" else "C")
    for wrong in (mistyped, "ABCD", "\0", make_number(lambda _n: 0)):
        assert refused(lambda w=wrong: stranger(till, w)) == ("invitation_not_valid", "invitation")
    assert everything(till.connection) == before
    # Dashes, spaces and case do not matter; a form that is sent again takes no second place.
    first = stranger(till, f" {one.printed.lower().replace('-', ' ')} ")
    assert stranger(till, one.printed).member == first.member
    assert balance(till, first.member.member_id) == 50
    assert refused(lambda: stranger(till, one.printed, place=2))[0] == "invitation_not_valid"
    assert till.rows("SELECT joined FROM invitation") == [(1,)]


def test_an_invitation_that_is_over_revoked_or_for_another_club_opens_nothing(till: Till) -> None:
    closed(till)
    now = till.clock.now()
    brief, gone = invited(till, expires_at=now + HOUR), invited(till, people=5)
    revoke_invitation(
        till.connection, actor=QUAI_MANAGER, invitation_id=gone.invitation_id, now=now
    )
    assert refused(lambda: stranger(till, gone.code))[0] == "invitation_not_valid"
    assert stranger(till, invited(till, people=2, note="x").code).answer.status == "recorded"
    till.clock.advance(HOUR)
    assert refused(lambda: stranger(till, brief.code, place=3))[0] == "invitation_not_valid"


def test_of_many_who_come_for_the_same_places_as_many_join_as_were_invited(
    till: Till, database: DatabaseForTests
) -> None:
    closed(till)
    one = invited(till, people=3)

    def comer(place: int) -> Callable[[Any], str]:
        def come(connection: Any) -> str:
            stranger(replace(till, connection=connection), one.code, place=place)
            return "joined"

        return come

    found = at_once(database, *map(comer, range(8)))
    assert sorted(found) == ["invitation_not_valid"] * 5 + ["joined"] * 3
    assert till.rows("SELECT joined FROM invitation") == [(3,)]
    # Whoever was refused was not made, either.
    assert till.rows("SELECT count(*) FROM member WHERE given_name = 'Ilinca'") == [(3,)]


def test_a_member_of_the_house_enters_once_and_takes_one_place(till: Till) -> None:
    closed(till)
    member = guest(till, "Ilinca")
    till.ok(till.purchase(member.number, "12.00", external_id="before"))
    till.clock.advance(HOUR)
    one, other = invited(till, people=2), invited(till, people=7)
    by = Actor(kind=Kind.MEMBER, id=member.member_id, name="Ilinca")
    online = counter(till, by=by, source="portal", store="")

    def enter(invitation: Invitation) -> str:
        return enter_by_invitation(
            online, programme="corner", member_id=member.member_id, invitation=invitation
        ).status

    assert [enter(one), enter(one), enter(other)] == ["recorded", "known", "known"]
    # What was bought outside earned nothing; joining earns, and what is bought from then on.
    assert balance(till, member.member_id) == 50
    till.clock.advance(HOUR)
    till.ok(till.purchase(member.number, "8.00", external_id="after"))
    assert balance(till, member.member_id) == 58
    assert till.rows("SELECT people, joined FROM invitation ORDER BY people") == [(2, 1), (7, 0)]


def test_a_wish_sent_again_makes_one_invitation_and_a_stranger_makes_none(till: Till) -> None:
    now = till.clock.now()

    def make(wish: Wish, by: Actor = QUAI_MANAGER) -> Invitation:
        return invite_people(till.connection, actor=by, wish=wish, key="k", now=now)

    for by, wish, code in (
        (NOBODY, Wish("corner"), "not_permitted"),
        (replace(QUAI_MANAGER, programmes=frozenset({"o"})), Wish("corner"), "not_permitted"),
        (QUAI_MANAGER, Wish("none"), "unknown_programme"),
        (QUAI_MANAGER, Wish("corner", people=0), "not_positive"),
        (QUAI_MANAGER, Wish("corner", people=10**9), "too_large"),
        (QUAI_MANAGER, Wish("corner", note="x" * 201), "too_long"),
        (QUAI_MANAGER, Wish("corner", expires_at=now), "too_long_ago"),
    ):
        assert refused(lambda b=by, w=wish: make(w, b))[0] == code
    assert make(Wish("corner")) == make(Wish("corner"))
    assert refused(lambda: make(Wish("corner", people=2)))[0] == "key_reused"
    (kept,) = till.rows("SELECT code, people FROM invitation")
    assert kept[1] == 1
    # The trail tells of it without the code.
    (noted,) = till.rows("SELECT t::text FROM trail t WHERE action = 'invitation_created'")
    assert kept[0] not in noted[0]


def test_guessing_is_throttled_and_a_right_code_is_no_guess(till: Till) -> None:
    closed(till)
    one = invited(till, people=100)

    def come(typed: str) -> None:
        try_invitation(
            till.connection, programme="corner", typed=typed, caller="here", now=till.clock.now()
        )

    for _ in range(30):
        come(one.code)
    found = [refused(lambda: come(make_number(secrets.randbelow)))[0] for _ in range(21)]
    assert found == ["invitation_not_valid"] * 20 + ["rate_limited"]
    assert refused(lambda: come(one.code))[0] == "rate_limited"
