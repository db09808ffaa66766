"""Members and what identifies them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.details import FIELDS
from habitue.domain.identity.normal import PhoneReader
from habitue.domain.received.faults import shown
from habitue.domain.received.fields import LONGEST_KEY
from habitue.interfaces.api.batching import Connection
from habitue.interfaces.api.database import Database
from habitue.interfaces.api.fields import (
    check_fields,
    instant_field,
    limit_text,
    required_text,
    text_field,
    uuid_text,
    whole_field,
)
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.member_forms import (
    IdentifierRequest,
    MemberChanges,
    MemberRequest,
)
from habitue.interfaces.api.reading import read_object
from habitue.kit.clock import Clock
from habitue.kit.instants import format_instant
from habitue.selectors.members import (
    IdentifierRecord,
    Match,
    MemberRecord,
    find_by_identifier,
    get_member,
    list_identifiers,
    list_members,
    search_members,
)
from habitue.services.members import (
    NewIdentifier,
    add_identifier,
    enrol_member,
    revoke_identifier,
    update_member,
)

_LONGEST_TYPED = 200


class Members:
    """The operations on members."""

    def __init__(
        self, *, database: Database, clock: Clock, phones: PhoneReader, country: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._phones = phones
        self._country = country

    async def list_or_search(self, call: Call) -> Answer:
        """List members, or find those who fit what was typed."""
        query = call.query("query", "cursor", "limit")
        limit = limit_text(query)
        typed = query.get("query")
        if typed is not None:
            if "cursor" in query:
                value = shown(query["cursor"])
                raise Refusal(Code.INCONSISTENT, "cursor", value=value, expected="no query")
            if len(typed) > _LONGEST_TYPED:
                raise Refusal(Code.TOO_LONG, "query", value=shown(typed), limit=_LONGEST_TYPED)
            return await self._search(typed, limit)

        def read(connection: Connection) -> Answer:
            try:
                page = list_members(connection, cursor=query.get("cursor"), limit=limit)
            except ValueError:  # A cursor of another list, or one that somebody made up.
                reason = "not a cursor of this list"
                raise Refusal(Code.MALFORMED, "cursor", reason=reason) from None
            items = [_member(one) for one in page.items]
            return answer_json(200, {"items": items, "next_cursor": page.next_cursor})

        return await self._database.run(read)

    async def _search(self, typed: str, limit: int) -> Answer:
        def read(connection: Connection) -> Answer:
            found = search_members(
                connection,
                query=typed,
                phones=self._phones,
                country=self._country,
                limit=limit,
            )
            return answer_json(200, {"items": [_match(one) for one in found], "next_cursor": None})

        return await self._database.run(read)

    async def look_up(self, call: Call) -> Answer:
        """Find whom a scanned or typed identifier stands for."""
        query = call.query("identifier")
        text = query.get("identifier")
        if text is None:
            raise Refusal(Code.MISSING_FIELD, "identifier")
        if len(text) > LONGEST_KEY:
            raise Refusal(Code.TOO_LONG, "identifier", value=shown(text), limit=LONGEST_KEY)

        def read(connection: Connection) -> Answer:
            found = find_by_identifier(
                connection, text=text, phones=self._phones, country=self._country
            )
            if not found:
                raise Refusal(Code.UNKNOWN_MEMBER, "identifier", value=shown(text))
            return answer_json(200, {"items": [_match(one) for one in found]})

        return await self._database.run(read)

    async def create(self, call: Call) -> Answer:
        """Make a new member."""
        content = read_object(call.body)
        check_fields(content, allowed=MemberRequest.model_fields)
        identifiers = _identifiers(content)
        joined_at = instant_field(content, "joined_at")
        details = {name: content[name] for name in FIELDS if name in content}
        _check_store(call, details)

        def write(connection: Connection) -> Answer:
            member = enrol_member(
                connection,
                now=self._clock.now(),
                phones=self._phones,
                country=self._country,
                identifiers=identifiers,
                details=details,
                joined_at=joined_at,
            )
            return answer_json(201, _whole(connection, member))

        return await self._database.write(call, write)

    async def show(self, call: Call) -> Answer:
        """Show a member."""
        call.query()
        member_id = member_id_of(call)

        def read(connection: Connection) -> Answer:
            return answer_json(200, _whole(connection, get_member(connection, member_id=member_id)))

        return await self._database.run(read)

    async def change(self, call: Call) -> Answer:
        """Change a member's details."""
        member_id = member_id_of(call)
        content = read_object(call.body)
        check_fields(content, allowed=MemberChanges.model_fields)
        revision = whole_field(content, "revision")
        changes = {name: content[name] for name in FIELDS if name in content}
        _check_store(call, changes)

        def write(connection: Connection) -> Answer:
            member = update_member(
                connection,
                member_id=member_id,
                changes=changes,
                now=self._clock.now(),
                expected_revision=revision,
            )
            return answer_json(200, _whole(connection, member))

        return await self._database.write(call, write)

    async def add_identifier(self, call: Call) -> Answer:
        """Let a member be known by one more identifier."""
        member_id = member_id_of(call)
        new = _identifier(read_object(call.body))

        def write(connection: Connection) -> Answer:
            record = add_identifier(
                connection,
                member_id=member_id,
                identifier=new,
                now=self._clock.now(),
                phones=self._phones,
                country=self._country,
            )
            return answer_json(201, _plain_identifier(record))

        return await self._database.write(call, write)

    async def revoke_identifier(self, call: Call) -> Answer:
        """Stop knowing a member by an identifier."""
        call.query()
        member_id = member_id_of(call)
        identifier_id = uuid_text(
            call.parameters["identifier_id"], path="identifier_id", code=Code.INVALID_IDENTIFIER
        )

        def write(connection: Connection) -> Answer:
            record = revoke_identifier(
                connection,
                member_id=member_id,
                identifier_id=identifier_id,
                now=self._clock.now(),
            )
            return answer_json(200, _plain_identifier(record))

        return await self._database.write(call, write)


