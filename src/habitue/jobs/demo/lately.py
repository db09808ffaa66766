"""What came in lately at the demonstration's café: friends whom the regular brought, and reviews
that wait for somebody to look at them.

Everything has a key of its own, so a second run finds what the first one did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

import psycopg

from habitue.domain.access import SYSTEM
from habitue.domain.identity.normal import PhoneReader
from habitue.jobs.demo.people import find_regular
from habitue.jobs.demo.programme import CODE
from habitue.kit.clock import Clock
from habitue.kit.instants import datetime_of
from habitue.selectors.members import find_by_identifier
from habitue.services.contributing.deciding import approve_contribution
from habitue.services.contributing.sending import Sent, send_contribution
from habitue.services.counter.counter import Counter
from habitue.services.intake import Envelope, record
from habitue.services.members import NewIdentifier, enrol_member
from habitue.services.referring.bringing import bring_friend, own_code

Connection: TypeAlias = psycopg.Connection[Any]

SOURCE: Final = "demo"
_IDS: Final = UUID("8a1c2f0e-5f0b-4b0e-9d0e-6f5b0c6f7a11")


@dataclass(frozen=True, slots=True)
class _Friend:
    given_name: str
    family_name: str
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class _Review:
    product: str
    name: str
    body: str
    approved: bool


# One came by himself; the other has the mailbox of the member who brought her: somebody looks.
_FRIENDS: Final = (
    _Friend("Paul", "Girard", "paul.girard@example.org", "fr"),
    _Friend("Vera", "Ivanovich", "vadim.ivanovich+vera@example.org", "en"),
)
_REVIEWS: Final = (
    _Review(
        "WIN",
        "Breaded chicken wings",
        "Crisp outside, tender inside, and enough for two. The best on this side of the river.",
        approved=True,
    ),
    _Review(
        "WAR",
        "Warsteiner 0.5 l",
        "Well poured, though last Friday it was not as cold as it used to be.",
        approved=False,
    ),
)


def bring_friends(connection: Connection, *, clock: Clock, phones: PhoneReader) -> None:
    """Let the regular bring two friends, of whom one is to be looked at by a colleague."""
    regular = find_regular(connection, phones)
    code = own_code(connection, member_id=regular, now=clock.now())
    for friend in _FRIENDS:
        if find_by_identifier(connection, text=friend.email, phones=phones):
            continue
        now = clock.now()
        member = enrol_member(
            connection,
            now=now,
            phones=phones,
            identifiers=[NewIdentifier("email", friend.email)],
            details={
                "given_name": friend.given_name,
                "family_name": friend.family_name,
                "language": friend.language,
            },
        )
        joined = {
            "source": SOURCE,
            "external_id": f"joined-{friend.given_name.casefold()}",
            "occurred_at": datetime_of(now).isoformat(),
            "member": {"kind": "member_id", "value": member.member_id.hex},
        }
        record(connection, [Envelope(CODE, "enrolment", joined)], clock=clock, phones=phones)
        bring_friend(
            connection,
            programme=CODE,
            friend=member.member_id,
            code=code,
            channel="online",
            clock=clock,
        )


def send_reviews(connection: Connection, *, clock: Clock, phones: PhoneReader) -> None:
    """Let the regular send in two reviews; one has counted, the other waits."""
    regular = find_regular(connection, phones)
    portal = Counter(connection, SYSTEM, clock, phones, "portal")
    office = Counter(connection, SYSTEM, clock, phones, "backoffice")
    for review in _REVIEWS:
        contribution_id = uuid5(_IDS, review.product)
        sent = Sent(
            contribution_id,
            CODE,
            "review",
            product=review.product,
            product_name=review.name,
            body=review.body,
        )
        found = send_contribution(portal, member_id=regular, sent=sent)
        if review.approved and found.state == "waiting":
            approve_contribution(office, member_id=regular, contribution_id=contribution_id)
