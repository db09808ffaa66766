"""Programmes and their versions."""

from __future__ import annotations

from typing import Any, Final

import orjson

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.findings import check_document
from habitue.domain.received.faults import shown
from habitue.interfaces.api.database import Connection, Database
from habitue.interfaces.api.fields import check_fields, instant_field, object_field, whole_field
from habitue.interfaces.api.forms import (
    ProgrammeList,
    Publication,
    VersionForm,
    VersionList,
    VersionRequest,
)
from habitue.interfaces.api.http import Answer, Call, answer_json
from habitue.interfaces.api.operations import ROOT, Operation, Parameter
from habitue.interfaces.api.reading import read_object
from habitue.kit.clock import Clock
from habitue.kit.instants import format_instant
from habitue.selectors.keys import Key, Permission
from habitue.selectors.programmes import (
    VersionRecord,
    get_version,
    get_written,
    list_programmes,
    list_versions,
)
from habitue.services.foreseeing import publish_and_move

TAG: Final = "Programmes"
CODE: Final = Parameter(
    "code",
    "path",
    "Code of the programme.",
    {"type": "string", "minLength": 1, "maxLength": 100},
    required=True,
    example="corner-cafe",
)
_NUMBER: Final = Parameter(
    "number",
    "path",
    "Number of the version.",
    {"type": "integer", "minimum": 1},
    required=True,
    example="1",
)


