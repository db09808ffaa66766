"""Referrals of a programme: the list, and the review of those that may be one person."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.referral_words import referral_in_words
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.kit.paging import CursorError
from habitue.selectors.referrals import FILTERS, Stage, get_referral, list_referrals
from habitue.services.referring.reviewing import LONGEST_REASON, review_referral

PAGE: Final = 20
# The filters of the list, in the order in which they are offered.
NAMES: Final[dict[str, Promise]] = {
    "": pgettext_lazy("filter of a list", "Any"),
    "checking": gettext_lazy("To be checked"),
    "running": gettext_lazy("Running"),
    "vested": gettext_lazy("Counted"),
    "lapsed": gettext_lazy("Lapsed or ended"),
    "refused": gettext_lazy("Refused"),
}


class ReviewForm(Form):
    """What becomes of a referral, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=(
            ("approve", gettext_lazy("It counts: they are two people")),
            ("refuse", gettext_lazy("It does not count")),
        ),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("It stands in the audit trail."),
    )


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_READ)
def list_page(visit: Visit) -> HttpResponse:
    """Who brought whom, the latest first."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    asked = visit.request.GET.get("state", "")
    wanted = asked if asked in FILTERS else ""
    read = partial(
        list_referrals,
        visit.connection,
        actor=visit.actor,
        programme=code,
        wanted=wanted,
        limit=PAGE,
        now=visit.now,
    )
    try:
        page = read(cursor=visit.request.GET.get("cursor") or None)
    except CursorError:
        page = read()
    query = visit.request.GET.copy()
    query["cursor"] = page.next_cursor or ""
    zone = words.programme.zone
    context = {
        "referrals": [
            referral_in_words(one, zone=zone, language=visit.language) for one in page.items
        ],
        "later_link": f"?{query.urlencode()}" if page.next_cursor else "",
        "names": list(NAMES.items()),
        "wanted": wanted,
        "checking": Stage.CHECKING,
        "may_review": visit.may(Permission.MEMBERS_MERGE),
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(
        visit, "referrals/list.html", context, here="members", part="referrals/_list.html"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def review(visit: Visit, referral_id: UUID) -> HttpResponse:
    """Look at one that may be of one person, and decide."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    record = get_referral(visit.connection, programme=code, referral_id=referral_id, now=visit.now)
    if not visit.may(Permission.MEMBERS_MERGE, record.friend.store):
        raise Refusal(Code.NOT_PERMITTED, scope=Permission.MEMBERS_MERGE.value)
    form = ReviewForm(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        try:
            review_referral(
                visit.connection,
                actor=visit.actor,
                programme=code,
                referral_id=referral_id,
                approve=form.cleaned_data["decision"] == "approve",
                reason=form.cleaned_data["reason"],
                clock=visit.house.clock,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("It was decided."))
            return HttpResponseRedirect(reverse("backoffice:referrals"))
    zone = words.programme.zone
    context = {
        "form": form,
        "one": referral_in_words(record, zone=zone, language=visit.language),
        "open": record.stage is Stage.CHECKING,
    }
    status = 422 if form.errors else 200
    return render(visit, "referrals/review.html", context, here="members", status=status)
