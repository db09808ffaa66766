"""What is known of a member: details, what they are known by, and what they agreed to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.consents import OFFERED
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.counter import back, counter_of, form_page
from habitue.interfaces.backoffice.members.frame import Frame, frame_of
from habitue.interfaces.backoffice.members.words import KINDS
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import DayInput, Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.services.consents import record_consents
from habitue.services.counter.details import change_details, give_identifier, withdraw_identifier
from habitue.services.members import NewIdentifier

# What comes from shops and receipts is not typed by hand.
_BY_HAND = tuple(kind for kind in KINDS if kind not in ("receipt", "external"))


class DetailsForm(Form):
    """What is known of a member; the revision keeps two people from overwriting each other."""

    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    display_name = forms.CharField(
        label=gettext_lazy("What we call them"), max_length=200, required=False
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=DayInput(),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=(("", "–"), *LANGUAGE_NAMES), required=False
    )
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, frame: Frame, **kwargs: Any) -> None:
        known = {name: getattr(frame.member, name) for name in self.base_fields}
        super().__init__(*args, initial=known, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField), "the store is chosen"
        field.choices = [("", "–"), *frame.stores.items()]

    def changes(self) -> dict[str, object]:
        """What the service takes."""
        wanted = {name: self.cleaned_data[name] for name in self.fields if name != "revision"}
        birth_date = wanted["birth_date"]
        return {
            **wanted,
            "birth_date": birth_date.isoformat() if birth_date else None,
            "store": wanted["store"] or None,
        }


class IdentifierForm(Form):
    """Something to know a member by."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("kind of identifier", "Kind"),
        choices=[(kind, KINDS[kind]) for kind in _BY_HAND],
    )
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=254)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def edit(visit: Visit, member_id: UUID) -> HttpResponse:
    """Change details."""
    frame = frame_of(visit, member_id)
    form = DetailsForm(visit.request.POST or None, frame=frame)
    if visit.request.method == "POST" and form.is_valid():
        try:
            change_details(
                counter_of(visit),
                member_id=member_id,
                changes=form.changes(),
                expected_revision=form.cleaned_data["revision"],
            )
        except Refusal as refusal:
            if refusal.code is Code.VERSION_CONFLICT:
                return _conflict(frame, form)
            refuse_form(form, refusal, language=visit.language)
        else:
            return back(visit, member_id, _("It was saved."))
    return form_page(frame, form, title=_("Edit details"), action=_("Save"))


def _conflict(frame: Frame, form: DetailsForm) -> HttpResponse:
    """Somebody else was quicker: what was typed stays, beside what they have saved."""
    now = DetailsForm(frame=frame)
    differing = [
        (field.label, _shown(now[field.name].value(), field))
        for field in form
        if not field.is_hidden and str(field.value() or "") != str(now[field.name].value() or "")
    ]
    typed = {**{field.name: field.value() for field in form}, "revision": frame.member.revision}
    again = DetailsForm(typed, frame=frame)
    context = {
        "form": again,
        "heading": _("Edit details"),
        "action": _("Save all the same"),
        "differing": differing,
    }
    return frame.render("conflict.html", context, status=409)


def _shown(value: object, field: forms.BoundField) -> str:
    chosen = field.field
    if isinstance(chosen, forms.ChoiceField):
        return str(dict(chosen.widget.choices).get(value or "", value))
    return str(value or "–")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def identifier_new(visit: Visit, member_id: UUID) -> HttpResponse:
    """Let a member be known by one more thing."""
    frame = frame_of(visit, member_id)
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
    return form_page(frame, form, title=_("Add an identifier"), action=_("Add it"))


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
    frame_of(visit, member_id)
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
