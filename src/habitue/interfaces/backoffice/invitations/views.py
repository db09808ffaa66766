"""The invitations into a programme: listed with their codes, made, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.forms import DayInput, OnceForm, once
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import Instant, day_start, local_day
from habitue.selectors.invitations import Invitation, get_invitation, list_invitations
from habitue.services.access.invitations import (
    LONGEST_NOTE,
    MOST_PEOPLE,
    Wish,
    invite_people,
    revoke_invitation,
)

State = Literal["open", "used", "over", "revoked"]
_FIRST_PEOPLE: Final = 1


class InvitationForm(OnceForm):
    """For whom a code is, for how many, and until when."""

    note = forms.CharField(
        label=_("For whom?"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("For example: guests of the harvest dinner. Only the house reads it."),
    )
    people = forms.IntegerField(
        label=_("How many people may join with it?"),
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=_FIRST_PEOPLE,
    )
    expires_date = forms.DateField(
        label=_("Last day of validity"),
        required=False,
        widget=DayInput(),
        # The end of the calendar's last day is on no calendar.
        validators=[MaxValueValidator(date(9998, 12, 31))],
        help_text=_("Leave it empty for a code that stays valid until it is revoked."),
    )

    def __init__(self, *args: Any, today: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_expires_date(self) -> date | None:
        """A code that has already expired opens nothing."""
        chosen: date | None = self.cleaned_data["expires_date"]
        if chosen is not None and chosen.toordinal() < self._today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return chosen


@dataclass(frozen=True, slots=True)
class Shown:
    """An invitation as the list shows it: how it stands, its last day, and the link to send."""

    invitation: Invitation
    state: State
    latest_day: int | None
    link: str


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def list_page(visit: Visit) -> HttpResponse:
    """The newest invitations, each with what became of it."""
    code = chosen_programme(visit)
    programme = lexicons(
        visit.connection, code=code, language=visit.language, now=visit.now
    ).current.programme
    found = list_invitations(visit.connection, actor=visit.actor, programme=code)
    context = {
        "invitations": [_shown(visit, one, programme.zone) for one in found],
        "closed": programme.joining != "open",
        "zone": programme.zone,
        "tab": "invitations",
        "may_write": visit.may(Permission.PROGRAMME_WRITE),
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "invitations/list.html", context, here="programme")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def new(visit: Visit) -> HttpResponse:
    """Make a code; it stands in the list then."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    zone = lexicon.programme.zone
    form = InvitationForm(
        visit.request.POST or None, today=local_day(visit.now, zone), initial=once(visit.now)
    )
    if visit.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        wish = Wish(code, wanted["people"], wanted["note"], _end(wanted["expires_date"], zone))
        try:
            made = invite_people(
                visit.connection,
                actor=visit.actor,
                wish=wish,
                key=f"backoffice {form.external_id}",
                now=visit.now,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            told = _("The invitation is made. Its code is %(code)s.") % {"code": made.printed}
            messages.success(visit.request, told)
            return HttpResponseRedirect(reverse("backoffice:invitations"))
    context = {"form": form, "club": lexicon.title()}
    status = 422 if form.errors else 200
    return render(visit, "invitations/new.html", context, here="programme", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_WRITE)
def revoke(visit: Visit, invitation_id: UUID) -> HttpResponse:
    """Ask once more, then let nobody else in with it."""
    invitation = get_invitation(visit.connection, actor=visit.actor, invitation_id=invitation_id)
    if visit.request.method != "POST":
        context = {"invitation": invitation}
        return render(visit, "invitations/revoke.html", context, here="programme")
    revoke_invitation(
        visit.connection, actor=visit.actor, invitation_id=invitation_id, now=visit.now
    )
    messages.success(visit.request, _("The invitation is revoked. Who joined with it stays."))
    return HttpResponseRedirect(reverse("backoffice:invitations"))


def _shown(visit: Visit, invitation: Invitation, zone: str) -> Shown:
    origin = visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/")
    query = urlencode({"programme": invitation.programme, "invitation": invitation.printed})
    return Shown(
        invitation=invitation,
        state=_state(invitation, visit.now),
        latest_day=(
            None if invitation.expires_at is None else local_day(invitation.expires_at - 1, zone)
        ),
        link=f"{origin}{reverse('portal:join')}?{query}",
    )


def _state(invitation: Invitation, now: Instant) -> State:
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.joined >= invitation.people:
        return "used"
    return "over" if invitation.is_over(now) else "open"


def _end(day: date | None, zone: str) -> Instant | None:
    return None if day is None else day_start(day.toordinal() + 1, zone)
