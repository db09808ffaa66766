"""Contributions that a shop sends in: they wait in the queue until a colleague has looked."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationError

from habitue.domain.access import Actor, Kind
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import EventKey
from habitue.domain.identity.kinds import Trust
from habitue.domain.identity.normal import PhoneReader
from habitue.domain.pictures import LARGEST_PICTURE, Picture, read_picture
from habitue.domain.programme.contributions import LONGEST_CONTRIBUTION
from habitue.domain.received.faults import ContentRefusal, faults_of
from habitue.domain.received.fields import CodeText, KeyText
from habitue.domain.received.models import ReceivedKey, ReceivedMember
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.event_forms import Programme
from habitue.interfaces.api.event_operations import TAG
from habitue.interfaces.api.events import programme_of
from habitue.interfaces.api.forms import Form, Instant, Uuid
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.operations import ROOT, Operation
from habitue.interfaces.api.people import member_named
from habitue.interfaces.api.reading import read_object
from habitue.kit.clock import Clock
from habitue.kit.ids import derived_id
from habitue.kit.instants import format_instant
from habitue.selectors.contributions import ContributionRecord
from habitue.selectors.keys import Key, Permission
from habitue.selectors.programmes import get_one_compiled
from habitue.services.contributing.sending import LONGEST_LINK, Sent, send_contribution
from habitue.services.counter.counter import Counter

# A picture grows by a third on its way, and some text comes with it.
BODY_LIMIT: Final = 7_000_000


class SubmissionRequest(Form):
    """A contribution as the member made it. It may be sent again under the same key, and is then
    answered as it stands."""

    programme: Programme = None
    source: KeyText
    external_id: KeyText
    member: ReceivedMember
    contribution: CodeText
    product: KeyText | None = None
    product_name: KeyText | None = None
    purchase: ReceivedKey | None = None
    text: Annotated[str, StringConstraints(max_length=LONGEST_CONTRIBUTION)] = ""
    link: Annotated[str, StringConstraints(max_length=LONGEST_LINK)] = ""
    picture: Annotated[
        str | None,
        Field(description="A JPEG, PNG or WebP of at most 5 MB, in Base64.", max_length=BODY_LIMIT),
    ] = None


class SubmissionForm(Form):
    """How a contribution that was sent in stands; `gave` is what it earned, in smallest units."""

    contribution_id: Uuid
    state: Literal["waiting", "approved", "refused", "withdrawn"]
    sent_at: Instant
    decided_at: Instant | None
    reason: str
    gave: dict[str, int]


class Submissions:
    """The operation that sends contributions in."""

    def __init__(
        self, *, database: Database, clock: Clock, phones: PhoneReader, country: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._phones = phones
        self._country = country

    async def submit(self, call: Call) -> Answer:
        """Let a contribution wait for a decision."""
        try:
            said = SubmissionRequest.model_validate(read_object(call.body))
        except ValidationError as error:
            raise ContentRefusal(faults_of(error)) from None
        key = call.actor
        picture = None if said.picture is None else _picture(said.picture)

        def write(connection: Connection) -> Answer:
            return answer_json(200, _plain(self._send(connection, key, said, picture)))

        return await self._database.write(call, write)

    def _send(
        self, connection: Connection, key: Key, said: SubmissionRequest, picture: Picture | None
    ) -> ContributionRecord:
        programme = programme_of(key, said.programme)
        compiled = get_one_compiled(connection, code=programme)
        member = member_named(
            connection,
            said=(said.member.kind, said.member.value),
            path="member",
            needed=Trust.EARN,
            phones=self._phones,
            country=self._country,
            methods=compiled.methods_at(self._clock.now()),
        )
        counter = Counter(
            connection=connection,
            actor=Actor(
                kind=Kind.SYSTEM, name=key.name, stores=key.stores, programmes=key.programmes
            ),
            clock=self._clock,
            phones=self._phones,
            source="backoffice",
            country=self._country,
        )
        purchase = said.purchase
        sent = Sent(
            contribution_id=UUID(derived_id("contribution", said.source, said.external_id)),
            programme=programme,
            kind=said.contribution,
            product=said.product or "",
            product_name=said.product_name or "",
            purchase=None if purchase is None else EventKey(purchase.source, purchase.external_id),
            body=said.text,
            link=said.link,
            picture=picture,
        )
        return send_contribution(counter, member_id=member.member_id, sent=sent)


def operations(submissions: Submissions) -> list[Operation]:
    """The table of this operation."""
    return [
        Operation(
            name="submit_contribution",
            method="POST",
            path=f"{ROOT}/contributions/submissions",
            tag=TAG,
            summary="Send in a contribution",
            description="It waits until a colleague has approved or refused it, and counts as of "
            "now once it is approved. Sent again, it is answered as it stands.",
            permission=Permission.CONTRIBUTIONS_WRITE,
            handler=submissions.submit,
            answers={200: ("How it stands.", SubmissionForm)},
            request=SubmissionRequest,
            example={
                "programme": "corner-cafe",
                "source": "shop",
                "external_id": "review-78",
                "member": {"kind": "email", "value": "ana@example.org"},
                "contribution": "review",
                "product": "9780141439518",
                "text": "Read it in one night, and again the next.",
            },
            codes=(
                Code.MISSING_FIELD,
                Code.TOO_LONG,
                Code.TOO_MANY,
                Code.UNKNOWN_CHOICE,
                Code.PICTURE_NOT_TAKEN,
                Code.UNKNOWN_PROGRAMME,
                Code.UNKNOWN_MEMBER,
                Code.UNKNOWN_CONTRIBUTION,
                Code.INVALID_IDENTIFIER,
                Code.IDENTIFIER_NOT_TRUSTED,
                Code.MEMBER_CLOSED,
                Code.PROGRAMME_NOT_IN_EFFECT,
                Code.KEY_REUSED,
                Code.PURCHASE_NOT_FOUND,
                Code.CONTRIBUTION_NOT_COMPLETE,
                Code.ALREADY_CONTRIBUTED,
            ),
            body_limit=BODY_LIMIT,
            repeatable=True,
        )
    ]


def _picture(text: str) -> Picture:
    if len(text) > LARGEST_PICTURE * 4 // 3 + 4:
        return read_picture(b"", size=LARGEST_PICTURE + 1)
    try:
        content = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(Code.INVALID_TEXT, "picture", value=text[:40]) from None
    return read_picture(content)


def _plain(record: ContributionRecord) -> dict[str, object]:
    at = record.decided_at
    return {
        "contribution_id": record.contribution_id.hex,
        "state": record.state,
        "sent_at": format_instant(record.sent_at),
        "decided_at": None if at is None else format_instant(at),
        "reason": record.reason,
        "gave": dict(record.gave),
    }
