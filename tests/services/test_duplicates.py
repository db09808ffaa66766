"""Who may be the same person, and what a merge would lead to (SEMANTICS 34)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY
from habitue.selectors.duplicates import Sign, list_possible_duplicates
from habitue.selectors.merge_preview import Held, preview_merge
from habitue.services.members import NewIdentifier, add_identifier, close_member, revoke_identifier
from tests.services.merging_cast import everything, merge
from tests.services.people import NOW, enrol
from tests.services.till import CORNER, PHONES, Till

NAME = {"given_name": "Anna", "family_name": "Blum"}
BORN = {"birth_date": "1990-05-04"}


def _suspects(till: Till, member_id: UUID, limit: int = 10) -> dict[UUID, tuple[Sign, ...]]:
    found = list_possible_duplicates(till.connection, member_id=member_id, limit=limit)
    return {one.member.member_id: one.signs for one in found}


def _store(till: Till) -> str:
    till.connection.execute("INSERT INTO store (code, name, zone) VALUES ('north', 'North', 'UTC')")
    return "north"


def test_the_signs_of_one_person_the_likeliest_first(till: Till) -> None:
    store = _store(till)
    member = enrol(till.connection, ("email", "a.blum@gmail.com"), store=store, **NAME, **BORN)
    named = enrol(till.connection, **NAME)
    born = enrol(till.connection, given_name="BLUM", family_name="Anna", **BORN)
    local = enrol(till.connection, store=store, **NAME)
    mailed = enrol(till.connection, ("email", "ablum+shop@googlemail.com"))
    for stranger in ({"given_name": "Anna"}, {"birth_date": "1990-05-04"}, {"store": store}):
        enrol(till.connection, **stranger)
    enrol(till.connection, birth_date="1991-05-04", **NAME)
    assert list(_suspects(till, member.member_id).items()) == [
        (mailed.member_id, (Sign.SAME_MAILBOX,)),
        (born.member_id, (Sign.SAME_NAME, Sign.SAME_BIRTHDAY)),
        (local.member_id, (Sign.SAME_NAME, Sign.SAME_STORE)),
        (named.member_id, (Sign.SAME_NAME,)),
    ]
    assert list(_suspects(till, member.member_id, 1)) == [mailed.member_id]


def test_who_has_a_number_that_was_the_members_is_suspected(till: Till) -> None:
    member = enrol(till.connection, ("phone", "+33612345678"), ("plate", "AB-123-CD"))
    identifiers = till.rows(
        "SELECT identifier_id FROM identifier WHERE member_id = %s AND kind IN ('phone', 'plate')",
        [member.member_id],
    )
    for (identifier_id,) in identifiers:
        revoke_identifier(
            till.connection, member_id=member.member_id, identifier_id=identifier_id, now=NOW
        )
    other = enrol(till.connection, ("phone", "+33612345678"))
    assert _suspects(till, member.member_id) == {other.member_id: (Sign.SAME_PHONE,)}
    add_identifier(
        till.connection,
        member_id=other.member_id,
        identifier=NewIdentifier("plate", "AB-123-CD"),
        now=NOW,
        phones=PHONES,
        country="FR",
    )
    assert _suspects(till, member.member_id) == {
        other.member_id: (Sign.SAME_PHONE, Sign.SAME_IDENTIFIER)
    }


def test_one_word_is_too_little_of_a_name(till: Till) -> None:
    member = enrol(till.connection, given_name="Anna", **BORN)
    enrol(till.connection, given_name="Anna")
    same = enrol(till.connection, given_name="Ännä", **BORN)
    assert _suspects(till, member.member_id) == {
        same.member_id: (Sign.SAME_NAME, Sign.SAME_BIRTHDAY)
    }


def test_only_active_members_are_suspected(till: Till) -> None:
    member, closed, gone = (enrol(till.connection, **NAME) for _ in range(3))
    assert len(_suspects(till, member.member_id)) == 2
    close_member(till.connection, member_id=closed.member_id, now=NOW)
    merge(till, gone.member_id, member.member_id)
    assert _suspects(till, member.member_id) == {}
    with pytest.raises(Refusal, match="unknown_member"):
        _suspects(till, uuid4())


# --- what a merge would lead to -------------------------------------------------------------------


def test_34_the_preview_is_what_the_merge_does(till: Till) -> None:
    document = {
        **CORNER,
        "programme": "later",
        "tiers": {"by": {"spend": "rolling 12 months"}, "silver": {"enter": "60.00"}},
    }
    till.publish(document)
    kept = enrol(till.connection, **NAME).member_id
    gone = enrol(till.connection, ("email", "a@example.org"), **BORN).member_id
    till.programme = "later"
    for member_id, amount in ((kept, "30.00"), (gone, "50.00")):
        till.ok(till.purchase(None, amount, member={"kind": "member_id", "value": member_id.hex}))
    till.ok(
        till.other(
            "redemption",
            None,
            member={"kind": "member_id", "value": gone.hex},
            currency="points",
            units="20",
        )
    )
    till.clock.advance(DAY)
    before = everything(till)
    shown = preview_merge(till.connection, duplicate=gone, into=kept, now=till.clock.now())
    assert everything(till) == before
    (programme,) = shown.programmes
    assert programme.programme == "later"
    assert [
        (side.tier, side.points["points"])
        for side in (programme.into, programme.duplicate, programme.together)
    ] == [
        ("", Held(30, 30, 0)),
        ("", Held(30, 30, 0)),
        ("silver", Held(60, 60, 0)),
    ]
    assert shown.filled["birth_date"] == shown.duplicate.birth_date
    assert len(shown.identifiers) == 3
    merge(till, gone, kept)
    ((tier, held),) = till.rows(
        "SELECT tier, (SELECT sum(amount)::bigint FROM entry e WHERE e.member_id = s.member_id)"
        " FROM member_state s WHERE member_id = %s",
        [kept],
    )
    assert (tier, held) == ("silver", 60)


def test_34_what_cannot_be_merged_is_not_foreseen(till: Till) -> None:
    kept, gone, closed = (enrol(till.connection).member_id for _ in range(3))
    close_member(till.connection, member_id=closed, now=NOW)
    merge(till, gone, kept)
    for duplicate, into, code in (
        (kept, kept, Code.SAME_MEMBER),
        (kept, uuid4(), Code.UNKNOWN_MEMBER),
        (gone, kept, Code.ALREADY_MERGED),
        (kept, gone, Code.ALREADY_MERGED),
        (closed, kept, Code.MEMBER_CLOSED),
    ):
        with pytest.raises(Refusal) as caught:
            preview_merge(till.connection, duplicate=duplicate, into=into, now=NOW)
        assert caught.value.code is code