class Programmes:
    """The operations on programmes."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_all(self, call: Call) -> Answer:
        """List the programmes that the key may see."""
        call.query()
        key = call.actor
        records = await self._database.run(list_programmes)
        items = [
            {
                "code": one.code,
                "currency": one.currency,
                "latest_version": one.latest_number,
                "created_at": format_instant(one.created_at),
            }
            for one in records
            if key.sees_programme(one.code)
        ]
        return answer_json(200, {"items": items})

    async def list_versions(self, call: Call) -> Answer:
        """List the versions of a programme."""
        call.query()
        code = visible(call.actor, call.parameters["code"])

        def read(connection: Connection) -> list[VersionRecord]:
            return list_versions(connection, code=code)

        records = await self._database.run(read)
        return answer_json(200, {"items": [_summary(code, one) for one in records]})

    async def get_version(self, call: Call) -> Answer:
        """Show one version with its document."""
        call.query()
        code = visible(call.actor, call.parameters["code"])
        number = _number(call.parameters["number"], code)

        def read(connection: Connection) -> tuple[VersionRecord, str | None]:
            record = get_version(connection, code=code, number=number)
            return record, get_written(connection, code=code, number=number)

        record, written = await self._database.run(read)
        plain = {**_summary(code, record), "document": record.document, "written": written}
        # Decimals of a document are texts outside, so that every reader keeps them exact.
        return Answer(200, orjson.dumps(plain, default=str))

    async def publish(self, call: Call) -> Answer:
        """Publish a document as the next version."""
        call.query()
        code = call.parameters["code"]
        call.actor.require_programme(code, path="code")
        content = read_object(call.body)
        check_fields(content, allowed=VersionRequest.model_fields)
        document = object_field(content, "document")
        if document is None:
            raise Refusal(Code.MISSING_FIELD, "document")
        effective_at = instant_field(content, "effective_at")
        expected = whole_field(content, "expected_version")
        if document.get("programme", code) != code:
            value = shown(document["programme"])
            raise Refusal(Code.INCONSISTENT, "document.programme", value=value, expected=code[:80])
        actor = f"key {call.actor.key_id}"

        def write(connection: Connection) -> Answer:
            done, moved = publish_and_move(
                connection,
                document=document,
                clock=self._clock,
                actor=actor,
                effective_at=effective_at,
                expected_number=expected,
            )
            plain = {
                "programme": done.code,
                "number": done.number,
                "effective_at": format_instant(done.effective_at),
                "created": done.created,
                "moved": moved,
                "findings": [finding.as_json() for finding in check_document(document)],
            }
            return answer_json(201 if done.created else 200, plain)

        return await self._database.write(call, write)


def visible(key: Key, code: str, *, path: str = "code") -> str:
    """The code of a programme that exists for the key; refuses (``UNKNOWN_PROGRAMME``) others."""
    if not key.sees_programme(code):
        raise Refusal(Code.UNKNOWN_PROGRAMME, path, value=shown(code))
    return code


def _number(text: str, code: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refusal(Code.UNKNOWN_VERSION, "number", value=shown(text), programme=code)
    return int(text)


def _summary(code: str, record: VersionRecord) -> dict[str, Any]:
    return {
        "programme": code,
        "number": record.number,
        "effective_at": format_instant(record.effective_at),
        "published_at": format_instant(record.published_at),
        "published_by": record.published_by,
        "document_hash": record.document_hash,
    }


def operations(programmes: Programmes) -> list[Operation]:
    """The table of these operations."""
    return [*_reading(programmes), _publishing(programmes)]


def _reading(programmes: Programmes) -> list[Operation]:
    return [
        Operation(
            name="list_programmes",
            method="GET",
            path=f"{ROOT}/programmes",
            tag=TAG,
            summary="List programmes",
            description="All programmes that the key may see.",
            permission=Permission.PROGRAMMES_READ,
            handler=programmes.list_all,
            answers={200: ("The programmes.", ProgrammeList)},
            codes=(Code.MALFORMED, Code.UNKNOWN_FIELD),
        ),
        Operation(
            name="list_versions",
            method="GET",
            path=f"{ROOT}/programmes/{{code}}/versions",
            tag=TAG,
            summary="List the versions of a programme",
            description="The newest first, without their documents.",
            permission=Permission.PROGRAMMES_READ,
            handler=programmes.list_versions,
            answers={200: ("The versions.", VersionList)},
            parameters=(CODE,),
            codes=(Code.UNKNOWN_PROGRAMME,),
        ),
        Operation(
            name="get_version",
            method="GET",
            path=f"{ROOT}/programmes/{{code}}/versions/{{number}}",
            tag=TAG,
            summary="Show a version",
            description="One published version with its document; it never changes.",
            permission=Permission.PROGRAMMES_READ,
            handler=programmes.get_version,
            answers={200: ("The version.", VersionForm)},
            parameters=(CODE, _NUMBER),
            codes=(Code.UNKNOWN_PROGRAMME, Code.UNKNOWN_VERSION),
        ),
    ]


def _publishing(programmes: Programmes) -> Operation:
    return Operation(
        name="publish_version",
        method="POST",
        path=f"{ROOT}/programmes/{{code}}/versions",
        tag=TAG,
        summary="Publish a version",
        description="Publishes a document as the next version of the programme, which the "
        "first version creates. A document equal to the newest version changes nothing. Members "
        "who deserve a higher tier by it have it at once, all of them or nobody; by a version that "
        "takes effect later they have it then.",
        permission=Permission.PROGRAMMES_WRITE,
        handler=programmes.publish,
        answers={
            201: ("Published.", Publication),
            200: ("The newest version is this document already.", Publication),
        },
        request=VersionRequest,
        example={
            "document": {
                "programme": "corner-cafe",
                "money": {"currency": "EUR"},
                "zone": "Europe/Paris",
                "points": {"points": {"expires": {"after": "12 months"}}},
                "earn": {
                    "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
                },
            },
            "expected_version": 0,
        },
        parameters=(CODE,),
        codes=(
            Code.MISSING_FIELD,
            Code.NOT_AN_INSTANT,
            Code.NEGATIVE_AMOUNT,
            Code.TOO_LARGE,
            Code.TOO_LONG_AGO,
            Code.INCONSISTENT,
            Code.INVALID_DOCUMENT,
            Code.VERSION_CONFLICT,
        ),
        repeatable=True,
    )
