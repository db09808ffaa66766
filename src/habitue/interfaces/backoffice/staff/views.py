"""The pages of colleagues."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import PERMISSIONS, Permission, Role
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.staff.forms import NewStaffForm, PinForm, StaffForm
from habitue.interfaces.backoffice.staff.words import RIGHTS, ROLES
from habitue.interfaces.backoffice.trail.views import zone_of
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.staff import StaffRecord, get_staff, list_staff
from habitue.selectors.stores import list_stores
from habitue.selectors.web_sessions import list_sessions
from habitue.services.access.pins import set_pin
from habitue.services.access.sessions import end_sessions_of
from habitue.services.access.staff import (
    add_staff,
    change_staff,
    deactivate_staff,
    invite_staff,
    reactivate_staff,
)


@require_safe
@BACKOFFICE.page(Permission.STAFF_READ)
def list_page(visit: Visit) -> HttpResponse:
    """Everybody who works here, and what each role may do."""
    wanted = visit.request.GET.get("q", "").strip().casefold()[:100]
    names = dict(_stores(visit))
    colleagues = [
        (
            one,
            [ROLES[role] for role in Role if role in one.roles],
            [names.get(code, code) for code in one.stores],
        )
        for one in list_staff(visit.connection, actor=visit.actor)
        if wanted in one.name.casefold() or wanted in one.email
    ]
    context = {
        "colleagues": colleagues,
        "query": visit.request.GET.get("q", "")[:100],
        "may_write": visit.may(Permission.STAFF_WRITE),
        "roles": list(ROLES.values()),
        "rights": [
            (words, [permission in PERMISSIONS[role] for role in ROLES])
            for permission, words in RIGHTS.items()
        ],
    }
    return render(visit, "staff/list.html", context, here="staff", part="staff/_list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.STAFF_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Add a colleague, and make the invitation."""
    form = NewStaffForm(visit.request.POST or None, stores=_stores(visit))
    if visit.request.method == "POST" and form.is_valid():
        try:
            colleague = add_staff(
                visit.connection,
                actor=visit.actor,
                email=form.cleaned_data["email"],
                # Nobody gives more programmes than they have.
                details=form.details(tuple(sorted(visit.actor.programmes))),
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return _invited(visit, colleague)
    context = {
        "form": form,
        "heading": _("New colleague"),
        "action": _("Add and invite"),
        "cancel": reverse("backoffice:staff"),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="staff", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.STAFF_READ)
def colleague(visit: Visit, staff_id: UUID) -> HttpResponse:
    """One colleague: changed by whoever may, seen by the others."""
    found = get_staff(visit.connection, actor=visit.actor, staff_id=staff_id)
    initial = {
        "name": found.name,
        "roles": [role.value for role in found.roles],
        "stores": sorted(found.stores),
        "language": found.language,
    }
    form = StaffForm(visit.request.POST or None, initial=initial, stores=_stores(visit))
    if visit.request.method == "POST":
        visit.require(Permission.STAFF_WRITE)
        if form.is_valid():
            try:
                change_staff(
                    visit.connection,
                    actor=visit.actor,
                    staff_id=staff_id,
                    details=form.details(tuple(sorted(found.programmes))),
                    now=visit.now,
                )
            except Refusal as refusal:
                refuse_form(form, refusal, language=visit.language, places={"staff": "roles"})
            else:
                messages.success(visit.request, _("It was saved."))
                return HttpResponseRedirect(reverse("backoffice:colleague", args=[staff_id]))
    may_end = visit.may(Permission.SESSIONS_END)
    names = dict(_stores(visit))
    context = {
        "colleague": found,
        "roles": [ROLES[role] for role in Role if role in found.roles],
        "stores": [names.get(code, code) for code in found.stores],
        "form": form,
        "pin_form": PinForm(),
        "zone": zone_of(visit),
        "may_write": visit.may(Permission.STAFF_WRITE),
        "may_end": may_end,
        "sessions": list_sessions(
            visit.connection, actor=visit.actor, owner_id=staff_id, now=visit.now
        )
        if may_end
        else (),
    }
    status = 422 if form.errors else 200
    return render(visit, "staff/colleague.html", context, here="staff", status=status)


@sensitive_post_parameters("pin")
@require_POST
@BACKOFFICE.page(Permission.STAFF_WRITE)
def pin(visit: Visit, staff_id: UUID) -> HttpResponse:
    """Give a colleague a PIN, or take it away."""
    form = PinForm(visit.request.POST)
    # An empty PIN takes the old one away; a body that could not be read must not.
    if "pin" in visit.request.POST and form.is_valid():
        try:
            set_pin(
                visit.connection,
                actor=visit.actor,
                staff_id=staff_id,
                pin=form.cleaned_data["pin"],
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("The PIN was saved."))
            return HttpResponseRedirect(reverse("backoffice:colleague", args=[staff_id]))
    context = {
        "form": form,
        "heading": _("New PIN"),
        "action": _("Save"),
        "cancel": reverse("backoffice:colleague", args=[staff_id]),
    }
    return render(visit, "form.html", context, here="staff", status=422)


@require_POST
@BACKOFFICE.page(Permission.STAFF_WRITE)
def invite(visit: Visit, staff_id: UUID) -> HttpResponse:
    """Make a new invitation; earlier ones are worthless then."""
    found = get_staff(visit.connection, actor=visit.actor, staff_id=staff_id)
    return _invited(visit, found)


@require_POST
@BACKOFFICE.page(Permission.STAFF_WRITE)
def activity(visit: Visit, staff_id: UUID) -> HttpResponse:
    """Let a colleague in no more, or again."""
    change = reactivate_staff if "again" in visit.request.POST else deactivate_staff
    change(visit.connection, actor=visit.actor, staff_id=staff_id, now=visit.now)
    messages.success(visit.request, _("It was saved."))
    return HttpResponseRedirect(reverse("backoffice:colleague", args=[staff_id]))


@require_POST
@BACKOFFICE.page(Permission.SESSIONS_END)
def end_sessions(visit: Visit, staff_id: UUID) -> HttpResponse:
    """Sign a colleague out everywhere."""
    end_sessions_of(visit.connection, actor=visit.actor, owner_id=staff_id, now=visit.now)
    messages.success(visit.request, _("The colleague is signed out everywhere."))
    return HttpResponseRedirect(reverse("backoffice:colleague", args=[staff_id]))


def _invited(visit: Visit, colleague: StaffRecord) -> HttpResponse:
    """Make the link, send it where mail works, and show it in any case."""
    token = invite_staff(
        visit.connection, actor=visit.actor, staff_id=colleague.staff_id, now=visit.now
    )
    path = reverse("entrance:enter", args=[token])
    origin = visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/")
    link = f"{origin}{path}"
    sent = True
    with translation.override(colleague.language or visit.language):
        subject = _("Your invitation")
        text = render_to_string("backoffice/staff/invitation.txt", {"link": link})
    try:
        visit.house.mailer.send(to=colleague.email, subject=subject, text=text)
    except Refusal:
        sent = False
    context = {"colleague": colleague, "link": link, "sent": sent}
    return render(visit, "staff/invited.html", context, here="staff")


def _stores(visit: Visit) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
