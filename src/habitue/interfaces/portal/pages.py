"""How a page of the portal is made: with its menu, and the programme that the member looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.web.lexicons import lexicons, titles_of
from habitue.interfaces.web.visits import Visit
from habitue.selectors.programmes import get_compiled, list_programmes
from habitue.selectors.standing import Standing, get_standing

PROGRAMME_KEY: Final = "portal_programme"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    key: str
    name: Promise
    icon: str

    @property
    def link(self) -> str:
        """Where it leads."""
        return reverse(f"portal:{self.key}")


PLACES: Final = (
    Place("home", pgettext_lazy("first page of the portal", "Home"), "home"),
    Place("card", pgettext_lazy("card of a member", "Card"), "card"),
    Place("history", _("History"), "trail"),
    Place("rules", _("How it works"), "sheet"),
    Place("profile", pgettext_lazy("page about oneself", "Me"), "person"),
)


def render(
    visit: Visit,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    here: str,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page with the menu around it; ``here`` is the key of its place."""
    return visit.render(
        f"portal/{template}",
        {"here": here, "places": PLACES, **(context or {})},
        part=None if part is None else f"portal/{part}",
        status=status,
    )


def member_id(visit: Visit) -> UUID:
    """Who visits."""
    assert visit.actor.id is not None, "the door lets members in alone"
    return visit.actor.id


def sent_fields(visit: Visit) -> QueryDict | None:
    """The fields of a form that was sent, were there none at all; ``None`` where it is only shown.
    A form that came empty must say what is missing, too."""
    return visit.request.POST if visit.request.method == "POST" else None


def running_programmes(visit: Visit) -> list[str]:
    """The codes of the programmes that run now, by code; one that is to begin later is none yet.
    Refuses (``UNKNOWN_PROGRAMME``) where none runs."""
    published = [one.code for one in list_programmes(visit.connection) if one.latest_number]
    compiled = get_compiled(visit.connection, codes=published)
    running = [code for code in published if compiled[code].number_at(visit.now) is not None]
    if not running:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value="")
    return running


def chosen_programme(visit: Visit) -> str:
    """The programme that the member looks at: the one chosen, else the first in which they take
    part, else the first that runs; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
    codes = running_programmes(visit)
    session = visit.request.session
    kept = str(session.get(PROGRAMME_KEY, ""))
    asked = visit.request.GET.get("programme", "")
    if asked in codes:
        if asked != kept:
            session[PROGRAMME_KEY] = asked
        return asked
    if kept in codes:
        return kept
    # Where there is no choice, nobody need be asked.
    for code in codes if len(codes) > 1 else ():
        standing = get_standing(
            visit.connection, member_id=member_id(visit), programme=code, now=visit.now
        )
        if standing is not None and standing.takes_part:
            session[PROGRAMME_KEY] = code
            return code
    return codes[0]


def title_of(visit: Visit, code: str) -> str:
    """What a programme is called in the language of the page."""
    ((_code, title),) = titles_of(visit.connection, codes=[code], language=visit.language)
    return title


def other_programmes(visit: Visit, code: str) -> list[tuple[str, str]]:
    """The other programmes that run, each by its code and by what it is called."""
    others = [one for one in running_programmes(visit) if one != code]
    return titles_of(visit.connection, codes=others, language=visit.language) if others else []


def standing_here(visit: Visit) -> Standing:
    """Where the member stands in the chosen programme; refuses (``PROGRAMME_NOT_IN_EFFECT``)."""
    code = chosen_programme(visit)
    standing = get_standing(
        visit.connection, member_id=member_id(visit), programme=code, now=visit.now
    )
    if standing is None:
        raise Refusal(Code.PROGRAMME_NOT_IN_EFFECT, "programme", value=code, at="")
    return standing


def zone_here(visit: Visit) -> str:
    """The zone in which the portal tells times: that of the chosen programme, as in the history;
    UTC in a house where no programme runs, because the page about oneself opens there too."""
    try:
        code = chosen_programme(visit)
        words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    except Refusal:
        return "UTC"
    return words.current.programme.zone
