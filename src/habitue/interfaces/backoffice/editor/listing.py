"""The list of drafts, and how one is begun: from what is in force, or from a starting point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.drafts import State
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.naming import names_of
from habitue.interfaces.backoffice.choosing import programmes_of, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.forms.fields import LANGUAGES
from habitue.interfaces.backoffice.editor.forms.settings import CURRENCIES, ZONES
from habitue.interfaces.backoffice.editor.words import (
    BUSINESSES,
    REWARDED,
    STARTING_POINTS,
    STATES,
)
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.selectors.drafts import DraftRecord, list_drafts, list_reviewers, needs_review
from habitue.selectors.programmes import get_version, list_programmes
from habitue.services.drafting.reviewing import set_review_rule
from habitue.services.drafting.starting import STARTING_POINTS as POINTS
from habitue.services.drafting.starting import Answers, read_starting_point, starting_document
from habitue.services.drafting.writing import start_draft, start_draft_of

_LONGEST_CODE: Final = 60
# Gifts of a starting point that one can do without.
_GIFTS: Final = {
    "welcome": gettext_lazy("A gift for joining"),
    "birthday": gettext_lazy("A gift for the birthday"),
    "anniversary": gettext_lazy("A gift for each year of membership"),
}


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def list_page(visit: Visit) -> HttpResponse:
    """All drafts, those being written first."""
    drafts = list_drafts(visit.connection, actor=visit.actor)
    over = {State.SCHEDULED, State.WITHDRAWN}
    titles = dict(titles_of_programmes(visit))

    def shown(drafts: Iterable[DraftRecord]) -> list[dict[str, object]]:
        return [
            {
                "draft": one,
                "state": STATES[one.state],
                "title": titles.get(one.programme, one.name),
            }
            for one in drafts
        ]

    rules = [
        {
            "code": code,
            "title": title,
            "needed": needs_review(visit.connection, code=code),
            "reviewers": list(list_reviewers(visit.connection, code=code).values()),
        }
        for code, title in titles.items()
    ]
    context = {
        "open": shown(one for one in drafts if one.state not in over),
        "over": shown(one for one in drafts if one.state in over),
        "programmes": list(titles.items()),
        "rules": rules,
        "may_govern": visit.may(Permission.PROGRAMME_GOVERN) and not visit.actor.stores,
        "zone": "UTC",
    }
    return render(visit, "editor/list.html", context, here="programme")


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def begin(visit: Visit) -> HttpResponse:
    """Begin a draft with what a version of a programme says."""
    code = visit.request.POST.get("programme", "")
    if code not in programmes_of(visit):
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value=code[:80])
    text = visit.request.POST.get("version", "")
    number = int(text) if text.isdecimal() and len(text) < 9 else None
    record = get_version(visit.connection, code=code, number=number)
    title = names_of(record.document).of_programme(code, visit.language)
    name = _("Changes of %(programme)s") % {"programme": title}
    if number is not None:
        name = _("Back to version %(number)s") % {"number": number}
    draft = start_draft_of(
        visit.connection,
        actor=visit.actor,
        code=code,
        name=name[:100],
        number=number,
        now=visit.now,
    )
    return HttpResponseRedirect(reverse("backoffice:draft", args=[draft.draft_id]))


class WishForm(Form):
    """What the business is, and what it wants to reward."""

    business = forms.ChoiceField(label=gettext_lazy("What is your business?"), required=False)
    reward = forms.ChoiceField(label=gettext_lazy("What do you want to reward?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("business", BUSINESSES), ("reward", REWARDED)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Show all")), *words.items()]


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def points(visit: Visit) -> HttpResponse:
    """The starting points, those that fit first."""
    form = WishForm(visit.request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    business, reward = asked.get("business", ""), asked.get("reward", "")

    def fits(key: str) -> int:
        businesses, rewards = POINTS[key]
        return (bool(business) and business in businesses) + (bool(reward) and reward in rewards)

    wanted = bool(business) + bool(reward)
    ordered = sorted(POINTS, key=lambda key: -fits(key))
    shown = [
        {"key": key, "words": STARTING_POINTS[key], "fits": bool(wanted) and fits(key) == wanted}
        for key in ordered
    ]
    return render(visit, "editor/points.html", {"form": form, "points": shown}, here="programme")


class AnswersForm(Form):
    """What a business says of itself when it begins."""

    name = forms.CharField(
        label=gettext_lazy("What is the programme called?"),
        max_length=80,
        help_text=gettext_lazy("Members read it on their card and on every page."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Your money"), choices=CURRENCIES)
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=ZONES)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the members"),
        choices=list(LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, gifts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if gifts:
            self.fields["gifts"] = forms.MultipleChoiceField(
                label=_("Gifts"),
                choices=[(gift, _GIFTS[gift]) for gift in gifts],
                initial=gifts,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def start(visit: Visit, point: str) -> HttpResponse:
    """A few questions, and the draft of a new programme is there."""
    earn = read_starting_point(point)["earn"]
    gifts = [gift for gift in _GIFTS if gift in earn]
    initial = {
        "currency": "EUR",
        "zone": "Europe/Paris",
        "languages": [visit.language],
    }
    form = AnswersForm(visit.request.POST or None, initial=initial, gifts=gifts)
    if visit.request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_started(visit, point, form, gifts))
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places={"programme": "name"})
    context = {
        "form": form,
        "heading": STARTING_POINTS[point].name,
        "intro": STARTING_POINTS[point].does,
        "action": _("Begin"),
        "cancel": reverse("backoffice:draft_points"),
    }
    return render(visit, "form.html", context, here="programme", status=422 if form.errors else 200)


def _started(visit: Visit, point: str, form: AnswersForm, gifts: list[str]) -> str:
    said = form.cleaned_data
    taken = {one.code for one in list_programmes(visit.connection)}
    taken |= {one.programme for one in list_drafts(visit.connection, actor=visit.actor)}
    answers = Answers(
        code=_fresh(slugify(said["name"])[:_LONGEST_CODE].strip("-_") or point, taken),
        name=said["name"],
        currency=said["currency"],
        zone=said["zone"],
        languages=said["languages"],
        without=[gift for gift in gifts if gift not in said.get("gifts", ())],
    )
    draft = start_draft(
        visit.connection,
        actor=visit.actor,
        name=said["name"],
        document=starting_document(point, answers),
        now=visit.now,
    )
    messages.success(visit.request, _("The draft is there. Nothing is in force yet."))
    return reverse("backoffice:draft", args=[draft.draft_id])


def _fresh(wanted: str, taken: set[str]) -> str:
    number, code = 1, wanted
    while code in taken:
        number += 1
        code = f"{wanted}-{number}"
    return code


@require_POST
@BACKOFFICE.page(Permission.PROGRAMME_GOVERN)
def review_rule(visit: Visit) -> HttpResponse:
    """Say whether changes of a programme take a second person's approval."""
    set_review_rule(
        visit.connection,
        actor=visit.actor,
        code=visit.request.POST.get("programme", ""),
        needed=visit.request.POST.get("needed") == "yes",
        now=visit.now,
    )
    messages.success(visit.request, _("It was saved."))
    return HttpResponseRedirect(reverse("backoffice:drafts"))
