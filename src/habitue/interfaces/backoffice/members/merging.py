"""Merging a duplicate: who may be one, what both hold together, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.comparing import people_in_words, programmes_in_words
from habitue.interfaces.backoffice.members.frame import frame_of
from habitue.interfaces.backoffice.members.words import SIGNS
from habitue.interfaces.web.visits import Visit
from habitue.selectors.duplicates import list_possible_duplicates
from habitue.selectors.members import MemberRecord, get_member_of, search_members
from habitue.selectors.merge_preview import preview_merge
from habitue.services.merging import merge_members, undo_merge


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def suggestions(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who may be the same person, and a search for whoever is meant."""
    frame = frame_of(visit, member_id)
    query = visit.request.GET.get("q", "").replace("\x00", "").strip()[:100]
    suspects = list_possible_duplicates(visit.connection, member_id=member_id)
    found: Iterable[MemberRecord] = ()
    if query:
        matches = search_members(
            visit.connection,
            query=query,
            phones=visit.house.phones,
            country=visit.house.country,
            limit=10,
        )
        found = [one.member for one in matches if one.member.member_id != member_id]
    context = {
        "suspects": [
            (one.member, [SIGNS[sign] for sign in one.signs])
            for one in suspects
            if _may_merge(visit, one.member)
        ],
        "query": query,
        "found": [one for one in found if _may_merge(visit, one)],
    }
    return frame.render("merge_suggestions.html", context, tab="merge")


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def merge(visit: Visit, member_id: UUID, duplicate_id: UUID) -> HttpResponse:
    """Show both side by side and what they will have together; then merge them."""
    frame = frame_of(visit, member_id)
    duplicate = get_member_of(visit.connection, actor=visit.actor, member_id=duplicate_id)
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
    preview = preview_merge(visit.connection, duplicate=duplicate_id, into=member_id, now=visit.now)
    context = {
        "duplicate": duplicate,
        "parts": [people_in_words(frame, preview), *programmes_in_words(visit, preview)],
    }
    return frame.render("merge.html", context)


@require_POST
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def undo(visit: Visit, member_id: UUID, merge_id: UUID) -> HttpResponse:
    """Let the two stand as if they had not been merged."""
    frame_of(visit, member_id)
    undo_merge(visit.connection, actor=visit.actor, merge_id=merge_id, clock=visit.house.clock)
    messages.success(visit.request, _("The merge was undone: both stand as before."))
    return HttpResponseRedirect(reverse("backoffice:member", args=[member_id]))


def _may_merge(visit: Visit, member: MemberRecord) -> bool:
    return visit.may(Permission.MEMBERS_MERGE, member.store)
