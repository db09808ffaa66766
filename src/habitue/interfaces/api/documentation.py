"""The documentation page: rendered here from the OpenAPI document, without a script and without
anything fetched from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from django.template import Context, Engine

from habitue.domain.errors import Code
from habitue.interfaces.api.problems import FAULT_STATUS, STATUS, Fault
from habitue.interfaces.texts.catalogue import LANGUAGES, Language, catalogue

CONTENT_SECURITY_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    b" frame-ancestors 'none'"
)
_METHODS: Final = ("get", "post", "patch", "put", "delete")
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
        "description": [part for part in info["description"].split("\n") if part],
        "groups": _groups(document),
        "forms": _forms(document["components"]["schemas"]),
        "problems": _problems(language),
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
    return {
        "name": plain["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": plain["summary"],
        "description": plain["description"],
        "scope": security[0]["key"][0] if security else "",
        "parameters": [
            {
                "name": one["name"],
                "place": one["in"],
                "meaning": one["description"],
                "required": one["required"],
            }
            for one in plain["parameters"]
        ],
        "form": _form_name(content.get("schema", {})),
        "example": "" if example is None else json.dumps(example, indent=2, ensure_ascii=False),
        "answers": [_answer(status, one) for status, one in plain["responses"].items()],
    }


def _answer(status: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    content = plain.get("content", {})
    schema = next(iter(content.values()))["schema"] if content else {}
    known = {code.value for code in Code} | {fault.value for fault in Fault}
    codes = [part.split("`")[1] for part in plain["description"].split("; ") if "`" in part]
    return {
        "status": status,
        "meaning": plain["description"],
        "codes": [code for code in codes if code in known],
        "form": _form_name(schema),
    }


def _form_name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _forms(schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": schema.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "kind": _kind(form),
                    "forms": sorted(_references(form)),
                    "required": field in schema.get("required", ()),
                    "meaning": form.get("description", ""),
                }
                for field, form in schema.get("properties", {}).items()
            ],
        }
        for name, schema in schemas.items()
    ]


def _kind(form: Mapping[str, Any]) -> str:
    if "enum" in form:
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
        return f"array {_kind(form.get('items', {}))}".strip()
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
