"""The first page: whichever room the visitor may enter comes first."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.navigation import rooms_of
from habitue.interfaces.web.visits import Visit


@require_safe
@BACKOFFICE.page(Permission.BACKOFFICE_USE)
def home(visit: Visit) -> HttpResponse:
    """Lead to the first room."""
    rooms = rooms_of(visit.actor)
    return HttpResponseRedirect(rooms[0].link if rooms else reverse("backoffice:account"))
