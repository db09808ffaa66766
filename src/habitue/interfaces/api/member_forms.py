"""The forms of members and of what identifies them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from habitue.domain.identity.details import (
    ATTRIBUTES_LIMIT,
    CODE_LIMIT,
    DISPLAY_LIMIT,
    NAME_LIMIT,
)
from habitue.domain.identity.kinds import Kind
from habitue.domain.received.fields import LONGEST_KEY, Attribute, Moment
from habitue.interfaces.api.event_forms import EventId
from habitue.interfaces.api.forms import Date, Form, Instant

Trust = Literal["greet", "earn", "spend"]
Language = Literal["en", "fr", "de", "ro"]
Name = Annotated[str, Field(max_length=NAME_LIMIT)]


class IdentifierRequest(Form):
    """Something that identifies a member."""

    kind: Kind
    value: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
    trust: Trust | None = Field(
        default=None, description="What showing it allows; if absent, what its kind deserves."
    )
    source: Annotated[str, Field(max_length=LONGEST_KEY)] | None = Field(
        default=None, description="The system that a customer's id or a receipt comes from."
    )


class DetailsRequest(Form):
    """What is known of a member; null empties a field."""

    given_name: Name | None = None
    family_name: Name | None = None
    display_name: Annotated[str, Field(max_length=DISPLAY_LIMIT)] | None = None
    language: Language | None = None
    birth_date: Date | None = None
    store: Annotated[str, Field(max_length=CODE_LIMIT)] | None = Field(
        default=None, description="Code of the store where the member is at home."
    )
    attributes: Annotated[dict[str, Attribute], Field(max_length=ATTRIBUTES_LIMIT)] | None = None


class MemberRequest(DetailsRequest):
    """A new member."""

    identifiers: Annotated[list[IdentifierRequest], Field(default_factory=list, max_length=50)]
    joined_at: Moment = Field(default=None, description="When the member joined; now if absent.")


class MemberChanges(DetailsRequest):
    """Changes of a member; what is absent stays as it is."""

    revision: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="The revision that you know; where the member has changed since, the changes "
        "are refused.",
    )


class IdentifierForm(Form):
    """An identifier of a member."""

    identifier_id: EventId
    kind: Kind
    value: str = Field(description="In its normal form.")
    trust: Trust
    added_at: Instant
    revoked_at: Instant | None


class MemberSummary(Form):
    """A member."""

    member_id: EventId
    number: str = Field(description="The public member number, printed on cards.")
    given_name: str
    family_name: str
    display_name: str
    language: str
    birth_date: Date | None
    joined_at: Instant
    status: Literal["active", "closed", "merged"]
    merged_into: EventId | None
    store: str | None
    attributes: dict[str, Any]
    revision: int


class MemberForm(MemberSummary):
    """A member with the active identifiers."""

    identifiers: list[IdentifierForm]


class MatchForm(Form):
    """A member who was found."""

    member: MemberSummary
    matched: str = Field(description="The kind of identifier that fits, or `name`.")
    trust: Trust | None = Field(
        description="What the identifier allows; null where only a part or a name was given."
    )


class MatchList(Form):
    """Members who fit, the likeliest first."""

    items: list[MatchForm]


class MemberList(Form):
    """A page of members; where a `query` was given, `items` are matches."""

    items: list[MemberSummary | MatchForm]
    next_cursor: str | None
