"""From who somebody is to what they may do, as it is now."""

from __future__ import annotations

from uuid import uuid4

from habitue.domain.access import Actor, Kind, Permission, Role
from habitue.selectors.actors import actor_of_device, actor_of_member, actor_of_staff
from habitue.services.access.staff import deactivate_staff
from habitue.services.members import close_member
from tests.services.access.cast import OWNER, colleague, open_stores
from tests.services.people import NOW, enrol
from tests.support.database import DatabaseForTests


def test_a_colleague_at_a_till_works_in_its_store_alone(database: DatabaseForTests) -> None:
    till = uuid4()
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        owner = colleague(connection, "Owner", Role.OWNER)
        quai = colleague(connection, "Quai", stores=("quai",))
        found = actor_of_staff(connection, staff_id=owner.staff_id, device=till, store="marche")
        assert found == Actor(
            kind=Kind.STAFF,
            id=owner.staff_id,
            name="Owner",
            roles=frozenset({Role.OWNER}),
            stores=frozenset({"marche"}),
            device=till,
            at_till=True,
        )
        assert not found.may(Permission.STAFF_WRITE)
        quais = {"staff_id": quai.staff_id, "device": till}
        assert actor_of_staff(connection, **quais, store="marche") is None
        assert actor_of_staff(connection, **quais, store="quai") is not None
        deactivate_staff(connection, actor=OWNER, staff_id=quai.staff_id, now=NOW)
        assert actor_of_staff(connection, **quais, store="quai") is None
        assert actor_of_staff(connection, staff_id=uuid4()) is None


def test_a_role_that_is_no_more_allows_nothing(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        who = colleague(connection, "Owner", Role.OWNER)
        connection.execute("UPDATE staff SET roles = '{sorcerer}'")
        found = actor_of_staff(connection, staff_id=who.staff_id)
        assert found is not None
        assert found.permissions == frozenset()


def test_a_member_is_who_they_were_merged_into(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        first, second = enrol(connection, given_name="A"), enrol(connection, given_name="B")
        last = enrol(connection, display_name="Marie", language="fr")
        chain = ((first, second), (second, last))
        for duplicate, survivor in chain:
            connection.execute(
                "UPDATE member SET status = 'merged', merged_into = %s WHERE member_id = %s",
                [survivor.member_id, duplicate.member_id],
            )
        expected = Actor(kind=Kind.MEMBER, id=last.member_id, name="Marie", language="fr")
        for one in (first, second, last):
            assert actor_of_member(connection, member_id=one.member_id) == expected
        close_member(connection, member_id=last.member_id, now=NOW)
        for one in (first, second, last):
            assert actor_of_member(connection, member_id=one.member_id) is None
        assert actor_of_member(connection, member_id=uuid4()) is None


def test_who_has_no_name_is_called_by_the_number(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        member = enrol(connection)
        found = actor_of_member(connection, member_id=member.member_id)
        assert found is not None
        assert found.name == member.number


def test_merges_in_a_circle_come_to_an_end(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        first, second = enrol(connection), enrol(connection)
        for one, other in ((first, second), (second, first)):
            connection.execute(
                "UPDATE member SET status = 'merged', merged_into = %s WHERE member_id = %s",
                [other.member_id, one.member_id],
            )
        assert actor_of_member(connection, member_id=first.member_id) is None


def test_a_till_waits_for_whoever_serves(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        for secret in ("", "x", "\u202e", "x" * 10_000):
            assert actor_of_device(connection, secret=secret) is None
