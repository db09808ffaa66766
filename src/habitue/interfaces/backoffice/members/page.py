"""The page of one member: who it is, what they hold, what happened, every ledger line with why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Trust
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.backoffice.trail.words import trail_lines
from habitue.interfaces.texts import formats
from habitue.interfaces.web.birthdays import birthday_note
from habitue.interfaces.web.consents import consents_in_words
from habitue.interfaces.web.export import FORMATS, Cell, Download, Format, as_file
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.standings import balances_in_words, tier_in_words
from habitue.interfaces.web.stories import stories
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lines import Explained, explain, total_text
from habitue.kit.instants import datetime_of
from habitue.kit.money import format_decimal
from habitue.kit.paging import CursorError
from habitue.selectors.consents import list_consents
from habitue.selectors.happenings import list_happenings
from habitue.selectors.ledger import EntryRecord, list_entries
from habitue.selectors.members import MemberRecord, get_member, list_identifiers
from habitue.selectors.merges import list_merges
from habitue.selectors.programmes import get_programme
from habitue.selectors.standing import get_standing
from habitue.selectors.stores import list_stores
from habitue.selectors.trail import TrailFilter, list_trail
from habitue.services.trail import note_in_trail

PAGE: Final = 20
_CHUNK: Final = 500

TRUSTS: Final[dict[Trust, Promise]] = {
    Trust.GREET: pgettext_lazy("what an identifier allows", "greet"),
    Trust.EARN: pgettext_lazy("what an identifier allows", "earn"),
    Trust.SPEND: pgettext_lazy("what an identifier allows", "earn and spend"),
}
KINDS: Final[dict[str, Promise]] = {
    "card": pgettext_lazy("kind of identifier", "Card"),
    "phone": pgettext_lazy("kind of identifier", "Phone"),
    "email": pgettext_lazy("kind of identifier", "E-mail"),
    "plate": pgettext_lazy("kind of identifier", "Plate"),
    "nfc": pgettext_lazy("kind of identifier", "NFC card"),
    "serial": pgettext_lazy("kind of identifier", "Serial number"),
    "pass": pgettext_lazy("kind of identifier", "Wallet pass"),
    "receipt": pgettext_lazy("kind of identifier", "Receipt"),
    "external": pgettext_lazy("kind of identifier", "Customer number"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """An identifier in words."""

    identifier_id: UUID
    kind: Promise | str
    value: str
    trust: Promise | str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A ledger line in words."""

    when: str
    change: str
    gain: bool
    explained: Explained
    version: int


def found_member(visit: Visit, member_id: UUID) -> MemberRecord:
    """The member of an address; refuses ``UNKNOWN_MEMBER``."""
    return get_member(visit.connection, member_id=member_id)


def frame_of(visit: Visit, member: MemberRecord, tab: str) -> dict[str, Any]:
    """What all tabs of a member show."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    active = member.status == "active"
    return {
        "member": member,
        "tab": tab,
        "words": words,
        "code": code,
        "zone": words.current.programme.zone,
        "birthday": birthday_note(member.birth_date, words.current.programme.zone, visit),
        "may_write": active and visit.may(Permission.MEMBERS_WRITE),
        "may_adjust": active and visit.may(Permission.LEDGER_ADJUST),
        "may_merge": active and visit.may(Permission.MEMBERS_MERGE),
        "may_see_trail": visit.may(Permission.TRAIL_READ),
        "may_export": visit.may(Permission.EXPORTS_READ),
    }


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_READ)
def member(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who it is, what they hold, and what keeps their tier."""
    found = found_member(visit, member_id)
    frame = frame_of(visit, found, "overview")
    words: Lexicons = frame["words"]
    standing = get_standing(
        visit.connection, member_id=member_id, programme=frame["code"], now=visit.now
    )
    context = {
        **frame,
        "balances": balances_in_words(standing, words.current) if standing else (),
        "tier": tier_in_words(standing.progress, words.current) if standing else None,
        "purchases": standing.purchases if standing else 0,
        "spent": words.current.money(standing.spent) if standing else "",
        "identifiers": [
            Known(one.identifier_id, KINDS.get(one.kind, one.kind), one.value, TRUSTS[one.trust])
            for one in list_identifiers(visit.connection, member_id=member_id)
        ],
        "consents": consents_in_words(
            list_consents(visit.connection, member_id=member_id), frame["zone"], visit.language
        ),
        "merges": list_merges(visit.connection, member_id=member_id),
        "birth_date": found.birth_date,
    }
    return render(visit, "members/member.html", context, here="members")