def member_id_of(call: Call) -> UUID:
    """The member whom the address names."""
    return uuid_text(call.parameters["member_id"], path="member_id", code=Code.UNKNOWN_MEMBER)


def _check_store(call: Call, details: Mapping[str, Any]) -> None:
    store = details.get("store")
    if isinstance(store, str) and store:
        call.actor.require_store(store)


def _identifiers(content: Mapping[str, Any]) -> list[NewIdentifier]:
    given = content.get("identifiers")
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refusal(Code.WRONG_TYPE, "identifiers", value=shown(given), expected="list")
    read: list[NewIdentifier] = []
    for place, each in enumerate(given):
        path = f"identifiers[{place}]"
        if not isinstance(each, dict):
            raise Refusal(Code.WRONG_TYPE, path, value=shown(each), expected="object")
        try:
            read.append(_identifier(each))
        except Refusal as refusal:
            raise Refusal(refusal.code, f"{path}.{refusal.path}", **refusal.parameters) from None
    return read


def _identifier(content: Mapping[str, Any]) -> NewIdentifier:
    check_fields(content, allowed=IdentifierRequest.model_fields)
    return NewIdentifier(
        kind=required_text(content, "kind", limit=LONGEST_KEY),
        value=required_text(content, "value", limit=LONGEST_KEY),
        trust=text_field(content, "trust", limit=LONGEST_KEY) or "",
        source=text_field(content, "source", limit=LONGEST_KEY) or "",
    )


def _whole(connection: Connection, member: MemberRecord) -> dict[str, Any]:
    identifiers = list_identifiers(connection, member_id=member.member_id)
    return {**_member(member), "identifiers": [_plain_identifier(one) for one in identifiers]}


def _member(member: MemberRecord) -> dict[str, Any]:
    return {
        "member_id": member.member_id.hex,
        "number": member.number,
        "given_name": member.given_name,
        "family_name": member.family_name,
        "display_name": member.display_name,
        "language": member.language,
        "birth_date": None if member.birth_date is None else member.birth_date.isoformat(),
        "joined_at": format_instant(member.joined_at),
        "status": member.status,
        "merged_into": None if member.merged_into is None else member.merged_into.hex,
        "store": member.store,
        "attributes": member.attributes,
        "revision": member.revision,
    }


def _plain_identifier(record: IdentifierRecord) -> dict[str, Any]:
    return {
        "identifier_id": record.identifier_id.hex,
        "kind": record.kind,
        "value": record.value,
        "trust": record.trust.label,
        "added_at": format_instant(record.added_at),
        "revoked_at": None if record.revoked_at is None else format_instant(record.revoked_at),
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "member": _member(match.member),
        "matched": match.matched,
        "trust": None if match.trust is None else match.trust.label,
    }
