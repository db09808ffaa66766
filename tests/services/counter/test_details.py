"""Changing what is known of a member: by the member, or by who serves; with its trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from habitue.domain.access import Actor
from habitue.selectors.members import list_identifiers
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import (
    change_details,
    end_membership,
    give_identifier,
    withdraw_identifier,
)
from habitue.services.members import NewIdentifier
from tests.services.access.cast import everything, refused, session_of, sessions, trail
from tests.services.counter.cast import CAMILLE, STRANGERS, VOLODIA, counter, guest, oneself
from tests.services.till import Till

PHONE = NewIdentifier("phone", "06 12 34 56 78")


def identifier_of(at: Counter, member_id: UUID, kind: str) -> UUID:
    (found,) = [
        one.identifier_id
        for one in list_identifiers(at.connection, member_id=member_id)
        if one.kind == kind
    ]
    return found


def test_details_are_changed_and_only_their_names_go_to_the_trail(till: Till) -> None:
    marie, at = guest(till), counter(till)
    changes = {"given_name": "Marie-Anne", "language": "fr", "family_name": ""}
    changed = change_details(
        at, member_id=marie.member_id, changes=changes, expected_revision=marie.revision
    )
    assert (changed.given_name, changed.language) == ("Marie-Anne", "fr")
    rows = till.rows("SELECT actor_name, action, subject_name, details, store FROM trail")
    told = {"fields": ["given_name", "language"]}
    assert rows == [("Volodia", "member_changed", "Marie-Anne", told, "quai")]
    before = everything(till.connection)
    assert change_details(at, member_id=marie.member_id, changes=changes) == changed
    assert refused(
        lambda: change_details(
            at, member_id=marie.member_id, changes={"language": "de"}, expected_revision=0
        )
    ) == ("version_conflict", "revision")
    assert everything(till.connection) == before


def test_a_member_changes_their_own(till: Till) -> None:
    marie, other = guest(till), guest(till, "Other")
    at = counter(till, by=oneself(marie), source="portal", store="")
    change_details(at, member_id=marie.member_id, changes={"language": "ro"})
    phone = give_identifier(at, member_id=marie.member_id, identifier=PHONE)
    withdraw_identifier(at, member_id=marie.member_id, identifier_id=phone.identifier_id)
    assert [action for _, action, _ in trail(till.connection)] == [
        "member_changed",
        "identifier_added",
        "identifier_revoked",
    ]
    mail = identifier_of(at, other.member_id, "email")
    before = everything(till.connection)
    for verb in verbs(at, other.member_id, mail):
        assert refused(verb) == ("not_permitted", "")
    # Nor by naming somebody else's identifier as one's own.
    assert refused(
        lambda: withdraw_identifier(at, member_id=marie.member_id, identifier_id=mail)
    ) == ("invalid_identifier", "identifier")
    assert everything(till.connection) == before


def verbs(at: Counter, member_id: UUID, identifier_id: UUID) -> list[Any]:
    """Everything by which a member is changed."""
    return [
        lambda: change_details(at, member_id=member_id, changes={"given_name": "X"}),
        lambda: give_identifier(at, member_id=member_id, identifier=PHONE),
        lambda: withdraw_identifier(at, member_id=member_id, identifier_id=identifier_id),
        lambda: end_membership(at, member_id=member_id),
    ]


def test_the_same_identifier_again_leaves_no_trail(till: Till) -> None:
    marie, at = guest(till), counter(till)
    wanted: dict[str, Any] = {"member_id": marie.member_id}
    first = give_identifier(at, **wanted, identifier=PHONE)
    before = everything(till.connection)
    assert give_identifier(at, **wanted, identifier=PHONE) == first
    assert everything(till.connection) == before
    gone = withdraw_identifier(at, **wanted, identifier_id=first.identifier_id)
    assert gone.revoked_at is not None
    before = everything(till.connection)
    assert withdraw_identifier(at, **wanted, identifier_id=first.identifier_id) == gone
    assert everything(till.connection) == before
    assert trail(till.connection) == [
        ("Volodia", "identifier_added", "Marie"),
        ("Volodia", "identifier_revoked", "Marie"),
    ]


def test_bad_input_changes_nothing(till: Till) -> None:
    marie, other, at = guest(till), guest(till, "Other"), counter(till)
    gone = guest(till, "Gone")
    mail = identifier_of(at, other.member_id, "email")
    end_membership(counter(till, by=CAMILLE), member_id=gone.member_id)
    before = everything(till.connection)
    who: dict[str, Any] = {"member_id": marie.member_id}
    for verb, code in (
        (lambda: change_details(at, **who, changes={"given_name": "x" * 10_000}), "too_long"),
        (lambda: change_details(at, **who, changes={"given_name": "a\x00"}), "invalid_text"),
        (lambda: change_details(at, **who, changes={"status": "closed"}), "unknown_field"),
        (lambda: change_details(at, member_id=uuid4(), changes={}), "unknown_member"),
        (lambda: change_details(at, member_id=gone.member_id, changes={}), "member_closed"),
        (
            lambda: give_identifier(
                at, **who, identifier=NewIdentifier("email", "other@example.org")
            ),
            "identifier_taken",
        ),
        (
            lambda: give_identifier(at, **who, identifier=NewIdentifier("email", "<script>")),
            "invalid_identifier",
        ),
        (lambda: withdraw_identifier(at, **who, identifier_id=mail), "invalid_identifier"),
    ):
        assert refused(verb)[0] == code
    assert everything(till.connection) == before


def test_a_membership_ends_with_its_sessions(till: Till) -> None:
    marie, at = guest(till), counter(till, by=CAMILLE, source="backoffice", store="")
    session_of(till.connection, "a", member_id=marie.member_id)
    session_of(till.connection, "b", member_id=uuid4())
    closed = end_membership(at, member_id=marie.member_id)
    assert closed.status == "closed"
    assert sessions(till.connection) == ["b"]
    assert list_identifiers(till.connection, member_id=marie.member_id) == ()
    assert trail(till.connection) == [("Camille", "member_closed", "Marie")]
    before = everything(till.connection)
    assert refused(lambda: end_membership(at, member_id=marie.member_id)) == (
        "member_closed",
        "member",
    )
    assert everything(till.connection) == before


@pytest.mark.parametrize("nobody", STRANGERS, ids=lambda who: f"{who.kind} {sorted(who.roles)}")
def test_who_may_not_changes_no_member(till: Till, nobody: Actor) -> None:
    marie, there = guest(till), counter(till, by=nobody)
    mail = identifier_of(there, marie.member_id, "email")
    before = everything(till.connection)
    for verb in verbs(there, marie.member_id, mail):
        assert refused(verb) == ("not_permitted", "")
    assert everything(till.connection) == before


def test_who_serves_does_not_end_memberships(till: Till) -> None:
    marie, at = guest(till), counter(till, by=VOLODIA)
    before = everything(till.connection)
    assert refused(lambda: end_membership(at, member_id=marie.member_id)) == ("not_permitted", "")
    assert everything(till.connection) == before
