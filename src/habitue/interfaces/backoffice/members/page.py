"""The page of one member: who it is, what they hold, what happened, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.frame import Frame, frame_of
from habitue.interfaces.backoffice.members.words import KINDS, TRUSTS
from habitue.interfaces.backoffice.trail.words import trail_lines
from habitue.interfaces.web.consents import consents_in_words
from habitue.interfaces.web.contributing import kinds_in_words
from habitue.interfaces.web.plan_words import plan_in_words
from habitue.interfaces.web.referral_words import ReferralInWords, referral_in_words
from habitue.interfaces.web.standings import balances_in_words, tiers_in_words
from habitue.interfaces.web.stories import stories
from habitue.interfaces.web.visits import Visit
from habitue.kit.paging import CursorError
from habitue.selectors.consents import list_consents
from habitue.selectors.happenings import list_happenings
from habitue.selectors.members import IdentifierRecord, list_identifiers
from habitue.selectors.merges import list_merges
from habitue.selectors.programmes import get_programme
from habitue.selectors.referrals import ReferralRecord, find_referral_of, list_brought
from habitue.selectors.standing import get_standing
from habitue.selectors.trail import TrailFilter, list_trail

PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Known:
    """An identifier in words."""

    identifier_id: UUID
    kind: Promise | str
    value: str
    trust: Promise | str


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_READ)
def member(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who it is, what they hold, and what keeps their tier."""
    frame = frame_of(visit, member_id)
    lexicon = frame.words.current
    standing = get_standing(
        visit.connection, member_id=member_id, programme=frame.code, now=visit.now
    )
    store = frame.member.store or ""
    ask: dict[str, Any] = {"member_id": member_id, "programme": frame.code, "now": visit.now}
    came = find_referral_of(visit.connection, **ask)
    context = {
        "balances": balances_in_words(standing, lexicon) if standing else (),
        "tiers": tiers_in_words(standing.progress, lexicon) if standing else (),
        "plan": plan_in_words(standing, lexicon, visit.now) if standing else None,
        "purchases": standing.purchases if standing else 0,
        "spent": lexicon.money(standing.spent) if standing else "",
        "identifiers": [
            _known(one) for one in list_identifiers(visit.connection, member_id=member_id)
        ],
        "came": _told(frame, came) if came else None,
        "brought": [_told(frame, one) for one in list_brought(visit.connection, **ask)],
        "consents": consents_in_words(
            list_consents(visit.connection, member_id=member_id), frame.zone, visit.language
        ),
        "kinds": list(kinds_in_words(lexicon))
        if visit.may(Permission.CONTRIBUTIONS_DECIDE) and frame.member.status == "active"
        else (),
        "merges": list_merges(visit.connection, member_id=member_id),
        "store": frame.stores.get(store, store),
    }
    return frame.render("member.html", context, tab="overview")


@require_safe
@BACKOFFICE.page(Permission.LEDGER_READ)
def timeline(visit: Visit, member_id: UUID) -> HttpResponse:
    """What happened, the latest first."""
    frame = frame_of(visit, member_id)
    programme = get_programme(visit.connection, code=frame.code)
    ask: dict[str, Any] = {
        "member_id": member_id,
        "programme_id": programme.programme_id,
        "code": frame.code,
        "consents": True,
        "limit": PAGE,
    }
    try:
        page = list_happenings(
            visit.connection, cursor=visit.request.GET.get("cursor") or None, **ask
        )
    except CursorError:
        page = list_happenings(visit.connection, **ask)
    context = {
        "stories": stories(page.items, frame.words, frame.stores),
        "next_cursor": page.next_cursor or "",
    }
    return frame.render("timeline.html", context, tab="timeline")


@require_safe
@BACKOFFICE.page(Permission.TRAIL_READ)
def trail(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who did what for this member."""
    frame = frame_of(visit, member_id)
    ask: dict[str, Any] = {
        "actor": visit.actor,
        "wanted": TrailFilter(member_id=member_id),
        "limit": PAGE,
    }
    try:
        page = list_trail(visit.connection, cursor=visit.request.GET.get("cursor") or None, **ask)
    except CursorError:
        page = list_trail(visit.connection, **ask)
    context = {
        "lines": trail_lines(page.items, frame.zone, visit.language, frame.stores),
        "next_cursor": page.next_cursor or "",
    }
    return frame.render("trail.html", context, tab="trail")


def _told(frame: Frame, one: ReferralRecord) -> ReferralInWords:
    return referral_in_words(one, zone=frame.zone, language=frame.visit.language)


def _known(one: IdentifierRecord) -> Known:
    return Known(one.identifier_id, KINDS.get(one.kind, one.kind), one.value, TRUSTS[one.trust])
