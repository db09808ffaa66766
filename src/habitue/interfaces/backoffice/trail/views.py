"""The page of the audit trail, and its export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.trail.words import NAMES, sentence_of, trail_lines
from habitue.interfaces.web.export import FORMATS, Cell, Download, Format, as_file
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import Instant, datetime_of, day_start
from habitue.kit.paging import CursorError
from habitue.selectors.staff import list_staff
from habitue.selectors.stores import list_stores
from habitue.selectors.trail import TrailFilter, TrailRecord, iterate_trail, list_trail
from habitue.services.trail import note_in_trail

PAGE: Final = 50


@require_safe
@BACKOFFICE.page(Permission.TRAIL_READ)
def list_page(visit: Visit) -> HttpResponse:
    """What was done, the latest first."""
    zone = zone_of(visit)
    wanted = _wanted(visit, zone)
    read = partial(list_trail, visit.connection, actor=visit.actor, wanted=wanted, limit=PAGE)
    try:
        page = read(cursor=visit.request.GET.get("cursor") or None)
    except CursorError:
        page = read()
    query = visit.request.GET.copy()
    query.pop("cursor", None)
    if page.next_cursor:
        query["cursor"] = page.next_cursor
    context = {
        "lines": trail_lines(
            page.items,
            zone,
            visit.language,
            {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)},
        ),
        "later_link": f"?{query.urlencode()}" if page.next_cursor else "",
        "actions": list(NAMES.items()),
        "colleagues": list_staff(visit.connection, actor=visit.actor)
        if visit.may(Permission.STAFF_READ)
        else (),
        "given": visit.request.GET,
        "filtered": wanted != TrailFilter(),
        "may_export": visit.may(Permission.EXPORTS_READ),
    }
    return render(visit, "trail/list.html", context, here="trail", part="trail/_list.html")


@require_safe
@BACKOFFICE.page(Permission.TRAIL_READ)
def export(visit: Visit, kind: str) -> Download:
    """The trail as a file; that it was taken is in the trail, too."""
    visit.require(Permission.EXPORTS_READ)
    if kind not in FORMATS:
        raise Refusal(Code.UNKNOWN_CHOICE, "format", value=kind[:20], allowed=", ".join(FORMATS))
    chosen: Format = "csv" if kind == "csv" else "xlsx"
    zone = zone_of(visit)
    records = iterate_trail(visit.connection, actor=visit.actor, wanted=_wanted(visit, zone))
    file = as_file(
        name=_("audit trail"),
        kind=chosen,
        headings=[_("When"), _("Who"), _("What"), _("Store")],
        rows=_cells(records, zone),
    )
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.TRAIL_EXPORTED,
        now=visit.now,
        details={"format": kind},
    )
    return file


def zone_of(visit: Visit) -> str:
    """The zone in which the back office tells time: that of its first store."""
    stores = list_stores(visit.connection, actor=visit.actor)
    return stores[0].zone if stores else "UTC"


def _wanted(visit: Visit, zone: str) -> TrailFilter:
    """What the address asks for; what is no value of a filter restricts nothing."""
    given = visit.request.GET
    action = given.get("action", "")
    return TrailFilter(
        action=action if action in NAMES else "",
        actor_id=_id(given.get("who", "")),
        from_at=_start(given.get("from", ""), zone, shift=0),
        until_at=_start(given.get("until", ""), zone, shift=1),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _start(text: str, zone: str, *, shift: int) -> Instant | None:
    try:
        return day_start(date.fromisoformat(text).toordinal() + shift, zone)
    except (ValueError, OverflowError):
        return None


def _cells(records: Iterator[TrailRecord], zone: str) -> Iterator[list[Cell]]:
    for record in records:
        yield [
            datetime_of(record.at, zone),
            record.actor_name,
            sentence_of(record),
            record.store or "",
        ]
