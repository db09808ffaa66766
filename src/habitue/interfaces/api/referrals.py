"""Referrals: members bring friends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from habitue.domain.access import Actor, Kind
from habitue.domain.errors import Code, Refusal
from habitue.domain.received.faults import shown
from habitue.domain.received.fields import LONGEST_KEY
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.events import programme_of
from habitue.interfaces.api.fields import (
    check_fields,
    limit_text,
    required_text,
    text_field,
    uuid_text,
)
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.member_operations import CURSOR, LIMIT, LISTING_CODES
from habitue.interfaces.api.operations import ROOT, Operation, Parameter
from habitue.interfaces.api.programmes import visible
from habitue.interfaces.api.reading import read_object
from habitue.interfaces.api.referral_forms import (
    ReferralCodeForm,
    ReferralCodeRequest,
    ReferralForm,
    ReferralList,
    ReferralRequest,
)
from habitue.kit.clock import Clock
from habitue.kit.instants import format_instant
from habitue.selectors.keys import Key, Permission
from habitue.selectors.members import MemberRecord, get_member
from habitue.selectors.referrals import FILTERS, ReferralRecord, get_referral, list_referrals
from habitue.services.referring.bringing import bring_friend, own_code

TAG: Final = "Referrals"
_CHANNEL: Final = "api"


class Referrals:
    """The operations on referrals."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_all(self, call: Call) -> Answer:
        """List the referrals of a programme."""
        query = call.query("programme", "state", "cursor", "limit")
        limit = limit_text(query)
        asked = query.get("programme")
        if asked is not None:
            visible(call.actor, asked, path="programme")
        programme = programme_of(call.actor, asked)

        def read(connection: Connection) -> Answer:
            try:
                page = list_referrals(
                    connection,
                    actor=_as_actor(call.actor),
                    programme=programme,
                    wanted=query.get("state", ""),
                    cursor=query.get("cursor"),
                    limit=limit,
                    now=self._clock.now(),
                )
            except ValueError:
                reason = "not a cursor of this list"
                raise Refusal(Code.MALFORMED, "cursor", reason=reason) from None
            items = [_plain(one, programme) for one in page.items]
            return answer_json(200, {"items": items, "next_cursor": page.next_cursor})

        return await self._database.run(read)

    async def create(self, call: Call) -> Answer:
        """Note who brought a member who has just joined."""
        content = read_object(call.body)
        check_fields(content, allowed=ReferralRequest.model_fields)
        programme = programme_of(call.actor, content.get("programme"))
        friend = _member_id(content)
        code = required_text(content, "referral_code", limit=LONGEST_KEY)
        channel = text_field(content, "channel", limit=LONGEST_KEY) or _CHANNEL

        def write(connection: Connection) -> Answer:
            _check_member(call.actor, get_member(connection, member_id=friend))
            made = bring_friend(
                connection,
                programme=programme,
                friend=friend,
                code=code,
                channel=channel,
                clock=self._clock,
            )
            record = get_referral(
                connection,
                programme=programme,
                referral_id=made.referral_id,
                now=self._clock.now(),
            )
            return answer_json(201, _plain(record, programme))

        return await self._database.write(call, write)

    async def code(self, call: Call) -> Answer:
        """The code that a member gives to friends."""
        content = read_object(call.body)
        check_fields(content, allowed=ReferralCodeRequest.model_fields)
        member_id = _member_id(content)

        def write(connection: Connection) -> Answer:
            _check_member(call.actor, get_member(connection, member_id=member_id))
            code = own_code(connection, member_id=member_id, now=self._clock.now())
            return answer_json(200, {"member_id": member_id.hex, "referral_code": code})

        return await self._database.write(call, write)


def _member_id(content: Mapping[str, Any]) -> UUID:
    text = required_text(content, "member_id", limit=LONGEST_KEY)
    return uuid_text(text, path="member_id", code=Code.UNKNOWN_MEMBER)


