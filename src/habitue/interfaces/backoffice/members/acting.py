"""What is done for a member in the back office: details, identifiers, consents, corrections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.consents import OFFERED
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.page import KINDS, found_member, frame_of
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import Form, OnceForm, once
from habitue.interfaces.web.lexicons import Lexicons
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.selectors.stores import list_stores
from habitue.services.consents import record_consents
from habitue.services.counter.correcting import adjust_points, foresee_adjustment, set_tier
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import (
    change_details,
    end_membership,
    give_identifier,
    withdraw_identifier,
)
from habitue.services.members import NewIdentifier


class DetailsForm(Form):
    """What is known of a member; the revision keeps two people from overwriting each other."""

    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    display_name = forms.CharField(
        label=gettext_lazy("What we call them"), max_length=100, required=False
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=(("", "–"), *LANGUAGE_NAMES), required=False
    )
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stores: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField), "the store is chosen"
        field.choices = [("", "–"), *stores]


class IdentifierForm(Form):
    """Something to know a member by."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("kind of identifier", "Kind"),
        choices=[
            (kind, words) for kind, words in KINDS.items() if kind not in ("receipt", "external")
        ],
    )
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=254)


class AdjustForm(OnceForm):
    """Points given or taken by hand."""

    currency = forms.ChoiceField(label=pgettext_lazy("which points", "Which"))
    units = forms.CharField(
        label=gettext_lazy("How many"),
        max_length=14,
        help_text=gettext_lazy("With a minus to take points away."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The member can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lexicon: Lexicon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField), "the currency is chosen"
        field.choices = [(code, lexicon.currency(code)) for code in lexicon.programme.points]

    def wanted(self) -> dict[str, str]:
        """What the service takes."""
        chosen = self.cleaned_data
        units = chosen["units"].replace("−", "-").replace(" ", "").replace(",", ".")
        return {"currency": chosen["currency"], "units": units, "reason": chosen["reason"]}


class TierForm(OnceForm):
    """A tier set by hand."""

    tier = forms.ChoiceField(
        label=gettext_lazy("Tier"),
        required=False,
        help_text=gettext_lazy("The member does not fall below it until somebody lifts it."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, lexicon: Lexicon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = lexicon.programme.tiers
        field = self.fields["tier"]
        assert isinstance(field, forms.ChoiceField), "the tier is chosen"
        codes = [tier.code for tier in tiers.tiers] if tiers is not None else []
        field.choices = [
            ("", _("None: what is deserved counts")),
            *((code, lexicon.tier(code)) for code in codes),
        ]


def counter_of(visit: Visit) -> Counter:
    """The back office as a counter."""
    return Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="backoffice",
        country=visit.house.country,
    )


def back(visit: Visit, member_id: UUID, said: str) -> HttpResponse:
    """To the member, with a word about what was done."""
    messages.success(visit.request, said)
    return HttpResponseRedirect(reverse("backoffice:member", args=[member_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def edit(visit: Visit, member_id: UUID) -> HttpResponse:
    """Change details."""
    member = found_member(visit, member_id)
    stores = [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
    if member.store and member.store not in dict(stores):
        stores.append((member.store, member.store))
    initial = {name: getattr(member, name) for name in DetailsForm.base_fields}
    form = DetailsForm(visit.request.POST or None, initial=initial, stores=stores)
    if visit.request.method == "POST" and form.is_valid():
        wanted = dict(form.cleaned_data)
        revision = wanted.pop("revision")
        birth_date = wanted.pop("birth_date")
        changes: dict[str, object] = {
            **wanted,
            "birth_date": birth_date.isoformat() if birth_date else None,
            "store": wanted["store"] or None,
        }
        try:
            change_details(
                counter_of(visit),
                member_id=member_id,
                changes=changes,
                expected_revision=revision,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return back(visit, member_id, _("It was saved."))
    return _form_page(visit, member_id, form, _("Edit details"), _("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def identifier_new(visit: Visit, member_id: UUID) -> HttpResponse:
    """Let a member be known by one more thing."""
    found_member(visit, member_id)
    form = IdentifierForm(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            give_identifier(
                counter_of(visit),
                member_id=member_id,
                identifier=NewIdentifier(chosen["kind"], chosen["value"]),
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places={"identifier": "value"})
        else:
            return back(visit, member_id, _("It was added."))
    return _form_page(visit, member_id, form, _("Add an identifier"), _("Add it"))


@require_POST
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def identifier_revoke(visit: Visit, member_id: UUID, identifier_id: UUID) -> HttpResponse:
    """Stop knowing a member by something; it can be given to somebody else then."""
    withdraw_identifier(counter_of(visit), member_id=member_id, identifier_id=identifier_id)
    return back(visit, member_id, _("It was revoked."))


@require_POST
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def consents(visit: Visit, member_id: UUID) -> HttpResponse:
    """Note what the member said."""
    record_consents(
        visit.connection,
        actor=visit.actor,
        member_id=member_id,
        given={
            (purpose, channel): f"{purpose}-{channel}" in visit.request.POST
            for purpose, channel in OFFERED
        },
        now=visit.now,
    )
    return back(visit, member_id, _("It was noted."))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.LEDGER_ADJUST)
def adjust(visit: Visit, member_id: UUID) -> HttpResponse:
    """Give or take points: first what it leads to is shown, then it is done."""
    member = found_member(visit, member_id)
    frame = frame_of(visit, member, "")
    words: Lexicons = frame["words"]
    form = AdjustForm(visit.request.POST or None, lexicon=words.current, initial=once(visit.now))
    foreseen = ""
    if visit.request.method == "POST" and form.is_valid():
        ask = {
            "programme": frame["code"],
            "external_id": form.external_id,
            "member_id": member_id,
            **form.wanted(),
        }
        try:
            if "confirmed" in visit.request.POST:
                adjust_points(counter_of(visit), **ask)
                return back(visit, member_id, _("The points were adjusted."))
            foreseen = _foreseen(foresee_adjustment(counter_of(visit), **ask), form, words)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
    context = {**frame, "form": form, "foreseen": foreseen}
    status = 422 if form.errors else 200
    return render(visit, "members/adjust.html", context, here="members", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.LEDGER_ADJUST)
def tier(visit: Visit, member_id: UUID) -> HttpResponse:
    """Set a tier by hand, or lift it again."""
    member = found_member(visit, member_id)
    frame = frame_of(visit, member, "")
    words: Lexicons = frame["words"]
    form = TierForm(visit.request.POST or None, lexicon=words.current, initial=once(visit.now))
    if visit.request.method == "POST" and form.is_valid():
        try:
            set_tier(
                counter_of(visit),
                programme=frame["code"],
                external_id=form.external_id,
                member_id=member_id,
                tier=form.cleaned_data["tier"],
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return back(visit, member_id, _("The tier was set."))
    return _form_page(visit, member_id, form, _("Set the tier by hand"), _("Set the tier"))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def close(visit: Visit, member_id: UUID) -> HttpResponse:
    """Ask once more, then end the membership."""
    member = found_member(visit, member_id)
    if visit.request.method == "POST":
        end_membership(counter_of(visit), member_id=member_id)
        return back(visit, member_id, _("The membership has ended."))
    return render(visit, "members/close.html", {"member": member}, here="members")


def _foreseen(answer: Any, form: AdjustForm, words: Lexicons) -> str:
    code = form.cleaned_data["currency"]
    points = answer.content["points"][code]
    balance = int(points["balance"])
    lexicon = words.current
    return _("From %(before)s to %(after)s") % {
        "before": lexicon.points(balance - int(points["change"]), code),
        "after": lexicon.points(balance, code),
    }


def _form_page(visit: Visit, member_id: UUID, form: Form, title: str, action: str) -> HttpResponse:
    context = {
        "form": form,
        "heading": title,
        "action": action,
        "cancel": reverse("backoffice:member", args=[member_id]),
    }
    status = 422 if form.errors else 200
    return render(visit, "form.html", context, here="members", status=status)
