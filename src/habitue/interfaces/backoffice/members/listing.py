"""The list of members: searched while typing, filtered, sorted, paged, exported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.member_filters import Sort
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.filters import NAMES, FilterForm, filters_of
from habitue.interfaces.backoffice.members.rows import cells, columns, headings, shown, summary
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.export import Download, as_file, read_format
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.listing import Listing, read_listing
from habitue.interfaces.web.visits import Visit
from habitue.kit.paging import CursorError
from habitue.selectors.member_list import (
    LARGEST_LIMIT,
    MemberPage,
    MemberRow,
    count_member_rows,
    iterate_member_rows,
    list_member_rows,
)
from habitue.selectors.stores import list_stores
from habitue.services.trail import note_in_trail

_SORTS: Final = tuple(sort.value for sort in Sort)


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_READ)
def list_page(visit: Visit) -> HttpResponse:
    """A page of the list."""
    words = _words(visit)
    listing = _listing(visit)
    form = FilterForm(listing.filters, words=words, stores=list(_stores(visit).items()))
    form.is_valid()
    try:
        page = _page(visit, words, listing)
    except CursorError:
        # An address that leads nowhere any more shows the list from its beginning.
        listing = replace(listing, cursor="")
        page = _page(visit, words, listing)
    asked = {**_asked(visit, words, listing), "query": listing.query, **_reading(visit)}
    context = {
        "listing": listing,
        "form": form,
        "headings": listing.headings(columns(words, ranked=bool(listing.query))),
        "rows": [shown(row, words) for row in page.rows],
        "summary": summary(count_member_rows(visit.connection, **asked), visit.language),
        "earlier_link": listing.link(cursor=page.previous_cursor) if page.previous_cursor else "",
        "later_link": listing.link(cursor=page.next_cursor) if page.next_cursor else "",
        "filtered": bool(listing.query or listing.filters),
        "filters": len(listing.filters),
        "may_write": visit.may(Permission.MEMBERS_WRITE),
        "may_export": visit.may(Permission.EXPORTS_READ),
    }
    return render(visit, "members/list.html", context, here="members", part="members/_list.html")


@require_safe
@BACKOFFICE.page(Permission.EXPORTS_READ)
def export(visit: Visit, kind: str) -> Download:
    """All of the list as a file; who took it is in the trail."""
    visit.require(Permission.MEMBERS_READ)
    chosen = read_format(kind)
    words = _words(visit)
    listing = _listing(visit)
    rows = _all_rows(visit, words, listing)
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.MEMBERS_EXPORTED,
        now=visit.now,
        subject_kind="programme",
        subject_id=words.current.programme.code,
        subject_name=words.current.title(),
        details={"format": kind, "searched": bool(listing.query), **listing.filters},
    )
    return as_file(
        name=_("members"),
        kind=chosen,
        headings=headings(words),
        rows=cells(rows, words, _stores(visit)),
    )


def _words(visit: Visit) -> Lexicons:
    code = chosen_programme(visit)
    return lexicons(visit.connection, code=code, language=visit.language, now=visit.now)


def _stores(visit: Visit) -> dict[str, str]:
    return {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)}


def _listing(visit: Visit) -> Listing:
    return read_listing(visit.request, sorts=_SORTS, filters=NAMES, sort=Sort.NAME.value)


def _page(visit: Visit, words: Lexicons, listing: Listing) -> MemberPage:
    return list_member_rows(
        visit.connection,
        **_asked(visit, words, listing),
        **_reading(visit),
        **_order(listing),
        query=listing.query,
        cursor=listing.cursor or None,
        limit=listing.size,
    )


def _all_rows(visit: Visit, words: Lexicons, listing: Listing) -> Iterable[MemberRow]:
    asked = _asked(visit, words, listing)
    if not listing.query:
        return iterate_member_rows(visit.connection, **asked, **_order(listing))
    # What a search finds is a page at most.
    found = list_member_rows(
        visit.connection, **asked, **_reading(visit), query=listing.query, limit=LARGEST_LIMIT
    )
    return found.rows


def _asked(visit: Visit, words: Lexicons, listing: Listing) -> dict[str, Any]:
    return {
        "actor": visit.actor,
        "programme": words.current.programme.code,
        "now": visit.now,
        "filters": filters_of(listing.filters, words, visit.now),
    }


def _reading(visit: Visit) -> dict[str, Any]:
    return {"phones": visit.house.phones, "country": visit.house.country}


def _order(listing: Listing) -> dict[str, Any]:
    return {"sort": Sort(listing.sort), "direction": listing.direction}
