"""Gifts by chance: what was sealed before, and what can be checked afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import chosen_programme, render, zone_here
from habitue.interfaces.texts import formats
from habitue.interfaces.web.visits import Visit
from habitue.selectors.seals import list_seals


@dataclass(frozen=True, slots=True)
class ShownSeal:
    """One month as the page shows it; ``day`` is from when the seed is told."""

    month: str
    commitment: str
    seed: str
    day: str


@require_safe
@PORTAL.page()
def chances(visit: Visit) -> HttpResponse:
    """The seals of the months, and the seeds that may be told."""
    language, zone = visit.language, zone_here(visit)
    shown = [
        ShownSeal(
            formats.month(date.fromisoformat(f"{one.month}-01"), language=language),
            one.commitment,
            one.seed,
            formats.day_of(one.told_at, zone=zone, language=language),
        )
        for one in list_seals(visit.connection, code=chosen_programme(visit), now=visit.now)
    ]
    return render(visit, "chances.html", {"seals": shown}, here="rules")
