"""Enrolling somebody who stands there: a name and one thing to know them by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from habitue.domain.access import Permission
from habitue.domain.consents import Channel, Purpose
from habitue.domain.errors import Refusal
from habitue.interfaces.terminal.pages import counter_of, programme_of, render, serving_page
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import OnceForm, once
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.members import Match, search_members
from habitue.services.counter.enrolling import enrol_at
from habitue.services.members import NewIdentifier

KINDS = ("email", "phone", "card")


class EnrolForm(OnceForm):
    """Who joins."""

    given_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    card = forms.CharField(
        label=gettext_lazy("Card"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Scan it, if there is one; otherwise the portal shows a card."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)
    news = forms.BooleanField(
        label=gettext_lazy("Agrees to news and offers by e-mail"), required=False
    )
    remember = forms.BooleanField(
        label=gettext_lazy("Agrees that we remember what they like"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Somebody must be found again next time."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(kind) for kind in KINDS):
            self.add_error(
                "phone", _("Add a phone number, an e-mail address or a card, to find them again.")
            )
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.MEMBERS_WRITE)
def enrol(visit: Visit) -> HttpResponse:
    """Make a member, and open their page with what joining gave."""
    form = EnrolForm(visit.request.POST or None, initial=_initial(visit))
    if visit.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        code, _currency = programme_of(visit)
        try:
            enrolled = enrol_at(
                counter_of(visit),
                programme=code,
                external_id=form.external_id,
                identifiers=[NewIdentifier(kind, wanted[kind]) for kind in KINDS if wanted[kind]],
                details=_details(wanted),
                consents={
                    (Purpose.NEWS_AND_OFFERS, Channel.EMAIL): wanted["news"],
                    (Purpose.REMEMBERING, Channel.ON_SITE): wanted["remember"],
                },
            )
        except Refusal as refusal:
            refuse_form(form, _placed(refusal, wanted), language=visit.language)
        else:
            messages.success(visit.request, _("Welcome! The membership is ready."))
            return HttpResponseRedirect(
                reverse("terminal:member", args=[enrolled.member.member_id])
            )
    context = {"form": form, "similar": _similar(visit, form)}
    return render(visit, "enrol.html", context, status=422 if form.errors else 200)


def _initial(visit: Visit) -> dict[str, Any]:
    """What was typed into the field before: a number, an address, or a name."""
    text = visit.request.GET.get("q", "").replace("\x00", "").strip()[:100]
    digits = sum(letter.isdigit() for letter in text)
    guess: dict[str, Any] = {"language": visit.language, **once(visit.now)}
    if "@" in text:
        guess["email"] = text
    elif digits >= 6:
        guess["phone"] = text
    elif text:
        given, _space, family = text.partition(" ")
        guess |= {"given_name": given, "family_name": family}
    return guess


def _details(wanted: dict[str, Any]) -> dict[str, object]:
    details: dict[str, object] = {
        "given_name": wanted["given_name"],
        "family_name": wanted["family_name"],
        "language": wanted["language"],
    }
    if wanted["birth_date"] is not None:
        details["birth_date"] = wanted["birth_date"].isoformat()
    return details


def _placed(refusal: Refusal, wanted: dict[str, Any]) -> Refusal:
    """The same refusal, at the field in which the identifier was typed."""
    given = [kind for kind in KINDS if wanted[kind]]
    for place, kind in enumerate(given):
        if refusal.path.startswith(f"identifiers[{place}]"):
            return Refusal(refusal.code, kind, **refusal.parameters)
    return refusal


def _similar(visit: Visit, form: EnrolForm) -> tuple[Match, ...]:
    """Members who may be the same person: shown, and nothing is forbidden by it."""
    name = f"{form['given_name'].value() or ''} {form['family_name'].value() or ''}".strip()
    if len(name) < 3:
        return ()
    return search_members(
        visit.connection,
        query=name,
        phones=visit.house.phones,
        country=visit.house.country,
        limit=3,
    )
