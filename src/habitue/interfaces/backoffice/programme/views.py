"""The programme in words, its versions, and its document."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.changes import Changed, changes_in_words
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
    to_come: bool
    called_off: bool
    changes: tuple[Changed, ...]


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
        "may_write": visit.may(Permission.PROGRAMME_WRITE),
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
    # Whatever a newer version overtook before it began never takes effect.
    effective = {number for _at, number in words.compiled.starts}
    shown = []
    for place, record in enumerate(records):
        older = records[place + 1].document if place + 1 < len(records) else None
        changes: tuple[Changed, ...] = ()
        if older is not None:
            changes = tuple(changes_in_words(older, record.document, language=visit.language))
        to_come = place == 0 and record.effective_at > visit.now
        called_off = record.number not in effective
        shown.append(Shown(record, record.number == current, to_come, called_off, changes))
    context = {
        "versions": shown,
        # Without a version before it there is nothing that could hold in its place.
        "may_call_off": len(records) > 1
        and visit.may(Permission.PROGRAMME_WRITE)
        and not visit.actor.stores,
        "tab": "versions",
        "zone": words.current.programme.zone,
        "programme": code,
        "programmes": titles_of_programmes(visit),
        "may_write": visit.may(Permission.PROGRAMME_WRITE),
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
        "may_write": visit.may(Permission.PROGRAMME_WRITE),
    }
    return render(visit, "programme/document.html", context, here="programme")
