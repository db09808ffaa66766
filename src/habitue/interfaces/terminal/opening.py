"""Opening the till: pairing it, saying who serves, locking it, choosing the store."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.terminal.door import (
    STORE_KEY,
    TERMINAL,
    begin_serving,
    is_waiting,
    keep_till,
    stop_serving,
)
from habitue.interfaces.terminal.pages import Shift, serving_page
from habitue.interfaces.web.actors import caller_of
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.stores import get_store
from habitue.services.access.devices import pair_device
from habitue.services.access.pins import find_staff_by_pin


class PairForm(Form):
    """The code that the back office shows."""

    code = forms.CharField(
        label=gettext_lazy("Pairing code"),
        max_length=20,
        help_text=gettext_lazy("The back office shows it when a till is added."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class PinForm(Form):
    """Who serves."""

    pin = forms.CharField(
        label=gettext_lazy("Your PIN"),
        max_length=6,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@TERMINAL.page(public=True)
def pair(visit: Visit) -> HttpResponse:
    """Make this browser a till."""
    given = visit.request.POST or None
    form = PairForm(given, initial={"code": visit.request.GET.get("code", "")[:20]})
    if visit.request.method == "POST" and form.is_valid():
        try:
            paired = pair_device(
                visit.connection,
                code=form.cleaned_data["code"],
                caller=caller_of(visit.request),
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            stop_serving(visit)
            response = HttpResponseRedirect(reverse("terminal:who"))
            keep_till(response, paired.secret)
            return response
    return visit.render("terminal/pair.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@TERMINAL.page(Permission.TERMINAL_USE)
def who(visit: Visit) -> HttpResponseBase:
    """Ask who serves."""
    if not is_waiting(visit.actor):
        return HttpResponseRedirect(reverse("terminal:home"))
    form = PinForm(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        (store,) = visit.actor.stores
        assert visit.actor.id is not None, "a till has an id"
        try:
            staff_id = find_staff_by_pin(
                visit.connection,
                device_id=visit.actor.id,
                store=store,
                pin=form.cleaned_data["pin"],
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            begin_serving(visit, staff_id)
            return HttpResponseRedirect(reverse("terminal:home"))
    context = {"form": form, "till": visit.actor.name}
    return visit.render("terminal/who.html", context, status=422 if form.errors else 200)


@require_POST
@TERMINAL.page(Permission.TERMINAL_USE)
def lock(visit: Visit) -> HttpResponse:
    """Lock the till: the next one says who they are."""
    stop_serving(visit)
    return HttpResponseRedirect(reverse("terminal:who"))


@require_POST
@serving_page()
def choose_store(shift: Shift) -> HttpResponse:
    """Serve in another store, where the visitor works in several."""
    visit = shift.visit
    store = get_store(
        visit.connection, actor=visit.actor, code=visit.request.POST.get("store", "")[:80]
    )
    visit.request.session[STORE_KEY] = store.code
    messages.success(visit.request, _("You serve in %(store)s.") % {"store": store.name})
    return HttpResponseRedirect(reverse("terminal:home"))
