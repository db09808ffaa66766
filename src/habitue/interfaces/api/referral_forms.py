"""The forms of referrals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from habitue.domain.received.fields import LONGEST_KEY
from habitue.interfaces.api.event_forms import EventId, Programme
from habitue.interfaces.api.forms import Form, Instant

State = Literal["checking", "open", "waiting", "vested", "lapsed", "refused", "same_person", "left"]


class ReferralRequest(Form):
    """A member who has just joined was brought by whoever has the code."""

    programme: Programme = None
    member_id: EventId = Field(description="The friend, who has joined the programme already.")
    referral_code: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
    channel: Annotated[str, Field(max_length=LONGEST_KEY)] | None = None


class ReferralCodeRequest(Form):
    """Who will share the code."""

    member_id: EventId


class ReferralCodeForm(Form):
    """The code that a member gives to friends; it is always the same."""

    member_id: EventId
    referral_code: str


class ReferralForm(Form):
    """A referral and where it stands."""

    referral_id: EventId
    programme: str
    referrer: EventId
    friend: EventId
    referred_at: Instant
    channel: str
    state: State
    until: Instant | None = Field(
        description="Until when the friend can buy (`open`), or until when what they bought can "
        "come back (`waiting`); when it vested (`vested`)."
    )
    signs: list[str] = Field(description="Why both may be one person.")


class ReferralList(Form):
    """A page of referrals, the latest first."""

    items: list[ReferralForm]
    next_cursor: str | None
