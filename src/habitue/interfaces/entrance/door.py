"""The entrance as a door: it knows colleagues, and lets everybody in."""

from __future__ import annotations

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from habitue.interfaces.web.actors import staff_of
from habitue.interfaces.web.visits import Door, Visit


def _to_sign_in(visit: Visit) -> HttpResponseBase:
    return HttpResponseRedirect(f"{reverse('account_login')}?next={visit.request.path}")


ENTRANCE = Door("entrance", staff_of, _to_sign_in, "web/refused.html")
