"""The OpenAPI 3.1 document, written from the table of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from habitue import __version__
from habitue.domain.errors import Code
from habitue.interfaces.api.operations import Operation
from habitue.interfaces.api.problems import FAULT_STATUS, STATUS, Fault
from habitue.interfaces.texts.catalogue import LANGUAGES, catalogue

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_PLACEHOLDER: Final = re.compile(r"\{\w+\}")
# Pydantic's engine writes classes of Unicode that readers of JSON Schema need not know.
_PATTERNS: Final = {r"^[^\p{Cc}]*$": r"^[^\u0000-\u001f\u007f-\u009f]*$"}

_ANY_BODY: Final = (Code.MALFORMED, Code.WRONG_TYPE, Code.INVALID_TEXT, Code.UNKNOWN_FIELD)
_ANY_KEY: Final = (Code.NOT_AUTHENTICATED, Code.NOT_PERMITTED, Code.RATE_LIMITED)
_ANY_REPEAT: Final = (Code.KEY_REUSED, Code.REQUEST_IN_PROGRESS)

_LIMIT_HEADERS: Final = {
    "RateLimit-Limit": "Requests per minute that the key may send to this server process.",
    "RateLimit-Remaining": "Requests that are left now.",
    "RateLimit-Reset": "Seconds until all of them are available again.",
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A key of your own, at most 200 characters of ASCII. The same key with the same "
    "body is answered as the first time; with another body it is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "example": "4b1f4bd2-2a0f-4f2b-9a9e-7d1f0a3f6c55",
}
_ACCEPT_LANGUAGE: Final = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "Language of the sentences in problems: en, fr, de or ro.",
    "schema": {"type": "string"},
    "example": "fr",
}

_DESCRIPTION: Final = """\
Amounts are decimals, best sent as texts (`"19.99"`); they are never rounded and never read as \
binary floats. Points are decimals in requests and whole numbers of the smallest unit in answers. \
Times are ISO 8601 with an offset.

Every event carries `source` and `external_id`; together they make it happen once, whoever sends \
it how often: a repetition is answered as the first time, and another content under the same pair \
is refused.

Lists come in pages: pass `next_cursor` as `cursor` to read on.
"""


def openapi_document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document for these operations; plain data, ready for JSON."""
    schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Habitué API",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "hb_<id>_<secret>",
                    "description": "A key made with `habitue keys create`.",
                }
            },
        },
    }


def codes_of(operation: Operation) -> list[Code]:
    """Every refusal that the operation can meet, in the documented order."""
    found = set(operation.codes)
    if operation.permission is not None:
        found.update(_ANY_KEY, (Code.BUSY,))
    if operation.request is not None:
        found.update(_ANY_BODY)
    if operation.repeatable:
        found.update(_ANY_REPEAT)
    if operation.parameters:
        found.update((Code.MALFORMED, Code.UNKNOWN_FIELD, Code.INVALID_TEXT, Code.TOO_LONG))
    return [code for code in Code if code in found]


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    asked: list[type[BaseModel]] = []
    for operation in operations:
        asked.extend(_models(operation))
    _, definitions = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(asked)],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = _tidy(definitions.get("$defs", {}))
    schemas["Problem"] = _problem_schema(several=True)
    schemas["ProblemPart"] = _problem_schema(several=False)
    return dict(sorted(schemas.items()))


def _models(operation: Operation) -> Iterable[type[BaseModel]]:
    if operation.request is not None:
        yield operation.request
    for _, model in operation.answers.values():
        if model is not None:
            yield model


def _tidy(value: Any) -> Any:
    """The schema without what Pydantic adds for itself."""
    if isinstance(value, dict):
        plain = {name: _tidy(item) for name, item in value.items()}
        if plain.get("pattern") in _PATTERNS:
            plain["pattern"] = _PATTERNS[plain["pattern"]]
        if isinstance(plain.get("title"), str) and "type" in plain and "properties" not in plain:
            del plain["title"]
        return plain
    return [_tidy(item) for item in value] if isinstance(value, list) else value


