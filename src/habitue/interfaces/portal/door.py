"""The portal as a door: members come in, everybody else signs in or joins."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from habitue.interfaces.web.actors import member_of
from habitue.interfaces.web.visits import Door, Visit


def _to_sign_in(visit: Visit) -> HttpResponseBase:
    there = reverse("portal:sign_in")
    if visit.wants_part:
        # A part of a page must not become the sign-in page: the whole page goes there.
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


PORTAL = Door("portal", member_of, _to_sign_in, "portal/refused.html")
