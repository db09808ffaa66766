"""Closed clubs as the portal opens them: by the code that somebody brings."""

from __future__ import annotations

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from habitue.domain.errors import Refusal
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import chosen_programme, member_id, title_of
from habitue.interfaces.web.actors import caller_of
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.services.access.invitations import try_invitation
from habitue.services.counter.counter import Counter
from habitue.services.counter.enrolling import enter_by_invitation

_LONGEST: Final = 40


def invitation_field() -> forms.CharField:
    """Where a code is typed."""
    return forms.CharField(
        label=gettext_lazy("Invitation code"),
        max_length=_LONGEST,
        required=False,
        help_text=gettext_lazy("Twelve letters and digits, as on your invitation."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class InvitationForm(Form):
    """The code of a member of the house who is not of the club yet."""

    invitation = invitation_field()


def asked_invitation(visit: Visit) -> str:
    """The code in the link that led here."""
    return str(visit.request.GET.get("invitation", ""))[:_LONGEST]


def counter_here(visit: Visit) -> Counter:
    """The portal as a place where things are done."""
    return Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="portal",
        country=visit.house.country,
    )


@require_POST
@PORTAL.page()
def enter_club(visit: Visit) -> HttpResponse:
    """Let a member into the club that they look at, by the code that they hold."""
    code = chosen_programme(visit)
    form = InvitationForm(visit.request.POST)
    if form.is_valid():
        try:
            invitation = try_invitation(
                visit.connection,
                programme=code,
                typed=form.cleaned_data["invitation"],
                caller=caller_of(visit.request),
                now=visit.now,
            )
            enter_by_invitation(
                counter_here(visit),
                programme=code,
                member_id=member_id(visit),
                invitation=invitation,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            club = title_of(visit, code)
            messages.success(visit.request, _("Welcome to %(club)s.") % {"club": club})
            return HttpResponseRedirect(reverse("portal:home"))
    context = {"form": form, "club": title_of(visit, code)}
    return visit.render("portal/enter.html", context, status=422)
