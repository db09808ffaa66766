"""Bringing friends: the member's link, and what became of those who joined with it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import chosen_programme, member_id, render
from habitue.interfaces.web.actors import KNOWN_KEY, caller_of
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.referral_words import referral_in_words
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.referrals import referral_sentences
from habitue.selectors.referrals import list_brought
from habitue.services.access.throttling import count_attempt
from habitue.services.counter.enrolling import Invited
from habitue.services.referring.bringing import find_referrer, own_code

FRIEND: Final = "friend"
_TRIES: Final = 30
_SECONDS: Final = 3600


@require_safe
@PORTAL.page()
def friends(visit: Visit) -> HttpResponse:
    """The member's own link, as a picture and as a text to send, and the friends they brought."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now).current
    terms = words.programme.referral
    context: dict[str, object] = {"programme": words.title(), "takes": terms is not None}
    if terms is not None:
        rewarded = any(rule.on == "referral" for rule in words.programme.rules)
        own = own_code(visit.connection, member_id=member_id(visit), now=visit.now)
        origin = visit.house.origin or visit.request.build_absolute_uri("/").rstrip("/")
        query = urlencode({"programme": code, FRIEND: own})
        link = f"{origin}{reverse('portal:join')}?{query}"
        qr = segno.make(link, error="m", micro=False)
        context |= {
            "code": own,
            "link": link,
            "qr": qr.svg_data_uri(scale=6, border=2, dark="#000", light="#fff"),
            "share": _("I am a member of %(programme)s. Join with my link: %(link)s")
            % {"programme": words.title(), "link": link},
            "sentences": tuple(referral_sentences(terms, words, rewarded=rewarded)),
        }
    brought = list_brought(
        visit.connection, member_id=member_id(visit), programme=code, now=visit.now
    )
    zone = words.programme.zone
    context["friends"] = [
        referral_in_words(one, zone=zone, language=visit.language) for one in brought
    ]
    return render(visit, "friends.html", context, here="home")


def check_friend(visit: Visit, code: str) -> None:
    """Refuse (``UNKNOWN_REFERRAL_CODE``) a code that is nobody's, and (``RATE_LIMITED``) whoever
    tries many."""
    key = f"referral:{caller_of(visit.request)}"
    count_attempt(visit.connection, key=key, limit=_TRIES, seconds=_SECONDS, now=visit.now)
    try:
        find_referrer(visit.connection, code=code)
    except Refusal as refusal:
        raise Refusal(Code.UNKNOWN_REFERRAL_CODE, FRIEND, **refusal.parameters) from None


def invited(visit: Visit, code: str) -> Invited | None:
    """Who is said to have brought a visitor, and which members have used this browser."""
    known = visit.request.session.get(KNOWN_KEY, [])
    devices = tuple(UUID(text) for text in known if isinstance(text, str))
    return Invited(code, devices) if code else None
