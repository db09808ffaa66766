"""What the latest year would have cost under a draft: the recorded purchases, decided again.

A tenth of the members is looked at first, always the same ones: that takes seconds.  Nobody's
behaviour is guessed; they bought what they bought.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.choosing import titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.editor.desk import Desk, open_desk
from habitue.interfaces.backoffice.editor.forms.fields import DateField
from habitue.interfaces.texts import formats
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import datetime_of
from habitue.kit.money import currency_exponent
from habitue.kit.rounding import round_ratio
from habitue.selectors.programmes import get_names, get_one_compiled
from habitue.services.simulation import simulate
from habitue.services.whatif.report import Side, WhatIf

_TENTH: Final = "10"
_ALL: Final = "100"


class CostForm(Form):
    """Which time is looked at, how many members, and what a point is worth."""

    history = forms.ChoiceField(label=gettext_lazy("By the purchases of"))
    since = DateField(label=gettext_lazy("First day"))
    until = DateField(label=gettext_lazy("Latest day"))
    share = forms.ChoiceField(
        label=gettext_lazy("How many members"),
        choices=[
            (_TENTH, gettext_lazy("A tenth of them: takes seconds")),
            (_ALL, gettext_lazy("All of them: may take minutes")),
        ],
        initial=_TENTH,
    )
    worth = forms.DecimalField(
        label=gettext_lazy("What a point costs you"),
        required=False,
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=4,
        help_text=gettext_lazy("In your money, such as 0.05. Empty: no amounts of money."),
    )

    def __init__(self, *args: Any, programmes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["history"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = programmes
        if len(programmes) < 2:
            field.widget = field.hidden_widget()

    def clean(self) -> dict[str, Any]:
        """A time has a beginning before its end."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("Let it end after it begins."))
        return cleaned


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a name, what was, what would have been, and the difference."""

    name: str
    live: str
    draft: str
    difference: str
    grows: bool | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading."""

    heading: str
    rows: tuple[Row, ...]


@require_safe
@BACKOFFICE.page(Permission.PROGRAMME_WRITE)
def cost(visit: Visit, draft_id: UUID) -> HttpResponse:
    """The form, and beside it what came out where it was asked for."""
    desk = open_desk(visit, draft_id)
    today = datetime_of(visit.now, desk.zone).date()
    # A new programme has no past: it is tried on what another one has recorded.
    programmes = titles_of_programmes(visit)
    if desk.draft.base_number:
        programmes = [one for one in programmes if one[0] == desk.draft.programme]
    initial = {
        "history": programmes[0][0] if programmes else "",
        "since": _year_before(today),
        "until": today,
        "share": _TENTH,
    }
    asked = "share" in visit.request.GET
    form = CostForm(visit.request.GET if asked else None, initial=initial, programmes=programmes)
    found = None
    if asked and form.is_valid() and desk.lexicon is not None:
        try:
            found = _simulated(desk, form)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
    context = {
        "form": form,
        "found": found,
        "errors": desk.lexicon is None,
        "asked": asked,
        "no_past": not programmes,
    }
    return desk.render("cost.html", context, tab="cost", part="editor/_cost.html")


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28))


def _simulated(desk: Desk, form: CostForm) -> dict[str, Any]:
    said = form.cleaned_data
    whole = said["share"] == _ALL
    found = simulate(
        desk.visit.connection,
        programme=said["history"],
        document=desk.document | {"programme": said["history"]},
        now=desk.visit.now,
        since_date=said["since"],
        until_date=said["until"],
        sample=None if whole else Fraction(1, 10),
    )
    assert desk.lexicon is not None
    words = _Words(_live_lexicon(desk, said["history"]), desk.lexicon)
    worth = said["worth"]
    return {
        "sample": found.sample,
        "events": found.events,
        "members": found.members,
        "tables": [
            table
            for table in (
                Table(_("Points that were given"), tuple(_issued(found, words))),
                *_by_month(found, words),
                Table(_("By rule"), tuple(_by_rule(found, words))),
                Table(_("Rewards that were taken"), tuple(_rewards(found, words))),
                Table(_("Members by tier at the end"), tuple(_tiers(found, words))),
                Table(_("In money"), tuple(_money(found, words, worth))),
            )
            if table.rows
        ],
        "changes": [
            {
                "name": words.draft.currency(one.currency),
                "more": one.more,
                "less": one.less,
                "same": one.same,
            }
            for one in found.changes
            if one.more or one.less
        ],
        "moved": found.moved,
        "refused": sum(one.times for one in found.refused),
    }


