"""The pages of the tills."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.trail.views import zone_of
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.devices import get_device, list_devices
from habitue.selectors.stores import list_stores
from habitue.services.access.devices import LONGEST_NAME, add_device, renew_pairing, revoke_device


class DeviceForm(Form):
    """A till, by where it stands."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("For example: bar, or terrace."),
    )
    store = forms.ChoiceField(label=pgettext_lazy("a shop or café", "Store"))

    def __init__(self, *args: Any, stores: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField), "the store is chosen"
        field.choices = stores


@require_safe
@BACKOFFICE.page(Permission.DEVICES_READ)
def list_page(visit: Visit) -> HttpResponse:
    """The tills of the visitor's stores."""
    names = {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)}
    everything = visit.request.GET.get("revoked") == "too"
    devices = list_devices(visit.connection, actor=visit.actor, revoked_too=everything)
    context = {
        "devices": [(one, names.get(one.store, one.store)) for one in devices],
        "everything": everything,
        "zone": zone_of(visit),
        "now": visit.now,
        "may_write": visit.may(Permission.DEVICES_WRITE),
    }
    return render(visit, "devices/list.html", context, here="devices")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.DEVICES_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Add a till, and show its pairing code."""
    stores = [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
    form = DeviceForm(visit.request.POST or None, stores=stores)
    if visit.request.method == "POST" and form.is_valid():
        try:
            _id, code = add_device(
                visit.connection, actor=visit.actor, now=visit.now, **form.cleaned_data
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return _paired(visit, form.cleaned_data["name"], code)
    context = {
        "form": form,
        "heading": _("New till"),
        "action": _("Add it"),
        "cancel": reverse("backoffice:devices"),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="devices", status=status)


@require_POST
@BACKOFFICE.page(Permission.DEVICES_WRITE)
def renew(visit: Visit, device_id: UUID) -> HttpResponse:
    """A new pairing code; what was paired before is let in no more."""
    device = get_device(visit.connection, actor=visit.actor, device_id=device_id)
    code = renew_pairing(visit.connection, actor=visit.actor, device_id=device_id, now=visit.now)
    return _paired(visit, device.name, code)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.DEVICES_WRITE)
def revoke(visit: Visit, device_id: UUID) -> HttpResponse:
    """Ask once more, then revoke for ever."""
    device = get_device(visit.connection, actor=visit.actor, device_id=device_id)
    if visit.request.method != "POST":
        return render(visit, "devices/revoke.html", {"device": device}, here="devices")
    revoke_device(visit.connection, actor=visit.actor, device_id=device_id, now=visit.now)
    messages.success(visit.request, _("The till is revoked."))
    return HttpResponseRedirect(reverse("backoffice:devices"))


def _paired(visit: Visit, name: str, code: str) -> HttpResponse:
    origin = visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/")
    link = f"{origin}{reverse('terminal:pair')}?{urlencode({'code': code})}"
    qr = segno.make(link, error="m", micro=False)
    context = {
        "name": name,
        "code": f"{code[:4]}-{code[4:]}",
        "link": link,
        "qr": qr.svg_data_uri(scale=6, border=2, dark="#000", light="#fff"),
    }
    return render(visit, "devices/pairing.html", context, here="devices")
