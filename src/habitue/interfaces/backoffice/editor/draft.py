"""The pages of one draft: its parts in words, its sheet, its past, and its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.findings import check_document
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.changes import changes_in_words
from habitue.interfaces.backoffice.editor.desk import (
    Desk,
    Trouble,
    conflict,
    open_desk,
    save,
    seen_revision,
    trouble_of,
)
from habitue.interfaces.backoffice.editor.places import PLACES, WHOLES, Place, Whole
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form, words_of
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.sheet import Audience, rule_sheet
from habitue.selectors.drafts import get_revision, list_revisions
from habitue.selectors.programmes import get_version
from habitue.services.documents import (
    UnreadableDocument,
    read_programme_document,
    write_programme_document,
)
from habitue.services.drafting.writing import describe_draft

_LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry on the draft's page."""

    code: str
    name: str
    sentences: tuple[str, ...]
    off: bool
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A section on the draft's page."""

    place: Place
    entries: tuple[EntryShown, ...]
    settings: Whole | None


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def home(visit: Visit, draft_id: UUID) -> HttpResponse:
    """All parts of the draft in words, each with the way to its form."""
    desk = open_desk(visit, draft_id)
    shown = [_shown(desk, place) for place in PLACES.values()]
    at_entries = {
        trouble for section in shown for entry in section.entries for trouble in entry.troubles
    }
    unknown = sorted(
        set(desk.document)
        - {place.section for place in PLACES.values()}
        - {path for whole in WHOLES.values() for path in whole.paths}
    )
    books = WHOLES["books"]
    context = {
        "places": shown,
        "troubles": [one for one in desk.troubles if one not in at_entries],
        "errors": any(one.severity == "error" for one in desk.troubles),
        "books": books,
        "books_say": [] if desk.lexicon is None else list(books.sentences(desk.lexicon)),
        "details": WHOLES["details"],
        "others": unknown,
    }
    return desk.render("draft.html", context, tab="rules")


def _shown(desk: Desk, place: Place) -> PlaceShown:
    part: Any = place.section
    entries = tuple(
        EntryShown(
            code,
            desk.names.of(part, code, desk.language),
            ()
            if desk.lexicon is None
            else tuple(filter(None, place.sentences(code, desk.lexicon))),
            one.get("enabled") in (False, "no", "false"),
            _about(desk, place.path(desk.document, code)),
        )
        for code, one in place.entries(desk.document).items()
    )
    has_ladder = place.key == "tiers" and entries
    return PlaceShown(place, entries, WHOLES["ladder"] if has_ladder else None)


def _about(desk: Desk, path: str) -> tuple[Trouble, ...]:
    starts = (f"{path}.", f"{path}[")
    return tuple(one for one in desk.troubles if one.path == path or one.path.startswith(starts))


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def sheet(visit: Visit, draft_id: UUID) -> HttpResponse:
    """What members (or staff) will read once the draft is in force."""
    desk = open_desk(visit, draft_id)
    audience: Audience = "staff" if visit.request.GET.get("for") == "staff" else "members"
    found = None
    if desk.lexicon is not None:
        found = rule_sheet(desk.lexicon, audience=audience, now=visit.now)
    return desk.render("sheet.html", {"sheet": found, "audience": audience}, tab="sheet")


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def history(visit: Visit, draft_id: UUID) -> HttpResponse:
    """What the draft changes of the version it began as, and who changed what in it."""
    desk = open_desk(visit, draft_id)
    changes = None
    if desk.draft.base_number:
        base = get_version(
            visit.connection, code=desk.draft.programme, number=desk.draft.base_number
        )
        changes = changes_in_words(base.document, desk.document, language=desk.language)
    revisions = list_revisions(visit.connection, draft_id=draft_id)
    steps = [
        {
            "revision": one,
            "changes": []
            if place + 1 == len(revisions)
            else changes_in_words(
                revisions[place + 1].document, one.document, language=desk.language
            ),
        }
        for place, one in enumerate(revisions[:30])
    ]
    return desk.render("history.html", {"changes": changes, "steps": steps}, tab="history")


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def restore(visit: Visit, draft_id: UUID) -> HttpResponse:
    """Let the draft say again what an earlier revision of it said."""
    desk = open_desk(visit, draft_id)
    seen = seen_revision(visit.request.POST, desk)
    if seen != desk.draft.revision:
        return conflict(desk, None, seen)
    wanted = visit.request.POST.get("to", "")
    if not wanted.isdecimal() or len(wanted) > 8:
        raise Refusal(Code.UNKNOWN_DRAFT, "revision", value=wanted[:20])
    save(desk, get_revision(visit.connection, draft_id=draft_id, revision=int(wanted)).document)
    messages.success(visit.request, _("The draft says again what it said then."))
    return HttpResponseRedirect(reverse("backoffice:draft", args=[draft_id]))


class TextForm(Form):
    """The document as text."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    text = forms.CharField(
        label=gettext_lazy("The document"),
        max_length=_LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "code"}),
        help_text=gettext_lazy("YAML, as the documentation of the programme document says."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def text(visit: Visit, draft_id: UUID) -> HttpResponse:
    """The document as text, for those who want it; read and checked as everywhere."""
    desk = open_desk(visit, draft_id)
    initial = {
        "revision": desk.draft.revision,
        "text": write_programme_document(desk.document),
    }
    form = TextForm(visit.request.POST or None, initial=initial)
    troubles: list[Trouble] = []
    if visit.request.method == "POST" and form.is_valid():
        try:
            document = read_programme_document(form.cleaned_data["text"])
        except UnreadableDocument as refusal:
            form.add_error("text", words_of(refusal, language=visit.language).detail)
        else:
            found = [trouble_of(one) for one in check_document(document)]
            troubles = [one for one in found if one.severity == "error"]
            anyway = bool(visit.request.POST.get("anyway"))
            seen = seen_revision(visit.request.POST, desk)
            if seen != desk.draft.revision:
                return conflict(desk, document, seen)
            if not troubles or anyway:
                try:
                    save(desk, document)
                except Refusal as refusal:
                    if refusal.code is Code.DRAFT_CHANGED:
                        return conflict(desk, document, seen)
                    refuse_form(
                        form, refusal, language=visit.language, places={"programme": "text"}
                    )
                else:
                    messages.success(visit.request, _("It was saved in the draft."))
                    return HttpResponseRedirect(reverse("backoffice:draft", args=[draft_id]))
    status = 422 if form.errors or troubles else 200
    return desk.render("text.html", {"form": form, "wrong": troubles}, tab="text", status=status)


class NameForm(Form):
    """What the draft is called, and notes for those who write and review it."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    name = forms.CharField(label=gettext_lazy("Name of the draft"), max_length=100)
    notes = forms.CharField(
        label=gettext_lazy("Notes for colleagues"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def name(visit: Visit, draft_id: UUID) -> HttpResponse:
    """Change what the draft is called, and its notes."""
    desk = open_desk(visit, draft_id)
    draft = desk.draft
    initial = {"revision": draft.revision, "name": draft.name, "notes": draft.notes}
    form = NameForm(visit.request.POST or None, initial=initial)
    if visit.request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            describe_draft(
                visit.connection,
                actor=visit.actor,
                draft_id=draft_id,
                revision=said["revision"],
                name=said["name"],
                notes=said["notes"].replace("\r\n", "\n"),
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("It was saved."))
            return HttpResponseRedirect(reverse("backoffice:draft", args=[draft_id]))
    context = {
        "form": form,
        "heading": draft.name,
        "action": _("Save"),
        "cancel": reverse("backoffice:draft", args=[draft_id]),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="programme", status=status)
