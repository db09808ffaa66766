"""The page about oneself: details, consents, sessions, and the way out with one's data."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habitue.domain.access.trail import Action
from habitue.domain.consents import OFFERED
from habitue.domain.errors import Refusal
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import member_id, render, sent_fields, zone_here
from habitue.interfaces.texts.catalogue import LANGUAGES
from habitue.interfaces.web.consents import consents_in_words
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.export import Download
from habitue.interfaces.web.forms import DayInput, Form
from habitue.interfaces.web.middleware import LANGUAGE_COOKIE
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.consents import list_consents
from habitue.selectors.members import MemberRecord, get_member, list_identifiers
from habitue.selectors.personal_data import iterate_personal_data
from habitue.selectors.web_sessions import list_sessions
from habitue.services.access.sessions import end_session, end_sessions_of
from habitue.services.consents import record_consents
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import change_details
from habitue.services.trail import note_in_trail

_HANDLE: Final = re.compile("[0-9a-f]{64}")


class DetailsForm(Form):
    """What a member changes without asking anybody."""

    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    display_name = forms.CharField(
        label=gettext_lazy("What we call you"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("If it is not your first and family name."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Once it is set, only the staff can change it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@PORTAL.page()
def profile(visit: Visit) -> HttpResponse:
    """Everything about oneself, and the form to change it."""
    member = get_member(visit.connection, member_id=member_id(visit))
    initial = {
        "given_name": member.given_name,
        "family_name": member.family_name,
        "display_name": member.display_name,
        "language": member.language or visit.language,
        "birth_date": member.birth_date,
    }
    form = DetailsForm(sent_fields(visit), initial=initial)
    if member.birth_date is not None:
        form.fields["birth_date"].disabled = True
    if visit.request.method == "POST" and form.is_valid():
        try:
            _change(visit, member, form.cleaned_data)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return _saved(visit, form.cleaned_data["language"])
    zone = zone_here(visit)
    context = {
        "form": form,
        "member": member,
        "identifiers": list_identifiers(visit.connection, member_id=member.member_id),
        "consents": consents_in_words(
            list_consents(visit.connection, member_id=member.member_id), zone, visit.language
        ),
        "sessions": list_sessions(
            visit.connection,
            actor=visit.actor,
            owner_id=member.member_id,
            now=visit.now,
            own_key=visit.request.session.session_key or "",
        ),
        "zone": zone,
    }
    return render(
        visit, "profile.html", context, here="profile", status=422 if form.errors else 200
    )


@require_POST
@PORTAL.page()
def consents(visit: Visit) -> HttpResponse:
    """Take the member's answers: what is ticked is agreed to, what is not is not."""
    given = {
        (purpose, channel): f"{purpose}-{channel}" in visit.request.POST
        for purpose, channel in OFFERED
    }
    record_consents(
        visit.connection,
        actor=visit.actor,
        member_id=member_id(visit),
        given=given,
        now=visit.now,
    )
    messages.success(visit.request, _("Your choice was saved."))
    return HttpResponseRedirect(reverse("portal:profile"))


@require_POST
@PORTAL.page()
def end_one(visit: Visit, handle: str) -> HttpResponse:
    """End one of the member's sessions; one that is nobody's, or somebody else's, is not found."""
    # What is no hash names no session, and the database need not be asked with it.
    ended = _HANDLE.fullmatch(handle) is not None and end_session(
        visit.connection,
        actor=visit.actor,
        handle=handle,
        owner_id=member_id(visit),
        now=visit.now,
    )
    if not ended:
        raise Http404
    messages.success(visit.request, _("That device is signed out."))
    return HttpResponseRedirect(reverse("portal:profile"))


@require_POST
@PORTAL.page()
def end_others(visit: Visit) -> HttpResponse:
    """End all sessions but this one."""
    end_sessions_of(
        visit.connection,
        actor=visit.actor,
        owner_id=member_id(visit),
        now=visit.now,
        except_key=visit.request.session.session_key or "",
    )
    messages.success(visit.request, _("All other devices are signed out."))
    return HttpResponseRedirect(reverse("portal:profile"))


# Not HEAD: the trail would tell of data that nobody was given.
@require_GET
@PORTAL.page()
def my_data(visit: Visit) -> Download:
    """Everything that is kept about the member, as a file for people and machines."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in iterate_personal_data(visit.connection, member_id=member_id(visit)):
            archive.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=1))
    packed.seek(0)
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.DATA_EXPORTED,
        now=visit.now,
        subject_kind="member",
        subject_id=member_id(visit),
        subject_name=visit.actor.name,
        member_id=member_id(visit),
    )
    response = Download(packed, as_attachment=True, filename="my-data.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _change(visit: Visit, member: MemberRecord, wanted: dict[str, Any]) -> None:
    changes: dict[str, object] = {
        name: wanted[name] for name in ("given_name", "family_name", "display_name", "language")
    }
    if member.birth_date is None and wanted["birth_date"] is not None:
        changes["birth_date"] = wanted["birth_date"].isoformat()
    counter = Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="portal",
        country=visit.house.country,
    )
    change_details(counter, member_id=UUID(str(member.member_id)), changes=changes)


def _saved(visit: Visit, language: str) -> HttpResponse:
    # The page goes on in the language that was just chosen.
    with translation.override(language if language in LANGUAGES else visit.language):
        messages.success(visit.request, _("It was saved."))
    response = HttpResponseRedirect(reverse("portal:profile"))
    response.delete_cookie(LANGUAGE_COOKIE)
    return response
