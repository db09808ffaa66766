"""Bringing friends: once, by a code, nobody themself, and given only when it is certain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from habitue.domain.access import SYSTEM, Role
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY, MINUTE, parse_instant
from habitue.selectors.referrals import (
    ReferralRecord,
    Stage,
    find_referral_of,
    list_brought,
    list_referrals,
)
from habitue.services.counter.enrolling import Invited, enrol_at
from habitue.services.members import NewIdentifier, add_identifier, close_member
from habitue.services.referring.bringing import bring_friend, own_code
from habitue.services.referring.reviewing import review_referral
from habitue.services.referring.settling import settle_referrals
from tests.services.access.cast import actor, at_once, trail
from tests.services.counter.cast import CAMILLE, balance, counter, guest
from tests.services.merging_cast import merge, unmerge
from tests.services.till import CORNER, PHONES, Till
from tests.support.database import DatabaseForTests

FRIENDLY: dict[str, Any] = CORNER | {
    "programme": "friendly",
    "zone": "Europe/Paris",
    "referral": {"spend": "20.00", "within": "60 days", "vests": "30 days"},
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "hello": {"on": "referred", "give": {"points": 500}},
        "friend": {
            "on": "referral",
            "give": {"points": 1000},
            "limit": {"per_member": 2},
            "budget": 2500,
        },
    },
}
# The till stands at 1 June 2026, 14:00 in Paris; what is bought now comes back until 30 June.
VESTED = parse_instant("2026-07-01T00:00:00+02:00")


@pytest.fixture
def house(till: Till) -> Till:
    """A till of a programme whose members bring friends."""
    till.programme = "friendly"
    till.publish(FRIENDLY)
    return till


def code_of(house: Till, member: UUID) -> str:
    """The code of a member."""
    return own_code(house.connection, member_id=member, now=house.clock.now())


def joins(house: Till, name: str, code: str, *, phone: str = "", **invited: Any) -> UUID:
    """Somebody joins at the counter with a code, and has a card of their name."""
    identifiers = [NewIdentifier("card", f"{name.upper()}-CARD")]
    if phone:
        identifiers.append(NewIdentifier("phone", phone))
    enrolled = enrol_at(
        counter(house),
        programme="friendly",
        external_id=f"join-{name}",
        identifiers=identifiers,
        details={"given_name": name},
        referral=Invited(code, **invited),
    )
    return enrolled.member.member_id


def settle(house: Till) -> int:
    """What the worker looks at now."""
    return settle_referrals(house.connection, clock=house.clock)


def brought(house: Till, member: UUID) -> list[tuple[Stage, Any]]:
    """Where the friends of a member are."""
    with house.connection.transaction():
        found = list_brought(
            house.connection, member_id=member, programme="friendly", now=house.clock.now()
        )
    return [(one.stage, one.until) for one in found]


def shown(house: Till, wanted: str = "") -> list[ReferralRecord]:
    """The list of the back office."""
    with house.connection.transaction():
        page = list_referrals(
            house.connection,
            actor=SYSTEM,
            programme="friendly",
            wanted=wanted,
            now=house.clock.now(),
        )
    return list(page.items)


def test_a_friend_is_brought_and_the_member_waits_until_nothing_can_come_back(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    bea = joins(house, "Bea", code_of(house, ana))
    assert (balance(house, ana), balance(house, bea)) == (0, 500)
    assert brought(house, ana)[0][0] is Stage.OPEN
    house.ok(house.purchase("BEA-CARD", "25.00"))
    assert brought(house, ana) == [(Stage.WAITING, VESTED)]
    house.clock.at = VESTED - 1
    settle(house)
    assert balance(house, ana) == 0
    # What is shown is right at the instant itself; the worker books it at that instant, once.
    house.clock.at = VESTED + 3 * DAY
    assert brought(house, ana) == [(Stage.VESTED, VESTED)]
    assert (settle(house), settle(house)) == (1, 0)
    assert balance(house, ana) == 1000
    ((at,),) = house.rows("SELECT occurred_at FROM ledger_event WHERE kind = 'referral'")
    assert at.isoformat() == "2026-06-30T22:00:00+00:00"
    assert brought(house, ana) == [(Stage.VESTED, VESTED)]
    assert [one.friend.name for one in shown(house, "vested")] == ["Bea"]


def test_what_comes_back_in_time_lapses_and_another_purchase_takes_its_place(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    joins(house, "Bea", code_of(house, ana))
    sale = house.purchase("BEA-CARD", "25.00")
    house.ok(sale)
    house.clock.advance(10 * DAY)
    house.ok(house.give_back("BEA-CARD", sale))
    assert brought(house, ana)[0][0] is Stage.OPEN
    house.clock.at = VESTED
    settle(house)
    assert balance(house, ana) == 0
    house.ok(house.purchase("BEA-CARD", "20.00"))
    again = VESTED + 30 * DAY
    assert brought(house, ana) == [(Stage.WAITING, again)]
    house.clock.at = again
    settle(house)
    assert (balance(house, ana), brought(house, ana)) == (1000, [(Stage.VESTED, again)])


def test_a_friend_who_never_buys_is_let_go(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    joins(house, "Bea", code_of(house, ana))
    for _ in range(20):
        house.clock.advance(7 * DAY)
        settle(house)
    assert (balance(house, ana), settle(house)) == (0, 0)
    assert brought(house, ana)[0][0] is Stage.LAPSED
    assert [one.stage for one in shown(house, "running")] == []


def test_a_purchase_that_is_reported_late_still_counts(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    joins(house, "Bea", code_of(house, ana))
    when = "2026-06-05T10:00:00+02:00"
    house.clock.advance(80 * DAY)
    settle(house)
    assert brought(house, ana)[0][0] is Stage.LAPSED
    house.ok(house.purchase("BEA-CARD", "30.00", occurred_at=when))
    assert brought(house, ana)[0][0] is Stage.VESTED
    house.clock.advance(7 * DAY)
    settle(house)
    assert balance(house, ana) == 1000


def test_limits_and_budgets_are_those_of_the_rule(house: Till) -> None:
    ana, ion = guest(house, "Ana").member_id, guest(house, "Ion").member_id
    for name in ("Bea", "Cora", "Dan"):
        joins(house, name, code_of(house, ana))
        house.ok(house.purchase(f"{name.upper()}-CARD", "20.00"))
    joins(house, "Eva", code_of(house, ion))
    house.ok(house.purchase("EVA-CARD", "20.00"))
    house.clock.at = VESTED
    assert settle(house) == 4
    # Two of three friends by the limit; of the budget of 2,500 there are 500 left for Ion.
    assert (balance(house, ana), balance(house, ion)) == (2000, 500)


def test_the_same_form_again_changes_nothing_and_nobody_is_brought_twice(house: Till) -> None:
    ana, ion = guest(house, "Ana").member_id, guest(house, "Ion").member_id
    code = code_of(house, ana)
    assert code == code_of(house, ana)
    bea = joins(house, "Bea", code)
    assert joins(house, "Bea", code) == bea
    assert balance(house, bea) == 500

    def bring(friend: UUID, code: str) -> Any:
        return bring_friend(
            house.connection, programme="friendly", friend=friend, code=code, clock=house.clock
        )

    assert bring(bea, code.lower()).referrer_id == ana
    assert balance(house, bea) == 500
    for friend, wrong, expected in (
        (bea, code_of(house, ion), Code.REFERRAL_NOT_POSSIBLE),
        (ion, code, Code.REFERRAL_NOT_POSSIBLE),
        (ana, code, Code.SAME_MEMBER),
        (bea, "AAAAAAAAAAA", Code.UNKNOWN_REFERRAL_CODE),
        (bea, "x\x00", Code.UNKNOWN_REFERRAL_CODE),
    ):
        with pytest.raises(Refusal) as refused:
            bring(friend, wrong)
        assert refused.value.code is expected
    assert len(shown(house)) == 1


def test_whoever_was_a_member_cannot_be_brought(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    bea = joins(house, "Bea", code_of(house, guest(house, "Ion").member_id))
    house.rows("DELETE FROM referral RETURNING 1")
    house.clock.advance(DAY + MINUTE)
    for buys in (False, True):
        if buys:
            house.enrol("CARD000X")
            house.ok(house.purchase("CARD000X", "5.00"))
        with pytest.raises(Refusal) as refused:
            bring_friend(
                house.connection,
                programme="friendly",
                friend=bea,
                code=code_of(house, ana),
                clock=house.clock,
            )
        assert refused.value.parameters["reason"] == "a member already"


@pytest.mark.parametrize("sign", ["same_phone", "same_device"])
def test_what_looks_like_one_person_waits_for_a_colleague(house: Till, sign: str) -> None:
    ana = guest(house, "Ana").member_id
    if sign == "same_phone":
        house.rows(
            "INSERT INTO identifier (identifier_id, kind, value, member_id, trust, added_at,"
            " revoked_at) VALUES (gen_random_uuid(), 'phone', '+33612345678', %s, 2, now(), now())"
            " RETURNING 1",
            [ana],
        )
    devices = (ana,) if sign == "same_device" else ()
    bea = joins(house, "Bea", code_of(house, ana), phone="06 12 34 56 78", devices=devices)
    house.ok(house.purchase("BEA-CARD", "25.00"))
    (found,) = shown(house, "checking")
    assert (found.stage, found.signs) == (Stage.CHECKING, (sign,))
    house.clock.at = VESTED + DAY
    assert settle(house) == 0
    assert (balance(house, ana), balance(house, bea)) == (0, 25)

    def decide(by: Any = CAMILLE, reason: str = "sisters", *, approve: bool = True) -> None:
        review_referral(
            house.connection,
            actor=by,
            programme="friendly",
            referral_id=found.referral_id,
            approve=approve,
            reason=reason,
            clock=house.clock,
        )

    for by, reason, expected in (
        (actor(Role.STAFF), "sisters", Code.NOT_PERMITTED),
        (actor(Role.MANAGER, programmes=("other",)), "sisters", Code.NOT_PERMITTED),
        (CAMILLE, "  ", Code.MISSING_FIELD),
        (CAMILLE, "x" * 201, Code.TOO_LONG),
    ):
        with pytest.raises(Refusal) as refused:
            decide(by, reason)
        assert refused.value.code is expected
    decide()
    assert settle(house) == 1
    # Both have what they would have had, at the time at which they would have had it.
    assert (balance(house, ana), balance(house, bea)) == (1000, 525)
    assert trail(house.connection)[-1] == ("Camille", "referral_approved", "Bea")
    with pytest.raises(Refusal) as refused:
        decide(approve=False)
    assert refused.value.code is Code.REFERRAL_NOT_OPEN


@pytest.mark.parametrize("alias", ["ana+soap@example.org", "ANA+2@Example.org"])
def test_an_alias_of_the_same_mailbox_waits_for_a_colleague(house: Till, alias: str) -> None:
    ana = guest(house, "Ana").member_id
    enrol_at(
        counter(house),
        programme="friendly",
        external_id="join-alias",
        identifiers=[NewIdentifier("email", alias)],
        details={"given_name": "Bea"},
        referral=Invited(code_of(house, ana)),
    )
    (found,) = shown(house, "checking")
    assert found.signs == ("same_mailbox",)


def test_what_comes_to_look_like_one_person_is_checked_before_it_is_rewarded(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    bea = joins(house, "Bea", code_of(house, ana))
    house.ok(house.purchase("BEA-CARD", "25.00"))
    add_identifier(
        house.connection,
        member_id=bea,
        identifier=NewIdentifier("email", "ana+later@example.org"),
        now=house.clock.now(),
        phones=PHONES,
    )
    house.clock.at = VESTED
    assert (settle(house), settle(house)) == (1, 0)
    assert (balance(house, ana), shown(house)[0].stage) == (0, Stage.CHECKING)


def test_a_refused_one_gives_nothing_and_says_why(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    bea = joins(house, "Bea", code_of(house, ana), devices=(ana,))
    (found,) = shown(house, "checking")
    review_referral(
        house.connection,
        actor=CAMILLE,
        programme="friendly",
        referral_id=found.referral_id,
        approve=False,
        reason="the same person",
        clock=house.clock,
    )
    house.ok(house.purchase("BEA-CARD", "25.00"))
    house.clock.at = VESTED
    assert settle(house) == 0
    assert (balance(house, ana), balance(house, bea)) == (0, 25)
    (refused,) = shown(house, "refused")
    assert (refused.stage, refused.reason) == (Stage.REFUSED, "the same person")


def test_merging_the_friend_with_the_member_ends_it_and_other_merges_keep_it(house: Till) -> None:
    ana, dup = guest(house, "Ana").member_id, guest(house, "Anna").member_id
    bea = joins(house, "Bea", code_of(house, dup))
    cora = joins(house, "Cora", code_of(house, ana))
    house.ok(house.purchase("BEA-CARD", "25.00"))
    house.ok(house.purchase("CORA-CARD", "25.00"))
    merge(house, dup, ana)
    made = merge(house, cora, ana)
    assert len(brought(house, ana)) == 2
    house.clock.at = VESTED
    assert settle(house) == 2
    assert {one.stage for one in shown(house)} == {Stage.VESTED, Stage.SAME_PERSON}
    # 25 and 500 of Cora, who is Ana; 1,000 for Bea.
    assert balance(house, ana) == 1525
    with house.connection.transaction():
        found = find_referral_of(
            house.connection, member_id=bea, programme="friendly", now=house.clock.now()
        )
    assert found is not None
    assert found.referrer.member_id == dup
    unmerge(house, made.merge_id)
    assert balance(house, ana) == 1000


def test_a_member_who_left_is_given_nothing_and_their_code_is_nobodys(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    code = code_of(house, ana)
    joins(house, "Bea", code)
    house.ok(house.purchase("BEA-CARD", "25.00"))
    close_member(house.connection, member_id=ana, now=house.clock.now())
    house.clock.at = VESTED
    assert settle(house) == 1
    assert (balance(house, ana), shown(house)[0].stage) == (0, Stage.LEFT)
    with pytest.raises(Refusal) as refused:
        joins(house, "Cora", code)
    assert refused.value.code is Code.UNKNOWN_REFERRAL_CODE
    assert house.rows("SELECT count(*) FROM member WHERE given_name = 'Cora'") == [(0,)]


def test_a_programme_that_takes_none_refuses_and_makes_no_member(house: Till) -> None:
    house.publish(FRIENDLY | {"referral": None}, effective_at=house.clock.now())
    ana = guest(house, "Ana").member_id
    with pytest.raises(Refusal) as refused:
        joins(house, "Bea", code_of(house, ana))
    assert refused.value.parameters["reason"] == "no referrals"
    assert house.rows("SELECT count(*) FROM member WHERE given_name = 'Bea'") == [(0,)]


def test_terms_are_those_of_joining(house: Till) -> None:
    ana = guest(house, "Ana").member_id
    joins(house, "Bea", code_of(house, ana))
    house.clock.advance(MINUTE)
    stricter = FRIENDLY | {"referral": {"spend": "900.00", "vests": "1 day"}}
    house.publish(stricter, effective_at=house.clock.now())
    house.ok(house.purchase("BEA-CARD", "25.00"))
    assert brought(house, ana) == [(Stage.WAITING, VESTED)]


def test_two_workers_give_it_once(house: Till, database: DatabaseForTests) -> None:
    ana = guest(house, "Ana").member_id
    joins(house, "Bea", code_of(house, ana))
    house.ok(house.purchase("BEA-CARD", "25.00"))
    house.clock.at = VESTED

    def work(connection: Any) -> int:
        return settle_referrals(connection, clock=house.clock)

    assert sorted(at_once(database, work, work)) in ([0, 1], [1, 1])
    assert balance(house, ana) == 1000
