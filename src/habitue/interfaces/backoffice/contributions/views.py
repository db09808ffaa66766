"""Contributions in the back office: the queue, one page each, the decision, and entering one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.engine.contributing import kind_of
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.counter import back, counter_of
from habitue.interfaces.backoffice.members.frame import frame_of
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.contributing import (
    PLACES,
    STATES,
    ContributionForm,
    contribution_in_words,
    kinds_in_words,
    picture_page,
    subjects_of,
)
from habitue.interfaces.web.export import FORMATS, Cell, Download, Format, as_file
from habitue.interfaces.web.forms import Form, once
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.refusals import refuse_form, words_of
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.contributions import looking_sentences
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import datetime_of
from habitue.kit.paging import CursorError
from habitue.selectors.contributions import (
    ContributionFilter,
    ContributionRecord,
    count_waiting,
    get_contribution,
    get_picture,
    iterate_contributions,
    list_contributions,
)
from habitue.selectors.happenings import list_happenings
from habitue.selectors.programmes import get_programme
from habitue.services.contributing.deciding import (
    LONGEST_REASON,
    approve_contribution,
    refuse_contribution,
    withdraw_contribution,
)
from habitue.services.contributing.sending import send_contribution
from habitue.services.trail import note_in_trail

# So many of a member's latest events are looked through for what one may write about.
_LATEST = 100
_ANY = "any"


class ReasonForm(Form):
    """Why a contribution does not count."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The member reads it."),
    )


