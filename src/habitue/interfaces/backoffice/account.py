"""One's own account: name, language, PIN, how one signs in, and where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.staff.forms import PinForm
from habitue.interfaces.backoffice.trail.views import zone_of
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.middleware import LANGUAGE_COOKIE
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.staff import get_staff
from habitue.selectors.web_sessions import list_sessions
from habitue.services.access.pins import set_pin
from habitue.services.access.sessions import end_session, end_sessions_of
from habitue.services.access.staff import LONGEST_NAME, change_own_details


class AccountForm(Form):
    """What a colleague changes of their own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def account(visit: Visit) -> HttpResponse:
    """The page, and the form of name and language."""
    me = _me(visit)
    initial = {"name": me.name, "language": me.language or visit.language}
    form = AccountForm(visit.request.POST or None, initial=initial)
    if visit.request.method == "POST" and form.is_valid():
        try:
            change_own_details(
                visit.connection, actor=visit.actor, now=visit.now, **form.cleaned_data
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("It was saved."))
            response = HttpResponseRedirect(reverse("backoffice:account"))
            response.delete_cookie(LANGUAGE_COOKIE)
            return response
    return _page(visit, form, PinForm())


@sensitive_post_parameters("pin")
@require_POST
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def own_pin(visit: Visit) -> HttpResponse:
    """Choose a PIN of one's own."""
    form = PinForm(visit.request.POST)
    if form.is_valid():
        try:
            set_pin(
                visit.connection,
                actor=visit.actor,
                staff_id=_id(visit.actor),
                pin=form.cleaned_data["pin"],
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("The PIN was saved."))
            return HttpResponseRedirect(reverse("backoffice:account"))
    me = _me(visit)
    return _page(visit, AccountForm(initial={"name": me.name, "language": me.language}), form)


@require_POST
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def end_one(visit: Visit, handle: str) -> HttpResponse:
    """End one of one's own sessions."""
    end_session(
        visit.connection,
        actor=visit.actor,
        handle=handle,
        owner_id=_id(visit.actor),
        now=visit.now,
    )
    messages.success(visit.request, _("That device is signed out."))
    return HttpResponseRedirect(reverse("backoffice:account"))


@require_POST
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def end_others(visit: Visit) -> HttpResponse:
    """End all of one's sessions but this one."""
    end_sessions_of(
        visit.connection,
        actor=visit.actor,
        owner_id=_id(visit.actor),
        now=visit.now,
        except_key=visit.request.session.session_key or "",
    )
    messages.success(visit.request, _("All other devices are signed out."))
    return HttpResponseRedirect(reverse("backoffice:account"))


def _id(actor: Actor) -> Any:
    assert actor.id is not None, "a colleague has an id"
    return actor.id


def _me(visit: Visit) -> Any:
    return get_staff(visit.connection, actor=visit.actor, staff_id=_id(visit.actor), oneself=True)


def _page(visit: Visit, form: AccountForm, pin_form: PinForm) -> HttpResponse:
    sessions = list_sessions(
        visit.connection,
        actor=visit.actor,
        owner_id=_id(visit.actor),
        now=visit.now,
        own_key=visit.request.session.session_key or "",
    )
    context = {
        "form": form,
        "pin_form": pin_form,
        "sessions": sessions,
        "zone": zone_of(visit),
        "me": _me(visit),
    }
    status = 422 if form.errors or pin_form.errors else 200
    return render(visit, "account.html", context, here="account", status=status)
