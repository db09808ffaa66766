"""The one field: whatever is scanned or typed into it finds a member, or begins to enrol one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.identity.kinds import Trust
from habitue.interfaces.terminal.pages import programme_of, render, serving_page, store_of
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.stories import Story, stories
from habitue.interfaces.web.visits import Visit
from habitue.selectors.doings import list_doings
from habitue.selectors.members import Match, find_by_identifier, search_members
from habitue.selectors.programmes import get_programme

SEEN_KEY: Final = "till_seen"
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
    "pass": pgettext_lazy("by what a member was found", "wallet pass"),
    "receipt": pgettext_lazy("by what a member was found", "receipt"),
    "external": pgettext_lazy("by what a member was found", "customer number"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A member who fits what was typed."""

    member_id: UUID
    name: str
    number: str
    matched: Promise | str


@require_safe
@serving_page(Permission.MEMBERS_READ)
def home(visit: Visit) -> HttpResponse:
    """The field, who fits, and what was done here lately.

    Enter on a whole identifier (``go``) opens the member at once.
    """
    text = visit.request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    exact = _exact(visit, text) if text else ()
    if visit.request.GET.get("go") and len(exact) == 1:
        return opened(visit, exact[0])
    hits = _hits(visit, text, exact)
    context = {
        "text": text,
        "hits": hits,
        "searched": bool(text),
        "doings": () if visit.wants_part else _doings(visit),
    }
    return render(visit, "home.html", context, part="_hits.html")


def opened(visit: Visit, match: Match) -> HttpResponse:
    """Go to the member, and remember how well they have shown who they are."""
    seen = visit.request.session.get(SEEN_KEY, {})
    trust = int(match.trust) if match.trust is not None else int(Trust.GREET)
    visit.request.session[SEEN_KEY] = {
        **dict(list(seen.items())[-20:]),
        str(match.member.member_id): trust,
    }
    return HttpResponseRedirect(reverse("terminal:member", args=[match.member.member_id]))


def trust_of_visit(visit: Visit, member_id: UUID) -> Trust:
    """How well a member has shown here who they are; staff who looked somebody up by name know
    them by sight, which greets and earns."""
    seen = visit.request.session.get(SEEN_KEY, {})
    return Trust(seen.get(str(member_id), int(Trust.EARN)))


def _exact(visit: Visit, text: str) -> tuple[Match, ...]:
    found = find_by_identifier(
        visit.connection, text=text, phones=visit.house.phones, country=visit.house.country
    )
    return tuple(one for one in found if one.member.status == "active")


def _hits(visit: Visit, text: str, exact: tuple[Match, ...]) -> list[Hit]:
    if not text:
        return []
    found = search_members(
        visit.connection,
        query=text,
        phones=visit.house.phones,
        country=visit.house.country,
        limit=_HITS,
    )
    ordered = {one.member.member_id: one for one in (*exact, *found)}
    return [
        Hit(
            one.member.member_id,
            one.member.shown_name or one.member.number,
            one.member.number,
            MATCHED.get(one.matched, one.matched),
        )
        for one in list(ordered.values())[:_HITS]
    ]


def _doings(visit: Visit) -> list[tuple[Story, str, str]]:
    """What was done in this store lately: in words, by whom it was, and the link that undoes it."""
    store = store_of(visit)
    code, _currency = programme_of(visit)
    programme = get_programme(visit.connection, code=code)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    found = list_doings(
        visit.connection,
        actor=visit.actor,
        programme_id=programme.programme_id,
        code=code,
        store=store.code if store else "",
        now=visit.now,
        limit=_DOINGS,
    )
    told = stories([one.happening for one in found], words, {})
    return [
        (
            story,
            one.name,
            _undo_link(one.happening.kind, one.happening.external_id, undone=one.undone),
        )
        for story, one in zip(told, found, strict=True)
    ]


def _undo_link(kind: str, external_id: str, *, undone: bool) -> str:
    if undone or kind not in ("purchase", "redemption"):
        return ""
    return reverse("terminal:undo", args=[kind, external_id])
