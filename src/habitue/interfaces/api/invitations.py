"""Invitations into closed clubs that a shop or a list of guests makes, and takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from habitue.domain.access import Actor, Kind
from habitue.domain.errors import Code, Refusal
from habitue.domain.received.faults import shown
from habitue.domain.received.fields import LONGEST_KEY, KeyText, Moment
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.event_forms import Programme
from habitue.interfaces.api.events import programme_of
from habitue.interfaces.api.fields import (
    check_fields,
    instant_field,
    required_text,
    text_field,
    whole_field,
)
from habitue.interfaces.api.forms import Form, Instant, Uuid
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.member_operations import TAG
from habitue.interfaces.api.operations import ROOT, Operation
from habitue.interfaces.api.reading import read_object
from habitue.kit.clock import Clock
from habitue.kit.ids import derived_id
from habitue.kit.instants import format_instant
from habitue.selectors.invitations import Invitation, get_invitation, get_invitation_by_key
from habitue.selectors.keys import Key, Permission
from habitue.services.access.invitations import (
    LONGEST_NOTE,
    MOST_PEOPLE,
    Wish,
    invite_people,
    revoke_invitation,
)


class InvitationKey(Form):
    """The natural key under which an invitation was made."""

    source: KeyText
    external_id: KeyText


class InvitationRequest(InvitationKey):
    """An invitation to be made; sent again under the same key, it is answered as it stands."""

    programme: Programme = None
    people: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = Field(
        default=1, description="How many people may join with it."
    )
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = Field(
        default=None, description="For whom it is; only the house reads it."
    )
    expires_at: Moment = Field(
        default=None, description="When it ends; if absent, when it is revoked."
    )


class InvitationForm(Form):
    """How an invitation stands."""

    invitation_id: Uuid
    programme: str
    code: str = Field(description="In groups of four, as it is printed.")
    people: int
    joined: int = Field(description="How many people have joined with it.")
    note: str
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class Invitations:
    """The operations on invitations."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def invite(self, call: Call) -> Answer:
        """Make an invitation."""
        content = read_object(call.body)
        check_fields(content, allowed=InvitationRequest.model_fields)
        natural_key = _natural_key(content)
        people = whole_field(content, "people")
        wish = Wish(
            programme=programme_of(call.actor, content.get("programme")),
            people=1 if people is None else people,
            note=text_field(content, "note", limit=LONGEST_NOTE) or "",
            expires_at=instant_field(content, "expires_at"),
        )
        actor = _actor(call.actor)

        def write(connection: Connection) -> Answer:
            made = invite_people(
                connection, actor=actor, wish=wish, key=natural_key, now=self._clock.now()
            )
            return answer_json(200, _plain(made))

        return await self._database.write(call, write)

    async def revoke(self, call: Call) -> Answer:
        """Let nobody else in with an invitation."""
        content = read_object(call.body)
        check_fields(content, allowed=InvitationKey.model_fields)
        natural_key = _natural_key(content)
        actor = _actor(call.actor)

        def write(connection: Connection) -> Answer:
            known = get_invitation_by_key(connection, key=natural_key)
            if known is None:
                value = shown(content["external_id"])
                raise Refusal(Code.UNKNOWN_INVITATION, "external_id", value=value)
            found: UUID = known.invitation_id
            revoke_invitation(connection, actor=actor, invitation_id=found, now=self._clock.now())
            stands = get_invitation(connection, actor=actor, invitation_id=found)
            return answer_json(200, _plain(stands))

        return await self._database.write(call, write)


def operations(invitations: Invitations) -> list[Operation]:
    """The table of these operations."""
    return [_inviting(invitations), _revoking(invitations)]


def _inviting(invitations: Invitations) -> Operation:
    return Operation(
        name="invite_people",
        method="POST",
        path=f"{ROOT}/invitations",
        tag=TAG,
        summary="Invite people into a closed club",
        description="Makes a code with which so many people join by themselves in the portal. "
        "Sent again, it is answered as it stands.",
        permission=Permission.MEMBERS_WRITE,
        handler=invitations.invite,
        answers={200: ("How it stands.", InvitationForm)},
        request=InvitationRequest,
        example={
            "programme": "corner-cafe",
            "source": "guest-list",
            "external_id": "harvest-2026",
            "people": 12,
            "note": "Guests of the harvest dinner",
        },
        codes=(
            Code.MISSING_FIELD,
            Code.WRONG_TYPE,
            Code.TOO_LONG,
            Code.INVALID_TEXT,
            Code.TOO_LARGE,
            Code.NEGATIVE_AMOUNT,
            Code.NOT_POSITIVE,
            Code.NOT_AN_INSTANT,
            Code.TOO_LONG_AGO,
            Code.UNKNOWN_PROGRAMME,
            Code.KEY_REUSED,
        ),
        repeatable=True,
    )


def _revoking(invitations: Invitations) -> Operation:
    return Operation(
        name="revoke_invitation",
        method="POST",
        path=f"{ROOT}/invitations/revocations",
        tag=TAG,
        summary="Revoke an invitation",
        description="Nobody else joins with it; who has joined stays. It is named by the key under "
        "which it was made.",
        permission=Permission.MEMBERS_WRITE,
        handler=invitations.revoke,
        answers={200: ("How it stands.", InvitationForm)},
        request=InvitationKey,
        example={"source": "guest-list", "external_id": "harvest-2026"},
        codes=(
            Code.MISSING_FIELD,
            Code.WRONG_TYPE,
            Code.TOO_LONG,
            Code.INVALID_TEXT,
            Code.UNKNOWN_INVITATION,
        ),
        repeatable=True,
    )


def _natural_key(content: Mapping[str, Any]) -> str:
    source = required_text(content, "source", limit=LONGEST_KEY)
    external_id = required_text(content, "external_id", limit=LONGEST_KEY)
    return f"api {derived_id('invitation', source, external_id)}"


def _actor(key: Key) -> Actor:
    # What the key may do was asked when the operation was chosen; where, is asked by the verb.
    return Actor(kind=Kind.SYSTEM, name=key.name, stores=key.stores, programmes=key.programmes)


def _plain(invitation: Invitation) -> dict[str, object]:
    over, revoked = invitation.expires_at, invitation.revoked_at
    return {
        "invitation_id": invitation.invitation_id.hex,
        "programme": invitation.programme,
        "code": invitation.printed,
        "people": invitation.people,
        "joined": invitation.joined,
        "note": invitation.note,
        "created_at": format_instant(invitation.created_at),
        "expires_at": None if over is None else format_instant(over),
        "revoked_at": None if revoked is None else format_instant(revoked),
    }
