"""The terminal as a door.

A paired till shows its secret by a cookie; who serves there says so by a PIN, for as long as the
till is used.  A colleague with an account may open the terminal in any browser, and chooses the
store.  So one of three visits: a colleague (at a till or not), a till that nobody uses, nobody.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from habitue.domain.access import Actor, Kind
from habitue.interfaces.web.actors import staff_of
from habitue.interfaces.web.middleware import COOKIE_SECONDS, speak
from habitue.interfaces.web.visits import Door, Visit
from habitue.kit.instants import MINUTE, Instant
from habitue.selectors.actors import actor_of_device, actor_of_staff

TILL_COOKIE: Final = "habitue_till"
SERVING_KEY: Final = "till_staff"
UNTIL_KEY: Final = "till_until"
STORE_KEY: Final = "till_store"
SHOWN_KEY: Final = "till_shown"
DEVICE_KEY: Final = "device_id"
# Who walks away is gone after this; every page that is opened begins it anew.
IDLE: Final[Instant] = 10 * MINUTE
# A session is not written anew for every letter that is typed.
_RENEWED_AFTER: Final[Instant] = MINUTE


def who(visit: Visit) -> Actor:
    """The colleague who serves, or the till that waits for one."""
    secret = visit.request.COOKIES.get(TILL_COOKIE, "")
    till = actor_of_device(visit.connection, secret=secret) if secret else None
    if till is None:
        return staff_of(visit)
    serving = _serving(visit, till)
    if serving is None:
        return till
    speak(visit.request, serving.language)
    return serving


def _serving(visit: Visit, till: Actor) -> Actor | None:
    session = visit.request.session
    text, until = session.get(SERVING_KEY), session.get(UNTIL_KEY, 0)
    if not isinstance(text, str) or not isinstance(until, int) or visit.now > until:
        return None
    (store,) = till.stores
    actor = actor_of_staff(visit.connection, staff_id=UUID(text), device=till.device, store=store)
    if actor is not None and visit.now + IDLE - until > _RENEWED_AFTER:
        session[UNTIL_KEY] = visit.now + IDLE
    return actor


def begin_serving(visit: Visit, staff_id: UUID) -> None:
    """Let a colleague serve at this till from now on; the session ends with the till."""
    session = visit.request.session
    session.cycle_key()
    session[DEVICE_KEY] = str(visit.actor.device)
    session[SERVING_KEY] = str(staff_id)
    session[UNTIL_KEY] = visit.now + IDLE


def stop_serving(visit: Visit) -> None:
    """Lock the till: nobody serves, and whoever showed a card must show it again."""
    for key in (SERVING_KEY, UNTIL_KEY, SHOWN_KEY):
        visit.request.session.pop(key, None)
    visit.request.session.cycle_key()


def keep_till(response: HttpResponse, secret: str) -> None:
    """Let this browser be the till whose secret it is."""
    response.set_cookie(
        TILL_COOKIE,
        secret,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def is_waiting(actor: Actor) -> bool:
    """Whether a till waits for somebody to say who serves."""
    return actor.kind is Kind.DEVICE


def _to_sign_in(visit: Visit) -> HttpResponseBase:
    there = f"{reverse('account_login')}?{urlencode({'next': visit.request.get_full_path()})}"
    if visit.wants_part:
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


TERMINAL = Door("terminal", who, _to_sign_in, "terminal/refused.html")
