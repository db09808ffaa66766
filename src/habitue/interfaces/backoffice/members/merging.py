"""Merging a duplicate: who may be one, what both hold together, and the way back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.page import found_member, frame_of
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.lexicons import Lexicons
from habitue.interfaces.web.standings import (
    BalanceInWords,
    TierInWords,
    balances_in_words,
    tier_in_words,
)
from habitue.interfaces.web.visits import Visit
from habitue.selectors.duplicates import Sign, list_possible_duplicates
from habitue.selectors.members import search_members
from habitue.selectors.standing import get_standing
from habitue.services.merging import merge_members, undo_merge

SIGNS: Final[dict[Sign, Promise]] = {
    Sign.SAME_MAILBOX: gettext_lazy("probably the same mailbox"),
    Sign.SAME_PHONE: gettext_lazy("a phone number that both have had"),
    Sign.SAME_IDENTIFIER: gettext_lazy("a card or other identifier that both have had"),
    Sign.SAME_NAME: gettext_lazy("the same name"),
    Sign.SAME_BIRTHDAY: gettext_lazy("the same date of birth"),
    Sign.SAME_STORE: gettext_lazy("at home in the same store"),
}


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def suggestions(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who may be the same person, and a search for whoever is meant."""
    member = found_member(visit, member_id)
    query = visit.request.GET.get("q", "").replace("\x00", "").strip()[:100]
    suspects = list_possible_duplicates(visit.connection, member_id=member_id)
    found = (
        search_members(
            visit.connection,
            query=query,
            phones=visit.house.phones,
            country=visit.house.country,
            limit=10,
        )
        if query
        else ()
    )
    context = {
        **frame_of(visit, member, "merge"),
        "suspects": [(one.member, [SIGNS[sign] for sign in one.signs]) for one in suspects],
        "query": query,
        "found": [one.member for one in found if one.member.member_id != member_id],
    }
    return render(visit, "members/merge_suggestions.html", context, here="members")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def merge(visit: Visit, member_id: UUID, duplicate_id: UUID) -> HttpResponse:
    """Show both side by side and what they will have together; then merge them."""
    member = found_member(visit, member_id)
    duplicate = found_member(visit, duplicate_id)
    if visit.request.method == "POST":
        merge_members(
            visit.connection,
            actor=visit.actor,
            duplicate=duplicate_id,
            into=member_id,
            clock=visit.house.clock,
        )
        messages.success(visit.request, _("The two are one now. It can be undone on this page."))
        return HttpResponseRedirect(reverse("backoffice:member", args=[member_id]))
    frame = frame_of(visit, member, "merge")
    before = [_holds(visit, frame, one) for one in (member_id, duplicate_id)]
    # The merge itself says what it leads to; then everything is as it was.
    with visit.connection.transaction(force_rollback=True):
        merge_members(
            visit.connection,
            actor=visit.actor,
            duplicate=duplicate_id,
            into=member_id,
            clock=visit.house.clock,
        )
        after = _holds(visit, frame, member_id)
    context = {
        **frame,
        "duplicate": duplicate,
        "sides": [(member, *before[0]), (duplicate, *before[1])],
        "together": after,
    }
    return render(visit, "members/merge.html", context, here="members")


@require_POST
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def undo(visit: Visit, member_id: UUID, merge_id: UUID) -> HttpResponse:
    """Let the two stand as if they had not been merged."""
    undo_merge(visit.connection, actor=visit.actor, merge_id=merge_id, clock=visit.house.clock)
    messages.success(visit.request, _("The merge was undone: both stand as before."))
    return HttpResponseRedirect(reverse("backoffice:member", args=[member_id]))


def _holds(
    visit: Visit, frame: dict[str, object], member_id: UUID
) -> tuple[tuple[BalanceInWords, ...], TierInWords | None]:
    words = frame["words"]
    assert isinstance(words, Lexicons), "the frame holds the words"
    # A merge is recorded a moment after the page began.
    now = max(visit.now, visit.house.clock.now()) + 1_000
    standing = get_standing(
        visit.connection, member_id=member_id, programme=str(frame["code"]), now=now
    )
    if standing is None:
        return (), None
    return (
        balances_in_words(standing, words.current),
        tier_in_words(standing.progress, words.current),
    )
