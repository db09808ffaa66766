"""A member as a row: of the list on a page, and of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from habitue.domain.member_filters import Sort
from habitue.interfaces.texts import formats
from habitue.interfaces.web.export import Cell
from habitue.interfaces.web.lexicons import Lexicons
from habitue.interfaces.web.listing import Column
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import datetime_of
from habitue.kit.money import format_amount, format_decimal
from habitue.selectors.figures import main_currency
from habitue.selectors.member_list import MemberCount, MemberRow

_STATUSES: Final[dict[str, Promise]] = {
    "active": gettext_lazy("Active"),
    "closed": gettext_lazy("Ended"),
    "merged": gettext_lazy("Merged"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the list, in words; ``status`` is empty for whoever is active."""

    member_id: UUID
    name: str
    number: str
    tier: str
    balance: str
    latest: str
    spend: str
    joined: str
    status: Promise | str


def columns(words: Lexicons, *, ranked: bool) -> tuple[Column, ...]:
    """The columns of the list; one that is ranked by how well it fits a search cannot be sorted."""
    balance = words.current.currency(main_currency(words.current.programme))
    all_columns = (
        Column("name", _("Name"), sort=Sort.NAME.value),
        Column("number", _("Number"), sort=Sort.NUMBER.value),
        Column("tier", _("Tier"), sort=Sort.TIER.value, first="descending"),
        Column("balance", balance, sort=Sort.BALANCE.value, first="descending", kind="number"),
        Column("latest", _("Latest purchase"), sort=Sort.LATEST_PURCHASE.value, first="descending"),
        Column(
            "spend", _("Spent in all"), sort=Sort.SPEND.value, first="descending", kind="number"
        ),
        Column("joined", _("Joined"), sort=Sort.JOINED.value, first="descending"),
    )
    if not ranked:
        return all_columns
    return tuple(Column(one.key, one.heading, kind=one.kind) for one in all_columns)


def shown(row: MemberRow, words: Lexicons) -> Shown:
    """A row in words."""
    lexicon = words.current
    zone = lexicon.programme.zone
    main = main_currency(lexicon.programme)

    def shown_day(at: int | None) -> str:
        if at is None:
            return ""
        return formats.short_day(datetime_of(at, zone).date(), language=words.language)

    return Shown(
        member_id=row.member_id,
        name=row.name or row.number,
        number=row.number,
        tier=", ".join(lexicon.tier(tier) for tier in (row.tier, *row.tiers_beside) if tier),
        balance=lexicon.figure(row.balance, main),
        latest=shown_day(row.latest_purchase_at),
        spend=lexicon.money(row.spend),
        joined=shown_day(row.joined_at),
        status="" if row.status == "active" else _STATUSES[row.status],
    )


def summary(count: MemberCount, language: str) -> str:
    """How many there are."""
    number = formats.units(count.number, language=language)
    if count.is_more:
        return _("More than %(count)s members") % {"count": number}
    return ngettext("%(count)s member", "%(count)s members", count.number) % {"count": number}


def headings(words: Lexicons) -> list[str]:
    """The headings of a file of members."""
    points = [words.current.heading(code) for code in _columns(words.current)]
    beside = [words.current.structure(one.name) for one in words.current.programme.beside]
    return [
        _("Number"), _("Name"), _("Status"), _("Tier"), *beside, _("Home store"), _("Joined"),
        _("Latest purchase"), _("Purchases"), _("Spent in all"), *points,
    ]  # fmt: skip


def _tiers_beside(row: MemberRow, lexicon: Lexicon) -> Iterator[str]:
    """In each further structure what the tier is called."""
    for tiers in lexicon.programme.beside:
        held = [tier for tier in row.tiers_beside if tier in tiers.ranks]
        yield lexicon.tier(held[0]) if held else ""


def cells(
    rows: Iterable[MemberRow], words: Lexicons, stores: dict[str, str]
) -> Iterator[list[Cell]]:
    """Members as rows of a file: plain numbers and days, so that it can be reckoned with."""
    lexicon = words.current
    zone = lexicon.programme.zone
    for row in rows:
        latest = row.latest_purchase_at
        yield [
            row.number,
            row.name,
            str(_STATUSES[row.status]),
            lexicon.tier(row.tier) if row.tier else "",
            *_tiers_beside(row, lexicon),
            stores.get(row.store, row.store),
            datetime_of(row.joined_at, zone).date(),
            None if latest is None else datetime_of(latest, zone).date(),
            row.purchases,
            Decimal(format_amount(row.spend, lexicon.programme.currency)),
            *(
                Decimal(format_decimal(row.balances.get(code, 0), lexicon.decimals(code)))
                for code in _columns(lexicon)
            ),
        ]


def _columns(lexicon: Lexicon) -> list[str]:
    """Vouchers and entries are many and mostly not there: they have no columns."""
    return [code for code in lexicon.programme.points if not lexicon.is_right(code)]
