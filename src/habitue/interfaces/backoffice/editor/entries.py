"""The pages of single parts: a form beside what members will read of it, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.document import read_document
from habitue.domain.programme.faults import Faults
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.desk import (
    Desk,
    conflict,
    open_desk,
    save,
    seen_revision,
)
from habitue.interfaces.backoffice.editor.forms.base import PartForm
from habitue.interfaces.backoffice.editor.places import NEW, Place, place_of, whole_of
from habitue.interfaces.backoffice.editor.reading import (
    Reading,
    beyond_forms,
    read_entry,
    read_whole,
)
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.faults import fault_text
from habitue.selectors.drafts import get_revision

Write = Callable[[Mapping[str, Any], PartForm], dict[str, Any]]


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def entry(visit: Visit, draft_id: UUID, place: str, entry: str) -> HttpResponse:
    """Change an entry, or add one (``new``)."""
    desk, found = open_desk(visit, draft_id), place_of(place)
    if entry == NEW:
        kind = _kind(visit, found)
        if kind is None:
            return desk.render("kinds.html", {"place": found}, tab="rules")
        form_of = found.new_form or found.form
        part: Mapping[str, Any] = {}
    else:
        part = found.entry(desk.document, entry)
        kind = found.kind_of(part)
        if not kind:
            return _as_text(desk, found, entry)
        form_of = found.form
    work = _Work(desk, form_of(kind), part)

    def put(document: Mapping[str, Any], form: PartForm) -> dict[str, Any]:
        return _put(found, document, form, entry)

    context = {
        "place": found,
        "entry": entry,
        "kind": kind,
        "heading": _heading(desk, found, entry, kind),
        "preview": reverse("backoffice:draft_preview", args=[draft_id, place, entry]),
        "rest": beyond_forms(found, part, desk),
    }
    return work.answer(put, context, lambda document: _read(desk, found, document, entry))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def settings(visit: Visit, draft_id: UUID, place: str) -> HttpResponse:
    """Change settings that stand once in a document."""
    desk, whole = open_desk(visit, draft_id), whole_of(place)
    work = _Work(desk, whole.form, whole.read(desk.document))

    def put(document: Mapping[str, Any], form: PartForm) -> dict[str, Any]:
        return whole.put(document, form.written())

    context = {
        "heading": whole.heading,
        "preview": reverse("backoffice:draft_settings_preview", args=[draft_id, place]),
    }
    return work.answer(put, context, lambda document: read_whole(document, whole, desk.language))


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def preview(visit: Visit, draft_id: UUID, place: str, entry: str) -> HttpResponse:
    """What members would read of the entry as the form has it now."""
    desk, found = open_desk(visit, draft_id), place_of(place)
    if entry == NEW:
        kind = _kind(visit, found) or next(iter(found.kinds), "one")
        form_of, part = found.new_form or found.form, {}
    else:
        part = dict(found.entry(desk.document, entry))
        kind, form_of = found.kind_of(part), found.form
    if not kind:
        raise Refusal(Code.UNKNOWN_CHOICE, found.section, value=entry[:80], allowed="")
    form = _Work(desk, form_of(kind), part).form(visit.request.POST)
    if not form.is_valid():
        return desk.render("_said.html", {"reading": None})
    document = _put(found, desk.document, form, entry)
    return desk.render("_said.html", {"reading": _read(desk, found, document, entry)})


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def settings_preview(visit: Visit, draft_id: UUID, place: str) -> HttpResponse:
    """What members would read of the settings as the form has them now."""
    desk, whole = open_desk(visit, draft_id), whole_of(place)
    form = _Work(desk, whole.form, whole.read(desk.document)).form(visit.request.POST)
    if not form.is_valid():
        return desk.render("_said.html", {"reading": None})
    document = whole.put(desk.document, form.written())
    return desk.render("_said.html", {"reading": read_whole(document, whole, desk.language)})


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def remove(visit: Visit, draft_id: UUID, place: str, entry: str) -> HttpResponse:
    """Take an entry out of the draft, once that was confirmed."""
    desk, found = open_desk(visit, draft_id), place_of(place)
    found.entry(desk.document, entry)
    if visit.request.method == "POST":
        seen = seen_revision(visit.request.POST, desk)
        if seen != desk.draft.revision:
            return conflict(desk, None, seen)
        save(desk, found.without(desk.document, entry))
        messages.success(visit.request, _("It was taken out of the draft."))
        return HttpResponseRedirect(_home(desk))
    context = {
        "place": found,
        "heading": _heading(desk, found, entry, ""),
        "reading": _read(desk, found, desk.document, entry),
    }
    return desk.render("remove.html", context, tab="rules")


class _Work:
    """A form at work: shown, filled in, saved upon the revision that it was made for."""

    def __init__(self, desk: Desk, form: type[PartForm], part: Mapping[str, Any]) -> None:
        self.desk, self.form_of, self.part = desk, form, part

    def form(self, data: Any = None) -> PartForm:
        """The form, empty or as it was sent."""
        return self.form_of(
            data,
            document=self.desk.document,
            part=self.part,
            revision=self.desk.draft.revision,
            language=self.desk.language,
        )

    def answer(
        self, put: Write, context: dict[str, Any], read: Callable[[Mapping[str, Any]], Reading]
    ) -> HttpResponse:
        """The page with the form; saves what was sent."""
        desk, request = self.desk, self.desk.visit.request
        form = self.form(request.POST if request.method == "POST" else None)
        document = desk.document
        if request.method == "POST" and form.is_valid():
            document = put(desk.document, form)
            seen = seen_revision(request.POST, desk)
            if seen != desk.draft.revision:
                return conflict(desk, self._mine(put, seen), seen)
            if not _refuse_new_faults(form, desk.document, document):
                try:
                    save(desk, document)
                except Refusal as refusal:
                    if refusal.code is Code.DRAFT_CHANGED:
                        return conflict(desk, document, seen)
                    raise
                messages.success(request, _("It was saved in the draft."))
                return HttpResponseRedirect(_home(desk))
        context |= {
            "form": form,
            "groups": list(form.groups()),
            "reading": read(document),
            "cancel": _home(desk),
        }
        return desk.render("entry.html", context, tab="rules", status=422 if form.errors else 200)

    def _mine(self, put: Write, seen: int) -> dict[str, Any]:
        """What the visitor wanted the revision that they saw to become."""
        desk = self.desk
        older = get_revision(desk.visit.connection, draft_id=desk.draft.draft_id, revision=seen)
        form = self.form_of(
            desk.visit.request.POST,
            document=older.document,
            part=self.part,
            revision=seen,
            language=desk.language,
        )
        return put(older.document, form) if form.is_valid() else older.document


def _refuse_new_faults(form: PartForm, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Show in the form what is wrong only since it was filled in; whether anything is.

    What was wrong before is shown on the draft's own page, and hinders nobody here.
    """
    known = {(one.path, one.problem) for one in _errors(before)}
    fresh = [one for one in _errors(after) if (one.path, one.problem) not in known]
    for one in fresh:
        words = {"text": fault_text(one), "path": one.path, "value": one.value}
        form.add_error(None, _("%(text)s (%(path)s: %(value)s)") % words)
    return bool(fresh)


