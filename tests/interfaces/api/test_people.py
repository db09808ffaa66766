"""Whom an identifier names in what is sent to the API."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Refusal
from habitue.domain.identity.kinds import Trust
from habitue.interfaces.api.people import member_named
from habitue.kit.clock import FixedClock
from habitue.services.members import NewIdentifier, close_member, enrol_member
from habitue.services.merging import merge_members
from tests.interfaces.api.cast import NOW, PHONES
from tests.support.database import DatabaseForTests


def test_whoever_was_merged_is_the_survivor_and_whoever_left_is_nobody(
    database: DatabaseForTests,
) -> None:
    with database.connect(autocommit=True) as connection:
        kept, between, gone = (
            enrol_member(
                connection, now=NOW, phones=PHONES, identifiers=[NewIdentifier("email", address)]
            ).member_id
            for address in ("a@example.org", "b@example.org", "c@example.org")
        )
        for duplicate, into in ((gone, between), (between, kept)):
            merge_members(
                connection, actor=SYSTEM, duplicate=duplicate, into=into, clock=FixedClock(NOW)
            )

        def named(kind: str, value: str) -> object:
            return member_named(
                connection,
                said=(kind, value),
                path="member",
                needed=Trust.GREET,
                phones=PHONES,
                country="FR",
            ).member_id

        assert named("member_id", str(gone)) == kept
        assert named("email", "c@example.org") == kept
        with pytest.raises(Refusal, match="unknown_member"):
            named("member_id", str(uuid4()))
        close_member(connection, member_id=kept, now=NOW)
        with pytest.raises(Refusal, match="member_closed"):
            named("member_id", str(gone))
