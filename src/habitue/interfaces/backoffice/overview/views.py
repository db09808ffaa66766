"""The overview: figures of a period against the one before, and how they moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.overview import Figures, Overview
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.texts import formats
from habitue.interfaces.web.charts import Chart, Series, chart
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import local_day
from habitue.selectors.overview import get_overview
from habitue.selectors.stores import list_stores

PERIODS: Final = (30, 90, 365)
# From this on a change is told as a multiple: thousands of per cent say nothing to anybody.
MANY_TIMES: Final = 10
Value = int | Fraction | None


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its change; ``direction`` is up, down, same or empty where nothing compares."""

    label: str
    figure: str
    change: str
    direction: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the overview: how it is read, written and explained."""

    label: Promise | str
    meaning: Promise | str
    read: Callable[[Figures], Value]
    shown: Callable[[int | Fraction], str]
    charted: bool = True
    is_stock: bool = False


@require_safe
@BACKOFFICE.page(Permission.REPORTS_READ)
def overview(visit: Visit) -> HttpResponse:
    """Cards and charts."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    stores = list_stores(visit.connection, actor=visit.actor)
    store = visit.request.GET.get("store", "")
    days = visit.request.GET.get("days", "")
    period = int(days) if days in map(str, PERIODS) else PERIODS[0]
    today = date.fromordinal(local_day(visit.now, words.current.programme.zone))
    found = get_overview(
        visit.connection,
        actor=visit.actor,
        programme=code,
        until_day=today,
        days=period,
        now=visit.now,
        store=store if store in {one.code for one in stores} else None,
    )
    measures = _measures(words, found)
    context = {
        "title": words.current.title(),
        "cards": [_card(one, found, words) for one in measures],
        "charts": [
            (_chart(one, found, words), f"chart-{place}")
            for place, one in enumerate(measures)
            if one.charted
        ],
        "periods": [(number, _period(number)) for number in PERIODS],
        "period": period,
        "store": store,
        "stores": stores,
        "programmes": titles_of_programmes(visit),
        "programme": code,
    }
    return render(visit, "overview/overview.html", context, here="overview")


def _period(days: int) -> str:
    return {30: _("30 days"), 90: _("90 days"), 365: _("12 months")}[days]


def _measures(words: Lexicons, found: Overview) -> list[Measure]:
    language = words.language

    def whole(value: int | Fraction) -> str:
        return formats.units(int(value), language=language)

    def money(value: int | Fraction) -> str:
        return words.current.money(int(value))

    measures = [
        Measure(gettext_lazy("Members"), gettext_lazy("Everybody who had joined by the last day."),
                lambda one: one.members, whole, is_stock=True),
        Measure(gettext_lazy("New members"), gettext_lazy("Who joined within the period."),
                lambda one: one.new_members, whole, charted=False),
        Measure(gettext_lazy("Active members"),
                gettext_lazy("Different members with a purchase within the period."),
                lambda one: one.active_members, whole),
        Measure(gettext_lazy("Sales to members"),
                gettext_lazy("Goods and delivery after discounts, tax included, before returns."),
                lambda one: one.sales, money),
        Measure(gettext_lazy("Purchases"), gettext_lazy("Receipts of members."),
                lambda one: one.purchases, whole, charted=False),
        Measure(gettext_lazy("Average purchase"), gettext_lazy("Sales divided by purchases."),
                lambda one: one.average_purchase, money, charted=False),
    ]  # fmt: skip
    for code in found.current.figures.points:
        if not words.current.is_stamps(code) and not words.current.is_right(code):
            measures += _of_points(code, words)
    # Points do not belong to stores: of some of them, what is outstanding is no number.
    return [
        one for one in measures if not (one.is_stock and one.read(found.current.figures) is None)
    ]


def _of_points(code: str, words: Lexicons) -> list[Measure]:
    lexicon = words.current
    name = lexicon.currency(code)

    def shown(value: int | Fraction) -> str:
        return lexicon.figure(int(value), code)

    return [
        Measure(_("%(points)s issued") % {"points": name},
                gettext_lazy("What purchases and rules gave within the period."),
                lambda one: one.points[code].issued, shown),
        Measure(_("%(points)s redeemed") % {"points": name},
                gettext_lazy("What members spent within the period, less what was given back."),
                lambda one: one.points[code].redeemed, shown),
        Measure(_("%(points)s expired") % {"points": name},
                gettext_lazy("What lapsed within the period."),
                lambda one: one.points[code].expired, shown),
        Measure(_("%(points)s outstanding") % {"points": name},
                gettext_lazy("What members hold at the end of the period, pending ones included."),
                lambda one: one.points[code].outstanding, shown, is_stock=True),
    ]  # fmt: skip


def _card(measure: Measure, found: Overview, words: Lexicons) -> Card:
    now, before = measure.read(found.current.figures), measure.read(found.before.figures)
    return Card(
        label=str(measure.label),
        figure="–" if now is None else measure.shown(now),
        change=_change(now, before, words),
        direction=_direction(now, before),
        meaning=str(measure.meaning),
    )


def _direction(now: Value, before: Value) -> str:
    if now is None or before is None or before == 0:
        return ""
    return "up" if now > before else "down" if now < before else "same"


def _change(now: Value, before: Value, words: Lexicons) -> str:
    if now is None or not before:
        return _("nothing to compare with yet")
    times = round(Fraction(now) / Fraction(before))
    if before > 0 and times >= MANY_TIMES:
        factor = words.current.fraction(Fraction(times))
        return ngettext(
            "%(factor)s time what it was before", "%(factor)s times what it was before", times
        ) % {"factor": factor}
    share = Fraction(now - before) / abs(Fraction(before)) * 100
    number = words.current.fraction(Fraction(round(abs(share) * 10), 10))
    if share > 0:
        return _("%(percent)s%% more than before") % {"percent": number}
    if share < 0:
        return _("%(percent)s%% less than before") % {"percent": number}
    return _("the same as before")


def _chart(measure: Measure, found: Overview, words: Lexicons) -> Chart:
    labels = [_label(step.first_day, found.unit, words.language) for step in found.current.steps]
    current = [measure.read(step.figures) for step in found.current.steps]
    before = [measure.read(step.figures) for step in found.before.steps][: len(current)]
    before += [None] * (len(current) - len(before))
    series = [
        Series(_("This period"), current),
        Series(_("The period before"), before, dashed=True),
    ]
    return chart(str(measure.label), labels, series, shown=measure.shown)


def _label(day: date, unit: str, language: str) -> str:
    if unit == "month":
        return formats.short_month(day, language=language)
    return formats.day_and_month(day, language=language)
