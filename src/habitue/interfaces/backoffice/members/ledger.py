"""The ledger of one member: every line, the balance after it, and why; as a file too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.frame import Frame, frame_of
from habitue.interfaces.texts import formats
from habitue.interfaces.web.export import Cell, Download, as_file, read_format
from habitue.interfaces.web.lexicons import Lexicons
from habitue.interfaces.web.listing import Listing, read_listing
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lines import KINDS, Explained, explain, total_text
from habitue.kit.instants import datetime_of
from habitue.kit.money import format_decimal
from habitue.kit.paging import CursorError, Page
from habitue.selectors.ledger_lines import LedgerLine, list_ledger_lines
from habitue.selectors.programmes import get_programme
from habitue.services.trail import note_in_trail

PAGE: Final = 25
_CHUNK: Final = 500
_FILTERS: Final = ("currency", "kind")


@dataclass(frozen=True, slots=True)
class Shown:
    """A ledger line in words."""

    when: str
    change: str
    gain: bool
    balance: str
    explained: Explained
    event: str
    version: int


@require_safe
@BACKOFFICE.page(Permission.LEDGER_READ)
def ledger(visit: Visit, member_id: UUID) -> HttpResponse:
    """Every ledger line, with its reason."""
    frame = frame_of(visit, member_id)
    listing = _listing(visit, frame)
    ask = _ask(frame, listing)
    try:
        page = list_ledger_lines(visit.connection, **ask, cursor=listing.cursor, limit=PAGE)
    except CursorError:
        page = list_ledger_lines(visit.connection, **ask, limit=PAGE)
    context = {
        "lines": [_shown(line, frame.words) for line in page.items],
        "later_link": listing.link(cursor=page.next_cursor) if page.next_cursor else "",
        "listing": listing,
        "currency": listing.filters.get("currency", ""),
        "kind": listing.filters.get("kind", ""),
        "currencies": [
            (code, frame.words.current.currency(code))
            for code in frame.words.current.programme.points
        ],
        "kinds": [(kind, words) for kind, words in KINDS.items()],
    }
    return frame.render("ledger.html", context, tab="ledger")


@require_safe
@BACKOFFICE.page(Permission.EXPORTS_READ)
def ledger_export(visit: Visit, member_id: UUID, kind: str) -> Download:
    """All ledger lines of a member as a file; who took it is in the trail."""
    visit.require(Permission.LEDGER_READ)
    chosen = read_format(kind)
    frame = frame_of(visit, member_id)
    listing = _listing(visit, frame)
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.LEDGER_EXPORTED,
        now=visit.now,
        subject_kind="member",
        subject_id=member_id,
        subject_name=frame.name,
        member_id=member_id,
        store=frame.member.store,
        details={"format": kind, **listing.filters},
    )
    headings = [
        _("When"), _("Points"), pgettext("change of a balance", "Change"), _("Balance"),
        _("What"), _("Why"), _("Source"), _("Version"),
    ]  # fmt: skip
    return as_file(
        name=_("ledger"),
        kind=chosen,
        headings=headings,
        rows=_cells(_all_lines(visit, _ask(frame, listing)), frame.words),
    )


def _listing(visit: Visit, frame: Frame) -> Listing:
    """The filters of the address; what is none of the choices restricts nothing."""
    listing = read_listing(visit.request, sorts=("",), filters=_FILTERS)
    known = {"currency": frame.words.current.programme.points, "kind": KINDS}
    kept = {name: value for name, value in listing.filters.items() if value in known[name]}
    return Listing(listing.path, "", "", listing.direction, listing.cursor, listing.size, kept)


def _ask(frame: Frame, listing: Listing) -> dict[str, Any]:
    programme = get_programme(frame.visit.connection, code=frame.code)
    kind = listing.filters.get("kind")
    return {
        "member_id": frame.member.member_id,
        "programme_id": programme.programme_id,
        "code": frame.code,
        "currency": listing.filters.get("currency"),
        "kinds": None if kind is None else [kind],
    }


def _shown(line: LedgerLine, words: Lexicons) -> Shown:
    entry = line.entry
    lexicon = words.of(entry.version)
    return Shown(
        when=formats.moment(
            entry.effective_at, zone=lexicon.programme.zone, language=words.language
        ),
        change=total_text(entry.amount, entry.currency, lexicon),
        gain=entry.amount > 0,
        balance=lexicon.figure(line.balance, entry.currency),
        explained=explain(entry, lexicon),
        event=f"{entry.source} {entry.external_id}" if entry.source else "",
        version=entry.version,
    )


def _all_lines(visit: Visit, ask: dict[str, Any]) -> Iterator[LedgerLine]:
    cursor: str | None = None
    while True:
        page: Page[LedgerLine] = list_ledger_lines(
            visit.connection, **ask, cursor=cursor, limit=_CHUNK
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _cells(lines: Iterator[LedgerLine], words: Lexicons) -> Iterator[list[Cell]]:
    for line in lines:
        entry = line.entry
        lexicon = words.of(entry.version)
        decimals = lexicon.decimals(entry.currency)
        explained = explain(entry, lexicon)
        yield [
            datetime_of(entry.effective_at, lexicon.programme.zone),
            lexicon.currency(entry.currency),
            Decimal(format_decimal(entry.amount, decimals)),
            Decimal(format_decimal(line.balance, decimals)),
            explained.title,
            " ".join(explained.sentences),
            f"{entry.source} {entry.external_id}" if entry.source else "",
            entry.version,
        ]