def _check_member(key: Key, member: MemberRecord) -> None:
    """Refuse a member who left, or who is at home where the key is not."""
    if member.store:
        key.require_store(member.store)
    if member.status != "active":
        raise Refusal(Code.MEMBER_CLOSED, "member_id", value=shown(member.member_id.hex))


def _as_actor(key: Key) -> Actor:
    """The key as selectors of people see it; its scopes were asked for before."""
    return Actor(kind=Kind.SYSTEM, name=key.name, stores=key.stores, programmes=key.programmes)


def _plain(one: ReferralRecord, programme: str) -> dict[str, Any]:
    return {
        "referral_id": one.referral_id.hex,
        "programme": programme,
        "referrer": one.referrer.member_id.hex,
        "friend": one.friend.member_id.hex,
        "referred_at": format_instant(one.referred_at),
        "channel": one.channel,
        "state": one.stage.value,
        "until": None if one.until is None else format_instant(one.until),
        "signs": list(one.signs),
    }


def operations(referrals: Referrals) -> list[Operation]:
    """The table of these operations."""
    return [
        Operation(
            name="list_referrals",
            method="GET",
            path=f"{ROOT}/referrals",
            tag=TAG,
            summary="List referrals",
            description="Who brought whom into a programme, the latest first, and where each "
            "referral stands now.",
            permission=Permission.MEMBERS_READ,
            handler=referrals.list_all,
            answers={200: ("The referrals.", ReferralList)},
            parameters=(
                Parameter(
                    "programme",
                    "query",
                    "Code of the programme; a key of one programme may leave it out.",
                    {"type": "string", "minLength": 1, "maxLength": 100},
                    example="corner-cafe",
                ),
                Parameter(
                    "state",
                    "query",
                    "Only those that are being checked, run, have vested, lapsed, or were refused.",
                    {"type": "string", "enum": [name for name in FILTERS if name]},
                ),
                CURSOR,
                LIMIT,
            ),
            codes=(
                *LISTING_CODES,
                Code.MISSING_FIELD,
                Code.UNKNOWN_PROGRAMME,
                Code.UNKNOWN_CHOICE,
            ),
        ),
        *_writing(referrals),
    ]


def _writing(referrals: Referrals) -> list[Operation]:
    return [
        Operation(
            name="create_referral",
            method="POST",
            path=f"{ROOT}/referrals",
            tag=TAG,
            summary="Note who brought a member",
            description="After the enrolment, within a day and before anything was bought. Once "
            "for each member; the same again is answered as it stands. What looks like one person "
            "is `checking` until a colleague has decided.",
            permission=Permission.REFERRALS_WRITE,
            handler=referrals.create,
            answers={201: ("The referral.", ReferralForm)},
            request=ReferralRequest,
            example={
                "programme": "corner-cafe",
                "member_id": "0198c0de00007000800000000000002a",
                "referral_code": "7KCM4RTWXEP",
            },
            codes=(
                Code.MISSING_FIELD,
                Code.TOO_LONG,
                Code.UNKNOWN_PROGRAMME,
                Code.UNKNOWN_MEMBER,
                Code.UNKNOWN_REFERRAL_CODE,
                Code.MEMBER_CLOSED,
                Code.SAME_MEMBER,
                Code.REFERRAL_NOT_POSSIBLE,
            ),
            repeatable=True,
        ),
        Operation(
            name="give_referral_code",
            method="POST",
            path=f"{ROOT}/referral-codes",
            tag=TAG,
            summary="Give a member a code for friends",
            description="Made at the first call, and the same ever after. It identifies nobody at "
            "a till, and nobody can guess it.",
            permission=Permission.REFERRALS_WRITE,
            handler=referrals.code,
            answers={200: ("The code.", ReferralCodeForm)},
            request=ReferralCodeRequest,
            example={"member_id": "0198c0de00007000800000000000002a"},
            codes=(Code.MISSING_FIELD, Code.TOO_LONG, Code.UNKNOWN_MEMBER, Code.MEMBER_CLOSED),
            repeatable=True,
        ),
    ]
