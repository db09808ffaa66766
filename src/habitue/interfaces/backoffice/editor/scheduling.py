"""From draft to version: reviewed, scheduled, called off."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.drafts import Deed, State, allows
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.faults import InvalidDocument
from habitue.interfaces.backoffice.choosing import programmes_of
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.changes import changes_in_words
from habitue.interfaces.backoffice.editor.desk import Desk, open_desk, seen_revision
from habitue.interfaces.backoffice.editor.forms.when import TimeInput
from habitue.interfaces.backoffice.editor.moving import moving
from habitue.interfaces.texts import formats
from habitue.interfaces.web.forms import DayInput, Form
from habitue.interfaces.web.refusals import refuse_form, words_of
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import Instant, instant_of, zone_info
from habitue.selectors.drafts import list_reviewers, needs_review
from habitue.selectors.programmes import get_version, list_programmes
from habitue.services.drafting.reviewing import (
    can_approve,
    is_alone,
    offer_draft,
    review_draft,
)
from habitue.services.drafting.scheduling import cancel_version, schedule_draft
from habitue.services.drafting.writing import rebase_draft, withdraw_draft

_NOW: Final = "now"
_LATER: Final = "later"


class ScheduleForm(Form):
    """When a draft takes effect."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    moment = forms.ChoiceField(
        label=gettext_lazy("When does it take effect?"),
        choices=[(_NOW, gettext_lazy("At once")), (_LATER, gettext_lazy("Later"))],
        widget=forms.RadioSelect,
        initial=_LATER,
    )
    day = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=DayInput, input_formats=["%Y-%m-%d"]
    )
    hour = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=TimeInput(attrs={"step": 60}),
        input_formats=["%H:%M", "%H:%M:%S"],
    )
    alone = forms.BooleanField(
        label=gettext_lazy("Nobody else could approve it. I answer for it alone."), required=False
    )

    def __init__(self, *args: Any, zone: str, alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        if not alone:
            del self.fields["alone"]

    def clean(self) -> dict[str, Any]:
        """Later needs a day, and the statement must be made."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("moment") == _LATER and not cleaned.get("day"):
            self.add_error("day", _("Choose a day."))
        if "alone" in self.fields and not cleaned.get("alone"):
            self.add_error("alone", _("Confirm it, or ask a colleague to approve it."))
        return cleaned

    @property
    def effective_at(self) -> Instant | None:
        """The instant by the programme's clock; ``None`` for at once."""
        said = self.cleaned_data
        if said["moment"] == _NOW:
            return None
        local = datetime.combine(said["day"], said["hour"] or time(0, 0))
        return instant_of(local.replace(tzinfo=zone_info(self.zone)))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def schedule(visit: Visit, draft_id: UUID) -> HttpResponse:
    """What the draft changes, who has to approve it, and when it takes effect."""
    desk = open_desk(visit, draft_id)
    needed = needs_review(visit.connection, code=desk.draft.programme)
    approved = desk.draft.state is State.APPROVED
    lonely = (
        needed and not approved and is_alone(visit.connection, actor=visit.actor, draft=desk.draft)
    )
    form = ScheduleForm(
        visit.request.POST or None,
        initial={"revision": desk.draft.revision},
        zone=desk.zone,
        alone=lonely,
    )
    if visit.request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_scheduled(desk, form))
        except InvalidDocument as refusal:
            form.add_error(None, words_of(refusal, language=visit.language).detail)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places={"effective_at": "day"})
    context = {"form": form, "needed": needed, "approved": approved, **_around(desk, lonely=lonely)}
    return desk.render("schedule.html", context, tab="schedule", status=422 if form.errors else 200)