@require_safe
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def list_page(visit: Visit) -> HttpResponse:
    """What was sent in, the latest first; what waits, unless something else is asked for."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    wanted, state = _wanted(visit)
    read = partial(
        list_contributions, visit.connection, actor=visit.actor, programme=code, wanted=wanted
    )
    try:
        page = read(cursor=visit.request.GET.get("cursor") or None)
    except CursorError:
        page = read()
    query = visit.request.GET.copy()
    query.pop("cursor", None)
    if page.next_cursor:
        query["cursor"] = page.next_cursor
    zone = lexicon.programme.zone
    context = {
        "contributions": [contribution_in_words(one, lexicon, zone) for one in page.items],
        "later_link": f"?{query.urlencode()}" if page.next_cursor else "",
        "waiting": count_waiting(visit.connection, actor=visit.actor, programme=code),
        "states": [*STATES.items(), (_ANY, _("Any state"))],
        "state": state,
        "kinds": list(kinds_in_words(lexicon)),
        "given": visit.request.GET,
        "may_export": visit.may(Permission.EXPORTS_READ),
        "filtered": bool(wanted.kind or wanted.text) or state != "waiting",
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(
        visit,
        "contributions/list.html",
        context,
        here="contributions",
        part="contributions/_list.html",
    )


@require_safe
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def export(visit: Visit, kind: str) -> Download:
    """What the list shows, all pages of it, as a file; that it was taken is in the trail."""
    visit.require(Permission.EXPORTS_READ)
    if kind not in FORMATS:
        raise Refusal(Code.UNKNOWN_CHOICE, "format", value=kind[:20], allowed=", ".join(FORMATS))
    chosen: Format = "csv" if kind == "csv" else "xlsx"
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    wanted, _state = _wanted(visit)
    records = iterate_contributions(
        visit.connection, actor=visit.actor, programme=code, wanted=wanted
    )
    file = as_file(
        name=_("contributions"),
        kind=chosen,
        headings=[
            _("Sent in"),
            _("Number"),
            _("Member"),
            pgettext("of a contribution", "Kind"),
            _("What is it about?"),
            _("Text"),
            _("Link"),
            pgettext("of a contribution", "State"),
            _("Reason"),
        ],
        rows=_cells(records, lexicon),
    )
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.CONTRIBUTIONS_EXPORTED,
        now=visit.now,
        details={"format": kind},
    )
    return file


def _cells(records: Iterator[ContributionRecord], lexicon: Lexicon) -> Iterator[list[Cell]]:
    zone = lexicon.programme.zone
    for record in records:
        one = contribution_in_words(record, lexicon, zone)
        yield [
            datetime_of(record.sent_at, zone),
            record.member_number,
            record.member_name,
            one.kind,
            one.about,
            record.body,
            record.link,
            str(one.state),
            record.reason,
        ]


def _wanted(visit: Visit) -> tuple[ContributionFilter, str]:
    """What the address asks for; what is no value of a filter restricts nothing."""
    given = visit.request.GET
    state = given.get("state", "waiting")
    state = state if state in STATES or state == _ANY else "waiting"
    text = given.get("q", "").replace("\0", "").strip()[:100]
    kind = given.get("kind", "").replace("\0", "")[:100]
    return ContributionFilter("" if state == _ANY else state, kind, text), state


@require_safe
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def page(visit: Visit, member_id: UUID, contribution_id: UUID) -> HttpResponse:
    """One contribution, and what can be decided about it."""
    return _shown(visit, _found(visit, member_id, contribution_id), ReasonForm())


@require_safe
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def picture(visit: Visit, member_id: UUID, contribution_id: UUID) -> HttpResponse:
    """The picture of a contribution."""
    record = _found(visit, member_id, contribution_id)
    return picture_page(get_picture(visit.connection, record=record))


@require_POST
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def approve(visit: Visit, member_id: UUID, contribution_id: UUID) -> HttpResponse:
    """Let it count."""
    record = _found(visit, member_id, contribution_id)
    try:
        approve_contribution(
            counter_of(visit), member_id=member_id, contribution_id=contribution_id
        )
    except Refusal as refusal:
        return _refused(visit, record, refusal)
    return _done(visit, _("It is approved and counts."))


@require_POST
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def refuse(visit: Visit, member_id: UUID, contribution_id: UUID) -> HttpResponse:
    """Do not let it count."""
    return _with_reason(visit, member_id, contribution_id, refuse_contribution)


@require_POST
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def withdraw(visit: Visit, member_id: UUID, contribution_id: UUID) -> HttpResponse:
    """Withdraw the approval."""
    return _with_reason(visit, member_id, contribution_id, withdraw_contribution)


def _with_reason(
    visit: Visit, member_id: UUID, contribution_id: UUID, deed: Callable[..., ContributionRecord]
) -> HttpResponse:
    record = _found(visit, member_id, contribution_id)
    form = ReasonForm(visit.request.POST)
    if not form.is_valid():
        return _shown(visit, record, form)
    reason = form.cleaned_data["reason"]
    try:
        deed(counter_of(visit), member_id=member_id, contribution_id=contribution_id, reason=reason)
    except Refusal as refusal:
        return _refused(visit, record, refusal)
    return _done(visit, _("The member reads why it does not count."))


def _done(visit: Visit, said: str) -> HttpResponse:
    messages.success(visit.request, said)
    return HttpResponseRedirect(reverse("backoffice:contributions"))


def _refused(visit: Visit, record: ContributionRecord, refusal: Refusal) -> HttpResponse:
    words = words_of(refusal, language=visit.language)
    return _shown(visit, record, ReasonForm(), refused=words)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.CONTRIBUTIONS_DECIDE)
def enter(visit: Visit, member_id: UUID, kind: str) -> HttpResponse:
    """Enter a contribution for a member who told or showed it here."""
    frame = frame_of(visit, member_id)
    lexicon = frame.words.current
    wanted = kind_of(lexicon.programme, kind)
    happened = list_happenings(
        visit.connection,
        member_id=member_id,
        programme_id=get_programme(visit.connection, code=frame.code).programme_id,
        code=frame.code,
        limit=_LATEST,
    )
    form = ContributionForm(
        visit.request.POST if visit.request.method == "POST" else None,
        visit.request.FILES or None,
        kind=wanted,
        subjects=subjects_of(wanted, happened.items, lexicon),
        initial=once(visit.now),
    )
    form.fields["body"].label = _("Text")
    if visit.request.method == "POST" and form.is_valid():
        try:
            sent = form.sent(programme=frame.code, kind=kind)
            send_contribution(counter_of(visit), member_id=member_id, sent=sent)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places=PLACES)
        else:
            return back(visit, member_id, _("The contribution waits for a decision."))
    context = {"form": form, "heading": lexicon.contribution(kind)}
    status = 422 if form.errors else 200
    return frame.render("contribute.html", context, status=status)


def _found(visit: Visit, member_id: UUID, contribution_id: UUID) -> ContributionRecord:
    return get_contribution(
        visit.connection, actor=visit.actor, member_id=member_id, contribution_id=contribution_id
    )


def _shown(
    visit: Visit, record: ContributionRecord, form: ReasonForm, *, refused: object = None
) -> HttpResponse:
    words = lexicons(
        visit.connection, code=record.programme, language=visit.language, now=visit.now
    )
    lexicon = words.current
    context = {
        "one": contribution_in_words(record, lexicon, lexicon.programme.zone),
        "record": record,
        "form": form,
        "refused": refused,
        "sentences": list(looking_sentences(staff=True)),
        "may_see": visit.may(Permission.MEMBERS_READ),
    }
    status = 422 if form.errors or refused else 200
    return render(visit, "contributions/one.html", context, here="contributions", status=status)
