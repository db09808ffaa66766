"""Two members who are one, with everything they have, and the way back (SEMANTICS 34)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from habitue.domain.access import Actor, Kind, Role
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY, datetime_of
from habitue.selectors.members import get_member, list_identifiers, search_members
from habitue.selectors.merges import list_merges
from habitue.services.claims import claim_receipt
from habitue.services.members import NewIdentifier, add_identifier, revoke_identifier
from habitue.services.transfers import transfer_points
from tests.services.merging_cast import everything, holds, merge, stored, unmerge
from tests.services.people import enrol
from tests.services.till import CORNER, PHONES, Till, key_of


def _two(till: Till) -> tuple[UUID, UUID]:
    return till.enrol("CARD0001"), till.enrol("CARD0002")


def _active(till: Till, member_id: UUID) -> set[tuple[str, str]]:
    with till.connection.transaction():
        found = list_identifiers(till.connection, member_id=member_id)
    return {(one.kind, one.value) for one in found}


# --- what a merge does ----------------------------------------------------------------------------


def test_34_the_survivor_has_what_both_had(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0001", "30.00"))
    till.ok(till.purchase("CARD0002", "50.00"))
    made = merge(till, gone, kept)
    assert holds(till, kept) == 80
    # The balances of the duplicate are those of the survivor.
    assert holds(till, gone) == 80
    member = get_member(till.connection, member_id=gone)
    assert (member.status, member.merged_into) == ("merged", kept)
    assert (made.duplicate_id, made.into_id, made.undone_at) == (gone, kept, None)
    assert [one.merge_id for one in list_merges(till.connection, member_id=kept)] == [made.merge_id]


def test_34_in_every_programme_of_the_duplicate_and_in_no_other(till: Till) -> None:
    for code in ("later", "unused"):
        till.publish({**CORNER, "programme": code})
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0001", "30.00"))
    till.ok(till.purchase("CARD0002", "50.00"))
    till.programme = "later"
    till.ok(till.purchase("CARD0002", "7.00"))
    merge(till, gone, kept)
    assert holds(till, kept) == 7
    till.programme = "corner"
    assert holds(till, kept) == 80
    assert till.rows("SELECT count(*) FROM ledger_event WHERE kind LIKE 'merge%%'") == [(4,)]


def test_34_who_takes_part_in_no_programme_is_merged_too(till: Till) -> None:
    kept, gone = _two(till)
    made = merge(till, gone, kept)
    till.ok(till.purchase("CARD0002", "5.00"))
    assert holds(till, kept) == 5
    unmerge(till, made.merge_id)
    assert get_member(till.connection, member_id=gone).status == "active"
    assert till.rows("SELECT count(*) FROM ledger_event") == [(1,)]


def test_34_lots_keep_their_dates(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0002", "50.00"))
    dates = till.rows("SELECT opened_at, expires_at FROM lot")
    till.clock.advance(40 * DAY)
    merge(till, gone, kept)
    assert till.rows("SELECT opened_at, expires_at FROM lot WHERE member_id = %s", [kept]) == dates


def test_34_once_per_member_holds_across_the_merge(till: Till) -> None:
    once = {"on": "purchase", "give": {"points": 100}, "limit": {"per_member": 1}}
    till.publish(
        {**CORNER, "earn": {**CORNER["earn"], "welcome": once}}, effective_at=till.clock.now()
    )
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0002", "10.00"))
    merge(till, gone, kept)
    till.ok(till.purchase("CARD0001", "10.00"))
    assert holds(till, kept) == 120


def test_34_the_survivor_is_known_by_what_the_duplicate_was_known_by(till: Till) -> None:
    kept = enrol(till.connection, ("email", "ann@example.org"), given_name="Ann")
    gone = enrol(
        till.connection,
        ("phone", "+33612345678"),
        given_name="Anna",
        family_name="Blum",
        birth_date="1990-05-04",
        language="fr",
    )
    merge(till, gone.member_id, kept.member_id)
    assert _active(till, gone.member_id) == set()
    assert _active(till, kept.member_id) >= {
        ("email", "ann@example.org"),
        ("phone", "+33612345678"),
        ("card", gone.number),
        ("card", kept.number),
    }
    member = get_member(till.connection, member_id=kept.member_id)
    assert (member.given_name, member.family_name) == ("Ann", "")
    assert (str(member.birth_date), member.language) == ("1990-05-04", "fr")
    assert member.number == kept.number
    assert not search_members(till.connection, query="Blum", phones=PHONES)
    (found,) = search_members(till.connection, query="+3361234 ann", phones=PHONES)
    assert found.member.member_id == kept.member_id


def test_34_a_survivor_without_a_name_gets_the_duplicates(till: Till) -> None:
    kept = enrol(till.connection)
    gone = enrol(till.connection, given_name="Anna", family_name="Blum")
    made = merge(till, gone.member_id, kept.member_id)
    (found,) = search_members(till.connection, query="blum", phones=PHONES)
    assert found.member.member_id == kept.member_id
    unmerge(till, made.merge_id)
    (found,) = search_members(till.connection, query="blum", phones=PHONES)
    assert found.member.member_id == gone.member_id


def test_34_merging_the_same_two_again_answers_the_same(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0002", "50.00"))
    made = merge(till, gone, kept)
    before = everything(till)
    assert merge(till, gone, kept) == made
    assert everything(till) == before


def test_34_the_trail_tells_of_both(till: Till) -> None:
    kept, gone = _two(till)
    boss = Actor(kind=Kind.STAFF, id=uuid4(), name="Rosa", roles=frozenset({Role.MANAGER}))
    made = merge(till, gone, kept, boss)
    assert made.merged_by == "Rosa"
    unmerge(till, made.merge_id, boss)
    assert till.rows("SELECT action, actor_name, member_id FROM trail ORDER BY at") == [
        ("member_merged", "Rosa", kept),
        ("merge_undone", "Rosa", kept),
    ]


# --- afterwards -----------------------------------------------------------------------------------


def test_34_whatever_comes_for_the_duplicate_is_the_survivors(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0002", "50.00"))
    merge(till, gone, kept)
    by_card = till.ok(till.purchase("CARD0002", "5.00"))
    by_id = till.purchase(None, "6.00", member={"kind": "member_id", "value": gone.hex})
    assert till.evaluate(by_id).content["member"] == kept.hex
    assert (by_card["member"], till.ok(by_id)["member"]) == (kept.hex, kept.hex)
    assert holds(till, kept) == 61


def test_34_what_happened_before_the_merge_and_comes_later_still_counts(till: Till) -> None:
    kept, gone = _two(till)
    day_before = datetime_of(till.clock.now() - DAY).isoformat()
    till.ok(till.purchase("CARD0002", "50.00"))
    merge(till, gone, kept)
    till.ok(till.purchase("CARD0002", "20.00", occurred_at=day_before))
    assert holds(till, kept) == 70


def test_34_a_repetition_of_what_the_duplicate_sent_is_answered_the_same(till: Till) -> None:
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00")
    first = till.ok(purchase)
    merge(till, gone, kept)
    (again,) = till.send(purchase)
    assert (again.status, again.content) == ("known", first)


def test_34_what_the_duplicate_bought_can_be_returned_to_the_survivor(till: Till) -> None:
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00", "10.00")
    till.ok(purchase)
    merge(till, gone, kept)
    till.ok(till.give_back("CARD0002", purchase, lines=[{"line": "2"}]))
    assert holds(till, kept) == 50
    till.ok(till.give_back(None, purchase))
    assert holds(till, kept) == 0
    assert till.refused(till.give_back("CARD0001", purchase)) == "return_exceeds_purchase"


def test_34_a_return_from_before_the_merge_waits_for_the_purchase(till: Till) -> None:
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00")
    till.ok(purchase)
    till.clock.advance(DAY)
    noon = datetime_of(till.clock.now()).isoformat()
    till.clock.advance(DAY)
    merge(till, gone, kept)
    till.ok(till.give_back(None, purchase, occurred_at=noon))
    assert holds(till, kept) == 0
    again = till.give_back("CARD0001", purchase, occurred_at=noon)
    assert till.refused(again) == "return_exceeds_purchase"
    till.ok(till.purchase("CARD0001", "5.00", occurred_at=noon))
    assert holds(till, kept) == 5


def test_34_a_redemption_of_the_duplicates_can_be_undone(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0002", "50.00"))
    spending = till.other("redemption", "CARD0002", currency="points", units="20")
    till.ok(spending)
    merge(till, gone, kept)
    till.ok(till.other("undo", None, redemption=key_of(spending)))
    assert holds(till, kept) == 50


def test_34_a_chain_of_merges_leads_to_its_end(till: Till) -> None:
    kept, gone = _two(till)
    third = till.enrol("CARD0003")
    purchase = till.purchase("CARD0002", "50.00")
    till.ok(purchase)
    first = merge(till, gone, third)
    second = merge(till, third, kept)
    till.ok(till.purchase(None, "5.00", member={"kind": "member_id", "value": gone.hex}))
    till.ok(till.give_back(None, purchase))
    assert holds(till, kept) == holds(till, gone) == 5
    with pytest.raises(Refusal) as caught:
        unmerge(till, first.merge_id)
    assert caught.value.code is Code.ALREADY_MERGED
    unmerge(till, second.merge_id)
    unmerge(till, first.merge_id)
    assert [holds(till, one) for one in (kept, third, gone)] == [5, 0, 0]


def test_34_receipts_and_transfers_of_the_duplicate_are_the_survivors(till: Till) -> None:
    kept, gone = _two(till)
    other = till.enrol("CARD0003")
    receipt = till.purchase(None, "9.00")
    till.ok(receipt)
    till.ok(till.purchase("CARD0002", "50.00"))

    def claim(member_id: UUID) -> Any:
        return claim_receipt(
            till.connection,
            source="till",
            external_id=key_of(receipt)["external_id"],
            member_id=member_id,
            clock=till.clock,
        )

    first = claim(gone)
    merge(till, gone, kept)
    assert [claim(one).content for one in (gone, kept)] == [first.content] * 2
    with pytest.raises(Refusal, match="already_claimed"):
        claim(other)

    def send(external_id: str, to: UUID) -> Any:
        till.clock.advance(1_000_000)
        return transfer_points(
            till.connection,
            programme="corner",
            source="portal",
            external_id=external_id,
            from_member=gone,
            to_member=to,
            currency="points",
            units=20,
            clock=till.clock,
        )

    sent = send("t1", other)
    assert sent.content["member"] == kept.hex
    assert send("t1", other).content == sent.content
    assert (holds(till, kept), holds(till, other)) == (39, 20)
    with pytest.raises(Refusal, match="same_member"):
        send("t2", kept)
    # A return of a claimed receipt follows the claim.
    till.ok(till.give_back(None, receipt))
    assert holds(till, kept) == 30


# --- the way back ---------------------------------------------------------------------------------


def test_34_undoing_restores_both_exactly(till: Till) -> None:
    kept = enrol(till.connection, ("email", "ann@example.org"), given_name="Ann").member_id
    gone = enrol(
        till.connection, ("phone", "+33612345678"), given_name="Anna", birth_date="1990-05-04"
    ).member_id
    for member_id, amount in ((kept, "30.00"), (gone, "50.00")):
        named = {"kind": "member_id", "value": member_id.hex}
        till.ok(till.purchase(None, amount, member=named))
    before = [(stored(till, one), _active(till, one), _details(till, one)) for one in (kept, gone)]
    made = merge(till, gone, kept)
    assert unmerge(till, made.merge_id).undone_at is not None
    after = [(stored(till, one), _active(till, one), _details(till, one)) for one in (kept, gone)]
    assert after == before
    (found,) = search_members(till.connection, query="anna", phones=PHONES)
    assert found.member.member_id == gone
    assert not list_merges(till.connection, member_id=kept)
    assert len(list_merges(till.connection, member_id=kept, undone=True)) == 1


def _details(till: Till, member_id: UUID) -> list[tuple[Any, ...]]:
    return till.rows(
        "SELECT number, given_name, folded_name, birth_date, language, store, status, merged_into"
        " FROM member WHERE member_id = %s",
        [member_id],
    )


def test_34_points_spent_meanwhile_are_owed(till: Till) -> None:
    kept, gone = _two(till)
    till.ok(till.purchase("CARD0001", "10.00"))
    till.ok(till.purchase("CARD0002", "50.00"))
    made = merge(till, gone, kept)
    till.ok(till.other("redemption", "CARD0001", currency="points", units="35"))
    unmerge(till, made.merge_id)
    assert (holds(till, kept), holds(till, gone)) == (-25, 50)


def test_34_a_return_goes_where_its_purchase_goes(till: Till) -> None:
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00", "10.00")
    till.ok(till.purchase("CARD0001", "30.00"))
    till.ok(purchase)
    made = merge(till, gone, kept)
    till.ok(till.give_back(None, purchase, lines=[{"line": "1"}]))
    assert holds(till, kept) == 40
    unmerge(till, made.merge_id)
    assert (holds(till, kept), holds(till, gone)) == (30, 10)
    # Nor does it count twice when the two are merged again, and once more released.
    again = merge(till, gone, kept)
    assert holds(till, kept) == 40
    unmerge(till, again.merge_id)
    assert (holds(till, kept), holds(till, gone)) == (30, 10)
    till.ok(till.give_back("CARD0002", purchase))
    assert holds(till, gone) == 0


def test_34_a_budget_is_given_back_once(till: Till) -> None:
    bonus = {"on": "purchase", "give": {"points": 100}, "budget": 300}
    till.publish(
        {**CORNER, "earn": {**CORNER["earn"], "bonus": bonus}}, effective_at=till.clock.now()
    )
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00")
    till.ok(purchase)
    till.ok(till.purchase("CARD0001", "1.00"))
    made = merge(till, gone, kept)
    till.ok(till.give_back(None, purchase))
    assert till.rows("SELECT units_taken FROM budget") == [(100,)]
    unmerge(till, made.merge_id)
    assert till.rows("SELECT units_taken FROM budget") == [(100,)]
    assert (holds(till, kept), holds(till, gone)) == (101, 0)


def test_34_only_what_is_still_the_survivors_goes_back(till: Till) -> None:
    kept = enrol(till.connection).member_id
    gone = enrol(till.connection, ("phone", "+33612345678"), ("email", "a@example.org"))
    made = merge(till, gone.member_id, kept)
    lost = [
        one.identifier_id
        for one in list_identifiers(till.connection, member_id=kept)
        if one.value in ("+33612345678", gone.number)
    ]
    for identifier_id in lost:
        revoke_identifier(
            till.connection, member_id=kept, identifier_id=identifier_id, now=till.clock.now()
        )
    add_identifier(
        till.connection,
        member_id=kept,
        identifier=NewIdentifier("plate", "AB-123-CD"),
        now=till.clock.now(),
        phones=PHONES,
        country="FR",
    )
    unmerge(till, made.merge_id)
    number = get_member(till.connection, member_id=gone.member_id).number
    assert number != gone.number
    assert _active(till, gone.member_id) == {("email", "a@example.org"), ("card", number)}
    assert ("email", "a@example.org") not in _active(till, kept)


def test_34_details_that_were_changed_since_stay(till: Till) -> None:
    kept = enrol(till.connection).member_id
    gone = enrol(till.connection, birth_date="1990-05-04", language="fr").member_id
    made = merge(till, gone, kept)
    till.connection.execute("UPDATE member SET language = 'de' WHERE member_id = %s", [kept])
    unmerge(till, made.merge_id)
    member = get_member(till.connection, member_id=kept)
    assert (member.language, member.birth_date) == ("de", None)


def test_34_of_several_merges_any_can_be_undone(till: Till) -> None:
    kept, gone = _two(till)
    third = till.enrol("CARD0003")
    for card, amount in (("CARD0001", "1.00"), ("CARD0002", "20.00"), ("CARD0003", "300.00")):
        till.ok(till.purchase(card, amount))
    first = merge(till, gone, kept)
    merge(till, third, kept)
    unmerge(till, first.merge_id)
    assert (holds(till, kept), holds(till, gone)) == (301, 20)


# --- what is refused ------------------------------------------------------------------------------


def test_34_what_cannot_be_merged_changes_nothing(till: Till) -> None:
    kept, gone = _two(till)
    third, closed = till.enrol("CARD0003"), till.enrol("CARD0004")
    till.ok(till.purchase("CARD0002", "50.00"))
    till.connection.execute("UPDATE member SET status = 'closed' WHERE member_id = %s", [closed])
    till.connection.execute("INSERT INTO store (code, name, zone) VALUES ('north', 'North', 'UTC')")
    till.connection.execute("UPDATE member SET store = 'north' WHERE member_id = %s", [third])
    made = merge(till, gone, kept)
    manager = frozenset({Role.MANAGER})
    south = Actor(kind=Kind.STAFF, roles=manager, stores=frozenset({"south"}))
    waiter = Actor(kind=Kind.STAFF, roles=frozenset({Role.STAFF}))
    elsewhere = Actor(kind=Kind.STAFF, roles=manager, programmes=frozenset({"elsewhere"}))
    boss = Actor(kind=Kind.STAFF, roles=manager)
    cases = [
        (kept, kept, boss, Code.SAME_MEMBER),
        (uuid4(), kept, boss, Code.UNKNOWN_MEMBER),
        (third, uuid4(), boss, Code.UNKNOWN_MEMBER),
        (closed, kept, boss, Code.MEMBER_CLOSED),
        (kept, closed, boss, Code.MEMBER_CLOSED),
        (gone, third, boss, Code.ALREADY_MERGED),
        (third, gone, boss, Code.ALREADY_MERGED),
        (kept, gone, boss, Code.ALREADY_MERGED),
        (third, kept, waiter, Code.NOT_PERMITTED),
        (kept, kept, waiter, Code.NOT_PERMITTED),
        (third, kept, south, Code.NOT_PERMITTED),
        (kept, third, south, Code.NOT_PERMITTED),
        (kept, closed, Actor(kind=Kind.NOBODY), Code.NOT_PERMITTED),
    ]
    before = everything(till)
    for duplicate, into, actor, code in cases:
        with pytest.raises(Refusal) as caught:
            merge(till, duplicate, into, actor)
        assert caught.value.code is code, caught.value
    for merge_id, actor, code in (
        (uuid4(), boss, Code.UNKNOWN_MERGE),
        (made.merge_id, waiter, Code.NOT_PERMITTED),
        (made.merge_id, elsewhere, Code.NOT_PERMITTED),
    ):
        with pytest.raises(Refusal) as caught:
            unmerge(till, merge_id, actor)
        assert caught.value.code is code, caught.value
    assert everything(till) == before


def test_34_a_merge_is_undone_once(till: Till) -> None:
    kept, gone = _two(till)
    made = merge(till, gone, kept)
    unmerge(till, made.merge_id)
    before = everything(till)
    with pytest.raises(Refusal, match="unknown_merge"):
        unmerge(till, made.merge_id)
    assert everything(till) == before


def test_34_an_undoing_that_a_return_does_not_allow_changes_nothing(till: Till) -> None:
    points = {"points": {"expires": {"after": "12 months"}, "negative": "refuse"}}
    till.publish({**CORNER, "points": points}, effective_at=till.clock.now())
    kept, gone = _two(till)
    purchase = till.purchase("CARD0002", "50.00")
    till.ok(till.purchase("CARD0001", "90.00"))
    till.ok(purchase)
    till.ok(till.other("redemption", "CARD0002", currency="points", units="50"))
    made = merge(till, gone, kept)
    till.ok(till.give_back(None, purchase))
    before = everything(till)
    with pytest.raises(Refusal, match="return_exceeds_balance"):
        unmerge(till, made.merge_id)
    assert everything(till) == before
    assert holds(till, kept) == 40


def test_34_lines_of_merges_are_never_changed(till: Till) -> None:
    kept, gone = _two(till)
    merge(till, gone, kept)
    for statement in (
        "UPDATE member_merge SET actor_name = 'nobody'",
        "DELETE FROM member_merge",
        "TRUNCATE member_merge",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            till.connection.execute(statement)
