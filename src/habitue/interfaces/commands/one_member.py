"""The member whom a command names."""

from typing import Any
from uuid import UUID

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.commands.installation import Installation
from habitue.selectors.members import MemberRecord, find_by_identifier, get_member


def the_one(connection: psycopg.Connection[Any], house: Installation, text: str) -> MemberRecord:
    """The member of an id or identifier; refuses (``UNKNOWN_MEMBER``) none and several."""
    try:
        return get_member(connection, member_id=UUID(text))
    except ValueError:
        found = find_by_identifier(
            connection, text=text, phones=house.phones, country=house.country
        )
    if len(found) != 1:
        raise Refusal(Code.UNKNOWN_MEMBER, "member", value=text[:80])
    return found[0].member
