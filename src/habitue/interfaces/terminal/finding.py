"""The one field: whatever is scanned or typed into it finds a member, or begins to enrol one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.programme.identifying import place_of
from habitue.interfaces.terminal.pages import Shift, serving_page, to_member
from habitue.interfaces.terminal.reading import new_rules
from habitue.interfaces.terminal.showing import note_shown
from habitue.interfaces.web.stories import Story, stories
from habitue.selectors.doings import list_doings
from habitue.selectors.members import Match, find_by_identifier, search_members

_LONGEST: Final = 200
_HITS: Final = 8
_DOINGS: Final = 8

MATCHED: Final[dict[str, Promise]] = {
    "name": pgettext_lazy("by what a member was found", "name"),
    "card": pgettext_lazy("by what a member was found", "card"),
    "phone": pgettext_lazy("by what a member was found", "phone"),
    "email": pgettext_lazy("by what a member was found", "e-mail"),
    "plate": pgettext_lazy("by what a member was found", "plate"),
    "nfc": pgettext_lazy("by what a member was found", "NFC card"),
    "serial": pgettext_lazy("by what a member was found", "serial number"),
    "wallet": pgettext_lazy("by what a member was found", "wallet pass"),
    "receipt": pgettext_lazy("by what a member was found", "receipt"),
    "external": pgettext_lazy("by what a member was found", "customer number"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A member who fits what was typed; ``is_exact`` where it was the whole of an identifier."""

    member_id: UUID
    name: str
    number: str
    matched: Promise | str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class DoneHere:
    """What was done here: whom it was for, and where it is undone, or empty."""

    story: Story
    name: str
    undo: str
    is_undone: bool


@require_safe
@serving_page(Permission.MEMBERS_READ)
def home(shift: Shift) -> HttpResponse:
    """The field, who fits, and what was done here lately.

    ``go`` opens a member whom the text identifies in full: the only one, the one it names, or the
    one by what the programme asks for first.
    """
    request = shift.visit.request
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    opened = _identified(shift, text, request.GET.get("go", ""))
    if opened is not None:
        note_shown(shift.visit, opened, shift.methods)
        return to_member(opened.member.member_id)
    context = {
        "text": text,
        "hits": _hits(shift, text),
        "searched": bool(text),
        "doings": () if shift.visit.wants_part else _doings(shift),
        "new": None if shift.visit.wants_part else new_rules(shift),
    }
    return shift.render("home.html", context, part="_hits.html")


def _identified(shift: Shift, text: str, go: str) -> Match | None:
    if not go or not text:
        return None
    house = shift.visit.house
    found = find_by_identifier(
        shift.visit.connection, text=text, phones=house.phones, country=house.country
    )
    exact = [one for one in found if one.member.status == "active"]
    named = [one for one in exact if str(one.member.member_id) == go]
    fitting = named or _asked_first(shift, exact)
    return fitting[0] if len(fitting) == 1 else None


def _asked_first(shift: Shift, exact: list[Match]) -> list[Match]:
    """Of several whom a text stands for, those of the kind that the programme asks for first."""
    if len(exact) == 1 or not exact:
        return exact
    places = [place_of(shift.methods, one.matched) for one in exact]
    return [one for one, place in zip(exact, places, strict=True) if place == min(places)]


def _hits(shift: Shift, text: str) -> list[Hit]:
    if not text:
        return []
    house = shift.visit.house
    found = search_members(
        shift.visit.connection,
        query=text,
        phones=house.phones,
        country=house.country,
        limit=_HITS,
    )
    return [
        Hit(
            one.member.member_id,
            one.member.shown_name or one.member.number,
            one.member.number,
            MATCHED.get(one.matched, one.matched),
            is_exact=one.trust is not None,
        )
        for one in found
    ]


def _doings(shift: Shift) -> list[DoneHere]:
    """What was done in this store lately, with the link that undoes it."""
    found = list_doings(
        shift.visit.connection,
        actor=shift.visit.actor,
        programme_id=shift.programme.programme_id,
        store=shift.store_code,
        now=shift.visit.now,
        limit=_DOINGS,
    )
    told = stories([one.happening for one in found], shift.words, {})
    return [
        DoneHere(story, one.name, "" if one.undone else _undo_link(story), one.undone)
        for story, one in zip(told, found, strict=True)
    ]


def _undo_link(story: Story) -> str:
    if story.kind not in ("purchase", "redemption"):
        return ""
    return reverse("terminal:undo", args=[story.kind, story.external_id])
