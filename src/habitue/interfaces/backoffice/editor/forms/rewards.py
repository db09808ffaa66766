"""The form of a reward: what one gets, what it costs, how many there are and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.backoffice.editor.forms.base import Groups, PartForm, put_or_drop
from habitue.interfaces.backoffice.editor.forms.fields import (
    DateField,
    NumberField,
    day_of,
    decimal_of,
    every_choices,
    number_text,
    periods,
)
from habitue.interfaces.backoffice.editor.forms.limits import Limits, read_limits, write_limits
from habitue.interfaces.backoffice.editor.forms.points import read_expiry
from habitue.interfaces.backoffice.editor.forms.when import CONDITION_FIELDS, ConditionFields

_GIFTS: Final[list[tuple[str, str | Promise]]] = [
    ("free_product", gettext_lazy("A product, free of charge")),
    ("amount", gettext_lazy("An amount off")),
    ("percentage", gettext_lazy("Per cent off")),
    ("free_shipping", gettext_lazy("Free shipping")),
    ("gift_card", gettext_lazy("A gift card")),
    ("service", gettext_lazy("A service")),
    ("event_place", gettext_lazy("A place at an event")),
    ("access", gettext_lazy("Access to something")),
    ("donation", gettext_lazy("A donation in their name")),
]
_OF_NUMBERS: Final = ("amount", "percentage", "gift_card", "donation")
_STOCKS: Final[list[tuple[str, str | Promise]]] = [
    ("in all", gettext_lazy("in all")),
    ("per day", gettext_lazy("a day")),
    ("per week", gettext_lazy("a week")),
    ("per month", gettext_lazy("a month")),
    ("per quarter", gettext_lazy("a quarter")),
    ("per year", gettext_lazy("a year")),
]
_LASTS: Final = ("7 days", "14 days", "30 days", "60 days", "3 months", "6 months", "12 months")
_COST: Final = "cost_"


class RewardForm(ConditionFields, PartForm):
    """A reward."""

    groups_of: Groups = (
        (gettext_lazy("What they get"), ("gift", "value", "number"), False),
        (gettext_lazy("What it costs"), ("cost_*",), False),
        (
            gettext_lazy("How many there are"),
            ("stock", "stock_per", "times", "times_every", "vouchers"),
            True,
        ),
        (gettext_lazy("Only when"), CONDITION_FIELDS, True),
        (gettext_lazy("From when to when"), ("begins", "until", "enabled"), True),
    )

    def build(self) -> None:
        """The fields of a reward."""
        self.add_names()
        self._build_gift()
        self._build_prices()
        self._build_stock()
        self.build_condition(self.part.get("when"), of_rewards=True)
        for name, word, label in (
            ("begins", "from", _("First day")),
            ("until", "until", _("Latest day")),
        ):
            raw = self.part.get(word)
            if raw is None or day_of(raw) is not None:
                self.add(name, DateField(label=label), day_of(raw))
        enabled = forms.BooleanField(label=_("The reward is on offer"), required=False)
        self.add("enabled", enabled, self.part.get("enabled") not in (False, "no", "false"))

    def _build_gift(self) -> None:
        gives = self.part.get("gives")
        kind, value = (
            next(iter(gives.items())) if isinstance(gives, Mapping) and gives else ("", "")
        )
        choices = [*_GIFTS]
        if kind and kind not in dict(choices):
            choices.append((kind, kind))
        self.add("gift", forms.ChoiceField(label=_("What it is"), choices=choices), kind or None)
        of_number = kind in _OF_NUMBERS
        text = forms.CharField(
            label=_("Which one"),
            max_length=100,
            required=False,
            help_text=_("The product, the service, the event, in your own words."),
        )
        self.add("value", text, None if of_number or kind == "free_shipping" else str(value))
        number = NumberField(
            label=_("How much"),
            decimals=4,
            required=False,
            help_text=_("For an amount off, per cent off, a gift card or a donation."),
        )
        self.add("number", number, decimal_of(value) if of_number else None)

    def _build_prices(self) -> None:
        cost = self.part.get("cost")
        listed = cost if isinstance(cost, list) else [] if cost is None else [cost]
        prices = {
            code: amount
            for one in listed
            if isinstance(one, Mapping)
            for code, amount in one.items()
        }
        for code, name in self.choices_of_points():
            label = _("It costs so many: %(points)s") % {"points": name}
            price = NumberField(label=label, decimals=6, required=False)
            self.add(f"{_COST}{code}", price, decimal_of(prices.get(code)))

    def _build_stock(self) -> None:
        number, _space, per = str(self.part.get("stock", "")).partition(" ")
        stock = forms.IntegerField(
            label=_("So many are there"),
            required=False,
            min_value=1,
            max_value=10**9,
            help_text=_("Empty: as many as are asked for."),
        )
        self.add("stock", stock, int(number) if number.isdecimal() else None)
        choices = forms.ChoiceField(label=_("In what time"), choices=_STOCKS, required=False)
        self.add("stock_per", choices, per or "in all")
        limits = read_limits(self.part.get("limit"))
        if limits is not None:
            times = forms.IntegerField(
                label=_("Times for each member"), required=False, min_value=1, max_value=10**6
            )
            self.add("times", times, limits.times)
            every = forms.ChoiceField(
                label=_("In what time"), choices=every_choices(limits.times_every), required=False
            )
            self.add("times_every", every, limits.times_every)
        model, period, _round = read_expiry(self.part.get("vouchers"))
        if model in ("never", "after"):
            lasts = [("", _("They do not lapse")), *periods(_LASTS, period)]
            vouchers = forms.ChoiceField(
                label=_("Vouchers for it lapse after"), choices=lasts, required=False
            )
            self.add("vouchers", vouchers, period)

    def clean(self) -> dict[str, Any]:
        """What a gift needs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("gift")
        if kind in _OF_NUMBERS and not cleaned.get("number"):
            self.add_error("number", _("Write how much: a number above zero."))
        if kind not in (*_OF_NUMBERS, "free_shipping") and not cleaned.get("value"):
            self.add_error("value", _("Write what it is."))
        return cleaned

    def write(self, part: dict[str, Any]) -> None:
        """Write the reward."""
        said = self.cleaned_data
        if self.changed("gift", "value", "number"):
            kind = said["gift"]
            given = number_text(said["number"]) if kind in _OF_NUMBERS else said["value"]
            part["gives"] = {kind: "yes" if kind == "free_shipping" else given}
        names = [name for name in said if name.startswith(_COST)]
        if self.changed(*names):
            prices = [
                {name.removeprefix(_COST): number_text(said[name])} for name in names if said[name]
            ]
            put_or_drop(part, "cost", prices[0] if len(prices) == 1 else prices)
        if self.changed("stock", "stock_per"):
            per = said["stock_per"] or "in all"
            put_or_drop(part, "stock", f"{said['stock']} {per}" if said["stock"] else None)
        if self.changed("times", "times_every"):
            limits = Limits(times=said["times"], times_every=said["times_every"] or "ever")
            put_or_drop(part, "limit", write_limits(limits))
        if self.changed("vouchers"):
            period = said["vouchers"]
            put_or_drop(part, "vouchers", {"after": period} if period else None)
        self.write_condition(part)
        for name, word in (("begins", "from"), ("until", "until")):
            if self.changed(name):
                put_or_drop(part, word, said[name].isoformat() if said[name] else None)
        if self.changed("enabled"):
            put_or_drop(part, "enabled", None if said["enabled"] else "no")
