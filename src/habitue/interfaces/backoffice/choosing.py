"""Which programme the back office looks at: the one chosen, else the first."""

from __future__ import annotations

from typing import Final

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.web.lexicons import titles_of
from habitue.interfaces.web.visits import Visit
from habitue.selectors.programmes import list_programmes

PROGRAMME_KEY: Final = "backoffice_programme"


def programmes_of(visit: Visit) -> list[str]:
    """The codes of the programmes that run and that the visitor may see."""
    return [
        one.code
        for one in list_programmes(visit.connection)
        if one.latest_number and visit.actor.in_programme(one.code)
    ]


def titles_of_programmes(visit: Visit) -> list[tuple[str, str]]:
    """The programmes to choose from: each code with what the programme is called."""
    return titles_of(visit.connection, codes=programmes_of(visit), language=visit.language)


def chosen_programme(visit: Visit) -> str:
    """The programme that is looked at; refuses (``UNKNOWN_PROGRAMME``) where there is none."""
    codes = programmes_of(visit)
    if not codes:
        raise Refusal(Code.UNKNOWN_PROGRAMME, "programme", value="")
    session = visit.request.session
    kept = str(session.get(PROGRAMME_KEY, ""))
    asked = visit.request.GET.get("programme", "")
    if asked in codes:
        if asked != kept:
            session[PROGRAMME_KEY] = asked
        return asked
    return kept if kept in codes else codes[0]
