"""The back office as a door: colleagues who may use it come in, everybody else signs in."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from habitue.domain.access import Permission
from habitue.interfaces.web.actors import staff_of
from habitue.interfaces.web.visits import Door, Visit


def _to_sign_in(visit: Visit) -> HttpResponseBase:
    there = f"{reverse('account_login')}?{urlencode({'next': visit.request.get_full_path()})}"
    if visit.wants_part:
        # A part of a page must not become the sign-in page: the whole page goes there.
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


BACKOFFICE = Door(
    "backoffice",
    staff_of,
    _to_sign_in,
    "backoffice/refused.html",
    opens=Permission.BACKOFFICE_USE,
)
