"""Draws for members: odds as entries stand, one's own chance, winners and proofs."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import chosen_programme, member_id, render
from habitue.interfaces.web.drawn import draw_in_words
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.visits import Visit
from habitue.selectors.draws import get_own_entries, get_proof, list_draws


@require_safe
@PORTAL.page()
def draws(visit: Visit) -> HttpResponse:
    """All draws and contests, with what the member has in them."""
    code = chosen_programme(visit)
    lexicon = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    own = get_own_entries(
        visit.connection, programme=code, member_id=member_id(visit), now=visit.now
    )
    records = list_draws(visit.connection, programme=code, now=visit.now)
    shown = [draw_in_words(one, lexicon, for_staff=False, own=own) for one in records]
    return render(visit, "draws.html", {"draws": shown}, here="rules")


@require_safe
@PORTAL.page()
def proof(visit: Visit, draw: str) -> HttpResponse:
    """What is published of a draw, as a file that anybody can check."""
    code = chosen_programme(visit)
    found = get_proof(visit.connection, programme=code, draw=draw)
    response = JsonResponse(found.as_json())
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{draw}.json"'
    return response
