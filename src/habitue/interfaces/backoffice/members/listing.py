"""The list of members: searched while typing, filtered, sorted, paged, exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.access.trail import Action
from habitue.domain.errors import Code, Refusal
from habitue.domain.member_filters import Birthdays, Direction, MemberFilters, Sort, Status
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.texts import formats
from habitue.interfaces.web.export import FORMATS, Cell, Download, Format, as_file
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.listing import Column, Listing, read_listing
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import datetime_of, local_day
from habitue.kit.money import format_amount, format_decimal
from habitue.kit.paging import CursorError
from habitue.selectors.member_list import (
    MemberCount,
    MemberRow,
    count_member_rows,
    iterate_member_rows,
    list_member_rows,
)
from habitue.selectors.stores import list_stores
from habitue.services.trail import note_in_trail

FILTERS: Final = ("tier", "status", "store", "joined", "latest", "birthdays")
_SORTS: Final = tuple(sort.value for sort in Sort)
_DAYS: Final = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list, in words."""

    member_id: UUID
    name: str
    number: str
    tier: str
    balance: str
    latest: str
    spend: str
    joined: str
    status: str


class FilterForm(Form):
    """The filters, as the address says them."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=(
            ("", gettext_lazy("Active")),
            ("closed", gettext_lazy("Ended")),
            ("merged", gettext_lazy("Merged")),
            ("any", gettext_lazy("All")),
        ),
    )
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    joined = forms.ChoiceField(label=gettext_lazy("Joined"), required=False)
    latest = forms.ChoiceField(label=gettext_lazy("Latest purchase"), required=False)
    birthdays = forms.ChoiceField(label=gettext_lazy("Birthday"), required=False)

    def __init__(
        self, *args: Any, words: Lexicons, stores: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        tiers = words.current.programme.tiers
        codes = [tier.code for tier in tiers.tiers] if tiers is not None else []
        within = [(str(days), _within(days)) for days in _DAYS]
        choices = {
            "tier": [("-", _("No tier")), *((code, words.current.tier(code)) for code in codes)],
            "store": stores,
            "joined": within,
            "latest": [*within, *((f"-{days}", _not_within(days)) for days in _DAYS[1:])],
            "birthdays": [("7", _("In the next 7 days")), ("30", _("In the next 30 days"))],
        }
        for name, some in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField), "filters are chosen"
            field.choices = [("", pgettext("filter of a list", "Any")), *some]


@require_safe
@BACKOFFICE.page(Permission.MEMBERS_READ)
def list_page(visit: Visit) -> HttpResponse:
    """A page of the list."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    stores = [(one.code, one.name) for one in list_stores(visit.connection, actor=visit.actor)]
    listing = _listing(visit)
    form = FilterForm(listing.filters, words=words, stores=stores)
    form.is_valid()
    filters = _filters(visit, listing, words)
    try:
        page = _page(visit, code, listing, filters)
    except CursorError:
        listing = _listing(visit, first=True)
        page = _page(visit, code, listing, filters)
    count = count_member_rows(
        visit.connection,
        actor=visit.actor,
        programme=code,
        now=visit.now,
        phones=visit.house.phones,
        country=visit.house.country,
        query=listing.query,
        filters=filters,
    )
    context = {
        "listing": listing,
        "form": form,
        "headings": listing.headings(_columns(words)),
        "rows": [_shown(row, words) for row in page.rows],
        "summary": _summary(count, visit.language),
        "earlier_link": listing.link(cursor=page.previous_cursor) if page.previous_cursor else "",
        "later_link": listing.link(cursor=page.next_cursor) if page.next_cursor else "",
        "filtered": bool(listing.query or listing.filters),
        "may_write": visit.may(Permission.MEMBERS_WRITE),
        "may_export": visit.may(Permission.EXPORTS_READ),
    }
    return render(visit, "members/list.html", context, here="members", part="members/_list.html")


@require_safe
@BACKOFFICE.page(Permission.EXPORTS_READ)
def export(visit: Visit, kind: str) -> Download:
    """All of the list as a file; who took it is in the trail."""
    if kind not in FORMATS:
        raise Refusal(Code.UNKNOWN_CHOICE, "format", value=kind[:20], allowed=", ".join(FORMATS))
    chosen: Format = "csv" if kind == "csv" else "xlsx"
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    listing = _listing(visit)
    note_in_trail(
        visit.connection,
        actor=visit.actor,
        action=Action.MEMBERS_EXPORTED,
        now=visit.now,
        subject_kind="programme",
        subject_id=code,
        subject_name=words.current.title(),
        details={"format": kind, **listing.filters},
    )
    rows = iterate_member_rows(
        visit.connection,
        actor=visit.actor,
        programme=code,
        now=visit.now,
        filters=_filters(visit, listing, words),
        sort=Sort(listing.sort),
        direction=listing.direction,
    )
    return as_file(
        name=_("members"), kind=chosen, headings=_headings(words), rows=_cells(rows, words)
    )


def _listing(visit: Visit, *, first: bool = False) -> Listing:
    listing = read_listing(visit.request, sorts=_SORTS, filters=FILTERS, sort=Sort.NAME.value)
    return read_listing_without_cursor(listing) if first else listing


