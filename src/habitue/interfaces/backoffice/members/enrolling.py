"""A new member, made in the back office."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.acting import counter_of
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import OnceForm, once
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.stores import list_stores
from habitue.services.counter.enrolling import enrol_at
from habitue.services.members import NewIdentifier

KINDS: Final = ("email", "phone", "card")


class NewMemberForm(OnceForm):
    """Who joins."""

    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    card = forms.CharField(label=gettext_lazy("Card"), max_length=40, required=False)
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)

    def __init__(self, *args: Any, stores: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField), "the store is chosen"
        field.choices = [("", "–"), *stores]


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Make a member and let them join."""
    stores = [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
    initial = {"language": visit.language, **once(visit.now)}
    form = NewMemberForm(visit.request.POST or None, initial=initial, stores=stores)
    if visit.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        given = [kind for kind in KINDS if wanted[kind]]
        details: dict[str, object] = {
            "given_name": wanted["given_name"],
            "family_name": wanted["family_name"],
            "language": wanted["language"],
            "store": wanted["store"] or None,
        }
        if wanted["birth_date"]:
            details["birth_date"] = wanted["birth_date"].isoformat()
        try:
            enrolled = enrol_at(
                counter_of(visit),
                programme=chosen_programme(visit),
                external_id=form.external_id,
                identifiers=[NewIdentifier(kind, wanted[kind]) for kind in given],
                details=details,
            )
        except Refusal as refusal:
            places = {f"identifiers[{place}].value": kind for place, kind in enumerate(given)}
            refuse_form(form, refusal, language=visit.language, places=places)
        else:
            messages.success(visit.request, _("The membership is ready."))
            return HttpResponseRedirect(
                reverse("backoffice:member", args=[enrolled.member.member_id])
            )
    context = {
        "form": form,
        "heading": _("New member"),
        "action": _("Enrol"),
        "cancel": reverse("backoffice:members"),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="members", status=status)
