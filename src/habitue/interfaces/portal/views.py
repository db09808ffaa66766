"""The member's own pages: home, card, history, how it works."""

from __future__ import annotations

import segno
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from habitue.domain.access import SYSTEM
from habitue.interfaces.portal.clubs import InvitationForm, asked_invitation
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.pages import (
    chosen_programme,
    member_id,
    other_programmes,
    render,
    standing_here,
)
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.offering import offers_in_words
from habitue.interfaces.web.plan_words import plan_in_words
from habitue.interfaces.web.printed import as_pdf, sheet_pdf
from habitue.interfaces.web.standings import balances_in_words, greeting_of, tiers_in_words
from habitue.interfaces.web.stories import stories
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.challenges import challenge_in_words
from habitue.interfaces.web.words.sheet import rule_sheet
from habitue.kit.paging import CursorError, Page
from habitue.selectors.happenings import Happening, list_happenings
from habitue.selectors.members import get_member
from habitue.selectors.programmes import get_programme
from habitue.selectors.stores import list_stores

_LATEST = 4
_PAGE = 20


@require_safe
@PORTAL.page()
def home(visit: Visit) -> HttpResponse:
    """Where the member stands, and what happened lately."""
    standing = standing_here(visit)
    code = standing.programme.code
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    member = get_member(visit.connection, member_id=member_id(visit))
    page = _happenings(visit, code, limit=_LATEST)
    context = {
        "greeting": greeting_of(member.display_name or member.given_name),
        "programme": words.current.title(),
        "balances": balances_in_words(standing, words.current),
        "offers": offers_in_words(standing, words.current),
        "challenges": [challenge_in_words(one, words.current) for one in standing.challenges],
        "badges": [words.current.challenge(code) for code in standing.badges],
        "has_draws": bool(words.current.programme.draws),
        "takes_contributions": bool(words.current.programme.contributions),
        "has_friends": words.current.programme.referral is not None,
        "tiers": tiers_in_words(standing.progress, words.current),
        "plan": plan_in_words(standing, words.current, visit.now),
        "stories": stories(page.items, words, _stores(visit)),
        "programmes": other_programmes(visit, code),
        "club_form": (
            InvitationForm(initial={"invitation": asked_invitation(visit)})
            if standing.outside
            else None
        ),
    }
    return render(visit, "home.html", context, here="home")


@require_safe
@PORTAL.page()
def card(visit: Visit) -> HttpResponse:
    """The card to show at the till: a QR code, and the number for whoever types it."""
    member = get_member(visit.connection, member_id=member_id(visit))
    code = segno.make(member.number, error="m", micro=False)
    context = {
        "name": member.shown_name,
        "number": _in_groups(member.number),
        "qr": code.svg_data_uri(scale=8, border=2, dark="#000", light="#fff"),
    }
    return render(visit, "card.html", context, here="card")


@require_safe
@PORTAL.page()
def history(visit: Visit) -> HttpResponse:
    """Everything that happened, with its reasons; the latest first."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    try:
        page = _happenings(visit, code, limit=_PAGE, cursor=visit.request.GET.get("cursor"))
    except CursorError:
        page = _happenings(visit, code, limit=_PAGE)
    context = {
        "stories": stories(page.items, words, _stores(visit)),
        "next_cursor": page.next_cursor or "",
    }
    return render(visit, "history.html", context, here="history")


@require_safe
@PORTAL.page()
def rules(visit: Visit) -> HttpResponse:
    """How the programme works, from its document."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    sheet = rule_sheet(words.current, audience="members", now=visit.now)
    programme = words.current.programme
    context = {
        "sheet": sheet,
        "chances": any(rule.chance is not None for rule in programme.rules),
        "has_draws": bool(programme.draws),
        "takes_contributions": bool(programme.contributions),
    }
    return render(visit, "rules.html", context, here="rules")


@require_safe
@PORTAL.page()
def rules_file(visit: Visit) -> HttpResponse:
    """The same as PDF, to keep."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    content = sheet_pdf(words.current, audience="members", now=visit.now)
    return as_pdf(content, name=f"{code}-{visit.language}")


def _happenings(
    visit: Visit, code: str, *, limit: int, cursor: str | None = None
) -> Page[Happening]:
    programme = get_programme(visit.connection, code=code)
    return list_happenings(
        visit.connection,
        member_id=member_id(visit),
        programme_id=programme.programme_id,
        code=code,
        cursor=cursor or None,
        limit=limit,
    )


def _stores(visit: Visit) -> dict[str, str]:
    return {one.code: one.name for one in list_stores(visit.connection, actor=SYSTEM)}


def _in_groups(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
