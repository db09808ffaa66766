"""The table of operations on members."""

from __future__ import annotations

from typing import Final

from habitue.domain.errors import Code
from habitue.interfaces.api.fields import MOST_PER_PAGE, USUAL_PER_PAGE
from habitue.interfaces.api.member_forms import (
    IdentifierForm,
    IdentifierRequest,
    MatchList,
    MemberChanges,
    MemberForm,
    MemberList,
    MemberRequest,
)
from habitue.interfaces.api.members import Members
from habitue.interfaces.api.operations import ROOT, Operation, Parameter
from habitue.selectors.keys import Permission

TAG: Final = "Members"

_ID_FORM: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
MEMBER_ID: Final = Parameter(
    "member_id",
    "path",
    "Id of the member: 32 hexadecimal digits, with or without dashes.",
    _ID_FORM,
    required=True,
    example="0198c0de00007000800000000000002a",
)
CURSOR: Final = Parameter(
    "cursor",
    "query",
    "`next_cursor` of the page before.",
    {"type": "string", "maxLength": 2048},
)
LIMIT: Final = Parameter(
    "limit",
    "query",
    "How many entries a page has at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": USUAL_PER_PAGE},
)
LISTING_CODES: Final = (Code.NOT_A_NUMBER, Code.NOT_POSITIVE, Code.TOO_LARGE)

_DETAILS: Final = (
    Code.TOO_LONG,
    Code.TOO_MANY,
    Code.TOO_LARGE,
    Code.IN_THE_FUTURE,
    Code.TOO_LONG_AGO,
    Code.UNKNOWN_CHOICE,
    Code.UNKNOWN_STORE,
)
_IDENTIFIER: Final = (
    Code.MISSING_FIELD,
    Code.TOO_LONG,
    Code.TOO_MANY,
    Code.UNKNOWN_CHOICE,
    Code.INVALID_IDENTIFIER,
    Code.IDENTIFIER_TAKEN,
)


def operations(members: Members) -> list[Operation]:
    """The table of these operations."""
    return [*_reading(members), *_writing(members), *_identifying(members)]


def _reading(members: Members) -> list[Operation]:
    return [
        Operation(
            name="list_members",
            method="GET",
            path=f"{ROOT}/members",
            tag=TAG,
            summary="List or search members",
            description="With `query`, the active members who fit what has been typed so far "
            "(name, phone, e-mail, card; accents and case do not matter), the likeliest first. "
            "Without it, all members, page by page.",
            permission=Permission.MEMBERS_READ,
            handler=members.list_or_search,
            answers={200: ("The members.", MemberList)},
            parameters=(
                Parameter(
                    "query",
                    "query",
                    "What has been typed so far.",
                    {"type": "string", "maxLength": 200},
                    example="lefev",
                ),
                CURSOR,
                LIMIT,
            ),
            codes=(*LISTING_CODES, Code.INCONSISTENT),
        ),
        Operation(
            name="look_up_member",
            method="GET",
            path=f"{ROOT}/members/lookup",
            tag=TAG,
            summary="Look up a member by an identifier",
            description="Whom a scanned or typed text identifies in full. It may name its kind "
            "(`card:...`, `plate:FR AB-123-CD`, `external:shop:4711`).",
            permission=Permission.MEMBERS_READ,
            handler=members.look_up,
            answers={200: ("The members whom it identifies, mostly one.", MatchList)},
            parameters=(
                Parameter(
                    "identifier",
                    "query",
                    "The identifier as it was scanned or typed.",
                    {"type": "string", "minLength": 1, "maxLength": 200},
                    required=True,
                    example="ana@example.org",
                ),
            ),
            codes=(Code.MISSING_FIELD, Code.UNKNOWN_MEMBER),
        ),
        Operation(
            name="get_member",
            method="GET",
            path=f"{ROOT}/members/{{member_id}}",
            tag=TAG,
            summary="Show a member",
            description="The member with the active identifiers.",
            permission=Permission.MEMBERS_READ,
            handler=members.show,
            answers={200: ("The member.", MemberForm)},
            parameters=(MEMBER_ID,),
            codes=(Code.UNKNOWN_MEMBER,),
        ),
    ]


def _writing(members: Members) -> list[Operation]:
    return [
        Operation(
            name="create_member",
            method="POST",
            path=f"{ROOT}/members",
            tag=TAG,
            summary="Create a member",
            description="With all of the identifiers or not at all. The member gets a number, "
            "which is an identifier of kind `card`. Send an Idempotency-Key: a member without "
            "identifiers of your own has no natural key that would tell a repetition.",
            permission=Permission.MEMBERS_WRITE,
            handler=members.create,
            answers={201: ("Created.", MemberForm)},
            request=MemberRequest,
            example={
                "given_name": "Ana",
                "family_name": "Ionescu",
                "language": "ro",
                "identifiers": [{"kind": "email", "value": "ana@example.org"}],
            },
            codes=(*_DETAILS, *_IDENTIFIER, Code.NOT_AN_INSTANT),
            repeatable=True,
        ),
        Operation(
            name="update_member",
            method="PATCH",
            path=f"{ROOT}/members/{{member_id}}",
            tag=TAG,
            summary="Change a member",
            description="Changes the fields that are sent; null empties one.",
            permission=Permission.MEMBERS_WRITE,
            handler=members.change,
            answers={200: ("The member as it is now.", MemberForm)},
            request=MemberChanges,
            example={"language": "fr", "revision": 0},
            parameters=(MEMBER_ID,),
            codes=(
                *_DETAILS,
                Code.NEGATIVE_AMOUNT,
                Code.UNKNOWN_MEMBER,
                Code.MEMBER_CLOSED,
                Code.VERSION_CONFLICT,
            ),
            repeatable=True,
        ),
    ]


def _identifying(members: Members) -> list[Operation]:
    return [
        Operation(
            name="add_identifier",
            method="POST",
            path=f"{ROOT}/members/{{member_id}}/identifiers",
            tag=TAG,
            summary="Add an identifier",
            description="The member is then known by one more. The same one again changes nothing.",
            permission=Permission.MEMBERS_WRITE,
            handler=members.add_identifier,
            answers={201: ("The identifier.", IdentifierForm)},
            request=IdentifierRequest,
            example={"kind": "plate", "value": "FR AB-123-CD"},
            parameters=(MEMBER_ID,),
            codes=(*_IDENTIFIER, Code.UNKNOWN_MEMBER, Code.MEMBER_CLOSED),
            repeatable=True,
        ),
        Operation(
            name="revoke_identifier",
            method="DELETE",
            path=f"{ROOT}/members/{{member_id}}/identifiers/{{identifier_id}}",
            tag=TAG,
            summary="Revoke an identifier",
            description="The member is no longer known by it; another member may get it. "
            "Revoking a member's number gives the member a new one.",
            permission=Permission.MEMBERS_WRITE,
            handler=members.revoke_identifier,
            answers={200: ("The identifier, revoked.", IdentifierForm)},
            parameters=(
                MEMBER_ID,
                Parameter(
                    "identifier_id",
                    "path",
                    "Id of the identifier.",
                    _ID_FORM,
                    required=True,
                    example="0198c0de000070008000000000000042",
                ),
            ),
            codes=(Code.UNKNOWN_MEMBER, Code.INVALID_IDENTIFIER),
        ),
    ]
