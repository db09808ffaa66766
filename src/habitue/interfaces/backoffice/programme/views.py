"""The programme in words, its versions, and its document."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.programme.differences import diff_documents
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.programme.printing import languages
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.sheet import Audience, rule_sheet
from habitue.selectors.programmes import VersionRecord, get_version, get_written, list_versions
from habitue.services.documents import write_programme_document


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with what it changed."""

    record: VersionRecord
    in_force: bool
    changes: tuple[str, ...]


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def sheet(visit: Visit) -> HttpResponse:
    """The rule sheet, for members or for staff."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    audience: Audience = "staff" if visit.request.GET.get("for") == "staff" else "members"
    context = {
        "sheet": rule_sheet(words.current, audience=audience, now=visit.now),
        "audience": audience,
        "tab": audience,
        "languages": languages(),
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "programme/sheet.html", context, here="programme")


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def versions(visit: Visit) -> HttpResponse:
    """All versions, the newest first, each with what it changed."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    records = list_versions(visit.connection, code=code)
    current = words.compiled.number_at(visit.now)
    shown = []
    for place, record in enumerate(records):
        older = records[place + 1].document if place + 1 < len(records) else None
        changes = () if older is None else _changes(older, record.document)
        shown.append(Shown(record, record.number == current, changes))
    context = {
        "versions": shown,
        "tab": "versions",
        "zone": words.current.programme.zone,
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "programme/versions.html", context, here="programme")


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def document(visit: Visit) -> HttpResponse:
    """The document itself, as YAML: to read, or (``download``) to keep."""
    code = chosen_programme(visit)
    record = get_version(visit.connection, code=code)
    written = get_written(visit.connection, code=code, number=record.number)
    text = written or write_programme_document(record.document)
    if visit.request.GET.get("download"):
        response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{code}.yaml"'
        return response
    context = {
        "text": text,
        "number": record.number,
        "tab": "document",
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "programme/document.html", context, here="programme")


def _changes(older: dict[str, object], newer: dict[str, object]) -> tuple[str, ...]:
    return tuple(
        f"{one.path}: {_written(one.before)} → {_written(one.after)}"
        for one in diff_documents(older, newer)
    )


def _written(value: object) -> str:
    """A value as the document has it, in the letters of its author; a dash where there is none."""
    return "–" if value is None else json.dumps(value, default=str, ensure_ascii=False)