def _problem_schema(*, several: bool) -> dict[str, Any]:
    codes = [code.value for code in Code] + [fault.value for fault in Fault]
    properties: dict[str, Any] = {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong, and what to do."},
        "code": {"type": "string", "enum": codes},
        "path": {"type": "string", "description": "The place in what was sent, or empty."},
        "parameters": {
            "type": "object",
            "additionalProperties": {"type": ["string", "integer", "null"]},
        },
    }
    if several:
        properties["errors"] = {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemPart"},
            "description": "Everything that was wrong, where it was more than one thing.",
        }
    return {
        "type": "object",
        "description": "A problem detail of RFC 9457.",
        "properties": properties,
        "required": ["type", "title", "status", "detail", "code", "path", "parameters"],
        "additionalProperties": False,
    }


def _operation(operation: Operation) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.permission is not None:
        plain["security"] = [{"key": [operation.permission.value]}]
    else:
        plain["security"] = []
    if operation.request is not None:
        content: dict[str, Any] = {"schema": _reference(operation.request)}
        if operation.example is not None:
            content["example"] = operation.example
        plain["requestBody"] = {"required": True, "content": {"application/json": content}}
    return plain


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in operation.parameters:
        plain: dict[str, Any] = {
            "name": one.name,
            "in": one.place,
            "required": one.required,
            "description": one.meaning,
            "schema": dict(one.form),
        }
        if one.example is not None:
            plain["example"] = one.example
        found.append(plain)
    if operation.repeatable:
        found.append(dict(_IDEMPOTENCY_KEY))
    if operation.permission is not None:
        found.append(dict(_ACCEPT_LANGUAGE))
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, (meaning, model) in sorted(operation.answers.items()):
        answer: dict[str, Any] = {"description": meaning}
        if model is not None:
            answer["content"] = {operation.media_type: {"schema": _reference(model)}}
        elif operation.media_type != "application/json":
            answer["content"] = {operation.media_type: {"schema": {"type": "string"}}}
        else:
            answer["content"] = {operation.media_type: {"schema": {"type": "object"}}}
        if operation.permission is not None:
            answer["headers"] = _limit_headers()
        responses[str(status)] = answer
    for status, codes in _problems(operation).items():
        names = {code: _title(code) for code in codes}
        responses[str(status)] = {
            "description": "; ".join(f"`{code}`: {title}" for code, title in names.items()),
            "content": {
                "application/problem+json": {
                    "schema": _PROBLEM,
                    "example": _example(status, codes[0]),
                }
            },
        }
    return responses


def _problems(operation: Operation) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code in codes_of(operation):
        found.setdefault(STATUS[code].value, []).append(code.value)
    faults = [Fault.INTERNAL_ERROR]
    if operation.request is not None:
        faults += [Fault.BODY_TOO_LARGE, Fault.UNSUPPORTED_MEDIA_TYPE]
    for fault in faults:
        found.setdefault(FAULT_STATUS[fault].value, []).append(fault.value)
    return dict(sorted(found.items()))


def _limit_headers() -> dict[str, Any]:
    return {
        name: {"description": meaning, "required": False, "schema": {"type": "integer"}}
        for name, meaning in _LIMIT_HEADERS.items()
    }


def _example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"/api/v1/docs#{code}",
        "title": _title(code),
        "status": status,
        "detail": _detail(code),
        "code": code,
        "path": "",
        "parameters": {},
    }


def _entry(code: str) -> dict[str, Any]:
    texts = catalogue(LANGUAGES[0])
    table = "http" if code in set(Fault) else "refusals"
    entry = texts[table][code]
    assert isinstance(entry, dict), "every code has a title and a detail"
    return entry


def _title(code: str) -> str:
    return str(_entry(code)["title"])


def _detail(code: str) -> str:
    entry = _entry(code)
    return _PLACEHOLDER.sub("…", str(entry.get("short", entry["detail"])))


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
