"""Enrolling somebody who stands there: a name and one thing to know them by."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.consents import Channel, Purpose
from habitue.domain.errors import Refusal
from habitue.domain.identity.kinds import Kind
from habitue.interfaces.terminal.pages import Shift, serving_page, to_member
from habitue.interfaces.web.context import LANGUAGE_NAMES
from habitue.interfaces.web.forms import DayInput, OnceForm, once
from habitue.interfaces.web.identifiers import entered_kinds, identifier_field, scanned_kind
from habitue.interfaces.web.refusals import refuse_form
from habitue.selectors.members import Match, MemberRecord, find_by_identifier, search_members
from habitue.selectors.referrals import takes_referrals
from habitue.services.counter.enrolling import Invited, enrol_at
from habitue.services.members import NewIdentifier

# What is asked for where the programme does not say.
USUAL: Final[tuple[Kind, ...]] = ("phone", "email", "card")
_SHORTEST_NAME: Final = 3
_SIMILAR: Final = 3
_LONGEST_GUESS: Final = 100


_CARD_HELP: Final = gettext_lazy("Scan it, if there is one; otherwise the portal shows a card.")


def _typed(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attributes})


class EnrolForm(OnceForm):
    """Who joins."""

    given_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=100,
        widget=_typed(autofocus=True, autocapitalize="words"),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=100,
        required=False,
        widget=_typed(autocapitalize="words"),
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=DayInput(),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)
    referral_code = forms.CharField(
        label=gettext_lazy("Code of the member who brought them"),
        max_length=40,
        required=False,
        widget=_typed(autocapitalize="characters"),
    )
    news = forms.BooleanField(
        label=gettext_lazy("Agrees to news and offers by e-mail"), required=False
    )
    remember = forms.BooleanField(
        label=gettext_lazy("Agrees that we remember what they like"), required=False
    )

    def __init__(self, *args: Any, kinds: tuple[Kind, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        scanned = scanned_kind(kinds)
        for kind in kinds:
            self.fields[kind] = identifier_field(kind, scanned=kind == scanned)
        if "card" in kinds:
            self.fields["card"].help_text = _CARD_HELP
        self.order_fields(["given_name", "family_name", *kinds])

    def clean(self) -> dict[str, Any]:
        """Somebody must be found again next time."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(kind) for kind in self.kinds):
            wanted = _("Add a phone number, an e-mail address or a card, to find them again.")
            if self.kinds != USUAL:
                names = ", ".join(str(self.fields[kind].label) for kind in self.kinds)
                wanted = _("Add one of these, to find them again: %(names)s.") % {"names": names}
            self.add_error(self.kinds[0], wanted)
        return cleaned

    def identifiers(self) -> list[NewIdentifier]:
        """What the member will be known by."""
        cleaned = self.cleaned_data
        return [NewIdentifier(kind, cleaned[kind]) for kind in self.kinds if cleaned[kind]]

    def details(self) -> dict[str, object]:
        """What is known of the member besides."""
        cleaned = self.cleaned_data
        names = ("given_name", "family_name", "language")
        details: dict[str, object] = {name: cleaned[name] for name in names}
        if cleaned["birth_date"] is not None:
            details["birth_date"] = cleaned["birth_date"].isoformat()
        return details

    def invited(self) -> Invited | None:
        """Who brought them."""
        code = self.cleaned_data.get("referral_code", "")
        return Invited(code) if code else None

    def consents(self) -> dict[tuple[Purpose, Channel], bool]:
        """What the member agrees to; a box that is empty is a no."""
        return {
            (Purpose.NEWS_AND_OFFERS, Channel.EMAIL): self.cleaned_data["news"],
            (Purpose.REMEMBERING, Channel.ON_SITE): self.cleaned_data["remember"],
        }


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.MEMBERS_WRITE)
def enrol(shift: Shift) -> HttpResponse:
    """Make a member, and open their page with what joining gave."""
    visit = shift.visit
    kinds = _kinds(shift)
    form = EnrolForm(visit.request.POST or None, kinds=kinds, initial=_initial(shift, kinds))
    code = shift.programme.code
    if not takes_referrals(visit.connection, programme=code, now=visit.now):
        del form.fields["referral_code"]
    if visit.request.method == "POST" and form.is_valid():
        member_id = _enrolled(shift, form)
        if member_id is not None:
            messages.success(visit.request, _("Welcome! The membership is ready."))
            return to_member(member_id, done=form.external_id)
    context = {"form": form, "similar": _similar(shift, form)}
    return shift.render("enrol.html", context, status=422 if form.errors else 200)


@require_POST
@serving_page(Permission.MEMBERS_WRITE)
def similar(shift: Shift) -> HttpResponse:
    """Members who may be the same person as the one being typed."""
    form = EnrolForm(shift.visit.request.POST, kinds=_kinds(shift))
    return shift.visit.render("terminal/_similar.html", {"similar": _similar(shift, form)})


def _enrolled(shift: Shift, form: EnrolForm) -> UUID | None:
    try:
        enrolled = enrol_at(
            shift.counter,
            programme=shift.programme.code,
            external_id=form.external_id,
            identifiers=form.identifiers(),
            details=form.details(),
            consents=form.consents(),
            referral=form.invited(),
        )
    except Refusal as refusal:
        refuse_form(form, _placed(refusal, form), language=shift.visit.language)
        return None
    return enrolled.member.member_id


def _placed(refusal: Refusal, form: EnrolForm) -> Refusal:
    """The same refusal, at the field in which the identifier was typed."""
    for place, identifier in enumerate(form.identifiers()):
        if refusal.path.startswith(f"identifiers[{place}]"):
            return Refusal(refusal.code, identifier.kind, **refusal.parameters)
    return refusal


def _kinds(shift: Shift) -> tuple[Kind, ...]:
    return entered_kinds(shift.methods, USUAL)


def _initial(shift: Shift, kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """What was typed into the field before: an address, a number, a card, or a name."""
    visit = shift.visit
    text = visit.request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_GUESS]
    fresh = {"language": visit.language, **once(visit.now)}
    if "@" in text:
        return fresh | {"email": text}
    if text[:1] in ("+", "0") and visit.house.phones.number(text):
        return fresh | {"phone": text}
    if any(letter.isdigit() for letter in text):
        coded = (kind for kind in kinds if kind not in ("phone", "email"))
        return fresh | {next(coded, "card"): text}
    given, _space, family = text.partition(" ")
    return fresh | {"given_name": given, "family_name": family.strip()}


def _similar(shift: Shift, form: EnrolForm) -> list[MemberRecord]:
    """Members who may be the same person: shown, and nothing is forbidden by it."""
    visit = shift.visit
    phones, country = visit.house.phones, visit.house.country
    matches: list[Match] = []
    for kind in form.kinds:
        typed = _said(form, kind)
        if typed:
            text = f"{kind}:{typed}"
            matches += find_by_identifier(
                visit.connection, text=text, phones=phones, country=country
            )
    name = f"{_said(form, 'given_name')} {_said(form, 'family_name')}".strip()
    if len(name) >= _SHORTEST_NAME:
        matches += search_members(
            visit.connection, query=name, phones=phones, country=country, limit=_SIMILAR
        )
    people = {one.member.member_id: one.member for one in matches}
    return list(people.values())[:_SIMILAR]


def _said(form: EnrolForm, name: str) -> str:
    field = form[name]
    longest = form.fields[name].max_length  # type: ignore[attr-defined]  # a CharField
    return str(field.value() or "").replace("\x00", "").strip()[:longest]
