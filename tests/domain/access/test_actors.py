"""Who may do what: by role, by store, and less at a till."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.access import (
    NOBODY,
    PERMISSIONS,
    SYSTEM,
    TILL_PERMISSIONS,
    Actor,
    Kind,
    Permission,
    Role,
)


def staff(*roles: Role, stores: tuple[str, ...] = (), at_till: bool = False) -> Actor:
    """A colleague."""
    return Actor(kind=Kind.STAFF, roles=frozenset(roles), stores=frozenset(stores), at_till=at_till)


# What each role may do, said once more, so that a change of the table is seen twice.
EXPECTED: dict[Role, set[str]] = {
    Role.OWNER: {one.value for one in Permission},
    Role.MANAGER: {one.value for one in Permission}
    - {"programme:govern", "staff:write", "sessions:end", "keys:write"},
    Role.STAFF: {
        *("terminal:use", "members:read", "members:write", "ledger:read", "purchases:write"),
        "programme:read",
    },
    Role.ANALYST: {
        *("backoffice:use", "members:read", "ledger:read", "programme:read", "reports:read"),
        "exports:read",
    },
    Role.DEVELOPER: {"backoffice:use", "programme:read", "keys:read", "keys:write"},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_it_is_for(role: Role) -> None:
    assert {one.value for one in PERMISSIONS[role]} == EXPECTED[role]
    assert {one.value for one in staff(role).permissions} == EXPECTED[role]


def test_every_permission_has_somebody_besides_the_owner_or_is_the_owners() -> None:
    others = frozenset[Permission]().union(
        *(PERMISSIONS[role] for role in Role if role is not Role.OWNER)
    )
    assert set(Permission) - others == {
        Permission.PROGRAMME_GOVERN,
        Permission.STAFF_WRITE,
        Permission.SESSIONS_END,
    }


def test_two_roles_may_do_what_either_may() -> None:
    both = staff(Role.ANALYST, Role.STAFF)
    assert both.permissions == PERMISSIONS[Role.ANALYST] | PERMISSIONS[Role.STAFF]


@pytest.mark.parametrize("role", Role)
def test_at_a_till_nobody_may_more_than_a_till_allows(role: Role) -> None:
    there = staff(role, at_till=True)
    assert there.permissions == PERMISSIONS[role] & TILL_PERMISSIONS


def test_a_store_is_asked_about_where_there_is_one() -> None:
    quai = staff(Role.MANAGER, stores=("quai",))
    assert quai.may(Permission.PURCHASES_WRITE)
    assert quai.may(Permission.PURCHASES_WRITE, "quai")
    assert not quai.may(Permission.PURCHASES_WRITE, "marche")
    assert not quai.may(Permission.STAFF_WRITE, "quai")
    assert staff(Role.MANAGER).may(Permission.PURCHASES_WRITE, "marche")


def test_a_programme_is_everybodys_where_none_is_named() -> None:
    some = Actor(kind=Kind.STAFF, programmes=frozenset({"corner"}))
    assert some.in_programme("corner")
    assert not some.in_programme("other")
    assert staff(Role.STAFF).in_programme("other")


@pytest.mark.parametrize("kind", [Kind.MEMBER, Kind.NOBODY])
def test_a_guest_has_no_rights_of_the_house(kind: Kind) -> None:
    """Not even with a role that got there by mistake."""
    assert Actor(kind=kind, id=uuid4(), roles=frozenset(Role)).permissions == frozenset()


def test_a_till_by_itself_asks_who_serves() -> None:
    till = Actor(kind=Kind.DEVICE, id=uuid4(), roles=frozenset(Role), stores=frozenset({"quai"}))
    assert till.permissions == {Permission.TERMINAL_USE}
    assert not till.is_signed_in


def test_who_is_signed_in() -> None:
    assert staff().is_signed_in
    assert Actor(kind=Kind.MEMBER).is_signed_in
    assert not NOBODY.is_signed_in
    assert not SYSTEM.is_signed_in
    assert SYSTEM.permissions == set(Permission)
