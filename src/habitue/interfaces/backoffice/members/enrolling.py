"""A new member, made in the back office; whoever may be one already is shown meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.consents import OFFERED, Channel, Purpose
from habitue.domain.errors import Refusal
from habitue.domain.identity.details import MemberDetails
from habitue.domain.identity.kinds import Kind
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.counter import counter_of
from habitue.interfaces.backoffice.members.words import SIGNS
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.consents import CHANNELS, PURPOSES
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import DayInput, OnceForm, once
from habitue.interfaces.web.identifiers import entered_kinds, identifier_field
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.duplicates import Suspect
from habitue.selectors.lookalikes import list_lookalikes
from habitue.selectors.programmes import get_one_compiled
from habitue.selectors.referrals import takes_referrals
from habitue.selectors.stores import list_stores
from habitue.services.counter.enrolling import Invited, enrol_at
from habitue.services.members import NewIdentifier

# What is asked for where the programme does not say.
USUAL: Final[tuple[Kind, ...]] = ("email", "phone", "card")
# The lookalikes that the form was shown with; whoever saw them may go on all the same.
SEEN: Final = "seen"


class NewMemberForm(OnceForm):
    """Who joins."""

    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=DayInput(),
    )
    referral_code = forms.CharField(
        label=gettext_lazy("Code of the member who brought them"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    consents = forms.MultipleChoiceField(
        label=gettext_lazy("Agrees to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, stores: list[tuple[str, str]], kinds: tuple[Kind, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind in kinds:
            self.fields[kind] = identifier_field(kind)
        self.order_fields(["given_name", "family_name", *kinds])
        choices = {
            "store": [("", "–"), *stores],
            "consents": [
                (f"{purpose}-{channel}", _consent_text(purpose, channel))
                for purpose, channel in OFFERED
            ],
        }
        for name, some in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField), "these are chosen"
            field.choices = some

    def details(self) -> dict[str, object]:
        """What the service takes as details."""
        wanted = self.cleaned_data
        names = ("given_name", "family_name", "language", "store")
        details: dict[str, object] = {name: wanted[name] for name in names if wanted[name]}
        if wanted["birth_date"]:
            details["birth_date"] = wanted["birth_date"].isoformat()
        return details

    def given_consents(self) -> dict[tuple[Purpose, Channel], bool]:
        """What the member agrees to."""
        chosen = self.cleaned_data["consents"]
        return {pair: True for pair in OFFERED if f"{pair[0]}-{pair[1]}" in chosen}


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Enrol somebody."""
    stores = [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
    initial = {"language": visit.language, **once(visit.now)}
    kinds = _kinds(visit)
    form = NewMemberForm(visit.request.POST or None, stores=stores, kinds=kinds, initial=initial)
    programme = chosen_programme(visit)
    if not takes_referrals(visit.connection, programme=programme, now=visit.now):
        del form.fields["referral_code"]
    suspects: tuple[Suspect, ...] = ()
    if visit.request.method == "POST" and form.is_valid():
        suspects = _lookalikes(visit, kinds)
        if not suspects or SEEN in visit.request.POST:
            done = _enrol(visit, form)
            if done is not None:
                return done
    context = {"form": form, **_suspected(visit, suspects)}
    status = 422 if form.errors else 200
    return render(visit, "members/new.html", context, here="members", status=status)


@require_POST
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def lookalikes(visit: Visit) -> HttpResponse:
    """The part of the page that says who it may be already; by POST, so that no name is logged."""
    context = _suspected(visit, _lookalikes(visit, _kinds(visit)))
    return render(visit, "members/_lookalikes.html", context, here="members")


def _enrol(visit: Visit, form: NewMemberForm) -> HttpResponse | None:
    wanted = form.cleaned_data
    given = [kind for kind in form.kinds if wanted[kind]]
    try:
        enrolled = enrol_at(
            counter_of(visit),
            programme=chosen_programme(visit),
            external_id=form.external_id,
            identifiers=[NewIdentifier(kind, wanted[kind]) for kind in given],
            details=form.details(),
            consents=form.given_consents(),
            referral=Invited(code) if (code := wanted.get("referral_code")) else None,
        )
    except Refusal as refusal:
        places: dict[str, str] = {
            f"identifiers[{place}].value": kind for place, kind in enumerate(given)
        }
        refuse_form(form, refusal, language=visit.language, places=places)
        return None
    messages.success(visit.request, _("The membership is ready."))
    return HttpResponseRedirect(reverse("backoffice:member", args=[enrolled.member.member_id]))


def _kinds(visit: Visit) -> tuple[Kind, ...]:
    compiled = get_one_compiled(visit.connection, code=chosen_programme(visit))
    return entered_kinds(compiled.methods_at(visit.now), USUAL)


def _lookalikes(visit: Visit, kinds: tuple[Kind, ...]) -> tuple[Suspect, ...]:
    """Who it may be, by what stands in the form now, whether or not that is complete."""
    typed = {
        name: visit.request.POST.get(name, "").replace("\x00", "").strip()[:254]
        for name in ("given_name", "family_name", "birth_date", "store", *kinds)
    }
    try:
        born = date.fromisoformat(typed["birth_date"])
    except ValueError:
        born = None
    person = MemberDetails(
        given_name=typed["given_name"],
        family_name=typed["family_name"],
        birth_date=born,
        store=typed["store"] or None,
    )
    return list_lookalikes(
        visit.connection,
        person=person,
        identifiers=[(kind, typed[kind]) for kind in kinds if typed[kind]],
        phones=visit.house.phones,
        country=visit.house.country,
    )


def _suspected(visit: Visit, suspects: tuple[Suspect, ...]) -> dict[str, Any]:
    return {
        "suspects": [
            (
                one.member,
                [SIGNS[sign] for sign in one.signs],
                visit.may(Permission.MEMBERS_READ, one.member.store),
            )
            for one in suspects
        ]
    }


def _consent_text(purpose: Purpose, channel: Channel) -> str:
    return f"{PURPOSES[purpose]}, {CHANNELS[channel]}"