def _errors(document: Mapping[str, Any]) -> list[Any]:
    faults = Faults()
    read_document(document, number=1, faults=faults)
    return [fault for fault in faults if fault.severity == "error"]


def _put(place: Place, document: Mapping[str, Any], form: PartForm, entry: str) -> dict[str, Any]:
    part = form.written()
    code = entry
    if entry == NEW:
        name = part.get("name", "")
        first = next(iter(name.values())) if isinstance(name, Mapping) and name else str(name)
        code = place.fresh_code(document, first.split("|")[0])
    changed = place.put(document, code, part)
    return form.with_rest(changed, code) if entry == NEW else changed


def _read(desk: Desk, place: Place, document: Mapping[str, Any], entry: str) -> Reading:
    before = place.entries(desk.document)
    code = entry
    if entry == NEW:
        code = next((one for one in place.entries(document) if one not in before), "")
    return read_entry(document, place, code, desk.language, desk.visit.now)


def _kind(visit: Visit, place: Place) -> str | None:
    """The kind that was chosen for a new entry; ``None`` where one has to be chosen first."""
    if not place.kinds:
        return "one"
    chosen = visit.request.GET.get("kind", "")
    return chosen if chosen in place.kinds else None


def _heading(desk: Desk, place: Place, entry: str, kind: str) -> str:
    if entry == NEW:
        return str(place.kinds[kind][0]) if place.kinds else str(place.add)
    part: Any = place.section
    return desk.names.of(part, entry, desk.language)


def _as_text(desk: Desk, place: Place, entry: str) -> HttpResponse:
    """An entry that no form can show: in words, with the way to the text."""
    context = {
        "place": place,
        "heading": _heading(desk, place, entry, ""),
        "entry": entry,
        "reading": _read(desk, place, desk.document, entry),
    }
    return desk.render("as_text.html", context, tab="rules")


def _home(desk: Desk) -> str:
    return reverse("backoffice:draft", args=[desk.draft.draft_id])