def _scheduled(desk: Desk, form: ScheduleForm) -> str:
    visit = desk.visit
    done, moved = schedule_draft(
        visit.connection,
        actor=visit.actor,
        draft_id=desk.draft.draft_id,
        revision=form.cleaned_data["revision"],
        clock=visit.house.clock,
        effective_at=form.effective_at,
        alone=form.cleaned_data.get("alone", False),
    )
    when = formats.moment(done.effective_at, zone=desk.zone, language=visit.language)
    if done.effective_at <= visit.house.clock.now():
        text = _("Version %(number)s is in force.")
    else:
        text = _("Version %(number)s takes effect on %(when)s.")
    messages.success(visit.request, text % {"number": done.number, "when": when})
    if moved:
        text = ngettext(
            "%(count)s member moved up with it.", "%(count)s members moved up with it.", moved
        )
        count = formats.units(moved, language=visit.language)
        messages.success(visit.request, text % {"count": count})
    return f"{reverse('backoffice:programme_versions')}?programme={desk.draft.programme}"


def _around(desk: Desk, *, lonely: bool) -> dict[str, Any]:
    """What stands beside the form: the changes, what has been published since, and the review."""
    visit, draft = desk.visit, desk.draft
    latest = next(
        (one.latest_number for one in list_programmes(visit.connection)
         if one.code == draft.programme), 0)  # fmt: skip
    changes, since = None, None
    if draft.base_number:
        base = get_version(visit.connection, code=draft.programme, number=draft.base_number)
        changes = changes_in_words(base.document, desk.document, language=desk.language)
        if latest != draft.base_number:
            newest = get_version(visit.connection, code=draft.programme)
            since = changes_in_words(base.document, newest.document, language=desk.language)
    reviewers = list_reviewers(visit.connection, code=draft.programme)
    return {
        "changes": changes,
        "since": since,
        "latest": latest,
        "errors": [one for one in desk.troubles if one.severity == "error"],
        "moving": moving(desk) if desk.can_change else None,
        "lonely": lonely,
        "may_schedule": not visit.actor.stores,
        "may_approve": not visit.actor.stores
        and draft.state is State.OFFERED
        and can_approve(visit.connection, actor=visit.actor, draft=draft),
        "may_send_back": not visit.actor.stores and draft.state is State.OFFERED,
        "may_offer": allows(draft.state, Deed.OFFER),
        "reviewers": [name for who, name in reviewers.items() if who != visit.actor.id],
    }


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def act(visit: Visit, draft_id: UUID, deed: str) -> HttpResponse:
    """Offer the draft, approve it, send it back, let it replace a newer version, or give it up."""
    desk = open_desk(visit, draft_id)
    revision = seen_revision(visit.request.POST, desk)
    named: dict[str, Any] = {
        "actor": visit.actor,
        "draft_id": draft_id,
        "revision": revision,
    }
    said = visit.request.POST
    if deed == "offer":
        offer_draft(visit.connection, now=visit.now, **named)
        messages.success(visit.request, _("It was offered for review."))
    elif deed in ("approve", "send-back"):
        review_draft(
            visit.connection,
            approve=deed == "approve",
            remark=said.get("remark", "").strip(),
            now=visit.now,
            **named,
        )
        messages.success(visit.request, _("The review was noted."))
    elif deed == "rebase":
        number = said.get("number", "")
        rebase_draft(visit.connection, number=int(number) if number.isdecimal() else 0, **named)
        messages.success(visit.request, _("The draft now replaces the newest version."))
    elif deed == "withdraw":
        withdraw_draft(visit.connection, now=visit.now, **named)
        messages.success(visit.request, _("The draft was given up."))
        return HttpResponseRedirect(reverse("backoffice:drafts"))
    else:
        raise Refusal(Code.UNKNOWN_CHOICE, "deed", value=deed[:40], allowed="")
    return HttpResponseRedirect(reverse("backoffice:draft_schedule", args=[draft_id]))


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def call_off(visit: Visit) -> HttpResponse:
    """Call off the newest version of a programme before it takes effect."""
    code, number = visit.request.POST.get("programme", ""), visit.request.POST.get("number", "")
    if code not in programmes_of(visit):
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])
    cancel_version(
        visit.connection,
        actor=visit.actor,
        code=code,
        number=int(number) if number.isdecimal() and len(number) < 9 else 0,
        clock=visit.house.clock,
    )
    messages.success(visit.request, _("It was called off. What was in force stays in force."))
    return HttpResponseRedirect(f"{reverse('backoffice:programme_versions')}?programme={code}")
