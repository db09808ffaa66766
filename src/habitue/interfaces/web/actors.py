"""Who visits: staff by their account, a till by its device and a PIN, a member by an e-mail code.

One browser may know several people at once (an owner is often a member too), so each door asks for
its own kind of visitor.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from habitue.domain.access import NOBODY, Actor
from habitue.interfaces.web.middleware import speak
from habitue.interfaces.web.visits import Visit
from habitue.selectors.actors import actor_of_member, actor_of_staff

MEMBER_KEY: Final = "member_id"
# The members who have signed in with this browser, the latest last.
KNOWN_KEY: Final = "known_members"
_KNOWN: Final = 10
AGENT_KEY: Final = "user_agent"
ADDRESS_KEY: Final = "address"


def staff_of(visit: Visit) -> Actor:
    """The colleague who is signed in, or nobody.

    Django's own middleware has checked that the session is of this account and that the password is
    still the one with which it began.
    """
    user: Any = visit.request.user
    if not user.is_authenticated:
        return NOBODY
    actor = actor_of_staff(visit.connection, staff_id=user.pk)
    return _greeted(visit.request, actor)


def member_of(visit: Visit) -> Actor:
    """The member who is signed in, or nobody."""
    text = visit.request.session.get(MEMBER_KEY)
    if not isinstance(text, str):
        return NOBODY
    return _greeted(visit.request, actor_of_member(visit.connection, member_id=UUID(text)))


def caller_of(request: HttpRequest) -> str:
    """Where a request comes from: the address that the server's proxy vouches for, or the peer's.

    Only a proxy in front of the pages (``HABITUE_ORIGIN`` with https) may name somebody else.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return peer
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    return forwarded or peer


def note_browser(request: HttpRequest) -> None:
    """Keep with the session what its owner will know it by."""
    request.session[AGENT_KEY] = request.headers.get("User-Agent", "")[:200]
    request.session[ADDRESS_KEY] = caller_of(request)[:45]


def sign_member_in(request: HttpRequest, member_id: UUID) -> None:
    """Begin a session of this member; the old session's key is worth nothing any more."""
    request.session.cycle_key()
    request.session[MEMBER_KEY] = str(member_id)
    known = [one for one in request.session.get(KNOWN_KEY, []) if one != str(member_id)]
    request.session[KNOWN_KEY] = [*known, str(member_id)][-_KNOWN:]
    note_browser(request)


def sign_member_out(request: HttpRequest) -> None:
    """End the member's session; a colleague who is signed in here stays."""
    request.session.pop(MEMBER_KEY, None)
    request.session.cycle_key()


def _greeted(request: HttpRequest, actor: Actor | None) -> Actor:
    if actor is None:
        return NOBODY
    speak(request, actor.language)
    return actor
