"""Contributions of the member: what can be sent in, what was, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.engine.contributing import kind_of
from habitue.domain.errors import Refusal
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import chosen_programme, member_id, render, sent_fields
from habitue.interfaces.web.contributing import (
    PLACES,
    ContributionForm,
    contribution_in_words,
    picture_page,
    rewards_of,
    subjects_of,
)
from habitue.interfaces.web.forms import once
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.contributions import contribution_sentences
from habitue.selectors.contributions import (
    get_own_contribution,
    get_picture,
    list_own_contributions,
)
from habitue.selectors.happenings import list_happenings
from habitue.selectors.programmes import get_programme
from habitue.services.contributing.sending import send_contribution, take_back_contribution
from habitue.services.counter.counter import Counter

# So many of the latest events are looked through for what one may write about.
_LATEST = 100


@require_safe
@PORTAL.page()
def contributions(visit: Visit) -> HttpResponse:
    """What can be sent in, and what was."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    programme = lexicon.programme
    own = list_own_contributions(visit.connection, member_id=member_id(visit), programme=code)
    context = {
        "kinds": [
            {
                "code": kind.contribution,
                "name": lexicon.contribution(kind.contribution),
                "sentences": list(contribution_sentences(kind)),
                "rewards": rewards_of(kind, lexicon, visit.now),
            }
            for kind in programme.contributions.values()
        ],
        "own": [contribution_in_words(one, lexicon, programme.zone) for one in own],
    }
    return render(visit, "contributions.html", context, here="rules")


@require_http_methods(["GET", "HEAD", "POST"])
@PORTAL.page()
def contribute(visit: Visit, kind: str) -> HttpResponse:
    """Send one in."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    wanted = kind_of(lexicon.programme, kind)
    happened = list_happenings(
        visit.connection,
        member_id=member_id(visit),
        programme_id=get_programme(visit.connection, code=code).programme_id,
        code=code,
        limit=_LATEST,
    )
    subjects = subjects_of(wanted, happened.items, lexicon)
    form = ContributionForm(
        sent_fields(visit),
        visit.request.FILES or None,
        kind=wanted,
        subjects=subjects,
        initial=once(visit.now),
    )
    if visit.request.method == "POST" and form.is_valid():
        try:
            sent = form.sent(programme=code, kind=kind)
            send_contribution(_counter(visit), member_id=member_id(visit), sent=sent)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places=PLACES)
        else:
            messages.success(visit.request, _("Thank you. A colleague will look at it."))
            return HttpResponseRedirect(reverse("portal:contributions"))
    context = {
        "form": form,
        "name": lexicon.contribution(kind),
        "nothing_bought": wanted.about != "anything" and not subjects,
    }
    status = 422 if form.errors else 200
    return render(visit, "contribute.html", context, here="rules", status=status)


@require_safe
@PORTAL.page()
def picture(visit: Visit, contribution_id: UUID) -> HttpResponse:
    """The picture of one that the member has sent in."""
    record = get_own_contribution(
        visit.connection, member_id=member_id(visit), contribution_id=contribution_id
    )
    return picture_page(get_picture(visit.connection, record=record))


@require_POST
@PORTAL.page()
def take_back(visit: Visit, contribution_id: UUID) -> HttpResponse:
    """Take one back that still waits."""
    take_back_contribution(
        _counter(visit), member_id=member_id(visit), contribution_id=contribution_id
    )
    messages.success(visit.request, _("It is taken back, and nothing of it is kept."))
    return HttpResponseRedirect(reverse("portal:contributions"))


def _counter(visit: Visit) -> Counter:
    return Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="portal",
        country=visit.house.country,
    )
