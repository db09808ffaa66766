"""The draws of a programme: how they stand, who won, their proofs; contests are judged here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.drawn import draw_in_words
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.draws import prize_text
from habitue.selectors.draws import DrawRecord, get_proof, list_draws
from habitue.selectors.members import find_by_identifier, get_member_of
from habitue.services.drawing.judging import LONGEST_REASON, name_winner


class WinnerForm(Form):
    """Who wins which prize of a contest, and why."""

    member = forms.CharField(
        label=gettext_lazy("Member"),
        max_length=100,
        help_text=gettext_lazy("The number, the card, the phone number or the e-mail address."),
    )
    prize = forms.TypedChoiceField(label=gettext_lazy("Prize"), coerce=int)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The winner reads it."),
    )

    def __init__(self, *args: Any, prizes: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["prize"]
        assert isinstance(field, forms.TypedChoiceField), "the prize is chosen"
        field.choices = prizes


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def list_page(visit: Visit) -> HttpResponse:
    """All draws and contests, the latest end first."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    records = list_draws(visit.connection, programme=code, now=visit.now)
    context = {
        "draws": [draw_in_words(one, lexicon, for_staff=True) for one in records],
        "may_judge": visit.may(Permission.PROGRAMME_WRITE),
        "may_see": visit.may(Permission.MEMBERS_READ),
        "now": visit.now,
        "tab": "draws",
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "draws/list.html", context, here="programme")


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_READ)
def proof(visit: Visit, draw: str) -> HttpResponse:
    """What is published of a draw, as a file that anybody can check."""
    code = chosen_programme(visit)
    found = get_proof(visit.connection, programme=code, draw=draw)
    response = JsonResponse(found.as_json())
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{draw}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def judge(visit: Visit, draw: str) -> HttpResponse:
    """Name the winner of a prize of a contest."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    record = _contest(visit, code, draw)
    prizes = [
        (number, prize_text(prize, lexicon)) for number, prize in enumerate(record.draw.prizes)
    ]
    form = WinnerForm(visit.request.POST or None, prizes=prizes)
    if visit.request.method == "POST" and form.is_valid():
        try:
            _name(visit, form, code, draw)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            messages.success(visit.request, _("The winner is named."))
            return HttpResponseRedirect(reverse("backoffice:draws"))
    context = {
        "form": form,
        "heading": _("Name a winner"),
        "intro": lexicon.names.of("draws", draw, visit.language),
        "action": _("Name the winner"),
        "cancel": reverse("backoffice:draws"),
    }
    return render(visit, "form.html", context, here="programme", status=422 if form.errors else 200)


def _contest(visit: Visit, code: str, draw: str) -> DrawRecord:
    for record in list_draws(visit.connection, programme=code, now=visit.now):
        if record.draw.code == draw and record.draw.judged:
            return record
    raise Refusal(Code.UNKNOWN_DRAW, "draw", value=draw[:80])


def _name(visit: Visit, form: WinnerForm, code: str, draw: str) -> None:
    text = form.cleaned_data["member"]
    found = find_by_identifier(
        visit.connection, text=text, phones=visit.house.phones, country=visit.house.country
    )
    if len(found) != 1:
        raise Refusal(Code.UNKNOWN_MEMBER, "member", value=text[:80])
    member = get_member_of(visit.connection, actor=visit.actor, member_id=found[0].member.member_id)
    name_winner(
        visit.connection,
        actor=visit.actor,
        programme=code,
        draw=draw,
        prize=form.cleaned_data["prize"],
        member_id=member.member_id,
        reason=form.cleaned_data["reason"],
        clock=visit.house.clock,
    )