def read_listing_without_cursor(listing: Listing) -> Listing:
    """The same list from its beginning, where the address leads nowhere."""
    return Listing(
        listing.path,
        listing.query,
        listing.sort,
        listing.direction,
        "",
        listing.size,
        listing.filters,
    )


def _page(visit: Visit, code: str, listing: Listing, filters: MemberFilters) -> Any:
    return list_member_rows(
        visit.connection,
        actor=visit.actor,
        programme=code,
        now=visit.now,
        phones=visit.house.phones,
        country=visit.house.country,
        query=listing.query,
        filters=filters,
        sort=Sort(listing.sort),
        direction=listing.direction,
        cursor=listing.cursor or None,
        limit=listing.size,
    )


def _filters(visit: Visit, listing: Listing, words: Lexicons) -> MemberFilters:
    """What the address asks for; a value that is none of the choices restricts nothing."""
    given = listing.filters
    today = date.fromordinal(local_day(visit.now, words.current.programme.zone))
    statuses: dict[str, Status | None] = {"closed": "closed", "merged": "merged", "any": None}
    latest = given.get("latest", "")
    tier = given.get("tier")
    return MemberFilters(
        tier="" if tier == "-" else tier,
        status=statuses.get(given.get("status", ""), "active"),
        store=given.get("store"),
        joined_from=_days_ago(today, given.get("joined", "")),
        latest_from=None if latest.startswith("-") else _days_ago(today, latest),
        latest_until=_days_ago(today, latest[1:]) if latest.startswith("-") else None,
        birthdays=_coming(today, given.get("birthdays", "")),
    )


def _days_ago(today: date, text: str) -> date | None:
    return today - timedelta(days=int(text)) if text in map(str, _DAYS) else None


def _coming(today: date, text: str) -> Birthdays | None:
    return Birthdays(today, int(text)) if text in ("7", "30") else None


def _columns(words: Lexicons) -> tuple[Column, ...]:
    main: Direction = "descending"
    balance = words.current.currency(_main(words))
    return (
        Column("name", _("Name"), sort=Sort.NAME.value),
        Column("tier", _("Tier"), sort=Sort.TIER.value, first=main),
        Column("balance", balance, sort=Sort.BALANCE.value, first=main, kind="number"),
        Column("latest", _("Latest purchase"), sort=Sort.LATEST_PURCHASE.value, first=main),
        Column("spend", _("Spent in all"), sort=Sort.SPEND.value, first=main, kind="number"),
        Column("joined", _("Joined"), sort=Sort.JOINED.value, first=main),
    )  # fmt: skip


def _main(words: Lexicons) -> str:
    points = words.current.programme.points
    plain = [code for code, currency in points.items() if currency.kind != "stamps"]
    return next(iter(plain or points))


def _shown(row: MemberRow, words: Lexicons) -> Shown:
    lexicon = words.current
    zone = lexicon.programme.zone
    statuses = {"closed": _("Ended"), "merged": _("Merged")}

    def shown_day(at: int | None) -> str:
        if at is None:
            return ""
        return formats.short_day(datetime_of(at, zone).date(), language=words.language)

    return Shown(
        member_id=row.member_id,
        name=row.name or row.number,
        number=row.number,
        tier=lexicon.tier(row.tier) if row.tier else "",
        balance=formats.units(
            row.balance, decimals=lexicon.decimals(_main(words)), language=words.language
        ),
        latest=shown_day(row.latest_purchase_at),
        spend=lexicon.money(row.spend),
        joined=shown_day(row.joined_at),
        status=statuses.get(row.status, ""),
    )


def _headings(words: Lexicons) -> list[str]:
    points = [words.current.currency(code) for code in words.current.programme.points]
    return [
        _("Number"), _("Name"), _("Status"), _("Tier"), _("Home store"), _("Joined"),
        _("Latest purchase"), _("Purchases"), _("Spent in all"), *points,
    ]  # fmt: skip


def _cells(rows: Iterator[MemberRow], words: Lexicons) -> Iterator[list[Cell]]:
    lexicon = words.current
    zone = lexicon.programme.zone
    for row in rows:
        latest = row.latest_purchase_at
        yield [
            row.number,
            row.name,
            row.status,
            row.tier,
            row.store,
            datetime_of(row.joined_at, zone).date(),
            None if latest is None else datetime_of(latest, zone).date(),
            row.purchases,
            format_amount(row.spend, lexicon.programme.currency),
            *(
                format_decimal(row.balances.get(code, 0), lexicon.decimals(code))
                for code in lexicon.programme.points
            ),
        ]


def _summary(count: MemberCount, language: str) -> str:
    number = formats.units(count.number, language=language)
    if count.is_more:
        return _("More than %(count)s members") % {"count": number}
    return ngettext("%(count)s member", "%(count)s members", count.number) % {"count": number}


def _within(days: int) -> str:
    return ngettext("In the last %(days)s day", "In the last %(days)s days", days) % {"days": days}


def _not_within(days: int) -> str:
    return ngettext("Not in the last %(days)s day", "Not in the last %(days)s days", days) % {
        "days": days
    }
