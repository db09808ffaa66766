"""New members for identifiers that nobody has yet, as an import of past sales needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from habitue.domain.errors import Refusal
from habitue.domain.identity.kinds import DEFAULT_TRUST, kind_of
from habitue.kit.instants import Instant, datetime_of
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
    made = {ensured.members[named]: newcomers[names[named]] for named in sorted(ensured.made)}
    _join_at_first_event(cursor, made)
    return {member_id.hex: items for member_id, items in made.items()}


def _join_at_first_event(cursor: psycopg.Cursor[Any], made: Mapping[UUID, Sequence[Item]]) -> None:
    """Who became known by old sales joined with the first of them, not when they were imported."""
    if not made:
        return
    firsts = [min(item.event.occurred_at for item in items) for items in made.values()]
    cursor.execute(
        "UPDATE member m SET joined_at = first.at"
        " FROM unnest(%s::uuid[], %s::timestamptz[]) AS first(member_id, at)"
        " WHERE m.member_id = first.member_id",
        [list(made), [datetime_of(first) for first in firsts]],
        prepare=True,
    )
