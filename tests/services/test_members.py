"""SEMANTICS 33: members and their identifiers, from the first visit to the last."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import psycopg
import pytest

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import is_number, make_number
from habitue.domain.identity.kinds import Trust
from habitue.kit.instants import DAY, parse_instant
from habitue.selectors.members import find_by_identifier, get_member, list_identifiers
from habitue.services.members import (
    NewIdentifier,
    add_identifier,
    close_member,
    enrol_member,
    revoke_identifier,
    update_member,
)
from tests.services.people import NOW, PHONES, enrol
from tests.support.database import DatabaseForTests

Connection = psycopg.Connection[Any]


def rows(connection: Connection) -> tuple[int, int, int]:
    """How many members, identifiers and search keys there are."""
    found = connection.execute(
        "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM identifier),"
        " (SELECT count(*) FROM member_search)"
    ).fetchone()
    assert found is not None
    return found[0], found[1], found[2]


def found_by(connection: Connection, text: str) -> list[UUID]:
    matches = find_by_identifier(connection, text=text, phones=PHONES, country="FR")
    return [match.member.member_id for match in matches]


def test_a_member_is_enrolled_with_all_that_is_known(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        connection.execute("INSERT INTO store VALUES ('lyon', 'Europe/Paris', 'Lyon')")
        member = enrol(
            connection,
            ("phone", "06 12 34 56 78"),
            ("email", "Marie.Dupont@Example.org"),
            ("plate", "ab-123-cd"),
            given_name=" Marie ",
            family_name="Dupont",
            language="FR",
            birth_date="1988-02-29",
            store="lyon",
            attributes={"vegetarian": True, "children": 2, "likes": "tea"},
        )
        connection.commit()
        assert get_member(connection, member_id=member.member_id) == member
        identifiers = list_identifiers(connection, member_id=member.member_id)
    assert is_number(member.number)
    assert (member.given_name, member.family_name, member.language) == ("Marie", "Dupont", "fr")
    assert member.shown_name == "Marie Dupont"
    assert str(member.birth_date) == "1988-02-29"
    assert member.joined_at == NOW
    assert member.attributes == {"vegetarian": True, "children": 2, "likes": "tea"}
    assert (member.status, member.store, member.revision) == ("active", "lyon", 0)
    assert {(each.kind, each.value, each.trust) for each in identifiers} == {
        ("card", member.number, Trust.SPEND),
        ("phone", "+33612345678", Trust.EARN),
        ("email", "marie.dupont@example.org", Trust.EARN),
        ("plate", "FR-AB123CD", Trust.EARN),
    }
    assert {each.added_at for each in identifiers} == {NOW}


def test_a_printed_card_of_ours_becomes_the_number(database: DatabaseForTests) -> None:
    number = make_number(lambda _: 3)
    with database.connect() as connection:
        member = enrol(connection, ("card", "5000112637922"), ("card", number.lower()))
        assert member.number == number
        assert len(list_identifiers(connection, member_id=member.member_id)) == 2
        other = enrol(connection, ("card", "4006381333931"))
        assert is_number(other.number)
        assert found_by(connection, "4006381333931") == [other.member_id]


def test_a_taken_identifier_refuses_the_whole_enrolment(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        enrol(connection, ("email", "anna@example.org"))
        before = rows(connection)
        with pytest.raises(Refusal) as refused:
            enrol(connection, ("phone", "0612345678"), ("email", "ANNA@example.org"))
        assert rows(connection) == before
    assert refused.value.code is Code.IDENTIFIER_TAKEN
    assert refused.value.path == "identifiers[1].value"
    assert refused.value.parameters == {"value": "anna@example.org", "kind": "email"}


@pytest.mark.parametrize(
    ("identifiers", "details", "code", "path"),
    [
        ([("phone", "0612")], {}, Code.INVALID_IDENTIFIER, "identifiers[0].value"),
        ([("pigeon", "x")], {}, Code.UNKNOWN_CHOICE, "identifiers[0].kind"),
        ([("card", f"C{place:05}") for place in range(51)], {}, Code.TOO_MANY, "identifiers"),
        ([], {"name": "x"}, Code.UNKNOWN_FIELD, "name"),
        ([], {"given_name": 7}, Code.WRONG_TYPE, "given_name"),
        ([], {"given_name": "x" * 101}, Code.TOO_LONG, "given_name"),
        ([], {"given_name": "x" * 100_000}, Code.TOO_LONG, "given_name"),
        ([], {"family_name": "a\x00b"}, Code.INVALID_TEXT, "family_name"),
        ([], {"family_name": "\ud800"}, Code.INVALID_TEXT, "family_name"),
        ([], {"language": "it"}, Code.UNKNOWN_CHOICE, "language"),
        ([], {"birth_date": "29.02.1988"}, Code.MALFORMED, "birth_date"),
        ([], {"birth_date": "2027-02-29"}, Code.MALFORMED, "birth_date"),
        ([], {"birth_date": "2026-03-16"}, Code.IN_THE_FUTURE, "birth_date"),
        ([], {"birth_date": "1899-12-31"}, Code.TOO_LONG_AGO, "birth_date"),
        ([], {"birth_date": 19880229}, Code.WRONG_TYPE, "birth_date"),
        ([], {"store": "atlantis"}, Code.UNKNOWN_STORE, "store"),
        ([], {"attributes": ["a"]}, Code.WRONG_TYPE, "attributes"),
        ([], {"attributes": {"a": 1.5}}, Code.WRONG_TYPE, "attributes.a"),
        ([], {"attributes": {"a": None}}, Code.WRONG_TYPE, "attributes.a"),
        ([], {"attributes": {"a": {"b": 1}}}, Code.WRONG_TYPE, "attributes.a"),
        ([], {"attributes": {"": 1}}, Code.INVALID_TEXT, "attributes"),
        ([], {"attributes": {"a": 2**63}}, Code.TOO_LARGE, "attributes.a"),
        ([], {"attributes": {"a": "x" * 501}}, Code.TOO_LONG, "attributes.a"),
        ([], {"attributes": {str(n): n for n in range(51)}}, Code.TOO_MANY, "attributes"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    database: DatabaseForTests,
    identifiers: list[tuple[str, str]],
    details: dict[str, object],
    code: Code,
    path: str,
) -> None:
    with database.connect() as connection:
        with pytest.raises(Refusal) as refused:
            enrol(connection, *identifiers, **details)
        assert rows(connection) == (0, 0, 0)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_a_child_born_today_is_born_today_everywhere(database: DatabaseForTests) -> None:
    evening = parse_instant("2026-03-14T23:00:00Z")
    with database.connect() as connection:
        member = enrol_member(
            connection, now=evening, phones=PHONES, details={"birth_date": "2026-03-15"}
        )
        assert str(member.birth_date) == "2026-03-15"


def test_trust_can_be_said(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        member = enrol(connection)
        added = add_identifier(
            connection,
            member_id=member.member_id,
            identifier=NewIdentifier("serial", "bike-0017", trust="earn"),
            now=NOW + DAY,
            phones=PHONES,
        )
        assert (added.trust, added.added_at) == (Trust.EARN, NOW + DAY)
        with pytest.raises(Refusal) as refused:
            add_identifier(
                connection,
                member_id=member.member_id,
                identifier=NewIdentifier("serial", "bike-0018", trust="all"),
                now=NOW,
                phones=PHONES,
            )
        assert refused.value.path == "identifier.trust"


def add(connection: Connection, member_id: UUID, kind: str, value: str, source: str = "") -> UUID:
    return add_identifier(
        connection,
        member_id=member_id,
        identifier=NewIdentifier(kind, value, source=source),
        now=NOW,
        phones=PHONES,
        country="FR",
    ).identifier_id


def test_an_identifier_is_added_once_and_belongs_to_one(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna, ben = enrol(connection), enrol(connection)
        first = add(connection, anna.member_id, "external", "4711", source="shop")
        assert add(connection, anna.member_id, "external", "shop:4711") == first
        with pytest.raises(Refusal) as refused:
            add(connection, ben.member_id, "external", "shop:4711")
        assert refused.value.code is Code.IDENTIFIER_TAKEN
        # The same number in another system is another identifier.
        add(connection, ben.member_id, "external", "till:4711")
        assert found_by(connection, "external:shop:4711") == [anna.member_id]


def test_a_revoked_identifier_can_be_given_to_another(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna, ben = enrol(connection), enrol(connection)
        phone = add(connection, anna.member_id, "phone", "0612345678")
        revoked = revoke_identifier(
            connection, member_id=anna.member_id, identifier_id=phone, now=NOW + DAY
        )
        assert revoked.revoked_at == NOW + DAY
        again = revoke_identifier(
            connection, member_id=anna.member_id, identifier_id=phone, now=NOW + 2 * DAY
        )
        assert again == revoked
        assert found_by(connection, "0612345678") == []
        add(connection, ben.member_id, "phone", "+33 6 12 34 56 78")
        assert found_by(connection, "0612345678") == [ben.member_id]
        former = list_identifiers(connection, member_id=anna.member_id, revoked=True)
        assert [each.kind for each in former] == ["card", "phone"]
        assert [each.kind for each in list_identifiers(connection, member_id=anna.member_id)] == [
            "card"
        ]
        with pytest.raises(Refusal) as refused:
            revoke_identifier(connection, member_id=ben.member_id, identifier_id=phone, now=NOW)
        assert refused.value.code is Code.INVALID_IDENTIFIER


def test_a_lost_card_is_replaced_by_a_new_number(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna = enrol(connection)
        (card,) = list_identifiers(connection, member_id=anna.member_id)
        revoke_identifier(
            connection, member_id=anna.member_id, identifier_id=card.identifier_id, now=NOW
        )
        renewed = get_member(connection, member_id=anna.member_id)
        assert renewed.number != anna.number
        assert found_by(connection, renewed.number) == [anna.member_id]
        assert found_by(connection, anna.number) == []


def test_details_change_one_by_one(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna = enrol(connection, given_name="Anna", family_name="Weiß", attributes={"a": 1})
        changed = update_member(
            connection, member_id=anna.member_id, changes={"family_name": "Müller"}, now=NOW
        )
        assert (changed.given_name, changed.family_name) == ("Anna", "Müller")
        assert (changed.attributes, changed.revision) == ({"a": 1}, 1)
        keys = connection.execute("SELECT key FROM member_search ORDER BY key").fetchall()
        assert [key for (key,) in keys] == ["1muller anna", "2anna muller", "=amuller anna"]
        same = update_member(
            connection, member_id=anna.member_id, changes={"given_name": " Anna"}, now=NOW
        )
        assert same == changed
        emptied = update_member(
            connection,
            member_id=anna.member_id,
            changes={"given_name": None, "attributes": None, "family_name": ""},
            now=NOW,
            expected_revision=1,
        )
        assert (emptied.given_name, emptied.family_name, emptied.attributes) == ("", "", {})
        assert rows(connection) == (1, 1, 0)


@pytest.mark.parametrize("changes", [{"number": "X"}, {"language": "xx"}, {"store": "nowhere"}])
def test_a_refused_change_changes_nothing(
    database: DatabaseForTests, changes: dict[str, object]
) -> None:
    with database.connect() as connection:
        anna = enrol(connection, given_name="Anna")
        with pytest.raises(Refusal):
            update_member(
                connection,
                member_id=anna.member_id,
                changes={"given_name": "B", **changes},
                now=NOW,
            )
        assert get_member(connection, member_id=anna.member_id) == anna


def test_a_change_to_what_was_not_seen_is_refused(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna = enrol(connection)
        with pytest.raises(Refusal) as refused:
            update_member(
                connection,
                member_id=anna.member_id,
                changes={"given_name": "Anna"},
                now=NOW,
                expected_revision=3,
            )
        assert refused.value.code is Code.VERSION_CONFLICT
        assert refused.value.parameters == {"value": 3, "expected": 0}


def test_names_and_numbers_are_found_together_as_they_change(database: DatabaseForTests) -> None:
    def keys(connection: Connection) -> list[str]:
        found = connection.execute("SELECT key FROM member_search WHERE key ~ '^[+]' ORDER BY key")
        return [key for (key,) in found.fetchall()]

    with database.connect() as connection:
        anna = enrol(connection, ("phone", "0612345678"), given_name="Anna")
        assert keys(connection) == ["+33612345678 anna"]
        second = add(connection, anna.member_id, "phone", "+40722123456")
        update_member(
            connection, member_id=anna.member_id, changes={"family_name": "Weiß"}, now=NOW
        )
        assert keys(connection) == ["+33612345678 weiss anna", "+40722123456 weiss anna"]
        revoke_identifier(connection, member_id=anna.member_id, identifier_id=second, now=NOW)
        assert keys(connection) == ["+33612345678 weiss anna"]
        close_member(connection, member_id=anna.member_id, now=NOW)
        assert keys(connection) == []
        assert rows(connection)[2] == 0


def test_nobody_is_an_unknown_member(database: DatabaseForTests) -> None:
    nobody = UUID(int=5)
    with database.connect() as connection:
        for call in (
            lambda: get_member(connection, member_id=nobody),
            lambda: update_member(connection, member_id=nobody, changes={}, now=NOW),
            lambda: add(connection, nobody, "card", "12345"),
            lambda: close_member(connection, member_id=nobody, now=NOW),
        ):
            with pytest.raises(Refusal) as refused:
                call()
            assert refused.value.code is Code.UNKNOWN_MEMBER


def test_a_closed_member_is_no_longer_found(database: DatabaseForTests) -> None:
    with database.connect() as connection:
        anna = enrol(connection, ("email", "anna@example.org"), given_name="Anna")
        closed = close_member(connection, member_id=anna.member_id, now=NOW + DAY)
        assert (closed.status, closed.number) == ("closed", anna.number)
        assert close_member(connection, member_id=anna.member_id, now=NOW) == closed
        assert found_by(connection, "anna@example.org") == found_by(connection, anna.number) == []
        assert rows(connection) == (1, 2, 0)
        for call in (
            lambda: update_member(connection, member_id=anna.member_id, changes={}, now=NOW),
            lambda: add(connection, anna.member_id, "card", "12345"),
        ):
            with pytest.raises(Refusal) as refused:
                call()
            assert refused.value.code is Code.MEMBER_CLOSED
        enrol(connection, ("email", "anna@example.org"))


def test_of_parallel_enrolments_with_one_phone_one_succeeds(database: DatabaseForTests) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def try_it() -> None:
        with database.connect(autocommit=True) as connection:
            start.wait()
            try:
                enrol(connection, ("phone", "0612345678"), ("email", "a@example.org"))
                outcomes.append("enrolled")
            except Refusal as refusal:
                outcomes.append(refusal.code.value)

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["enrolled"] + ["identifier_taken"] * 7
    with database.connect() as connection:
        assert rows(connection) == (1, 3, 0)
