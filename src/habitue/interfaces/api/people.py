"""Who is meant: a member named by an identifier, with the trust that the act needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Trust, kind_of
from habitue.domain.identity.normal import PhoneReader, normalise_identifier
from habitue.domain.programme.identifying import Method, allowed_by
from habitue.domain.received.faults import shown
from habitue.domain.received.fields import LONGEST_KEY
from habitue.interfaces.api.batching import Connection
from habitue.interfaces.api.fields import check_fields, object_field, required_text
from habitue.selectors.members import MemberRecord, find_by_identifier, get_member

MEMBER_ID: Final = "member_id"


def member_named(
    connection: Connection,
    *,
    said: tuple[str, str],
    path: str,
    needed: Trust,
    phones: PhoneReader,
    country: str,
    methods: tuple[Method, ...] = (),
) -> MemberRecord:
    """The member whom an identifier (kind, value) names, or the one whom they were merged into.

    ``methods`` is what the programme says of being recognised, where one is concerned.

    Refuses what is no identifier (``UNKNOWN_CHOICE``, ``INVALID_IDENTIFIER``), one of nobody
    (``UNKNOWN_MEMBER``), one that is not trusted enough (``IDENTIFIER_NOT_TRUSTED``), and a
    member who left (``MEMBER_CLOSED``).
    """
    kind, value = said
    if kind == MEMBER_ID:
        try:
            member_id = UUID(value)
        except ValueError:
            place = f"{path}.value"
            raise Refusal(Code.INVALID_IDENTIFIER, place, value=shown(value), kind=kind) from None
        member = get_member(connection, member_id=member_id)
    else:
        known = kind_of(kind, path=f"{path}.kind")
        normalise_identifier(known, value, phones=phones, country=country, path=f"{path}.value")
        found = find_by_identifier(
            connection, text=f"{kind}:{value}", phones=phones, country=country
        )
        if not found:
            raise Refusal(Code.UNKNOWN_MEMBER, f"{path}.value", value=shown(value))
        if allowed_by(methods, kind, found[0].trust or Trust.GREET) < needed:
            raise Refusal(
                Code.IDENTIFIER_NOT_TRUSTED, f"{path}.kind", value=shown(value), kind=kind
            )
        member = found[0].member
    while member.merged_into is not None:
        member = get_member(connection, member_id=member.merged_into)
    if member.status != "active":
        raise Refusal(Code.MEMBER_CLOSED, f"{path}.value", value=shown(value))
    return member


def said_member(content: Mapping[str, Any], name: str) -> tuple[str, str]:
    """The kind and the value of an identifier in a field; refuses another form."""
    said = object_field(content, name)
    if said is None:
        raise Refusal(Code.MISSING_FIELD, name)
    try:
        check_fields(said, allowed=("kind", "value"))
        return (
            required_text(said, "kind", limit=LONGEST_KEY),
            required_text(said, "value", limit=LONGEST_KEY),
        )
    except Refusal as refusal:
        raise Refusal(refusal.code, f"{name}.{refusal.path}", **refusal.parameters) from None