def _live_lexicon(desk: Desk, code: str) -> Lexicon:
    compiled = get_one_compiled(desk.visit.connection, code=code)
    number = compiled.number_at(desk.visit.now) or min(compiled.versions)
    names = get_names(desk.visit.connection, code=code)
    return Lexicon(compiled.versions[number], names, desk.language)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of both sides."""

    live: Lexicon
    draft: Lexicon

    def of(self, code: str) -> Lexicon:
        """The side that knows these points."""
        return self.draft if code in self.draft.programme.points else self.live

    def points_row(self, name: str, code: str, live: int, draft: int) -> Row:
        """A row of points."""
        words = self.of(code)
        decimals = words.decimals(code)
        change = formats.signed(draft - live, decimals=decimals, language=words.language)
        return Row(name, words.points(live, code), words.points(draft, code), change, draft > live)

    def plain_row(self, name: str, live: int, draft: int) -> Row:
        """A row of whole numbers."""
        language = self.draft.language
        return Row(
            name,
            formats.units(live, language=language),
            formats.units(draft, language=language),
            formats.signed(draft - live, language=language),
        )

    def money_row(self, name: str, live: int, draft: int) -> Row:
        """A row of money."""
        change = self.draft.money(draft - live)
        return Row(name, self.live.money(live), self.draft.money(draft), change, draft > live)


def _currencies(found: WhatIf) -> list[str]:
    return sorted({*found.live.points, *found.draft.points})


def _earned(side: Side, code: str) -> int:
    figures = side.points.get(code)
    return 0 if figures is None else figures.earned - figures.reversed


def _issued(found: WhatIf, words: _Words) -> Iterator[Row]:
    for code in _currencies(found):
        live, draft = _earned(found.live, code), _earned(found.draft, code)
        if live or draft:
            yield words.points_row(words.of(code).currency(code), code, live, draft)


def _by_month(found: WhatIf, words: _Words) -> Iterator[Table]:
    sides = [{month.month: month for month in side.months} for side in (found.live, found.draft)]
    months = sorted({*sides[0], *sides[1]})
    for code in _currencies(found):
        if words.of(code).is_voucher(code):
            continue
        rows = []
        for month in months:
            figures = [side[month].points.get(code) if month in side else None for side in sides]
            live, draft = (0 if one is None else one.earned - one.reversed for one in figures)
            name = formats.month(month, language=words.draft.language)
            if live or draft:
                rows.append(words.points_row(name, code, live, draft))
        heading = _("By month: %(points)s") % {"points": words.of(code).currency(code)}
        yield Table(heading, tuple(rows))


def _by_rule(found: WhatIf, words: _Words) -> Iterator[Row]:
    sides = [
        {(one.rule, one.currency): one.units for one in side.rules}
        for side in (found.live, found.draft)
    ]
    for rule, code in sorted({*sides[0], *sides[1]}):
        live, draft = sides[0].get((rule, code), 0), sides[1].get((rule, code), 0)
        in_draft = any(one.rule == rule for one in words.draft.programme.rules)
        name = (words.draft if in_draft else words.live).rule(rule)
        yield words.points_row(name, code, live, draft)


def _rewards(found: WhatIf, words: _Words) -> Iterator[Row]:
    sides = [{one.reward: one.times for one in side.rewards} for side in (found.live, found.draft)]
    for reward in sorted({*sides[0], *sides[1]}):
        lexicon = words.draft if reward in words.draft.programme.rewards else words.live
        live, draft = sides[0].get(reward, 0), sides[1].get(reward, 0)
        yield words.plain_row(lexicon.reward(reward), live, draft)


def _tiers(found: WhatIf, words: _Words) -> Iterator[Row]:
    live, draft = found.live.tiers, found.draft.tiers
    if not (set(live) | set(draft)) - {""}:
        return
    ranks = {tier: place for place, tier in enumerate(("", *found.tiers))}
    for tier in sorted({*live, *draft}, key=lambda one: (ranks.get(one, -1), one)):
        known = words.draft.names.has("tiers", tier) or not tier
        name = (words.draft if known else words.live).tier(tier)
        yield words.plain_row(name, live.get(tier, 0), draft.get(tier, 0))


def _money(found: WhatIf, words: _Words, worth: Decimal | None) -> Iterator[Row]:
    if found.live.cost or found.draft.cost:
        name = _("Rewards whose price the programme knows")
        yield words.money_row(name, found.live.cost, found.draft.cost)
    if not worth:
        return
    for code in _currencies(found):
        words_of = words.of(code)
        if words_of.is_voucher(code) or words_of.is_stamps(code):
            continue
        live, draft = (
            _worth(_earned(side, code), words_of.decimals(code), worth, found)
            for side in (found.live, found.draft)
        )
        name = _("What was given: %(points)s") % {"points": words_of.currency(code)}
        yield words.money_row(name, live, draft)


def _worth(units: int, decimals: int, worth: Decimal, found: WhatIf) -> int:
    """What points cost, in minor units of the money."""
    minor = Fraction(worth) * 10 ** currency_exponent(found.currency)
    total = Fraction(units, 10**decimals) * minor
    return round_ratio(total.numerator, total.denominator, "half_up")
