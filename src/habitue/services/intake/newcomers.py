"""New members for identifiers that nobody has yet, as an import of past sales needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from habitue.domain.errors import Refusal
from habitue.domain.identity.kinds import DEFAULT_TRUST, kind_of
from habitue.kit.instants import Instant
from habitue.services.intake.items import Item
from habitue.services.intake.resolving import Found, Name, check_found
from habitue.services.member_making import ensure_members


def enrol_newcomers(
    cursor: psycopg.Cursor[Any], newcomers: Mapping[Name, Sequence[Item]], *, now: Instant
) -> dict[str, Sequence[Item]]:
    """Make a member for each identifier that nobody has, and give it to the items that name it.

    Answers the members that were made, with their items.  Locks the identifiers, in their order;
    where another transaction made a member first, that member is the one.
    """
    if not newcomers:
        return {}
    names = {(kind_of(name[0]), name[1]): name for name in newcomers}
    ensured = ensure_members(cursor, names, now)
    for named, member_id in ensured.members.items():
        found = Found(member_id.hex, int(DEFAULT_TRUST[named[0]]), active=True)
        for item in newcomers[names[named]]:
            item.member = found.member
            if item.found.member is None:
                continue
            try:
                check_found(item, names[named], found)
            except Refusal as refusal:
                item.refusal = refusal
    return {ensured.members[named].hex: newcomers[names[named]] for named in sorted(ensured.made)}
