"""A small cast of members for the tests of services and selectors."""

from __future__ import annotations

from typing import Any

import psycopg

from habitue.integrations.phones import Phones
from habitue.kit.instants import Instant, parse_instant
from habitue.selectors.members import MemberRecord
from habitue.services.members import NewIdentifier, enrol_member

NOW: Instant = parse_instant("2026-03-14T15:09:26.535897+01:00")
PHONES = Phones("FR")


def enrol(
    connection: psycopg.Connection[Any], *identifiers: tuple[str, str], **details: object
) -> MemberRecord:
    """A new member with identifiers (kind and value) and details."""
    return enrol_member(
        connection,
        now=NOW,
        phones=PHONES,
        country="FR",
        identifiers=[NewIdentifier(kind, value) for kind, value in identifiers],
        details=details,
    )
