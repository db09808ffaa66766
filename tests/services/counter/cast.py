"""A counter for tests, who stands behind it, and what was done there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from habitue.domain.access import Actor, Kind, Role
from habitue.kit.ids import new_id
from habitue.selectors.members import MemberRecord
from habitue.services.counter.counter import Counter, Source
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.stores import put_store
from tests.services.access.cast import ANALYST, actor
from tests.services.till import PHONES, START, Till

VOLODIA = actor(Role.STAFF, name="Volodia")
CAMILLE = actor(Role.MANAGER, name="Camille")
STRANGERS = (
    ANALYST,
    actor(Role.DEVELOPER),
    Actor(kind=Kind.MEMBER, id=new_id(START)),
    Actor(kind=Kind.DEVICE, id=new_id(START)),
    Actor(kind=Kind.NOBODY),
)


def counter(
    till: Till, *, by: Actor = VOLODIA, source: Source = "terminal", store: str = "quai"
) -> Counter:
    """The counter at which the till's programme is served."""
    for code in ("quai", "marche"):
        put_store(till.connection, code=code, zone="Europe/Paris")
    return Counter(
        connection=till.connection,
        actor=by,
        clock=till.clock,
        phones=PHONES,
        source=source,
        country="FR",
        store=store,
    )


def guest(till: Till, name: str = "Marie", **details: Any) -> MemberRecord:
    """A member with a number, who joined before the counter opened."""
    return enrol_member(
        till.connection,
        now=till.clock.now(),
        phones=PHONES,
        country="FR",
        identifiers=[NewIdentifier("email", f"{name.lower()}@example.org")],
        details={"given_name": name, **details},
    )


def balance(till: Till, member_id: UUID) -> int:
    """The sum of the member's lines."""
    ((total,),) = till.rows(
        "SELECT coalesce(sum(amount), 0)::bigint FROM entry WHERE member_id = %s", [member_id]
    )
    return int(total)


def oneself(member: MemberRecord) -> Actor:
    """A member as an actor."""
    return Actor(kind=Kind.MEMBER, id=member.member_id, name=member.shown_name)
