"""The documentation page: rendered here from the OpenAPI document, without a script and without
anything fetched from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any, Final

from django.template import Context, Engine
from django.utils.safestring import mark_safe

from habitue.domain.errors import Code
from habitue.interfaces.api.event_operations import CONTENT
from habitue.interfaces.api.problems import FAULT_STATUS, STATUS, Fault
from habitue.interfaces.texts.catalogue import LANGUAGES, Language, catalogue

CONTENT_SECURITY_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    b" frame-ancestors 'none'"
)
_METHODS: Final = ("get", "post", "patch", "put", "delete")
# What any operation may answer; the page says it once.
_EVERYWHERE: Final = (
    Code.MALFORMED,
    Code.UNKNOWN_FIELD,
    Code.WRONG_TYPE,
    Code.INVALID_TEXT,
    Code.NOT_AUTHENTICATED,
    Code.NOT_PERMITTED,
    Code.RATE_LIMITED,
    Code.REQUEST_IN_PROGRESS,
    Code.BUSY,
    *Fault,
)
# A longer list of choices is told elsewhere on the page.
_LONGEST_LIST: Final = 20
_ROOM: Final = files("habitue.interfaces.api")


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(dirs=[str(_ROOM / "templates")], autoescape=True)


def style_sheet() -> bytes:
    """The page's style sheet."""
    return (_ROOM / "static" / "documentation.css").read_bytes()


def render_documentation(document: Mapping[str, Any], *, language: Language) -> str:
    """The page for an OpenAPI document; headings in the reader's language."""
    template = _engine().get_template("documentation.html")
    info = document["info"]
    context = {
        "language": language,
        "words": catalogue(language)["documentation"],
        "version": info["version"],
        "description": [part for part in _plain(info["description"]).split("\n") if part],
        "groups": _groups(document),
        "forms": _forms(document["components"]["schemas"]),
        "problems": _problems(language),
        "everywhere": [code.value for code in _EVERYWHERE],
        "content": [code.value for code in CONTENT if code not in _EVERYWHERE],
    }
    return template.render(Context(context))


def _groups(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                plain = methods[method]
                groups[plain["tags"][0]].append(_operation(path, method, plain))
    return [{"name": name, "operations": found} for name, found in groups.items()]


def _operation(path: str, method: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    content = plain.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = content.get("example")
    security = plain["security"]
    codes = [code for one in plain["responses"].values() for code in _codes(one)]
    is_event = set(CONTENT) <= set(codes)
    said = {*_EVERYWHERE, *(CONTENT if is_event else ())}
    return {
        "name": plain["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": plain["summary"],
        "description": _plain(plain["description"]),
        "scope": security[0]["key"][0] if security else "",
        "parameters": [
            {
                "name": one["name"],
                "place": one["in"],
                "meaning": _plain(one["description"]),
                "required": one["required"],
            }
            for one in plain["parameters"]
            if one["in"] != "header"
        ],
        "repeatable": any(one["name"] == "Idempotency-Key" for one in plain["parameters"]),
        "form": _form_name(content.get("schema", {})),
        "example": "" if example is None else _example(example),
        "answers": [
            _answer(status, one)
            for status, one in plain["responses"].items()
            if not _is_problem(one)
        ],
        "is_event": is_event,
        "codes": [code for code in codes if code not in said],
    }


def _plain(text: str) -> str:
    """A description without the marks that only readers of Markdown understand."""
    return text.replace("`", "")


def _example(value: object) -> str:
    # Quotation marks need no escaping in text, and there are many.
    return mark_safe(escape(json.dumps(value, indent=1, ensure_ascii=False), quote=False))  # noqa: S308  # escaped here


def _answer(status: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    content = plain.get("content", {})
    schema = next(iter(content.values()))["schema"] if content else {}
    return {"status": status, "meaning": _plain(plain["description"]), "form": _form_name(schema)}


def _is_problem(plain: Mapping[str, Any]) -> bool:
    return "application/problem+json" in plain.get("content", {})


def _codes(plain: Mapping[str, Any]) -> list[str]:
    if not _is_problem(plain):
        return []
    parts = (part.split("`") for part in plain["description"].split("; "))
    return [part[1] for part in parts if len(part) > 1]


def _form_name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _forms(schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": _plain(schema.get("description", "")),
            "fields": [
                {
                    "name": field,
                    "kind": _kind(form),
                    "forms": sorted(_references(form) - {"ProblemPart"}),
                    "required": field in schema.get("required", ()),
                    "meaning": _plain(form.get("description", "")),
                }
                for field, form in schema.get("properties", {}).items()
            ],
        }
        for name, schema in schemas.items()
        if name != "ProblemPart"
    ]


def _kind(form: Mapping[str, Any]) -> str:
    if "enum" in form and len(form["enum"]) <= _LONGEST_LIST:
        return " | ".join(str(value) for value in form["enum"])
    if "const" in form:
        return str(form["const"])
    choices = form.get("anyOf") or form.get("oneOf")
    if choices:
        return " | ".join(filter(None, (_kind(choice) for choice in choices)))
    kind = form.get("type", "")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        inner = _kind(form.get("items", {}))
        return f"array of {inner}" if inner else "array"
    return f"{kind} ({form['format']})" if "format" in form else str(kind)


def _references(form: Any) -> set[str]:
    if isinstance(form, dict):
        found = {_form_name(form)} if "$ref" in form else set()
        return found.union(*(_references(value) for value in form.values()))
    if isinstance(form, list):
        return set().union(*(_references(value) for value in form))
    return set()


def _problems(language: Language) -> list[dict[str, Any]]:
    texts = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    rows: list[dict[str, Any]] = []
    for code in Code:
        entry: Any = texts["refusals"][code.value]
        rows.append({"code": code.value, "status": STATUS[code].value, "title": entry["title"]})
    for fault in Fault:
        entry = texts["http"][fault.value]
        status = FAULT_STATUS[fault].value
        rows.append({"code": fault.value, "status": status, "title": entry["title"]})
    return rows