@require_safe
@BACKOFFICE.page(Permission.LEDGER_READ)
def timeline(visit: Visit, member_id: UUID) -> HttpResponse:
    """What happened, the latest first."""
    found = found_member(visit, member_id)
    frame = frame_of(visit, found, "timeline")
    programme = get_programme(visit.connection, code=frame["code"])
    cursor = visit.request.GET.get("cursor") or None
    ask = {
        "member_id": member_id,
        "programme_id": programme.programme_id,
        "code": frame["code"],
        "limit": PAGE,
    }
    try:
        page = list_happenings(visit.connection, cursor=cursor, **ask)
    except CursorError:
        page = list_happenings(visit.connection, **ask)
    stores = {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)}
    context = {
        **frame,
        "stories": stories(page.items, frame["words"], stores),
        "next_cursor": page.next_cursor or "",
    }
    return render(visit, "members/timeline.html", context, here="members")


@require_safe
@BACKOFFICE.page(Permission.LEDGER_READ)
def ledger(visit: Visit, member_id: UUID) -> HttpResponse:
    """Every ledger line, with its reason."""
    found = found_member(visit, member_id)
    frame = frame_of(visit, found, "ledger")
    words: Lexicons = frame["words"]
    points = words.current.programme.points
    currency = visit.request.GET.get("currency", "")
    ask = {
        "member_id": member_id,
        "programme": frame["code"],
        "currency": currency if currency in points else None,
        "limit": PAGE,
    }
    try:
        page = list_entries(visit.connection, cursor=visit.request.GET.get("cursor") or None, **ask)
    except CursorError:
        page = list_entries(visit.connection, **ask)
    context = {
        **frame,
        "lines": [_line(entry, words) for entry in page.items],
        "next_cursor": page.next_cursor or "",
        "currency": currency if currency in points else "",
        "currencies": [(code, words.current.currency(code)) for code in points],
    }
    return render(visit, "members/ledger.html", context, here="members")


@require_safe
@BACKOFFICE.page(Permission.EXPORTS_READ)
def ledger_export(visit: Visit, member_id: UUID, kind: str) -> Download:
    """All ledger lines of a member as a file; who took it is in the trail."""
    if kind not in FORMATS:
        raise Refusal(Code.UNKNOWN_CHOICE, "format", value=kind[:20], allowed=", ".join(FORMATS))
    chosen: Format = "csv" if kind == "csv" else "xlsx"
    visit.require(Permission.LEDGER_READ)
    found = found_member(visit, member_id)
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.LEDGER_EXPORTED,
        now=visit.now,
        subject_kind="member",
        subject_id=member_id,
        subject_name=found.shown_name or found.number,
        member_id=member_id,
    )
    headings = [_("Moment"), _("Points"), _("Change"), _("What"), _("Why"), _("Version")]
    rows = _cells(_all_entries(visit, member_id, code), words)
    return as_file(name=_("ledger"), kind=chosen, headings=headings, rows=rows)


@require_safe
@BACKOFFICE.page(Permission.TRAIL_READ)
def trail(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who did what for this member."""
    found = found_member(visit, member_id)
    frame = frame_of(visit, found, "trail")
    page = list_trail(
        visit.connection,
        actor=visit.actor,
        wanted=TrailFilter(member_id=member_id),
        limit=100,
    )
    context = {**frame, "lines": trail_lines(page.items, frame["zone"], visit.language)}
    return render(visit, "members/trail.html", context, here="members")


def _line(entry: EntryRecord, words: Lexicons) -> LedgerLine:
    lexicon = words.of(entry.version)
    return LedgerLine(
        when=formats.moment(
            entry.effective_at, zone=lexicon.programme.zone, language=words.language
        ),
        change=total_text(entry.amount, entry.currency, lexicon),
        gain=entry.amount > 0,
        explained=explain(entry, lexicon),
        version=entry.version,
    )


def _all_entries(visit: Visit, member_id: UUID, code: str) -> Iterator[EntryRecord]:
    cursor: str | None = None
    while True:
        page = list_entries(
            visit.connection, member_id=member_id, programme=code, cursor=cursor, limit=_CHUNK
        )
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _cells(entries: Iterator[EntryRecord], words: Lexicons) -> Iterator[list[Cell]]:
    for entry in entries:
        lexicon = words.of(entry.version)
        explained = explain(entry, lexicon)
        yield [
            datetime_of(entry.effective_at, lexicon.programme.zone),
            lexicon.currency(entry.currency),
            format_decimal(entry.amount, lexicon.decimals(entry.currency)),
            explained.title,
            " ".join(explained.sentences),
            entry.version,
        ]
